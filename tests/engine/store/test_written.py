"""What a Run writes at once is one row, and what it was before can be read of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine import records as rec
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.chain import link
from leadflow_engine.store.claims import LAST_SEEN, _known, _seen


def considered(outcome: str, buyer: str = "sunpath") -> rec.Considered:
    return rec.Considered("route.1", 1, "", buyer, outcome, price=Decimal("50"), position=1)


def test_each_write_is_a_row_with_its_facts_and_records(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")
    story.records.append(rec.StepRecord(1, 1, "filter", "age", "success", read={"age": "41"}, ms=0.1 + 0.2))
    store.write_now(story.accept())
    story.records.append(rec.Judged("route.1", 1, "F12"))
    story.records.append(rec.Judged("route.2", 1, "21"))
    store.write_now(story.intent())
    assert store.query("SELECT id, seq, last, json_array_length(facts) FROM written") == [
        (1, 0, 1, 2),
        (3, 2, 2, 1),
    ]
    assert [fact.key for fact in store.facts("L1")] == ["received", "accept/facebook", "intent/sunpath/1"]
    assert store.query("SELECT name, was_read, ms FROM step") == [("age", '{"age":"41"}', 0.1 + 0.2)]
    assert store.query("SELECT stage, hex(digits) FROM judged") == [("route.1", "F120"), ("route.2", "21")]


def test_the_view_of_facts_has_the_very_texts_of_which_hashes_are_made(kit: Any, store: SqliteStore) -> None:
    body = {
        "n": 1.10,
        "big": 12345678901234567890,
        "text": 'a "b" \\ \u2028 \x1f\x00 \U0001f525',
        "deep": [[{}], None, True],
    }
    story = kit.story("L1")
    story.fact('call/ä "x"', "call", body, {"body": 'the "whole" answer\x00'})
    store.write_now(story.accept())
    previous = ""
    for row in store.query("SELECT lead, seq, key, kind, at, body, digest, hash FROM fact ORDER BY seq"):
        previous = link(previous, *row[:-1])
        assert previous == row[-1]
    [(text, content)] = store.query("SELECT body, content FROM fact WHERE kind = 'call'")
    assert json.loads(text) == body
    assert json.loads(content) == {"body": 'the "whole" answer\x00'}


@pytest.mark.parametrize("opened_anew", [False, True])
def test_a_record_replaces_one_of_an_earlier_write(
    kit: Any, store: SqliteStore, opened: Callable[[], SqliteStore], opened_anew: bool
) -> None:
    story = kit.story("L1")
    story.records += [considered("pending"), considered("capped", "westsun")]
    store.write_now(story.accept())
    story.records.append(considered("sold"))
    if opened_anew:
        store.close_now()
        store = opened()
    store.write_now(story.intent())
    assert store.query("SELECT buyer, outcome FROM considered ORDER BY 1") == [
        ("sunpath", "sold"),
        ("westsun", "capped"),
    ]
    before = store.query("SELECT * FROM considered ORDER BY lead, buyer")
    store.rebuild(lambda lead, facts: story.made)
    assert store.query("SELECT * FROM considered ORDER BY lead, buyer") == before


GUARDED = (
    "DELETE FROM written",
    "UPDATE written SET facts = json_remove(facts, '$[0]')",
    "UPDATE written SET last = last + 1",
    "UPDATE written SET rowid = id + 1000",
    "UPDATE written SET contents = json_array('{}', NULL)",
    "UPDATE written SET contents = json_array(json_extract(contents, '$[0]'), '{}')",
    "INSERT OR REPLACE INTO written SELECT * FROM written",
    "REPLACE INTO written (id, lead, seq, last, facts) SELECT id + 1000, lead, seq, last, '[]' FROM written",
    "INSERT INTO fact SELECT * FROM fact",
)


@pytest.mark.parametrize("change", GUARDED)
def test_what_was_written_stays(kit: Any, store: SqliteStore, path: Path, change: str) -> None:
    store.write_now(kit.story("L1").accept())
    store.close_now()
    with (
        closing(sqlite3.connect(path)) as other,
        pytest.raises(sqlite3.IntegrityError, match="only ever added"),
    ):
        other.execute(change)


def test_contents_are_removed_one_by_one(kit: Any, store: SqliteStore, path: Path) -> None:
    story = kit.story("L1")
    story.fact("enhance/phone_check/1", "call", {"status": 200}, {"body": "{}"})
    store.write_now(story.accept())
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE fact SET content = NULL WHERE key = 'received'")
    assert [fact.content for fact in store.facts("L1")] == [None, {"body": "{}"}, None]
    assert store.verify() == []


def test_a_fact_that_stands_twice_shows(kit: Any, store: SqliteStore, path: Path) -> None:
    """Whoever has the file can make a chain that holds; a key comes once all the same."""
    store.write_now(kit.story("L1").accept())
    [(hashed,)] = store.query("SELECT hash FROM fact WHERE seq = 1")
    again = link(hashed, "L1", 2, "received", "received", "2026-11-20T14:41:07Z", "{}", "")
    fact = json.dumps([["received", "received", "2026-11-20T14:41:07Z", {}, "", again]])
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("INSERT INTO written (id, lead, seq, last, facts) VALUES (3, 'L1', 2, 2, ?)", (fact,))
    [found] = store.verify()
    assert (found.seq, found.problem) == (2, "it was written before")


# ------------------------------------------------------------------ dedupe keys


def test_a_digest_is_found_by_the_first_that_its_lead_left_in_an_hour(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")
    store.write_now(story.accept(keys=[kit.key("a", scope="source/facebook")]))
    store.write_now(story.intent(keys=[kit.key("a")]))
    store.write_now(story.settle("declined"))
    kit.clock.pass_(hours=2)
    store.write_now(story.intent("westsun", keys=[kit.key("a", scope="buyer/westsun")]))
    assert store.query("SELECT scope, state, first FROM dedupe_key ORDER BY at, scope") == [
        ("buyer/sunpath", "released", 0),
        ("source/facebook", "counted", 1),
        ("buyer/westsun", "held", 1),
    ]
    other = kit.story("L2")
    store.write_now(other.accept())
    later = kit.key("a", scope="buyer/westsun", within=3600.0)
    assert store.write_now(other.intent("westsun", keys=[later]))["code"] == "duplicate"
    assert store.write_now(other.intent("sunpath", 2, keys=[kit.key("a")]))["granted"], (
        "what was declined is free"
    )


def test_a_digest_is_looked_for_in_an_index(store: SqliteStore) -> None:
    for query, count in ((_known(2, True), 3), (_seen(2, True), 11), (LAST_SEEN, 6)):
        plan = [row[3] for row in store.query(f"EXPLAIN QUERY PLAN {query}", ["x"] * count)]
        assert any(
            "USING INDEX dedupe_key_hash" in step or "COVERING INDEX dedupe_key_hash" in step for step in plan
        )
        assert not any(step.startswith(("SCAN dedupe", "SCAN f", "SCAN k", "SCAN one")) for step in plan), (
            plan
        )
