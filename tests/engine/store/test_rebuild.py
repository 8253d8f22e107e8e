"""Projections hold nothing but what the facts say; facts vouch for each other."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine import records as rec
from leadflow_engine.store import SqliteStore, StoreError, adjusting, feedback, returns
from leadflow_engine.store.postbacks import Sent
from leadflow_engine.store.rebuild import PROJECTIONS, contents
from leadflow_engine.store.resubmissions import resubmit
from tests.engine.store.tampering import tampered


def history(kit: Any, store: SqliteStore, leads: int = 60, seed: int = 7) -> dict[str, Any]:
    """Leads of all kinds, their Writes interleaved; some refused, some settled later, some still waiting."""
    random_ = random.Random(seed)
    stories = {}
    for number in range(leads):
        lead = f"L{number}"
        story = stories[lead] = kit.story(lead, test=number % 11 == 0)
        kit.clock.pass_(seconds=random_.randint(0, 90))
        phone = kit.key(f"+1512555{number % 9:04}", scope="source/facebook", within=600.0, reason="duplicate")
        story.records.append(rec.StepRecord(1, 1, "filter", "suppressed", "success", read={"zip": "78701"}))
        story.fact("enhance/phone_check/1", "call", {"status": 200}, {"body": "{}"})
        story.records.append(rec.Kept("phone_check", f"+1512555{number % 9:04}", "enhance/phone_check/1"))
        limits = [kit.cap(500, limit="facebook/cap", period="day", reason="cap 500 per day")]
        if not store.write_now(story.accept(limits, [phone]))["accepted"]:
            store.write_now(story.end("refused", "duplicate"))
            continue
        story.records.append(rec.Judged("route.1", 1, "F12"))
        pinged = (
            "https://sunpath.example.com",
            "cd",
            503 if number % 7 == 0 else 200,
            "",
            "{}",
            9.0,
            "bid",
            1,
        )
        story.records.append(rec.Posting("ping/sunpath/1", "ping", "sunpath", "POST", *pinged))
        for place, buyer in enumerate(("sunpath", "westsun"), 1):
            state = random_.choice(["confirmed", "declined", "in_doubt", "not_sent", "pending"])
            claims = [kit.cap(4, limit=f"{buyer}/cap", timeout=5.0, by=str(number % 2))]
            if not store.write_now(story.intent(buyer, limits=claims, keys=[kit.key(lead)]))["granted"]:
                continue
            kit.clock.pass_(seconds=random_.randint(0, 6))
            story.records.append(
                rec.Considered("route.1", 1, "", buyer, state, price=Decimal("50"), position=place)
            )
            asked = (("inquiry", "2026-11-20T15:00:00Z"),) if state in ("in_doubt", "pending") else ()
            store.write_now(story.settle(state, buyer, n=place, follow_ups=asked))
            if state in ("confirmed", "in_doubt", "pending"):
                break
        outcome = {"confirmed": "sold", "in_doubt": "in_doubt", "pending": "pending"}.get(state, "unsold")
        if outcome in ("in_doubt", "pending"):
            store.write_now(story.suspend(outcome))
            if number % 3 == 0:
                store.settle_delivery(
                    lead, buyer, 1, random_.choice(["sold", "declined"]), "ann", "asked them"
                )
        else:
            store.write_now(story.end(outcome, outcome))
            if outcome == "unsold":
                store.transact(lambda core: resubmit(core, lead, "bad phone", "ann", ["westsun"]))  # noqa: B023
            for due in store.postbacks_due(kit.clock.now()):
                heard = random_.choice(["", "status 500"])
                store.note_postback(due, Sent(500 if heard else 200, heard, 1.5))
            if outcome == "sold":
                afterwards(store, lead, buyer, random.Random(lead))
    return stories


def afterwards(store: SqliteStore, lead: str, buyer: str, random_: random.Random) -> None:
    """What is told after a sale: another price, feedback, returns that are denied and one that is not."""
    found = store.ask(lambda connection: returns.deliveries_to(connection, lead, buyer))
    if not found or found[0].state != "confirmed":
        return
    if random_.random() < 0.5:
        store.transact(lambda core: adjusting.adjust(core, lead, buyer, 1, 42_000_000, "ann", "as agreed"))
    store.transact(
        lambda core: feedback.note(core, feedback.Told(lead, "converted", "ann", buyer, 900_000_000))
    )
    for denied in ("too late", "")[: random_.randint(0, 2)]:
        asked = returns.Asked(
            found[0],
            str(found[0].sold_at),
            "bad phone",
            "ann",
            denied=denied,
            cost_back=True,
            postbacks=(1,),
            resubmit=True,
        )
        store.transact(lambda core, asked=asked: returns.take_back(core, asked))


@pytest.mark.parametrize("seed", range(5))
def test_all_projections_are_made_again_equal(kit: Any, store: SqliteStore, seed: int) -> None:
    stories = history(kit, store, seed=seed)
    before = contents(store._reader.connection)
    assert all(before[table] for table in PROJECTIONS), "the history touches every table"
    kit.clock.pass_(days=3)  # nothing of the present time may get in
    store.rebuild(lambda lead, facts: stories[lead].made)
    assert contents(store._reader.connection) == before
    assert store.verify() == []
    assert store.query("PRAGMA foreign_key_check") == []


COUNTED = {
    "attempts": "SELECT d.buyer, count(*) FROM delivery d JOIN lead l ON l.id = d.lead WHERE NOT l.test GROUP BY 1",
    "sold": "SELECT d.buyer, count(*) FROM delivery d JOIN lead l ON l.id = d.lead "
    "WHERE d.sold_at IS NOT NULL AND NOT l.test GROUP BY 1",
    "answered": "SELECT d.buyer, count(*) FROM delivery d JOIN lead l ON l.id = d.lead "
    "WHERE d.state IN ('confirmed', 'declined', 'returned') AND NOT l.test GROUP BY 1",
    "revenue": "SELECT party, sum(amount) FROM ledger WHERE kind IN ('sale', 'return', 'adjustment') GROUP BY 1",
}


@pytest.mark.parametrize("figure", COUNTED)
@pytest.mark.parametrize("seed", range(3))
def test_the_tallies_are_what_the_deliveries_and_the_ledger_say(
    kit: Any, store: SqliteStore, seed: int, figure: str
) -> None:
    history(kit, store, seed=seed)
    of_buyers = "SELECT party, sum(amount) FROM tally WHERE kind = 'buyer' AND figure = ? GROUP BY 1 HAVING sum(amount)"
    assert dict(store.query(of_buyers, (figure,))) == {
        buyer: number for buyer, number in store.query(COUNTED[figure]) if number
    }
    [(margin,)] = store.query("SELECT sum(amount) FROM tally WHERE kind = 'source' AND figure = 'margin'")
    assert [(margin,)] == store.query("SELECT sum(amount) FROM ledger")


def test_a_replay_that_does_what_never_happened_changes_nothing(kit: Any, store: SqliteStore) -> None:
    stories = history(kit, store, leads=12)
    before = contents(store._reader.connection)
    extra = kit.story("L1").intent("brightbid", 9)
    with pytest.raises(
        StoreError, match="its replay made intent/brightbid/9, of which the journal has no fact"
    ):
        store.rebuild(
            lambda lead, facts: [*stories[lead].made, extra] if lead == "L1" else stories[lead].made
        )
    assert contents(store._reader.connection) == before


def test_removed_contents_do_not_break_the_chain(kit: Any, store: SqliteStore, path: Path) -> None:
    history(kit, store, leads=6)
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE fact SET content = NULL WHERE lead = 'L1'")
    assert store.verify() == []
    assert store.facts("L1")[0].content is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE fact SET body = '{\"now\":1}' WHERE lead = 'L1' AND seq = 1", "it is not what was written"),
        ("UPDATE fact SET at = '2026-01-01' WHERE lead = 'L1' AND seq = 1", "it is not what was written"),
        (
            "UPDATE fact SET content = '{}' WHERE lead = 'L1' AND seq = 1",
            "its content is not what was written",
        ),
        ("DELETE FROM fact WHERE lead = 'L1' AND seq = 1", "it is not what was written"),
    ],
)
def test_what_was_changed_behind_its_back_shows(
    kit: Any, store: SqliteStore, path: Path, change: str, problem: str
) -> None:
    history(kit, store, leads=6)
    tampered(path, change)
    (found,) = store.verify()
    assert (found.lead, found.problem) == ("L1", problem)
    assert store.verify("L2") == []
