"""Orders that touch neither facts nor what is made of them (payments, invoices): while leads run, too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.drivers.orders import give
from leadflow_engine.effects import Json
from leadflow_engine.operations.orders import carry_out
from leadflow_engine.store import Held, SqliteStore


def give_beside(journal: str | Path, name: str, said: Mapping[str, Json], create: bool = False) -> Json:
    """Have an order carried out, beside the process that has the journal where that one takes no orders. Raises
    ``StoreError``."""
    try:
        return give(journal, name, said, create)
    except Held:
        store = SqliteStore.beside(journal, RealClock())
        try:
            return carry_out(store, name, said)
        finally:
            store.close_now()
