"""What figures count, in which hour, and what is usual: read as a flow reads them."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine import effects as fx
from leadflow_engine import records as rec
from leadflow_engine.figures import Figure
from leadflow_engine.store import SqliteStore, adjusting, feedback, invoices, payments, returns
from leadflow_engine.store.migrations import FILES, statements
from leadflow_engine.store.rebuild import contents

HOUR, DAY = 3600.0, 86_400.0


class Told:
    """Figures of the flow ``solar``, as they are now."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def __call__(
        self, name: str, party: str = "sunpath", seconds: float = DAY, kind: str = "buyer", **more: Any
    ) -> str | None:
        caps = more.pop("caps", ())
        asked = fx.AskedFigure(Figure(name, kind, party, seconds, **more), party, caps)
        data = fx.ReadFigures("solar", "America/New_York", (asked,))
        found = self._store.read("", fx.Effect("figures/1", data))["figures"]
        value: str | None = found[asked.figure.key]
        return value

    def of_source(self, name: str, seconds: float = DAY, **more: Any) -> str | None:
        return self(name, "facebook", seconds, "source", **more)


@pytest.fixture
def told(store: SqliteStore) -> Told:
    return Told(store)


def sold(kit: Any, store: SqliteStore, lead: str, state: str = "confirmed", test: bool = False) -> Any:
    """A lead that came in, was offered to sunpath and ended."""
    story = kit.story(lead, test=test)
    store.write_now(story.accept())
    story.records.append(rec.StepRecord(1, 1, "intake", "intake", "success"))
    store.write_now(story.intent())
    store.write_now(story.settle(state))
    store.write_now(story.end("sold" if state == "confirmed" else "unsold"))
    return story


def test_a_sale_counts_for_its_buyer_its_source_and_its_dimensions(
    kit: Any, store: SqliteStore, told: Told
) -> None:
    sold(kit, store, "L1")
    sold(kit, store, "L2", "declined")
    for name, value in {"leads": "2", "attempts": "2", "sold": "1", "acceptance_rate": "0.5"}.items():
        assert told(name) == value, name
        assert told.of_source(name) == value, name
        assert told(name, "campaign=fall", kind="dimension") == value, name
        assert told(name, "campaign=spring", kind="dimension") in ("0", None), name


def test_test_leads_count_nowhere(kit: Any, store: SqliteStore, told: Told) -> None:
    sold(kit, store, "L1", test=True)
    assert store.query("SELECT count(*) FROM tally") == [(0,)]
    assert told("sold") == "0"


def test_a_lead_that_is_sold_to_two_is_two_sales_and_one_lead_sold(
    kit: Any, store: SqliteStore, told: Told
) -> None:
    story = kit.story("L1")
    store.write_now(story.accept())
    for number, buyer in enumerate(("sunpath", "westsun"), 1):
        store.write_now(story.intent(buyer, exclusive=False))
        store.write_now(story.settle("confirmed", buyer, n=number))
    assert (told.of_source("sold"), told.of_source("sold_leads")) == ("2", "1")
    assert (told("sold"), told("sold", "westsun")) == ("1", "1")
    # 50.00 from each; the first to take the lead bears what it cost, 18.00
    assert (told("margin"), told("margin", "westsun"), told.of_source("margin")) == ("32", "50", "82")


def test_a_return_counts_in_the_hour_of_its_sale(kit: Any, store: SqliteStore, told: Told) -> None:
    sold(kit, store, "L1")
    kit.clock.pass_(days=2)
    sold(kit, store, "L2")
    take_back(store, "L1")
    assert told("return_rate") == "0"
    assert told("return_rate", seconds=3 * DAY) == "0.5"
    assert told("margin", seconds=3 * DAY) == "14"  # 50 of L2, less what both had cost
    assert told("revenue", seconds=3 * DAY) == "50"


def test_a_sale_that_is_adjusted_and_comes_back_leaves_no_margin(
    kit: Any, store: SqliteStore, told: Told
) -> None:
    story = kit.story("L1")
    story.records[0] = replace(story.records[0], cost=Decimal(0), cost_share=Decimal("0.4"))
    store.write_now(story.accept())
    store.write_now(story.intent())
    store.write_now(story.settle("confirmed"))
    assert (told("margin"), told.of_source("margin")) == ("30", "30")  # 60% of 50.00
    store.write_now(story.end("sold"))
    store.transact(lambda core: adjusting.adjust(core, "L1", "sunpath", 1, 40_000_000, "ann", "their list"))
    assert (told("margin"), told.of_source("margin")) == ("24", "24")
    take_back(store, "L1")
    assert (told("margin"), told.of_source("margin"), told("revenue")) == ("0", "0", "0")


def take_back(store: SqliteStore, lead: str, buyer: str = "sunpath") -> None:
    [sale] = store.ask(lambda connection: returns.deliveries_to(connection, lead, buyer))
    asked = returns.Asked(sale, "2026-11-22T14:41:07.000000Z", "bad phone", "ann")
    assert store.transact(lambda core: returns.take_back(core, asked)).state == "returned"


def test_conversions_and_fraud_that_is_told_count_once_a_sale(
    kit: Any, store: SqliteStore, told: Told
) -> None:
    for lead in ("L1", "L2"):
        sold(kit, store, lead)
    for event in ("converted", "converted", "contacted", "fraud"):
        heard = feedback.Told("L1", event, "crm", "sunpath", at="2026-11-21T10:00:00Z")
        store.transact(lambda core, heard=heard: feedback.note(core, heard))  # type: ignore[misc]
    assert (told("conversion_rate"), told("fraud_rate")) == ("0.5", "0.5")
    assert told.of_source("conversion_rate") == "0.5"


def test_a_time_out_is_no_refusal(kit: Any, store: SqliteStore, told: Told) -> None:
    sold(kit, store, "L1", "declined")
    story = kit.story("L2")
    store.write_now(story.accept())
    store.write_now(story.intent())
    posting = (
        "post",
        "sunpath",
        "POST",
        "https://sunpath.example",
        "ab",
        None,
        "timeout",
        "",
        5000.0,
        "",
        None,
    )
    story.records.append(rec.Posting("post/sunpath/1", *posting))
    story.records.append(rec.Delivery("sunpath", 1, "in_doubt", Decimal("50"), stage="route.1"))
    store.write_now(story.write("settle/1", fx.Flush()))
    assert (told("timeout_rate"), told("acceptance_rate")) == ("0.5", "0")
    assert told("attempts") == "2"


def test_a_refusal_for_fraud(kit: Any, store: SqliteStore, told: Told) -> None:
    story = sold(kit, store, "L1", "declined")
    assert told("fraud_rate") == "0"
    story = kit.story("L2")
    store.write_now(story.accept())
    store.write_now(story.intent())
    story.records.append(rec.Considered("route.1", 1, "", "sunpath", "rejected", cause="fraud"))
    store.write_now(story.settle("declined"))
    assert told("fraud_rate") == "0.5"


def test_what_is_usual_is_the_mean_of_the_same_hours_of_four_weeks(
    kit: Any, store: SqliteStore, told: Told
) -> None:
    assert told.of_source("leads", HOUR, usual=True) is None
    for week, leads in enumerate((6, 1, 2, 3, 4)):
        for number in range(leads):
            sold(kit, store, f"W{week}L{number}")
        kit.clock.pass_(weeks=1)
    kit.clock.pass_(minutes=18)  # the hour is over: what came in it then counts whole
    kit.clock.pass_(seconds=53)
    assert told.of_source("leads", HOUR) == "0"
    assert told.of_source("leads", HOUR, usual=True) == "2.5"
    assert told("acceptance_rate", seconds=HOUR, usual=True) == "1"


def test_of_an_hour_that_has_begun_so_much_is_usual_as_has_passed(
    kit: Any, store: SqliteStore, told: Told
) -> None:
    for lead in ("L1", "L2", "L3", "L4"):
        sold(kit, store, lead)
    kit.clock.pass_(days=6, hours=23, minutes=18, seconds=53)  # 14:00, a week later
    before = told.of_source("leads", HOUR, usual=True)
    kit.clock.pass_(minutes=45)
    assert (before, told.of_source("leads", HOUR, usual=True)) == (None, None), "it was not known by then"
    kit.clock.pass_(hours=1)  # 15:45
    assert told.of_source("leads", HOUR, usual=True) == "4"


def test_usual_goes_by_the_clock_on_the_wall(kit: Any, store: SqliteStore, told: Told) -> None:
    kit.clock.at = kit.clock.at.replace(month=10, day=27, hour=13, minute=0)  # 9:00 in New York
    for lead in ("L1", "L2"):
        sold(kit, store, lead)
    kit.clock.pass_(weeks=1, hours=2)  # 10:00 in winter time; the two came between 9:00 and 10:00
    assert told.of_source("leads", HOUR, usual=True) == "2"


@pytest.mark.parametrize(("window", "share"), [("calendar", "0.25"), ("rolling", "0.25")])
def test_the_used_share_of_a_cap_with_the_number_that_is_set(
    kit: Any, store: SqliteStore, told: Told, window: str, share: str
) -> None:
    claim = kit.cap(4, window=window)
    story = kit.story("L1")
    store.write_now(story.accept())
    store.write_now(story.intent(limits=[claim]))
    assert told("cap_used", period="hour", caps=(claim,)) == share
    store.override("cap", claim.limit, 2, "cap 2 per hour", "ann", "a slow day")
    assert told("cap_used", period="hour", caps=(claim,)) == "0.5"
    kit.clock.pass_(hours=1)
    assert told("cap_used", period="hour", caps=(claim,)) == "0"


def test_how_long_a_buyer_takes_to_pay(kit: Any, store: SqliteStore, told: Told) -> None:
    sold(kit, store, "L1")
    assert told("days_to_pay", seconds=90 * DAY) is None
    kit.clock.pass_(days=1)
    bill = invoices.Invoice("", "sunpath", "2026-11", "USD", 0, kit.clock.now(), None, "UTC")
    assert store.transact(lambda core: invoices.issue(core, bill, kit.clock.now(), "ann"))
    kit.clock.pass_(days=12)
    paid = payments.Payment("buyer/sunpath", Decimal("50"), kit.clock.now(), "ann", "as billed")
    store.transact(lambda core: payments.pay(core, paid))
    assert told("days_to_pay", seconds=90 * DAY) == "12"


def test_a_rebuild_counts_the_same(kit: Any, store: SqliteStore) -> None:
    stories = {
        lead: sold(kit, store, lead, state) for lead, state in (("L1", "confirmed"), ("L2", "declined"))
    }
    kit.clock.pass_(hours=5)
    stories["L3"] = sold(kit, store, "L3")
    take_back(store, "L1")
    before = contents(store._reader.connection)["tally"]
    kit.clock.pass_(days=3)
    store.rebuild(lambda lead, facts: stories[lead].made)
    assert contents(store._reader.connection)["tally"] == before
    assert before


def test_a_cap_that_counts_sold_leads_is_given_back_with_the_last_of_them(
    kit: Any, store: SqliteStore
) -> None:
    claim = kit.cap(1, limit="facebook/cap/day/sold", period="day", once=True)
    story = kit.story("L1")
    store.write_now(story.accept())
    for number, buyer in enumerate(("sunpath", "westsun"), 1):
        assert store.write_now(story.intent(buyer, exclusive=False, limits=[claim]))["granted"]
        store.write_now(story.settle("confirmed", buyer, n=number))
    store.write_now(story.end())
    assert not store.write_now(other(kit, store, "L2").intent(limits=[claim]))["granted"]
    take_back(store, "L1")
    assert not store.write_now(other(kit, store, "L3").intent(limits=[claim]))["granted"]
    take_back(store, "L1", "westsun")
    assert store.write_now(other(kit, store, "L4").intent(limits=[claim]))["granted"]


def other(kit: Any, store: SqliteStore, lead: str) -> Any:
    story = kit.story(lead)
    store.write_now(story.accept())
    return story


def test_a_dry_run_sees_the_figures_of_its_journal(kit: Any, store: SqliteStore, path: Path) -> None:
    sold(kit, store, "L1")
    bill = invoices.Invoice("", "sunpath", "2026-11", "USD", 0, kit.clock.now(), None, "UTC")
    kit.clock.pass_(hours=12)
    store.transact(lambda core: invoices.issue(core, bill, kit.clock.now(), "ann"))
    paid = payments.Payment("buyer/sunpath", Decimal("50"), kit.clock.now(), "ann", "as billed")
    store.transact(lambda core: payments.pay(core, paid))
    copy = SqliteStore.snapshot(path, kit.clock)
    assert Told(copy)("sold") == "1"
    assert Told(copy)("days_to_pay") == "0.5"
    assert copy.query("SELECT * FROM account ORDER BY name") == store.query(
        "SELECT * FROM account ORDER BY name"
    )
    copy.close_now()


def test_what_an_older_journal_holds_is_counted_when_it_is_opened(kit: Any, store: SqliteStore) -> None:
    """The migration's counts are those of the projections, of all that older journals counted."""
    for lead, state in (("L1", "confirmed"), ("L2", "declined"), ("L3", "in_doubt")):
        sold(kit, store, lead, state)
    sold(kit, store, "L4", test=True)
    asked = "SELECT * FROM tally ORDER BY 1, 2, 3, 4"
    counted = store.query(asked)
    older = sqlite3.connect(":memory:")
    for name in FILES[: FILES.index("0015_tallies")]:
        for statement in statements(name):
            older.execute(statement)
    for table in ("plan", "lead", "step", "delivery", "posting", "ledger"):
        rows = store.query(f"SELECT * FROM {table}")
        older.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
    for statement in statements("0015_tallies"):
        older.execute(statement)
    assert older.execute(asked).fetchall() == counted
    assert counted
    older.close()
