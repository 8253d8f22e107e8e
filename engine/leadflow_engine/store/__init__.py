"""The journal: facts, and the projections that are made of them. ``docs/journal.md`` tells what is in the
file."""

from leadflow_engine.store.chain import Break
from leadflow_engine.store.errors import Full, Held, StoreError
from leadflow_engine.store.later import Later
from leadflow_engine.store.queries import Doubt, Work
from leadflow_engine.store.rebuild import Replay
from leadflow_engine.store.sqlite import SqliteStore

__all__ = ["Break", "Doubt", "Full", "Held", "Later", "Replay", "SqliteStore", "StoreError", "Work"]
