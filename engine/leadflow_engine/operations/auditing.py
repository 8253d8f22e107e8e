"""Looking at a journal as an auditor does: what it holds is what was written, and what it says follows from that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from leadflow_engine.operations.resume import CANNOT_GO_ON, Plans, writes_again
from leadflow_engine.operations.told_before import rows_today
from leadflow_engine.store import SqliteStore, StoreError
from leadflow_engine.store.audit import Audited, Finding, audit
from leadflow_engine.store.forgetting import forgotten_leads
from leadflow_engine.store.heads import Head, kept, parsed
from leadflow_engine.store.rebuild import contents, lead_column

ROWS_TOLD = 3
"""How many rows of a table are told where a rebuild gives others."""


def audited(
    store: SqliteStore, anchor: str = "", lead: str | None = None, passed: Callable[[], None] = lambda: None
) -> Audited:
    """See ``store.audit.audit``; ``anchor`` is a head as text. Raises ``StoreError`` for what is none."""
    head = _head(anchor) if anchor else None
    return store.ask(lambda connection: audit(connection, head, lead, passed))


def head_of(store: SqliteStore) -> Head:
    """The head that the journal says it has."""
    return store.ask(kept) or Head()


def rebuilt(store: SqliteStore) -> list[Finding]:
    """Where the projections are not what the facts make of them. ``store`` is a copy: it is rebuilt. Leads of which
    what was personal is removed are left as they are, and then also what counts several leads."""
    plans = Plans(store)
    before = store.ask(contents)
    gone = frozenset(store.ask(forgotten_leads))
    try:
        store.rebuild(lambda lead, facts: writes_again(plans.of(lead, facts), lead, facts), gone)
    except (*CANNOT_GO_ON, StoreError) as problem:
        return [Finding("journal", f"its facts do not make it again: {problem}")]
    after = store.ask(contents)
    if gone:
        before = {
            table: rows for table, rows in before.items() if store.ask(partial(lead_column, table=table))
        }
    return list(_differences(before, after))


def _differences(
    before: Mapping[str, Sequence[tuple[Any, ...]]], after: Mapping[str, Sequence[tuple[Any, ...]]]
) -> Iterator[Finding]:
    for table, rows in before.items():
        made = set(after[table])
        found = rows_today(rows, made) if table == "considered" else set(rows)
        for row in sorted(found - made, key=repr)[:ROWS_TOLD]:
            yield Finding("journal", f"table {table} has a row that no fact makes: {_names(row)}")
        for row in sorted(made - found, key=repr)[:ROWS_TOLD]:
            yield Finding("journal", f"table {table} lacks a row that the facts make: {_names(row)}")


def _names(row: tuple[Any, ...]) -> str:
    """What a row begins with: its key, without what may be personal further on."""
    return ", ".join(str(each) for each in row[:3])


def _head(text: str) -> Head:
    try:
        return parsed(text)
    except ValueError:
        raise StoreError(f"`{text}` is no head: `leadflow audit head` prints one, COUNT:HASH") from None
