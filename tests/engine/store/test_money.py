"""Money in the journal: two sides that always balance, balances that are never overdrawn, invoices that stay."""

from __future__ import annotations

import datetime
import sqlite3
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadflow_engine import records as rec
from leadflow_engine.store import SqliteStore, StoreError
from leadflow_engine.store.accounts import buyer_account, overdue, overdue_sentence, source_account
from leadflow_engine.store.core import event
from leadflow_engine.store.event import book
from leadflow_engine.store.invoices import Invoice, issue, issued, unbilled
from leadflow_engine.store.ledger import KINDS
from leadflow_engine.store.payments import Payment, days_to_pay, pay, settlements

BUYERS = ("sunpath", "westsun")
DAY = datetime.timedelta(days=1)

acts = st.lists(
    st.one_of(
        st.tuples(st.just("sale"), st.sampled_from(BUYERS), st.integers(0, 5_000)),
        st.tuples(st.just("return"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("adjustment"), st.integers(0, 9), st.integers(-2_000, 2_000)),
        st.tuples(st.just("look_up"), st.integers(0, 9), st.integers(1, 50)),
        st.tuples(st.just("payment"), st.sampled_from(BUYERS), st.integers(-3_000, 9_000)),
        st.tuples(st.just("payout"), st.just("facebook"), st.integers(1, 9_000)),
        st.tuples(st.just("again"), st.integers(0, 30), st.just(0)),
    ),
    max_size=30,
)


class Books:
    """A journal, and beside it what a person would write down in two columns."""

    def __init__(self, kit: Any, share: str, cost: str) -> None:
        self.kit = type(kit)(type(kit.clock)())
        self.store = SqliteStore.memory(self.kit.clock)
        self.store.add_plan("4f1c09a", self.kit.plan)
        self.share, self.cost = Decimal(share), Decimal(cost)
        self.sums: dict[str, Decimal] = {}
        self.leads: list[tuple[str, str, Decimal]] = []  # lead, buyer, what it is charged
        self.said: list[tuple[Any, ...]] = []

    def add(self, account: str, amount: Decimal) -> None:
        self.sums[account] = self.sums.get(account, Decimal(0)) + amount

    def book(self, lead: str, kind: str, key: str, party: str, amount: Decimal) -> None:
        self.said.append((lead, kind, key, party, amount))
        self.store.transact(
            lambda core: book(
                event(core, lead, self.kit.clock.at, 1), kind, key, party, int(amount * 1_000_000)
            )
        )

    def sale(self, buyer: str, cents: int) -> None:
        lead, price = f"L{len(self.leads)}", Decimal(cents) / 100
        story = self.kit.story(lead)
        story.records[0] = rec.LeadRecord(
            "solar", "4f1c09a", "facebook", lead, "2026-11-20T14:41:07Z", False, {}, {}, self.cost,
            cost_share=self.share,
        )  # fmt: skip
        self.store.write_now(story.accept())
        self.book(lead, "sale", f"intent/{buyer}/1", buyer, price)
        self.leads.append((lead, buyer, price))
        self.add(f"buyer/{buyer}", price)
        self.add("source/facebook", -price * self.share - self.cost)

    def change(self, which: int, kind: str, cents: int) -> None:
        if which >= len(self.leads):
            return
        lead, buyer, charged = self.leads[which]
        amount = -charged if kind == "return" else Decimal(cents) / 100
        self.book(lead, kind, f"{kind}/{buyer}/1/{len(self.said)}", buyer, amount)
        self.leads[which] = (lead, buyer, charged + amount)
        self.add(f"buyer/{buyer}", amount)
        self.add("source/facebook", -amount * self.share)

    def look_up(self, which: int, cents: int) -> None:
        if which < len(self.leads):
            amount = Decimal(cents) / 1000
            self.book(self.leads[which][0], "look_up", f"enhance/x/{len(self.said)}", "x", -amount)
            self.add("look_up/x", -amount)

    def payment(self, party: str, cents: int) -> None:
        amount = Decimal(cents) / 100
        payment = Payment(party, amount, self.kit.clock.at, "ann", "asked")
        self.store.transact(lambda core: pay(core, payment))
        self.add(party, -amount if party.startswith("buyer") else amount)

    def act(self, kind: str, which: Any, cents: int) -> None:
        if kind == "sale":
            self.sale(which, cents)
        elif kind in ("return", "adjustment"):
            self.change(which, kind, cents)
        elif kind == "look_up":
            self.look_up(which, cents)
        elif kind == "again" and which < len(self.said):
            self.book(*self.said[which])  # said again, nothing changes
            self.said.pop()
        elif kind in ("payment", "payout"):
            self.payment(f"{'buyer' if kind == 'payment' else 'source'}/{which}", cents)

    def accounts(self) -> dict[str, Decimal]:
        rows = self.store.query("SELECT name, balance FROM account")
        return {name: Decimal(balance) / 1_000_000 for name, balance in rows}


@given(acts=acts, share=st.sampled_from(["0", "0.7", "0.333333"]), cost=st.sampled_from(["0", "18.00"]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_sides_balance_and_are_what_a_person_would_write_down(
    kit: Any, acts: list[Any], share: str, cost: str
) -> None:
    books = Books(kit, share, cost if share == "0" else "0")
    for kind, which, cents in acts:
        books.act(kind, which, cents)
    accounts = books.accounts()
    assert sum(accounts.values()) == 0
    for name, expected in books.sums.items():
        assert abs(accounts.get(name, Decimal(0)) - expected) <= Decimal("0.000001") * max(1, len(acts))
    sides = books.store.query("SELECT account, sum(amount) FROM entry GROUP BY account")
    assert {name: Decimal(amount) / 1_000_000 for name, amount in sides} == accounts
    entries = books.store.query(
        "SELECT lead, cause, sum(amount), count(*) FROM entry WHERE lead <> '' GROUP BY lead, kind, cause"
    )
    assert all(amount == 0 and sides == 2 for _, _, amount, sides in entries)
    books.store.close_now()


def test_every_charge_names_its_lead_its_delivery_and_its_cause(kit: Any, store: SqliteStore) -> None:
    kit.sell(store, "L1")
    rows = store.query("SELECT kind, lead, delivery, cause, account, amount FROM entry ORDER BY kind, amount")
    assert rows == [
        ("sale", "L1", "sunpath/1", "intent/sunpath/1", "revenue", -50_000_000),
        ("sale", "L1", "sunpath/1", "intent/sunpath/1", "buyer/sunpath", 50_000_000),
        ("source", "L1", "", "source/facebook", "source/facebook", -18_000_000),
        ("source", "L1", "", "source/facebook", "lead_cost", 18_000_000),
    ]


def test_entries_and_payments_are_only_ever_added(kit: Any, store: SqliteStore) -> None:
    kit.sell(store, "L1")
    paid(store, kit, "10.00")
    for statement in (
        "UPDATE ledger SET amount = 1",
        "UPDATE payment SET amount = 1",
        "DELETE FROM payment",
    ):
        with pytest.raises((sqlite3.Error, StoreError)):
            store.transact(lambda core, statement=statement: core.connection.execute(statement))


def test_a_test_lead_costs_nobody_anything(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1", test=True)
    store.write_now(story.accept())
    store.write_now(story.intent())
    store.write_now(story.settle("confirmed"))
    for kind in KINDS:
        store.transact(
            lambda core, kind=kind: book(event(core, "L1", kit.clock.at, 1), kind, "a/b/1", "b", 5)
        )
    assert store.query("SELECT * FROM ledger") == []


def test_a_fixed_cost_is_owed_once_and_again_where_it_was_given_back(kit: Any, store: SqliteStore) -> None:
    kit.sell(store, "L1")

    def booked(kind: str, key: str, party: str, amount: int) -> int:
        store.transact(lambda core: book(event(core, "L1", kit.clock.at, 1), kind, key, party, amount))
        return store.ask(lambda connection: source_account(connection, "facebook")).charged // 1_000_000

    assert booked("sale", "intent/westsun/1", "westsun", 40_000_000) == 18
    assert booked("return", "returned/sunpath/1/1", "sunpath", -50_000_000) == 18
    assert booked("source_return", "source/facebook", "facebook", 18_000_000) == 0
    assert booked("source_return", "source/facebook", "facebook", 18_000_000) == 0
    assert booked("sale", "intent/brightbid/1", "brightbid", 30_000_000) == 18
    assert booked("source_return", "source/facebook", "facebook", 18_000_000) == 0


# ------------------------------------------------------------------ balances


def paid(store: SqliteStore, kit: Any, amount: str, **rest: Any) -> bool:
    said = {"party": "buyer/sunpath", "paid_at": kit.clock.at, "by": "ann", "because": "asked", **rest}
    return store.transact(lambda core: pay(core, Payment(amount=Decimal(amount), **said)))


def balance(kit: Any, price: str, credit: str = "0") -> Any:
    return kit.cap(
        int(Decimal(credit) * 1_000_000), limit="balance/sunpath", period="total", zone="UTC",
        amount=int(Decimal(price) * 1_000_000), code="balance", reason="", window="balance", money=True,
    )  # fmt: skip


def test_what_is_under_way_is_held_and_what_was_charged_is_gone(kit: Any, store: SqliteStore) -> None:
    paid(store, kit, "100.00")
    claim = balance(kit, "42.00")
    first, second, third = (kit.story(name) for name in ("L1", "L2", "L3"))
    for story in (first, second, third):
        store.write_now(story.accept())
    assert store.write_now(first.intent(limits=[claim], price="42.00"))["granted"]
    assert store.write_now(second.intent(limits=[claim], price="42.00"))["granted"]
    refused = store.write_now(third.intent(limits=[claim], price="42.00"))
    assert (refused["code"], refused["reason"]) == ("balance", "has 16.00 of 42.00; 84.00 is held")
    store.write_now(first.settle("confirmed", price="30.00"))
    store.write_now(second.settle("declined", price="42.00"))
    account = store.ask(lambda connection: buyer_account(connection, "sunpath"))
    assert (account.paid, account.charged, account.held) == (100_000_000, 30_000_000, 0)


def test_credit_goes_beyond_what_was_paid_in(kit: Any, store: SqliteStore) -> None:
    for name, granted in (("L1", True), ("L2", False)):
        story = kit.story(name)
        store.write_now(story.accept())
        claim = balance(kit, "42.00", credit="80.00")
        assert store.write_now(story.intent(limits=[claim], price="42.00"))["granted"] is granted


def test_two_payments_with_the_same_reference_are_one(kit: Any, store: SqliteStore) -> None:
    assert paid(store, kit, "100.00", reference="T-1")
    assert not paid(store, kit, "100.00", reference="T-1")
    with pytest.raises(StoreError, match=r"sunpath has a payment `T-1` of 100\.00 from 2026-11-20 already"):
        paid(store, kit, "99.00", reference="T-1")
    assert paid(store, kit, "100.00") and paid(store, kit, "100.00")
    with pytest.raises(StoreError, match="still to come"):
        paid(store, kit, "1.00", paid_at=kit.clock.at + DAY)
    assert store.ask(lambda connection: buyer_account(connection, "sunpath")).paid == 300_000_000


# ------------------------------------------------------------------ invoices


def billed(store: SqliteStore, kit: Any, days: int = 30) -> str:
    now = kit.clock.at
    draft = Invoice("", "sunpath", "2026-11", "USD", 0, now, now + days * DAY, "UTC")
    return store.transact(lambda core: issue(core, draft, now + DAY, "ann"))


def test_a_line_is_billed_once_and_a_late_credit_stands_on_the_next(kit: Any, store: SqliteStore) -> None:
    kit.sell(store, "L1")
    kit.sell(store, "L2")
    assert billed(store, kit) == "2026-0001"
    assert billed(store, kit) == ""
    store.transact(
        lambda core: book(
            event(core, "L1", kit.clock.at, 1), "return", "returned/sunpath/1/1", "sunpath", -50_000_000
        )
    )
    assert billed(store, kit) == "2026-0002"
    first, second = store.ask(lambda connection: issued(connection, "sunpath"))
    assert (first.amount, [line.lead for line in first.lines]) == (100_000_000, ["L1", "L2"])
    assert (second.amount, second.lines[0].kind, second.lines[0].reference) == (-50_000_000, "return", "A1")
    assert store.ask(lambda connection: unbilled(connection, "sunpath", kit.clock.at + DAY)) == ()
    with pytest.raises((sqlite3.Error, StoreError)):
        store.transact(lambda core: core.connection.execute("DELETE FROM invoice"))


def test_payments_settle_the_oldest_invoice_first(kit: Any, store: SqliteStore) -> None:
    kit.sell(store, "L1")
    billed(store, kit)
    kit.clock.pass_(days=10)
    kit.sell(store, "L2")
    billed(store, kit)
    kit.clock.pass_(days=10)
    paid(store, kit, "70.00")

    def open_() -> list[int]:
        return [one.open // 1_000_000 for one in store.ask(lambda c: settlements(c, "sunpath"))]

    def days() -> Decimal | None:
        return store.ask(lambda c: days_to_pay(c, "sunpath", kit.clock.at - 90 * DAY))

    assert (open_(), days()) == ([0, 30], 20)
    kit.clock.pass_(days=6)
    paid(store, kit, "30.00")
    assert (open_(), days()) == ([0, 0], 18)
    assert store.ask(lambda c: days_to_pay(c, "sunpath", kit.clock.at + DAY)) is None


def test_a_credit_settles_the_oldest_invoice_too(kit: Any, store: SqliteStore) -> None:
    kit.sell(store, "L1")
    kit.sell(store, "L2")
    billed(store, kit, days=30)
    store.transact(
        lambda core: book(
            event(core, "L1", kit.clock.at, 1), "return", "returned/sunpath/1/1", "sunpath", -50_000_000
        )
    )
    kit.clock.pass_(days=31)
    billed(store, kit, days=30)
    first, credit = store.ask(lambda c: settlements(c, "sunpath"))
    assert (first.open, credit.open, credit.paid_at) == (50_000_000, 0, None)
    late = store.ask(lambda c: overdue(c, "sunpath", kit.clock.at))
    assert late is not None and (late.number, late.open) == ("2026-0001", 50_000_000)
    paid(store, kit, "50.00")
    assert store.ask(lambda c: overdue(c, "sunpath", kit.clock.at)) is None
    assert store.ask(lambda c: days_to_pay(c, "sunpath", kit.clock.at - DAY)) == 31


def test_a_rebuild_gives_the_same_accounts(kit: Any, store: SqliteStore) -> None:
    stories = {name: kit.sell(store, name) for name in ("L1", "L2")}
    paid(store, kit, "70.00")
    billed(store, kit)
    before = store.query("SELECT * FROM account WHERE balance <> 0 ORDER BY name")
    store.rebuild(lambda lead, facts: stories[lead].made)
    assert store.query("SELECT * FROM account WHERE balance <> 0 ORDER BY name") == before
    assert store.ask(lambda c: unbilled(c, "sunpath", kit.clock.at + DAY)) == ()


def test_a_buyer_with_an_overdue_invoice_gets_no_leads_until_it_is_paid(kit: Any, store: SqliteStore) -> None:
    kit.sell(store, "L1")
    billed(store, kit, days=30)
    kit.clock.pass_(days=30)
    asked = kit.limits()
    assert store.read("L1", asked)["out"] == {}
    kit.clock.pass_(days=12)
    paid(store, kit, "20.00")
    out = store.read("L1", asked)["out"]["sunpath"]
    assert (out["code"], out["reason"]) == (
        "balance",
        "invoice 2026-0001 is 12 days overdue: 30.00 is open",
    )
    story = kit.story("L2")
    store.write_now(story.accept())
    assert store.write_now(story.intent())["code"] == "balance"
    paid(store, kit, "30.00")
    assert store.read("L1", asked)["out"] == {}
    assert store.ask(lambda c: overdue(c, "sunpath", kit.clock.at)) is None


def test_an_overdue_invoice_in_a_sentence(kit: Any, store: SqliteStore) -> None:
    kit.sell(store, "L1")
    billed(store, kit, days=0)
    for passed, said in ((1, "overdue since today"), (24, "1 day overdue"), (24, "2 days overdue")):
        kit.clock.pass_(hours=passed)
        found = store.ask(lambda c: overdue(c, "sunpath", kit.clock.at))
        assert found is not None and said in overdue_sentence(found)


def test_an_overdue_invoice_comes_after_caps_and_before_duplicates(kit: Any, store: SqliteStore) -> None:
    phone, full = kit.key("5125550147"), kit.cap(1)
    kit.sell(store, "L1", keys=[phone], limits=[full])
    billed(store, kit, days=0)
    kit.clock.pass_(minutes=1)
    for claims, code in (({"keys": [phone]}, "balance"), ({"keys": [phone], "limits": [full]}, "capped")):
        assert store.read("L1", kit.limits(**claims))["out"].get("sunpath", {})["code"] == code


def test_a_test_lead_is_not_asked_for_money(kit: Any, store: SqliteStore) -> None:
    kit.sell(store, "L1")
    billed(store, kit, days=0)
    kit.clock.pass_(days=1)
    story = kit.story("L2", test=True)
    store.write_now(story.accept())
    assert store.read("L2", kit.limits())["out"] == {}
    assert store.write_now(story.intent())["granted"]


def credited(store: SqliteStore, kit: Any, lead: str, amount: str, kind: str = "return") -> None:
    key = {"return": "returned", "adjustment": "adjusted"}[kind]
    books = lambda core: book(  # noqa: E731
        event(core, lead, kit.clock.at, 1), kind, f"{key}/sunpath/1/1", "sunpath", int(Decimal(amount) * 1_000_000)
    )  # fmt: skip
    store.transact(books)


def opens(store: SqliteStore) -> list[int]:
    return [one.open // 10_000 for one in store.ask(lambda c: settlements(c, "sunpath"))]


def late_for(store: SqliteStore, kit: Any) -> int:
    found = store.ask(lambda c: overdue(c, "sunpath", kit.clock.at))
    return found.open // 10_000 if found else 0


def test_a_credit_counts_at_once_and_no_other_way_on_the_invoice_that_has_it(
    kit: Any, store: SqliteStore
) -> None:
    for name in ("L1", "L2"):
        kit.sell(store, name)
    billed(store, kit)
    kit.clock.pass_(days=31)
    assert (opens(store), late_for(store, kit)) == ([100_00], 100_00)
    credited(store, kit, "L1", "-50.00")
    assert (opens(store), late_for(store, kit)) == ([50_00], 50_00)
    paid(store, kit, "50.00")
    assert (opens(store), late_for(store, kit)) == ([0], 0)
    kit.sell(store, "L3")
    kit.sell(store, "L4")
    billed(store, kit)
    assert (opens(store), late_for(store, kit)) == ([0, 100_00], 0)
    kit.clock.pass_(days=31)
    assert late_for(store, kit) == 100_00
    paid(store, kit, "100.00")
    assert (opens(store), late_for(store, kit)) == ([0, 0], 0)


def test_a_buyer_that_owes_nothing_is_not_overdue(kit: Any, store: SqliteStore) -> None:
    kit.sell(store, "L1")
    billed(store, kit)
    credited(store, kit, "L1", "-50.00")
    kit.clock.pass_(days=90)
    assert store.ask(lambda c: buyer_account(c, "sunpath")).charged == 0
    assert (opens(store), late_for(store, kit)) == ([0], 0)


def test_what_is_paid_back_opens_an_invoice_again(kit: Any, store: SqliteStore) -> None:
    kit.sell(store, "L1")
    billed(store, kit)
    paid(store, kit, "50.00")
    assert opens(store) == [0]
    kit.clock.pass_(days=31)
    paid(store, kit, "-20.00")
    assert (opens(store), late_for(store, kit)) == ([20_00], 20_00)
    [one] = store.ask(lambda c: settlements(c, "sunpath"))
    assert one.paid_at is None
    paid(store, kit, "20.00")
    assert store.ask(lambda c: settlements(c, "sunpath"))[0].paid_at == kit.clock.at


@pytest.mark.parametrize("each", ["12.345", "0.004", "33.335", "7.775"])
def test_invoices_come_to_whole_cents_and_lose_none(kit: Any, store: SqliteStore, each: str) -> None:
    for number in range(1, 8):
        kit.sell(store, f"L{number}")
        credited(store, kit, f"L{number}", str(Decimal(each) - 50), "adjustment")
        billed(store, kit)
        bills = store.ask(lambda c: issued(c, "sunpath"))
        assert all(one.amount % 10_000 == 0 for one in bills)
        assert abs(sum(one.amount for one in bills) - Decimal(each) * number * 1_000_000) <= 5_000
        paid(store, kit, str(Decimal(bills[-1].amount) / 1_000_000))
    kit.clock.pass_(days=60)
    assert (set(opens(store)), late_for(store, kit)) == ({0}, 0)
    assert store.query("SELECT sum(balance) FROM account") == [(0,)]
    assert sum(line.amount for one in bills for line in one.lines) == Decimal(each) * 7_000_000
