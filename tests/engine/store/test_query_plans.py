"""Questions that name a lead, or ask for what waits, look at no more of a large journal than they tell of."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from leadflow_engine.store import SqliteStore, billed, callbacks, finding, queries, reads, waiting
from tests.engine.store.conftest import NOW

LARGE = (
    "lead",
    "written",
    "delivery",
    "ledger",
    "dedupe_key",
    "reservation",
)
"""Tables that grow with every lead."""
ASKED: dict[str, Callable[[Any], object]] = {
    "a lead by its id": lambda connection: queries.lead_summary(connection, "L1"),
    "the beginning of an id": lambda connection: finding.beginning_with(connection, "L", 5),
    "the last lead": queries.last_lead,
    "its facts": lambda connection: queries.facts(connection, "L1"),
    "a phone": lambda connection: finding.by_contact(connection, "phone", "+15125550147"),
    "what waits": lambda connection: list(waiting.waiting(connection)),
    "what is due": queries.work,
    "what a buyer bought": lambda connection: billed.deliveries_of(
        connection, "solar", "sunpath", "2026", "2027"
    ),
    "whether a buyer's answer is awaited": lambda connection: callbacks.is_awaited(
        connection, "solar", "sunpath"
    ),
    "references of a buyer that are masked": lambda connection: callbacks.masked(
        connection, "solar", "sunpath"
    ),
    "whether a buyer answered": lambda connection: reads._answered(connection, "sunpath")(NOW, NOW),
}


@pytest.mark.parametrize("name", ASKED)
def test_no_large_table_is_read_whole(kit: Any, store: SqliteStore, name: str) -> None:
    kit.sell(store, "L1", limits=[kit.cap(1)], keys=[kit.key("+15125550147")])
    said: list[str] = []
    connection = store._reader.connection
    connection.set_trace_callback(said.append)
    store.ask(ASKED[name])
    connection.set_trace_callback(None)
    asked = [query for query in said if query.lstrip().startswith(("SELECT", "WITH"))]
    assert asked
    read_whole = {
        query
        for query in asked
        for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")
        if is_whole(row[3], query)
    }
    assert read_whole <= {"SELECT lead FROM written ORDER BY id DESC LIMIT 1"}  # from its end, one row


def is_whole(step: str, query: str) -> bool:
    """Does this step of a query's plan go through a large table?"""
    found = re.fullmatch(r"SCAN (\w+)", step)
    return found is not None and any(
        found[1] == table or re.search(rf"\b{table} (AS )?{found[1]}\b", query) for table in LARGE
    )


def test_a_lead_is_found_by_the_beginning_of_its_id_however_it_is_written(
    kit: Any, store: SqliteStore
) -> None:
    for lead in ("5XHZ2Q", "5XHZ7A", "lead-1"):
        store.write_now(kit.story(lead).accept())

    def beginning(start: str) -> list[str]:
        return store.ask(lambda connection: finding.beginning_with(connection, start, 5))

    found = {start: beginning(start) for start in ("5xh", "5XHZ7", "LEAD", "6", "")}
    assert found == {
        "5xh": ["5XHZ2Q", "5XHZ7A"],
        "5XHZ7": ["5XHZ7A"],
        "LEAD": ["lead-1"],
        "6": [],
        "": ["5XHZ2Q", "5XHZ7A", "lead-1"],
    }
