"""What is known because it was written here, and written once a batch, is what would be read and written each time."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from leadflow_engine.effects import Result, Write
from leadflow_engine.store import SqliteStore, StoreError
from leadflow_engine.store.core import Core, perform
from leadflow_engine.store.rebuild import contents
from tests.engine.store.test_rebuild import history

Told = list[tuple[datetime.datetime, Write]]


def writes_of(kit: Any, seed: int) -> Told:
    """The Writes of many leads in the order in which they were made, and when that was."""
    store, told = SqliteStore.memory(kit.clock), []
    store.add_plan("4f1c09a", kit.plan)
    write = store.write_now

    def heard(each: Write) -> Result:
        told.append((kit.clock.at, each))
        return write(each)

    store.write_now = heard  # type: ignore[method-assign, assignment]
    history(kit, store, seed=seed)
    return told


def each_alone(core: Core, write: Write) -> Result:
    """All that is asked is read, all that is told is written at once."""
    assert core.connection.in_transaction
    result = perform(core, write)
    assert core.connection.in_transaction
    return result


def told_to(kit: Any, told: Told, how: Callable[[Core, Write], Result]) -> tuple[Any, Any, Any]:
    """A journal that is told all of it in one transaction: what came of it."""
    store = SqliteStore.memory(kit.clock)
    store.add_plan("4f1c09a", kit.plan)
    store._reader.connection.execute("UPDATE meta SET value = '00' WHERE name = 'instance_key'")
    store = SqliteStore._in_memory(store._reader.connection, kit.clock)

    def all_of(core: Core) -> Sequence[Result]:
        results = []
        for at, write in told:
            kit.clock.at = at
            results.append(how(core, write))
        return results

    results = store.transact(all_of)
    facts = store.query("SELECT * FROM fact ORDER BY id")
    return results, facts, contents(store._reader.connection)


@pytest.mark.parametrize("seed", range(3))
def test_a_batch_knows_what_it_would_read(kit: Any, seed: int) -> None:
    told = writes_of(kit, seed)
    assert told_to(kit, told, perform) == told_to(kit, told, each_alone)


def test_caps_and_keys_hold_within_a_batch(kit: Any, store: SqliteStore) -> None:
    stories = [kit.story(f"L{number}") for number in range(4)]
    for story in stories:
        store.write_now(story.accept())
    claims = [
        {"limits": [kit.cap(2)], "keys": [kit.key("a" if number < 2 else str(number))]} for number in range(4)
    ]

    def batch(core: Core) -> list[Any]:
        return [perform(core, story.intent(**claim)) for story, claim in zip(stories, claims, strict=True)]

    said = store.transact(batch)
    assert [(one["granted"], one.get("code")) for one in said] == [
        (True, None),
        (False, "duplicate"),
        (True, None),
        (False, "capped"),
    ]


def test_what_is_given_back_within_a_batch_may_be_claimed_in_it(kit: Any, store: SqliteStore) -> None:
    one, other = kit.story("L1"), kit.story("L2")
    for story in (one, other):
        store.write_now(story.accept())
    store.write_now(one.intent(limits=[kit.cap(1)], keys=[kit.key("a")]))

    def batch(core: Core) -> Any:
        perform(core, one.settle("declined"))
        return perform(core, other.intent(limits=[kit.cap(1)], keys=[kit.key("a")]))

    assert store.transact(batch)["granted"]


def test_a_delivery_is_intended_once(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")
    store.write_now(story.accept())
    store.write_now(story.intent())
    with pytest.raises(StoreError, match="lead L1: intent/sunpath/1 is in the journal already"):
        store.write_now(story.intent())
    assert store.query("SELECT state FROM delivery") == [("intent",)]


def test_who_reads_beside_the_writes_hears_of_them(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")

    def batch(core: Core) -> list[tuple[str, str]]:
        perform(core, story.accept())
        perform(core, story.intent(limits=[kit.cap(1)]))
        rows = core.connection.execute(
            "SELECT d.state, r.state FROM delivery d JOIN reservation r USING (lead)"
        )
        heard = [*rows.fetchall()]
        core.connection.execute("UPDATE delivery SET conflict = 'by hand'")
        perform(core, story.settle("in_doubt"))
        return heard

    assert store.transact(batch) == [("intent", "held")]
    store.write_now(story.suspend())
    assert store.query("SELECT state, conflict FROM delivery") == [("in_doubt", "by hand")]
