"""What durable effects do: claims fit together or none is made, and deliveries move what they reserved."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from typing import Any

import pytest

from leadflow_engine import effects as fx
from leadflow_engine import records as rec
from leadflow_engine.store import SqliteStore, StoreError


def caps(store: SqliteStore) -> list[tuple[Any, ...]]:
    return store.query("SELECT held, counted FROM cap ORDER BY window_start")


def test_an_accepted_lead_has_its_facts_its_row_and_its_keys(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")
    assert store.write_now(
        story.accept([kit.cap(2, limit="facebook/cap")], [kit.key("a@b.example", scope="source/facebook")])
    ) == {"accepted": True}
    assert [fact.key for fact in store.facts("L1")] == ["received", "accept/facebook"]
    assert store.facts("L1")[0].content == {"payload": {"phone": "5125550147"}}
    assert store.find("facebook/L1") == "L1"
    assert list(store.unfinished()) == ["L1"]
    assert caps(store) == [(0, 1)]


def test_a_refused_lead_counts_nothing(kit: Any, store: SqliteStore) -> None:
    door = (
        [kit.cap(5, limit="facebook/cap")],
        [kit.key("a@b.example", scope="source/facebook", reason="duplicate")],
    )
    store.write_now(kit.story("L1").accept(*door))
    story = kit.story("L2")
    refused = {"accepted": False, "code": "duplicate", "reason": "duplicate"}
    assert store.write_now(story.accept(*door)) == refused
    assert store.facts("L2")[-1].body == refused
    assert caps(store) == [(0, 1)]
    store.write_now(story.end("refused", "duplicate"))
    assert store.query("SELECT outcome, refused_code FROM lead WHERE id = 'L2'") == [("refused", "duplicate")]


@pytest.mark.parametrize(
    ("state", "held", "counted", "dedupe"),
    [
        ("confirmed", 0, 1, "counted"),
        ("declined", 0, 0, "released"),
        ("not_sent", 0, 0, "released"),
        ("in_doubt", 1, 0, "held"),
        ("pending", 1, 0, "held"),
    ],
)
def test_what_a_state_does_to_what_was_reserved(
    kit: Any, store: SqliteStore, state: str, held: int, counted: int, dedupe: str
) -> None:
    kit.sell(store, "L1", state, limits=[kit.cap(5)], keys=[kit.key("+15125550147")])
    assert caps(store) == [(held, counted)]
    assert store.query("SELECT state FROM dedupe_key") == [(dedupe,)]
    assert store.query("SELECT state FROM delivery") == [(state,)]


def test_all_that_an_intent_claims_fits_or_none_is_claimed(kit: Any, store: SqliteStore) -> None:
    day = kit.cap(1, limit="sunpath/cap/day", period="day", reason="cap 1 per day")
    kit.sell(store, "L1", limits=[day])
    story = kit.story("L2")
    store.write_now(story.accept())
    result = store.write_now(story.intent(limits=[kit.cap(50), day], keys=[kit.key("+15125550147")]))
    said = {"code": "capped", "reason": "cap 1 per day is full until 00:00"}
    assert result == {"granted": False, **said, "until": "2026-11-21T05:00:00.000000Z"}
    assert caps(store) == [(0, 1)]
    assert store.query("SELECT count(*) FROM dedupe_key") == [(0,)]
    assert store.query("SELECT count(*) FROM delivery WHERE lead = 'L2'") == [(0,)]


def test_claims_on_one_cap_in_one_intent_are_added_up(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")
    store.write_now(story.accept())
    assert not store.write_now(story.intent(limits=[kit.cap(1), kit.cap(1)]))["granted"]


def test_a_changed_maximum_keeps_its_count(kit: Any, store: SqliteStore) -> None:
    for number in range(3):
        kit.sell(store, f"L{number}", limits=[kit.cap(3)])
    assert store.read("L9", kit.limits(limits=[kit.cap(3)]))["out"]
    assert not store.read("L9", kit.limits(limits=[kit.cap(4)]))["out"]


def test_where_the_answer_may_come_in_the_next_hour_both_are_reserved(kit: Any, store: SqliteStore) -> None:
    kit.clock.pass_(minutes=18, seconds=50)  # 14:59:57
    story = kit.story("L1")
    store.write_now(story.accept())
    store.write_now(story.intent(limits=[kit.cap(1, timeout=5.0)]))
    assert caps(store) == [(1, 0), (1, 0)]
    kit.clock.pass_(seconds=1)
    store.write_now(story.settle("confirmed"))
    assert caps(store) == [
        (0, 1),
        (0, 0),
    ]  # answered before the hour was over: the buyer cannot count it later


def test_an_answer_that_came_in_the_next_hour_counts_in_both(kit: Any, store: SqliteStore) -> None:
    kit.clock.pass_(minutes=18, seconds=50)
    story = kit.story("L1")
    store.write_now(story.accept())
    store.write_now(story.intent(limits=[kit.cap(1, timeout=5.0)]))
    kit.clock.pass_(seconds=4)
    store.write_now(story.settle("confirmed"))
    assert caps(store) == [(0, 1), (0, 1)]


def test_a_budget_is_counted_in_millionths(kit: Any, store: SqliteStore) -> None:
    budget = kit.cap(
        100_000_000,
        limit="sunpath/budget",
        period="month",
        amount=50_000_000,
        code="balance",
        reason="budget 100.00 per month",
    )
    kit.sell(store, "L1", limits=[budget])
    kit.sell(store, "L2", limits=[budget])
    assert caps(store) == [(0, 100_000_000)]
    out = store.read("L9", kit.limits(limits=[budget]))["out"]["sunpath"]
    assert out == {
        "code": "balance",
        "reason": "budget 100.00 per month is full until 2026-12-01 00:00",
        "until": "2026-12-01T05:00:00.000000Z",
    }


@pytest.mark.parametrize(
    ("first", "beside_doubt", "granted"),
    [
        ("confirmed", False, False),
        ("confirmed", True, False),
        ("pending", True, False),
        ("in_doubt", False, False),
        ("in_doubt", True, True),
        ("declined", False, True),
        ("not_sent", False, True),
    ],
)
def test_a_lead_is_not_sold_twice(
    kit: Any, store: SqliteStore, first: str, beside_doubt: bool, granted: bool
) -> None:
    story = kit.sell(store, "L1", first)
    result = store.write_now(story.intent("westsun", beside_doubt=beside_doubt))
    assert result["granted"] is granted
    if not granted:
        assert result["code"] == "not_asked"
        assert result["reason"].startswith("sunpath ")


def test_an_intent_without_an_answer_stands_in_the_way_too(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")
    store.write_now(story.accept())
    store.write_now(story.intent("sunpath"))
    assert not store.write_now(story.intent("westsun"))["granted"]


def test_shared_sales_do_not_exclude_each_other(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")
    store.write_now(story.accept())
    for buyer in ("sunpath", "westsun"):
        assert store.write_now(story.intent(buyer, exclusive=False))["granted"]
    assert not store.write_now(story.intent("brightbid", exclusive=True))["granted"]


@pytest.mark.parametrize(
    ("state", "granted"), [("confirmed", False), ("in_doubt", False), ("declined", True)]
)
def test_no_more_have_a_lead_than_may(kit: Any, store: SqliteStore, state: str, granted: bool) -> None:
    """What is in doubt counts like what is sold; what was declined in the same write has made room."""
    story = kit.story("L1")
    store.write_now(story.accept())
    for buyer in ("sunpath", "westsun"):
        assert store.write_now(story.intent(buyer, exclusive=False, most=2))["granted"]
    story.answered(state, "westsun")
    result = store.write_now(story.intent("brightbid", exclusive=False, most=2))
    assert result["granted"] is granted
    assert granted or result["reason"] == "sunpath, westsun have this lead or may have it"


def test_test_leads_count_nowhere(kit: Any, store: SqliteStore) -> None:
    claims = [kit.cap(1)], [kit.key("+15125550147")]
    story = kit.story("L1", test=True)
    store.write_now(story.accept(*claims))
    store.write_now(story.intent(limits=claims[0], keys=claims[1]))
    store.write_now(story.settle("confirmed"))
    store.write_now(story.end())
    for table in ("cap", "reservation", "dedupe_key", "ledger", "turn", "sale"):
        assert store.query(f"SELECT count(*) FROM {table}") == [(0,)], table


def test_the_ledger_has_what_was_earned_and_what_is_owed(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")
    store.write_now(story.accept())
    story.fact("enhance/phone_check/1", "call", {"status": 200}, {"body": "{}"})
    story.records.append(
        rec.Posting(
            "enhance/phone_check/1",
            "enhance",
            "phone_check",
            "POST",
            "https://lookup.example.com",
            "cd",
            200,
            "",
            "{}",
            9.0,
            "accepted",
            1,
            cost=Decimal("0.004"),
        )
    )
    store.write_now(story.intent())
    store.write_now(story.settle("confirmed"))
    store.write_now(story.end())
    assert store.query("SELECT kind, party, amount, typeof(amount) FROM ledger ORDER BY kind") == [
        ("look_up", "phone_check", -4000, "integer"),
        ("sale", "sunpath", 50_000_000, "integer"),
        ("source", "facebook", -18_000_000, "integer"),
    ]
    summary = store.lead_summary("L1")
    assert summary is not None
    assert sum(row["amount"] for row in summary["ledger"]) == Decimal("31.996")


def test_a_source_may_be_owed_on_acceptance(kit: Any, store: SqliteStore) -> None:
    store.write_now(kit.story("L1", cost_on="accept").accept())
    assert store.query("SELECT kind, amount FROM ledger") == [("source", -18_000_000)]


def test_a_lead_that_waits_has_work_and_one_that_ended_has_none(kit: Any, store: SqliteStore) -> None:
    story = kit.sell(store, "L1", "in_doubt")
    store.write_now(story.suspend(due="2026-11-20T15:11:07+00:00"))
    assert list(store.unfinished()) == []
    assert store.work_due(kit.clock.at) == []
    kit.clock.pass_(minutes=31)
    (work,) = store.work_due(kit.clock.at)
    assert (work.lead, work.why, work.cursor) == ("L1", "in_doubt", {"version": 1, "segment": 2})
    store.write_now(story.end("unsold", "nobody took it"))
    assert store.work() == []
    assert store.query("SELECT outcome, reason FROM lead") == [("unsold", "nobody took it")]


def test_a_later_record_of_the_same_buyer_replaces_the_earlier(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")
    for outcome in ("pending", "sold"):
        story.records.append(
            rec.Considered("route.1", 1, "", "sunpath", outcome, price=Decimal("50"), position=1)
        )
    store.write_now(story.accept())
    assert store.query("SELECT outcome, price FROM considered") == [("sold", 50_000_000)]


@pytest.mark.parametrize("shift", [-1, 1])
def test_facts_of_a_second_run_of_the_same_lead_do_not_hold(kit: Any, store: SqliteStore, shift: int) -> None:
    story = kit.story("L1")
    store.write_now(story.accept())
    story.seq += shift
    story.fact("clock/segment.1", "read", {"now": "2026-11-20T14:41:07Z"})
    with pytest.raises(StoreError, match=r"lead L1: fact .* does not follow fact 1"):
        store.write_now(story.intent())
    assert [fact.seq for fact in store.facts("L1")] == [0, 1]


def test_a_key_comes_once(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")
    store.write_now(story.accept())
    story.seq = 2
    story.fact("received", "received", {})
    with pytest.raises(StoreError, match="in the journal already"):
        store.write_now(story.intent())


def test_an_unknown_plan_is_said(kit: Any) -> None:
    store = SqliteStore.memory(kit.clock)
    with pytest.raises(StoreError, match="a plan is added before its first lead"):
        store.write_now(kit.story("L1").accept())
    store.close_now()


@pytest.mark.parametrize("bad", [Decimal("1.5"), float("nan"), {1, 2}, object()])
def test_a_fact_that_is_no_json_is_refused_and_the_next_write_works(
    kit: Any, store: SqliteStore, bad: object
) -> None:
    story = kit.story("L1")
    story.fact("clock/segment.1", "read", {"now": bad})
    with pytest.raises(StoreError, match=r"fact clock/segment\.1 is not plain JSON"):
        store.write_now(story.accept())
    assert store.write_now(kit.story("L2").accept()) == {"accepted": True}


def test_text_from_outside_comes_out_as_it_went_in(kit: Any, store: SqliteStore) -> None:
    hostile = "\ud83d\x00';DROP TABLE lead;-- \U0001f525 \u2028 \x1f"
    story = kit.story("L1")
    story.fact("post/x/1", "call", {"n": 1}, {"body": hostile})
    story.records.append(
        rec.Posting("post/x/1", "post", "x", "POST", hostile, "h", 200, "", hostile, 1.0, "", None, hostile)
    )
    store.write_now(story.accept())
    assert store.facts("L1")[1].content == {"body": hostile}
    assert store.verify() == []
    assert "DROP TABLE" in store.query("SELECT answer FROM posting")[0][0]


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity"), Decimal("1e15")])
def test_an_amount_that_no_column_holds_is_refused(kit: Any, store: SqliteStore, amount: Decimal) -> None:
    story = kit.sell(store, "L1", "in_doubt")
    story.records.append(rec.Delivery("sunpath", 1, "confirmed", amount))
    with pytest.raises(StoreError, match="no amount of money"):
        store.write_now(story.write("settle/2", fx.Flush()))


def test_facts_are_only_ever_added(kit: Any, store: SqliteStore, path: Any) -> None:
    kit.sell(store, "L1")
    store.close_now()
    with sqlite3.connect(path) as other:
        for change in (
            "DELETE FROM fact",
            "UPDATE fact SET body = '{}'",
            "UPDATE fact SET content = '{}'",
            "UPDATE fact SET content = NULL, at = ''",
            "INSERT OR REPLACE INTO fact SELECT * FROM fact WHERE seq = 0",
            (
                "REPLACE INTO fact SELECT id + 1000, lead, seq, key, kind, at, '{}', NULL, digest, hash FROM "
                "fact WHERE seq = 1"
            ),
        ):
            with pytest.raises(sqlite3.IntegrityError, match="facts are only ever added"):
                other.execute(change)
        other.execute("UPDATE fact SET content = NULL")
    other.close()
