"""A buyer's statement held against the journal, and what follows from it only where somebody says so."""

from __future__ import annotations

import datetime
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from leadflow_engine.operations.reconciling import (
    Compared,
    Span,
    adjusting_to,
    carry_out,
    compare,
    days,
    settling,
)
from leadflow_engine.operations.statements import StatementProblem, amount_of, mapping_of, sheet, time_of
from leadflow_engine.reports.reconciled import reconciled_csv, reconciled_lines, reconciled_object
from tests.engine.after_sale.market import Market

HEAD = "\ufeffYour Ref;Transaction ID;Phone #;CPL (USD);Lead Date\n"
WHO = {"by": "ann", "because": "their statement"}


@pytest.fixture
def market(tmp_path: Path) -> Market:
    market = Market(tmp_path, "waterfall moon")
    market.sell("Ana", "Ben", "Cy", "Dot", "Eve")
    market.back("Cy", "moon", "no")
    return market


def held(market: Market, rows: str, head: str = HEAD, **more: object) -> Compared:
    """A statement of moon against the journal."""
    file = market.root / "statement.csv"
    text = rows
    for name, lead in market.leads.items():
        text = text.replace(name, lead)
    file.write_text(head + text, encoding="utf-8")
    return compare(market.store, market.run.plan, "moon", file, {"lead": "Your Ref", "price": "cpl"}, **more)


def kinds(compared: Compared) -> dict[str, int]:
    return dict(Counter(line.kind for line in compared.lines))


THAT_DAY = days(datetime.date(2026, 11, 20), datetime.date(2026, 11, 20), "America/New_York")
STATEMENT = """\
Ana;;;$20.00;11/20/2026
;;512-236-0148;18,50;11/20/2026
Cy;;;20;11/20/2026
Dot;;;20;11/20/2026
Ana;;;20;11/20/2026
;T9;2125550000;20;11/20/2026
Ben;;;cheap;11/20/2026
"""


def test_each_row_is_one_thing(market: Market) -> None:
    compared = held(market, STATEMENT)
    assert kinds(compared) == {
        "agreed": 1, "price": 1, "doubt": 1, "returned": 1, "theirs": 1, "ours": 1, "twice": 1, "unread": 1
    }  # fmt: skip
    [price] = [line for line in compared.lines if line.kind == "price"]
    assert (price.lead, float(price.ours or 0), float(price.theirs or 0)) == (market.leads["Ben"], 20.0, 18.5)
    [ours] = [line for line in compared.lines if line.kind == "ours"]
    assert ours.lead == market.leads["Eve"]


def test_nothing_follows_by_itself(market: Market) -> None:
    facts = market.store.query("SELECT count(*) FROM fact")
    held(market, STATEMENT)
    assert market.store.query("SELECT count(*) FROM fact") == facts


def test_doubt_is_settled_by_the_buyers_word(market: Market) -> None:
    compared = held(market, STATEMENT)
    [done] = carry_out(market.store, {"buyer": "moon", "settle": settling(compared), **WHO})
    assert (done["done"], market.state("Dot", "moon")) == (True, "confirmed")


def test_what_is_in_doubt_and_not_in_the_statement_was_declined(market: Market) -> None:
    compared = held(market, "Ana;;;20;11/20/2026\n", span=THAT_DAY)
    assert kinds(compared) == {"agreed": 1, "ours": 2, "absent": 1}
    carry_out(market.store, {"buyer": "moon", "settle": settling(compared), **WHO})
    assert market.state("Dot", "moon") == "declined"


@pytest.mark.parametrize(
    ("rows", "span", "why"),
    [
        ("Ana;;;20;11/20/2026\n", None, "they may stand in another statement"),
        (
            "Ana;;;20;11/20/2026\n;T9;;20;11/20/2026\n",
            THAT_DAY,
            "1 of its rows name no lead that is known here",
        ),
        ('Ana;;;20;11/20/2026\n"broken;;;\n', THAT_DAY, "1 of its rows name no lead that is known here"),
    ],
)
def test_what_may_be_theirs_after_all_is_not_declined(
    market: Market, rows: str, span: Span, why: str
) -> None:
    compared = held(market, rows, span=span)
    assert compared.unsure.startswith(why) and settling(compared) == []
    assert [line.lead for line in compared.lines if line.kind == "absent"] == [market.leads["Dot"]]


def test_a_row_whose_price_cannot_be_read_has_its_lead(market: Market) -> None:
    compared = held(market, "Dot;;;cheap;11/20/2026\n", span=THAT_DAY)
    assert [line.kind for line in compared.lines if line.lead == market.leads["Dot"]] == ["unread"]


def test_another_price_is_booked_as_an_adjustment(market: Market) -> None:
    [wanted] = adjusting_to(held(market, STATEMENT))
    for said in ("moon/1 pays 18.50 now", "it has this price already"):
        assert carry_out(market.store, {"buyer": "moon", "adjust": [wanted], **WHO})[0]["said"] == said
    assert market.money("Ben")["adjustment"] == -1.5
    assert kinds(held(market, STATEMENT))["agreed"] == 2
    assert market.back("Ben", "moon", "no", force=True).credited == 18_500_000
    assert sum(market.money("Ben").values()) == 0
    assert market.rebuilt()


def test_what_is_no_sale_any_more_has_no_other_price(market: Market) -> None:
    market.back("Ben", "moon", "no", force=True)
    wanted = {"lead": market.leads["Ben"], "number": 1, "price": "5.00"}
    [done] = carry_out(market.store, {"buyer": "moon", "adjust": [wanted], **WHO})
    assert not done["done"] and done["said"].endswith("is returned: only a sale has a price to be changed")


@pytest.mark.parametrize(("day", "ours"), [(20, 3), (21, 0)])
def test_only_the_days_of_the_statement_are_compared(market: Market, day: int, ours: int) -> None:
    date = datetime.date(2026, 11, day)
    compared = held(market, "Cy;;;20;\n", span=days(date, date, "America/New_York"))
    assert kinds(compared).get("ours", 0) + kinds(compared).get("absent", 0) == ours + (day == 20)


def test_without_dates_all_that_is_ours_is_compared(market: Market) -> None:
    assert held(market, "Ana;;;20;\n").span is None


def test_a_row_that_is_known_by_another_lead_of_ours_is_theirs(tmp_path: Path) -> None:
    market = Market(tmp_path, "waterfall star")
    market.sell("Ana")
    [line] = held(market, "Ana;;;20;11/20/2026\n").lines
    assert line.note == f"by lead it is {market.leads['Ana']}, which was never offered to them"


def test_a_file_without_a_name_for_leads_says_how_to_give_one(market: Market) -> None:
    file = market.root / "odd.csv"
    file.write_text("Kunde,Betrag\n1,2\n", encoding="utf-8")
    with pytest.raises(StatementProblem, match="no column names a lead; it has Kunde, Betrag"):
        compare(market.store, market.run.plan, "moon", file, {})
    with pytest.raises(StatementProblem, match="has no column `Nummer`"):
        compare(market.store, market.run.plan, "moon", file, {"reference": "Nummer"})


def test_columns_are_said_by_name() -> None:
    assert mapping_of(["price=CPL (USD)"]) == {"price": "CPL (USD)"}
    with pytest.raises(StatementProblem, match="`cost=x` is no NAME=COLUMN"):
        mapping_of(["cost=x"])


def test_what_people_and_programs_see(market: Market, snapshot: object) -> None:
    compared = held(market, STATEMENT)
    lines = reconciled_lines(compared, "statement.csv", "leadflow reconcile moon statement.csv", 100)
    shown = "\n".join(line.plain.rstrip() for line in lines)
    for name, lead in market.leads.items():
        shown = shown.replace(lead, f"{name:<26}")
    assert shown == snapshot
    assert reconciled_object(compared)["counts"]["doubt"] == 1
    assert reconciled_csv(compared).count("\r\n") == len(compared.lines) + 1


def test_a_formula_in_a_statement_stays_text_in_ours(market: Market) -> None:
    compared = held(market, ';"=cmd()";;20;11/20/2026\n')
    assert "'=cmd()" in reconciled_csv(compared)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_of_any_office_is_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "liste.csv"
    file.write_bytes("Téléphone\tPhone\tPreis\nGröße\t512 236 0147\t20 €\n".encode(encoding))
    [row] = sheet(file, ("phone", "price"), {"price": "preis"}).rows
    assert (row.text("phone"), amount_of(row.text("price"), "US")) == ("512 236 0147", 20)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$1,234.50", "1234.50"),
        ("1.234,50 €", "1234.50"),
        ("18,5", "18.5"),
        ("1,234", "1234"),
        ("free", None),
    ],
)
def test_amounts_as_people_write_them(text: str, amount: str | None) -> None:
    assert amount_of(text, "US") == (Decimal(amount) if amount else None)


@pytest.mark.parametrize(
    ("text", "zone", "at"),
    [
        ("11/20/2026", "America/New_York", "2026-11-20T05:00:00+00:00"),
        ("2026-11-20 15:30", "America/New_York", "2026-11-20T20:30:00+00:00"),
        ("2026-11-20T15:30:00Z", "America/New_York", "2026-11-20T15:30:00+00:00"),
        ("soon", "UTC", None),
    ],
)
def test_a_day_is_its_beginning_on_the_buyers_clock(text: str, zone: str, at: str | None) -> None:
    found = time_of(text, zone)
    assert (found.isoformat() if found else None) == at


@pytest.mark.parametrize(
    ("rows", "head"),
    [("", HEAD), (";T8;2125550000;20;11/20/2026\n", HEAD), ("Total;;;100;\n", HEAD), (";;;;\n", HEAD)],
)
def test_a_statement_without_one_lead_of_theirs_settles_nothing(market: Market, rows: str, head: str) -> None:
    compared = held(market, rows, head, span=THAT_DAY)
    assert compared.unsure.startswith("none of its rows is a lead that was offered to them")
    assert settling(compared) == []


def test_a_statement_says_nothing_of_days_that_it_does_not_reach(market: Market) -> None:
    market.run.clock.at += datetime.timedelta(days=2)
    market.sell("Fay")
    two_weeks = days(datetime.date(2026, 11, 15), datetime.date(2026, 11, 29), "America/New_York")
    compared = held(market, "Fay;;;20;11/22/2026\n", span=two_weeks)
    assert [line.lead for line in compared.lines if line.kind == "beyond"] == [market.leads["Dot"]]
    assert settling(compared) == []
    lines = reconciled_lines(compared, "statement.csv", "again", 100)
    assert "the statement says nothing of these days" in "\n".join(line.plain for line in lines)


def test_a_sum_is_no_lead_and_takes_no_dates_away(market: Market) -> None:
    compared = held(market, "Ana;;;20;11/20/2026\nTotal;;;20;\n;;Grand total:;20;\n;;;;\n")
    assert (compared.sums, kinds(compared).get("theirs")) == (2, None)
    assert compared.span is not None
    shown = "\n".join(line.plain for line in reconciled_lines(compared, "s.csv", "again", 100))
    assert "2 rows of sums passed over" in shown


@pytest.mark.parametrize(("said", "done"), [("200.00", True), ("200.01", False)])
def test_a_price_far_above_ours_is_asked_for(market: Market, said: str, done: bool) -> None:
    compared = held(market, f"Ben;;;{said};11/20/2026\n")
    order = {"buyer": "moon", "adjust": adjusting_to(compared), **WHO}
    [came] = carry_out(market.store, order)
    assert came["done"] is done
    if not done:
        assert (
            "200.01 is more than 200.00, the most that is taken unasked: --force charges it" in came["said"]
        )
        assert carry_out(market.store, {**order, "force": True})[0]["done"]
