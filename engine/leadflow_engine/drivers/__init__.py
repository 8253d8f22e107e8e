"""Drivers: each answers a Run's effects in its own way. They are the only ones that touch the outside."""
