"""What the journal says of buyers before they are asked: who is out, why, until when; turns; kept answers."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from leadflow_dsl.model import DownAfter
from leadflow_engine import effects as fx
from leadflow_engine import records as rec
from leadflow_engine.figures import Figure
from leadflow_engine.store import SqliteStore, StoreError


def out(store: SqliteStore, kit: Any, **asked: Any) -> Any:
    return store.read("L9", kit.limits(**asked))["out"].get("sunpath")


def test_a_full_cap_says_until_when_on_the_buyers_clock(kit: Any, store: SqliteStore) -> None:
    kit.sell(store, "L1", limits=[kit.cap(1)])
    assert out(store, kit, limits=[kit.cap(1)]) == {
        "code": "capped",
        "reason": "cap 1 per hour is full until 10:00",
        "until": "2026-11-20T15:00:00.000000Z",
    }
    kit.clock.pass_(minutes=19)
    assert out(store, kit, limits=[kit.cap(1)]) is None


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ({"reason": "enough for today"}, "enough for today"),
        ({"period": "day", "reason": "cap 1 per day"}, "cap 1 per day is full until 00:00"),
        ({"period": "week", "reason": "cap 1 per week"}, "cap 1 per week is full until 2026-11-23 00:00"),
        ({"period": "total", "reason": "cap 1 per total"}, "cap 1 per total is full"),
        (
            {"period": "second", "reason": "throttle 1 per second"},
            "throttle 1 per second is full until 09:41:08",
        ),
    ],
)
def test_the_sentence_of_a_full_cap(kit: Any, store: SqliteStore, claim: dict[str, Any], reason: str) -> None:
    limit = kit.cap(1, **claim)
    kit.sell(store, "L1", limits=[limit])
    assert out(store, kit, limits=[limit])["reason"] == reason


def test_a_cap_by_a_field_counts_each_value_on_its_own_and_keeps_none(kit: Any, store: SqliteStore) -> None:
    kit.sell(store, "L1", limits=[kit.cap(1, by="+15125550147")])
    assert out(store, kit, limits=[kit.cap(1, by="+15125550147")])["code"] == "capped"
    assert out(store, kit, limits=[kit.cap(1, by="+15125550148")]) is None
    assert "5125550147" not in str(store.query('SELECT "by" FROM cap'))


@pytest.mark.parametrize(
    ("state", "duplicate"), [("confirmed", True), ("in_doubt", True), ("pending", True), ("declined", False)]
)
def test_a_buyers_dedupe_looks_at_what_it_was_sold(
    kit: Any, store: SqliteStore, state: str, duplicate: bool
) -> None:
    kit.sell(store, "L1", state, keys=[kit.key("+15125550147")])
    found = out(store, kit, keys=[kit.key("+15125550147")])
    assert (found is not None) is duplicate
    if found:
        assert (found["code"], found["reason"]) == ("duplicate", "bought before")
    assert out(store, kit, keys=[kit.key("+15125550148")]) is None
    assert store.read("L1", kit.limits(keys=[kit.key("+15125550147")]))["out"] == {}  # its own sale
    kit.clock.pass_(days=90)
    assert out(store, kit, keys=[kit.key("+15125550147")]) is None


def test_the_value_of_a_dedupe_key_is_not_kept(kit: Any, store: SqliteStore, path: Path) -> None:
    kit.sell(store, "L1", keys=[kit.key("unmistakable@a.example")])
    store.close_now()
    assert b"unmistakable" not in b"".join(each.read_bytes() for each in path.parent.glob("solar.db*"))


def test_a_cap_is_said_before_a_budget_before_a_duplicate(kit: Any, store: SqliteStore) -> None:
    budget = kit.cap(1, limit="sunpath/budget", code="balance", reason="budget 1.00 per day")
    keys = [kit.key("+15125550147")]
    kit.sell(store, "L1", limits=[budget, kit.cap(1)], keys=keys)
    assert out(store, kit, limits=[budget, kit.cap(1)], keys=keys)["code"] == "capped"
    assert out(store, kit, limits=[budget, kit.cap(2)], keys=keys)["code"] == "balance"
    assert out(store, kit, limits=[kit.cap(2)], keys=keys)["code"] == "duplicate"


# ------------------------------------------------------------------ down


def fail(kit: Any, store: SqliteStore, *leads: str) -> None:
    for lead in leads:
        kit.sell(store, lead, "in_doubt")
        kit.clock.pass_(seconds=1)


def test_a_buyer_that_keeps_failing_is_left_alone(kit: Any, store: SqliteStore) -> None:
    fail(kit, store, "L1", "L2")
    assert out(store, kit) is None
    fail(kit, store, "L3")
    assert out(store, kit, limits=[kit.cap(50)]) == {
        "code": "paused",
        "reason": "down after 3 failures until 09:43:09",
        "until": "2026-11-20T14:43:09.000000Z",
    }


def test_failed_pings_count_too(kit: Any, store: SqliteStore) -> None:
    for number in range(3):
        story = kit.story(f"L{number}")
        story.fact("ping/sunpath/1", "call", {"failure": "timeout"})
        story.records.append(
            rec.Posting(
                "ping/sunpath/1", "ping", "sunpath", "POST", "u", "h", None, "timeout", "", 700.0, "", None
            )
        )
        store.write_now(story.accept())
    assert out(store, kit)["code"] == "paused"


def test_one_lead_tries_it_again_and_the_others_wait(kit: Any, store: SqliteStore) -> None:
    fail(kit, store, "L1", "L2", "L3")
    kit.clock.pass_(minutes=2)
    assert store.read("L4", kit.limits())["out"] == {}
    assert store.read("L5", kit.limits())["out"]["sunpath"]["reason"] == (
        "down after 3 failures; one lead is trying it"
    )
    assert store.read("L4", kit.limits())["out"] == {}
    kit.sell(store, "L4", "declined")  # an answer, if not a yes
    assert store.read("L5", kit.limits())["out"] == {}


def test_our_own_crash_is_no_failure_of_the_buyer(kit: Any, store: SqliteStore) -> None:
    for lead in ("L1", "L2", "L3"):
        story = kit.story(lead)
        store.write_now(story.accept())
        store.write_now(story.intent())
        store.write_now(story.settle("in_doubt", failure="crash"))
    assert out(store, kit) is None


def test_a_trial_that_fails_takes_it_down_again(kit: Any, store: SqliteStore) -> None:
    fail(kit, store, "L1", "L2", "L3")
    kit.clock.pass_(minutes=2)
    fail(kit, store, "L4")
    assert out(store, kit)["reason"].startswith("down after 4 failures until 14:45")


def test_a_trial_that_never_gets_there_gives_way(kit: Any, store: SqliteStore) -> None:
    fail(kit, store, "L1", "L2", "L3")
    kit.clock.pass_(minutes=2)
    assert store.read("L4", kit.limits())["out"] == {}
    kit.clock.pass_(seconds=31)
    assert store.read("L5", kit.limits())["out"] == {}


def test_what_an_operator_says_later_does_not_undo_a_failure(kit: Any, store: SqliteStore) -> None:
    store.write_now(kit.sell(store, "L1", "in_doubt").suspend())
    fail(kit, store, "L2", "L3")
    store.settle_delivery("L1", "sunpath", 1, "sold", "ann", "their log has it")
    assert out(store, kit)["code"] == "paused"


def test_its_own_rule_counts(kit: Any, store: SqliteStore) -> None:
    fail(kit, store, "L1")
    rule = DownAfter(1, datetime.timedelta(seconds=10), datetime.timedelta(hours=1))
    assert out(store, kit, down=rule)["code"] == "paused"


# ------------------------------------------------------------------ turns, cache


def test_turns_move_with_the_intent(kit: Any, store: SqliteStore) -> None:
    for lead, buyer in (("L1", "westsun"), ("L2", "sunpath"), ("L3", "westsun")):
        story = kit.story(lead)
        store.write_now(story.accept())
        store.write_now(story.intent(buyer))
    asked = fx.Effect("order/route.1/1", fx.ReadTurns("route.1", ("sunpath", "westsun", "brightbid")))
    turns = store.read("L3", asked)["turns"]
    assert set(turns) == {"sunpath", "westsun"}
    assert turns["westsun"] > turns["sunpath"]


def test_shares_and_figures_move_with_intents_and_answers(kit: Any, store: SqliteStore) -> None:
    for lead, state in (("L1", "confirmed"), ("L2", "declined"), ("L3", "in_doubt")):
        story = kit.story(lead)
        store.write_now(story.accept())
        store.write_now(story.intent("sunpath", shares=(("sunpath", -400_000), ("westsun", 400_000))))
        store.write_now(story.settle(state))
    buyers = ("sunpath", "westsun", "brightbid")
    turns = store.read("L3", fx.Effect("order/route.1/1", fx.ReadTurns("route.1", buyers, weighted=True)))
    assert turns["shares"] == {"sunpath": -1_200_000, "westsun": 1_200_000}
    assert store.read("L3", fx.Effect("rates/30d/1", fx.ReadRates(30 * 86_400.0))) == {
        "rates": {"sunpath": [2, 1]}
    }
    assert figures(store, "attempts", "sold", "acceptance_rate", "leads") == ["3", "1", "0.5", "3"]
    assert figures(store, "sold", party="x") == ["0"]
    assert figures(store, "leads", "sold", "sold_leads", kind="source", party="facebook") == ["0", "1", "1"]
    kit.clock.pass_(days=2)
    assert figures(store, "attempts", "sold", "acceptance_rate") == ["0", "0", None]


def figures(store: SqliteStore, *names: str, kind: str = "buyer", party: str = "sunpath") -> list[str | None]:
    """Figures of the last day."""
    asked = tuple(fx.AskedFigure(Figure(name, kind, party, 86_400.0), party) for name in names)
    told = store.read("L3", fx.Effect("figures/1", fx.ReadFigures("solar", "America/New_York", asked)))
    return list(told["figures"].values())


def look_up(kit: Any, store: SqliteStore, lead: str) -> None:
    story = kit.story(lead)
    story.fact("enhance/phone_check/1", "call", {"status": 200}, {"body": '{"valid": true}'})
    story.records.append(rec.Kept("phone_check", "+15125550147", "enhance/phone_check/1"))
    store.write_now(story.accept())


def asked(within: float = 86400.0, value: str = "+15125550147") -> fx.Effect:
    return fx.Effect("cache/phone_check", fx.ReadCache("phone_check", value, within))


def test_an_answer_that_was_kept_is_found_while_it_is_young(kit: Any, store: SqliteStore) -> None:
    look_up(kit, store, "L1")
    assert store.read("L2", asked()) == {"answer": {"status": 200, "body": '{"valid": true}'}}
    assert store.read("L2", asked(value="+15125550148")) == {"answer": None}
    kit.clock.pass_(days=1)
    assert store.read("L2", asked()) == {"answer": None}


def test_an_answer_whose_content_was_removed_is_gone(
    kit: Any, store: SqliteStore, opened: Any, path: Path
) -> None:
    import sqlite3

    look_up(kit, store, "L1")
    with sqlite3.connect(path) as other:
        other.execute("UPDATE fact SET content = NULL")
    other.close()
    assert store.read("L2", asked()) == {"answer": None}


def test_what_the_journal_cannot_answer_is_said(kit: Any, store: SqliteStore) -> None:
    with pytest.raises(StoreError, match=r"clock/segment\.1"):
        store.read("L1", fx.Effect("clock/segment.1", fx.Clock()))


# ------------------------------------------------------------------ snapshots


def test_a_snapshot_answers_as_the_file_does_and_leaves_it_alone(
    kit: Any, store: SqliteStore, path: Path
) -> None:
    kit.sell(store, "L1", limits=[kit.cap(1)], keys=[kit.key("+15125550147")])
    fail(kit, store, "L2", "L3", "L4")
    look_up(kit, store, "L5")
    effects = [
        kit.limits(limits=[kit.cap(1)]),
        kit.limits(keys=[kit.key("+15125550147")]),
        kit.limits("westsun"),
        asked(),
    ]
    before = store.query("SELECT count(*), max(id) FROM fact")
    copy = SqliteStore.snapshot(path, kit.clock)
    copy.add_plan("4f1c09a", kit.plan)
    assert [copy.read("L9", each) for each in effects] == [store.read("L9", each) for each in effects]
    assert copy.find("facebook/L1") is None
    story = kit.sell(copy, "L1", limits=[kit.cap(2)])
    copy.write_now(story.end())
    assert copy.query("SELECT counted FROM cap") == [(2,)]
    assert store.query("SELECT counted FROM cap") == [(1,)]
    copy.close_now()
    assert store.query("SELECT count(*), max(id) FROM fact") == before


def test_a_snapshot_of_nothing_says_so(kit: Any, path: Path) -> None:
    with pytest.raises(StoreError, match="there is no such file"):
        SqliteStore.snapshot(path, kit.clock)
    assert not path.exists()
