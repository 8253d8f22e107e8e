"""What the journal remembers instead of asking again is what it would hear if it asked."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine import effects as fx
from leadflow_engine.records import LeadRecord
from leadflow_engine.store import SqliteStore, beside, overrides
from leadflow_engine.store.core import Core, event, perform
from leadflow_engine.store.lead_row import of_lead
from leadflow_engine.store.opening import open_beside
from leadflow_engine.store.project import project_records

HOUR = datetime.timedelta(hours=1)


def paused(store: SqliteStore, kit: Any) -> list[str]:
    found = store.ask(lambda connection: beside.in_force(connection, kit.clock.at))
    return [one.subject for one in found]


def pause(store: SqliteStore, buyer: str, length: datetime.timedelta | None = None) -> None:
    store.override("pause", f"solar/buyer/{buyer}", 1, "paused", "ann", "too many", length)


def test_what_is_set_is_known_at_once_and_ends_by_itself(kit: Any, store: SqliteStore) -> None:
    assert paused(store, kit) == []
    pause(store, "sunpath", HOUR)
    pause(store, "westsun")
    assert paused(store, kit) == ["solar/buyer/sunpath", "solar/buyer/westsun"]
    kit.clock.pass_(minutes=59)
    assert paused(store, kit) == ["solar/buyer/sunpath", "solar/buyer/westsun"]
    kit.clock.pass_(minutes=1)
    assert paused(store, kit) == ["solar/buyer/westsun"]


def test_an_earlier_moment_is_asked_for_itself(kit: Any, store: SqliteStore) -> None:
    pause(store, "sunpath", HOUR)
    kit.clock.pass_(hours=2)
    assert paused(store, kit) == []
    kit.clock.pass_(hours=-2)
    assert paused(store, kit) == ["solar/buyer/sunpath"]


def test_what_another_process_sets_is_known(kit: Any, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    store = SqliteStore.open(path, kit.clock)
    pause(store, "westsun")
    assert paused(store, kit) == ["solar/buyer/westsun"]
    other = SqliteStore.beside(path, kit.clock)
    pause(other, "sunpath")
    other.close_now()
    assert paused(store, kit) == ["solar/buyer/sunpath", "solar/buyer/westsun"]
    store.close_now()


def test_a_question_hears_of_one_moment(kit: Any, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    store = SqliteStore.open(path, kit.clock)
    other = open_beside(path)

    def twice(connection: sqlite3.Connection) -> tuple[int, int]:
        count = "SELECT count(*) FROM override"
        before = connection.execute(count).fetchone()[0]
        other.execute(
            "INSERT INTO override (kind, subject, value, said, at, by, because) "
            "VALUES ('pause', 's', 1, '', '', '', '')"
        )
        return before, connection.execute(count).fetchone()[0]

    assert store.ask(twice) == (0, 0)
    assert store.ask(lambda connection: connection.execute("SELECT count(*) FROM override").fetchone()) == (
        1,
    )
    other.close()
    store.close_now()


def test_a_lead_that_is_told_of_again_is_read_again(kit: Any, store: SqliteStore) -> None:
    accept = kit.story("L1").accept()
    records = [replace(each, test=True) for each in accept.records if isinstance(each, LeadRecord)]

    def batch(core: Core) -> list[bool]:
        perform(core, accept)
        here = event(core, "L1", kit.clock.at, 1)
        before = bool(of_lead(here)["test"])
        project_records(here, replace(accept, records=tuple(records)))
        return [before, bool(of_lead(here)["test"])]

    assert store.transact(batch) == [False, True]


def test_what_was_rolled_back_is_not_remembered(kit: Any, store: SqliteStore) -> None:
    def fails(core: Core) -> None:
        overrides.put(core, "pause", "solar/buyer/sunpath", 1, "paused", None, "ann", "too many")
        assert len(beside.in_force(core.connection, kit.clock.at)) == 1
        raise ValueError("no room")

    with pytest.raises(ValueError, match="no room"):
        store.transact(fails)
    assert store.transact(lambda core: beside.in_force(core.connection, kit.clock.at)) == []
    pause(store, "westsun")
    assert [
        one.subject for one in store.transact(lambda core: beside.in_force(core.connection, kit.clock.at))
    ] == ["solar/buyer/westsun"]


def test_that_there_is_a_list_is_known_once_there_is_one(kit: Any, store: SqliteStore) -> None:
    asked = fx.Suppressible("solar", "facebook", (("do_not_sell", "phone_1", "+15125550147"),))
    effect = fx.Effect("suppressed/segment.1", fx.ReadSuppressed(asked))
    assert store.read("L1", effect)["lists"] == {}
    store.suppress("do_not_sell", ["+15125550147"], "ann", "asked")
    assert store.read("L1", effect)["lists"] == {"do_not_sell": ["phone_1"]}
    store.unsuppress("do_not_sell", ["+15125550147"], "ann", "a mistake")
    assert store.read("L1", effect)["lists"] == {}


# ------------------------------------------------------------------ what a question before an offer needs


def asked(store: SqliteStore, kit: Any, lead: str = "L9", **claims: Any) -> Any:
    return store.read(lead, kit.limits(**claims))["out"].get("sunpath")


def statements(store: SqliteStore, question: Callable[[], Any]) -> list[str]:
    said: list[str] = []
    store._reader.connection.set_trace_callback(said.append)
    question()
    store._reader.connection.set_trace_callback(None)
    return said


def test_what_was_asked_and_written_here_is_not_asked_again(kit: Any, store: SqliteStore) -> None:
    mine, others = kit.key("+15125550147"), kit.key("+15125550147", scope="source/facebook")
    with store.alone():
        kit.sell(store, "L1", limits=[kit.cap(3)])
        asked(store, kit, limits=[kit.cap(3)])
        kit.sell(store, "L2", limits=[kit.cap(3)])
        kit.sell(store, "L3", "declined", limits=[kit.cap(3)])
        store.write_now(kit.story("L4").accept(keys=[others]))
        assert statements(store, lambda: asked(store, kit, "L4", limits=[kit.cap(3)], keys=[mine])) == []
        assert asked(store, kit, "L4", limits=[kit.cap(3)], keys=[mine]) is None
        assert asked(store, kit, "L4", limits=[kit.cap(2)])["code"] == "capped"
        kit.sell(store, "L5", keys=[mine])
        assert asked(store, kit, "L4", keys=[mine])["code"] == "duplicate"


def test_a_digest_is_new_to_the_lead_that_came_first_alone(kit: Any, store: SqliteStore) -> None:
    key = kit.key("+15125550147", scope="source/facebook")
    mine = kit.key("+15125550147")
    with store.alone():
        store.write_now(kit.story("L1").accept(keys=[key]))
        store.write_now(kit.story("L2").accept(keys=[replace(key, scope="source/other")]))
        kit.sell(store, "L2b", keys=[mine])
        for lead in ("L1", "L2"):
            assert asked(store, kit, lead, keys=[mine])["code"] == "duplicate"


def test_leads_of_one_batch_are_no_news_to_each_other(kit: Any, store: SqliteStore) -> None:
    mine = kit.key("+15125550147")
    first, second = kit.story("L1"), kit.story("L2")
    writes = [
        first.accept(),
        first.intent(keys=[mine]),
        second.accept(keys=[replace(mine, scope="source/facebook")]),
    ]
    with store.alone():
        store.transact(lambda core: [perform(core, write) for write in writes])
        assert asked(store, kit, "L2", keys=[mine])["code"] == "duplicate"


def test_what_an_order_changes_is_heard_at_once(kit: Any, store: SqliteStore) -> None:
    with store.alone():
        assert asked(store, kit, limits=[kit.cap(1)]) is None
        pause(store, "sunpath", HOUR)
        kit.sell(store, "L1")
        assert asked(store, kit, "L1", limits=[kit.cap(1)])["code"] == "paused"
        kit.clock.pass_(hours=2)
        assert asked(store, kit, "L1", limits=[kit.cap(1)]) is None
        store.override("cap", "sunpath/cap/hour", 0, "cap 0 per hour", "ann", "full")
        assert asked(store, kit, limits=[kit.cap(1)])["code"] == "capped"


def test_a_buyer_that_fails_is_heard_of_at_once(kit: Any, store: SqliteStore) -> None:
    with store.alone():
        for lead in ("L1", "L2", "L3"):
            assert asked(store, kit) is None
            kit.sell(store, lead, "in_doubt")
        assert asked(store, kit)["code"] == "paused"


def test_a_write_that_is_lost_is_not_counted(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")
    lost = [story.accept(), story.intent(limits=[kit.cap(1)])]

    def fails(core: Core) -> None:
        for write in lost:
            perform(core, write)
        core.flush()
        raise ValueError("no room")

    with store.alone():
        assert asked(store, kit, limits=[kit.cap(1)]) is None
        with pytest.raises(ValueError, match="no room"):
            store.transact(fails)
        assert asked(store, kit, limits=[kit.cap(1)]) is None
        kit.sell(store, "L2", limits=[kit.cap(1)])
        assert asked(store, kit, limits=[kit.cap(1)])["code"] == "capped"


def test_another_process_that_writes_all_the_same_is_heard_with_the_next_write(
    kit: Any, tmp_path: Path
) -> None:
    path = tmp_path / "journal.db"
    store = SqliteStore.open(path, kit.clock)
    store.add_plan("4f1c09a", kit.plan)
    with store.alone():
        kit.sell(store, "L1")
        assert asked(store, kit, "L1") is None
        other = SqliteStore.beside(path, kit.clock)
        pause(other, "sunpath")
        other.close_now()
        store.write_now(kit.story("L2").accept())
        assert asked(store, kit, "L2")["code"] == "paused"
    store.close_now()


def test_what_a_question_hears_of_an_earlier_moment_is_not_remembered(kit: Any, tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "journal.db", kit.clock)
    store.add_plan("4f1c09a", kit.plan)

    def earlier(connection: sqlite3.Connection) -> Any:
        connection.execute("SELECT count(*) FROM cap").fetchone()
        kit.sell(store, "L1", limits=[kit.cap(2)])
        store.note_reveal("L1", "ann", "a look")  # from here on nothing is remembered
        return asked(store, kit, limits=[kit.cap(1)])

    with store.alone():
        assert store.ask(earlier) is None
        kit.sell(store, "L2", limits=[kit.cap(2)])
        assert asked(store, kit, limits=[kit.cap(2)])["code"] == "capped"
    store.close_now()


def test_what_was_heard_before_another_process_wrote_is_not_remembered(kit: Any, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    store = SqliteStore.open(path, kit.clock)
    store.add_plan("4f1c09a", kit.plan)
    kit.sell(store, "L1")
    assert asked(store, kit, "L1") is None
    remembered, reader = store._reader.remembered, store._reader.connection
    assert remembered is not None
    mark = remembered.mark(reader)
    heard = reader.execute("SELECT changed, failed_at FROM beside").fetchone()
    other = SqliteStore.beside(path, kit.clock)
    pause(other, "sunpath")
    other.close_now()
    accept = kit.story("L2").accept()

    def batch(core: Core) -> None:
        perform(core, accept)  # it looks whether anybody else has written
        remembered.learn(mark, {}, heard)

    with store.alone():
        store.transact(batch)
        assert asked(store, kit, "L2")["code"] == "paused"
    store.close_now()
