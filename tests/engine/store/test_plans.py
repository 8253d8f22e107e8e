"""A plan is written in short pieces, and is whole however often its writing was begun."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from leadflow_engine.store import SqliteStore
from leadflow_engine.store.plans import AT_ONCE, kept

TABLES = ("plan_buyer", "plan_reason", "plan_stage", "flow_source")
BUYERS = [f"b{number}" for number in range(AT_ONCE)]
LARGE: dict[str, Any] = {
    "flow": "solar",
    "main": "solar.flow",
    "files": {"solar.flow": "flow solar"},
    "buyers": BUYERS,
    "reasons": {buyer: [{"code": "criteria", "text": f"not for {buyer}"}] for buyer in BUYERS},
    "stages": {"all": [*BUYERS, BUYERS[0]]},
}


@pytest.fixture
def memory(kit: Any) -> Iterator[SqliteStore]:
    store = SqliteStore.memory(kit.clock)
    yield store
    store.close_now()


def rows(store: SqliteStore, plan: str) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: store.query(f"SELECT * FROM {table} WHERE plan = ? ORDER BY 1, 2, 3", (plan,))
        for table in TABLES
    }


def test_a_large_plan_is_written_in_pieces(memory: SqliteStore) -> None:
    pieces = list(kept("p", LARGE).pieces())
    assert len(pieces) == 3
    for piece in pieces:
        before = memory.query("SELECT total_changes()")[0][0]
        memory.transact(piece)
        assert memory.query("SELECT total_changes()")[0][0] - before <= AT_ONCE + 2  # the plan and its file


def test_it_is_whole_whenever_its_writing_was_interrupted(memory: SqliteStore) -> None:
    memory.add_plan("p", LARGE)
    whole = rows(memory, "p")
    assert [len(found) for found in whole.values()] == [AT_ONCE, AT_ONCE, AT_ONCE, 1]
    for written in range(3):
        name = f"p{written}"
        half = kept(name, LARGE)
        for _, piece in zip(range(written), half.pieces(), strict=False):
            memory.transact(piece)
        assert not memory.ask(half.is_whole)
        memory.add_plan(name, LARGE)
        assert memory.ask(half.is_whole)
        assert {table: [row[1:] for row in found] for table, found in rows(memory, name).items()} == {
            table: [row[1:] for row in found] for table, found in whole.items()
        }


def test_a_known_plan_is_left_as_it_is(memory: SqliteStore) -> None:
    memory.add_plan("p", LARGE)
    before = memory.query("SELECT total_changes()")
    memory.add_plan("p", LARGE)
    assert memory.query("SELECT total_changes()") == before
