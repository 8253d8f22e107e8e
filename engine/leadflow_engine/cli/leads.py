"""The lead of a journal that somebody means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from leadflow_engine.cli.failing import CannotStart

if TYPE_CHECKING:
    from leadflow_engine.store import SqliteStore

SHOWN = 5


@contextmanager
def opened(journal: str) -> Iterator[SqliteStore]:
    """A journal to read, whoever writes to it. Raises ``StoreError``."""
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.store import SqliteStore

    store = SqliteStore.read_only(journal, RealClock())
    try:
        yield store
    finally:
        store.close_now()


def found(store: SqliteStore, start: str | None, journal: str) -> str:
    """The one lead whose id begins with ``start``, whatever its case; the last one where it is None.

    Raises ``CannotStart`` where there is none, or more than one.
    """
    from leadflow_engine.store import finding

    if start is None:
        last = store.last_lead()
        if last is None:
            raise CannotStart(
                f"journal {journal} has no lead yet; `leadflow run FLOW LEADS --db {journal}` brings some"
            )
        return last
    ids = store.ask(lambda connection: finding.beginning_with(connection, start, SHOWN + 1))
    exact = [each for each in ids if each.upper() == start.upper()]
    if len(ids) == 1 or exact:
        return str((exact or ids)[0])
    if not ids:
        raise CannotStart(f"journal {journal} has no lead whose id begins with `{start}`")
    more = ", ..." if len(ids) > SHOWN else ""
    raise CannotStart(f"`{start}` begins several ids: {', '.join(ids[:SHOWN])}{more}; say more of it")
