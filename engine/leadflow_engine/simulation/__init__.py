"""Deterministic simulation: whole lives of the engine under a seeded clock, network, disk and scheduler.

The interpreter, the live driver, the chores and the journal's logic are the real ones; only what is outside is made
up: an event loop whose time is virtual, buyers who keep books of their own, a disk and a process that fail when the
seed says so. One seed is one story, told again exactly by the same seed.
"""
