"""A buyer's statement held against the journal: what both have, what only one has, what is priced otherwise.

Nothing follows from it by itself: ``settling`` and ``adjusting`` say what would, for whoever decides that it shall."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from leadflow_engine.effects import Json
from leadflow_engine.operations.matching import Called, match
from leadflow_engine.operations.statements import Entry, amount_of, sheet, time_of
from leadflow_engine.plan import Plan
from leadflow_engine.store import SqliteStore, StoreError, adjusting, later
from leadflow_engine.store.billed import Ours, deliveries_of, delivery_of, is_test
from leadflow_engine.store.codec import iso, micros, moment, money

WANTED: Final = ("lead", "reference", "phone", "email", "price", "at")
KINDS: Final[Mapping[str, str]] = {
    "agreed": "both have it",
    "price": "another price",
    "doubt": "they have it, here it is in doubt",
    "absent": "in doubt here, they have it not",
    "beyond": "in doubt here, on a day that its rows do not reach",
    "returned": "they have it, it was returned",
    "theirs": "theirs and not ours",
    "ours": "ours and not theirs",
    "twice": "a second time in the statement",
    "unread": "cannot be read",
}
"""What a line may be, in the order in which lines are told."""

OPEN: Final = frozenset({"in_doubt", "pending", "intent"})
UNKNOWN: Final = frozenset({"unread", "theirs"})
TIMES: Final = 10
"""So many times our price is another price taken for a slip of the keyboard, where the flow says no `up to`."""


@dataclass(frozen=True, slots=True)
class Line:
    """One lead of either side. ``line`` is that of the statement (0: it has none), ``number`` the delivery's; ``ours``
    and ``theirs`` are prices, None where none is said; ``at`` is ISO, when it was sold here."""

    kind: str
    line: int = 0
    lead: str = ""
    number: int = 1
    reference: str = ""
    ours: Decimal | None = None
    theirs: Decimal | None = None
    at: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """The days that are compared, from ``start`` up to ``end`` in UTC."""

    start: datetime.datetime
    end: datetime.datetime


@dataclass(frozen=True, slots=True)
class Compared:
    """A statement against the journal. ``span`` is None where all that is ours was compared. ``unsure`` is why what it
    does not have may be its all the same, "" where it certainly is not. ``sums`` are rows that name no lead but a sum,
    and were passed over; ``ignored`` tells of columns that are not read; ``up_to`` is the most that the flow says the
    buyer may pay, None where it says none."""

    buyer: str
    currency: str
    span: Span | None
    lines: tuple[Line, ...]
    unsure: str = ""
    sums: int = 0
    ignored: str = ""
    up_to: Decimal | None = None


@dataclass(slots=True)
class _Side:
    """What is compared: the store, the plan that has the buyer, its country and zone, and what is matched so far."""

    store: SqliteStore
    plan: Plan
    buyer: str
    seen: set[tuple[str, int]] = field(default_factory=set)

    @property
    def zone(self) -> str:
        return self.plan.buyers[self.buyer].buyer.timezone


def compare(
    store: SqliteStore,
    plan: Plan,
    buyer: str,
    path: Path,
    columns: Mapping[str, str],
    span: Span | None = None,
) -> Compared:
    """A buyer's CSV file against the journal. Without ``span`` the days of the statement are compared, and all that is
    ours where its rows have no dates. Raises ``StatementProblem``."""
    side = _Side(store, plan, buyer)
    file = sheet(path, WANTED, columns)
    rows = file.rows
    within = span or _span_of(rows, side.zone)
    lines = [_theirs(side, row) for row in rows]
    lines += _only_ours(side, within, _reach(side, rows, lines))
    order = list(KINDS)
    lines.sort(key=lambda line: (order.index(line.kind), line.at, line.line))
    return Compared(
        buyer,
        plan.flow.currency,
        within,
        tuple(lines),
        _unsure(lines, span),
        file.sums,
        file.told,
        _up_to(plan, buyer),
    )


def _unsure(lines: Sequence[Line], span: Span | None) -> str:
    """Why a lead that is in no row may be the buyer's: it may be a row that nobody could match, or of another day."""
    if not any(_is_matched(line) for line in lines):
        return "none of its rows is a lead that was offered to them: is it their statement?"
    unknown = sum(line.kind in UNKNOWN and not line.lead for line in lines)
    if unknown:
        return f"{unknown} of its rows name no lead that is known here: these may be among them"
    return "" if span else "they may stand in another statement: say --since and --until"


def _is_matched(line: Line) -> bool:
    """Is it a row of a lead that the buyer was offered?"""
    return bool(line.line and line.at)


def _up_to(plan: Plan, buyer: str) -> Decimal | None:
    """The most that any price of the buyer may be; None where one of them has no such end."""
    limits = [entry.price.limit for entry in plan.buyers[buyer].prices]
    return max((limit for limit in limits if limit is not None), default=None) if None not in limits else None


def _reach(side: _Side, rows: Sequence[Entry], lines: Sequence[Line]) -> Span | None:
    """From the first to the last day of the statement: by its dates, and by the leads that were found in it."""
    times = [at for row in rows if not row.problem and (at := time_of(row.text("at"), side.zone))]
    times += [moment(line.at) for line in lines if _is_matched(line)]
    tz = ZoneInfo(side.zone)
    return (
        days(min(times).astimezone(tz).date(), max(times).astimezone(tz).date(), side.zone) if times else None
    )


def days(since: datetime.date, until: datetime.date, zone: str) -> Span:
    """From the beginning of one day to the end of another, on the buyer's clock."""
    tz = ZoneInfo(zone)
    start = datetime.datetime.combine(since, datetime.time(), tz)
    end = datetime.datetime.combine(until + datetime.timedelta(days=1), datetime.time(), tz)
    return Span(start.astimezone(datetime.UTC), end.astimezone(datetime.UTC))


def _span_of(rows: Sequence[Entry], zone: str) -> Span | None:
    """The days of the rows that have a date; None where none has, and where one cannot be read."""
    times = [time_of(row.text("at"), zone) for row in rows if not row.problem and row.text("at")]
    if not times or None in times:
        return None
    tz = ZoneInfo(zone)
    dates = sorted(at.astimezone(tz).date() for at in times if at is not None)
    return days(dates[0], dates[-1], zone)


# ------------------------------------------------------------------ their rows


def _theirs(side: _Side, row: Entry) -> Line:
    if row.problem:
        return Line("unread", row.line, note=row.problem)
    price = amount_of(row.text("price"), side.plan.flow.country) if row.text("price") else None
    reference = row.text("reference")
    called = Called(*(row.text(name) for name in ("lead", "reference", "phone", "email")))
    found = match(side.store, called, side.buyer, side.plan.flow.country)
    mine = _mine(side, found.lead) if found.lead else None
    if mine is None:
        note = (
            f"by {found.by} it is {found.lead}, which was never offered to them"
            if found.lead
            else found.problem
        )
        return Line("theirs", row.line, found.lead, reference=reference, theirs=price, note=note)
    if row.text("price") and price is None:
        side.seen.add((mine.lead, mine.number))
        note = "its price is no amount"
        return Line("unread", row.line, mine.lead, mine.number, reference, at=mine.at, note=note)
    return _both(side, row.line, mine, price, f"found by {found.by}")


def _mine(side: _Side, lead: str) -> Ours | None:
    """The lead's delivery to the buyer; None for a test lead, and for one that was never offered to it."""
    return side.store.ask(
        lambda connection: None if is_test(connection, lead) else delivery_of(connection, lead, side.buyer)
    )


def _both(side: _Side, line: int, mine: Ours, theirs: Decimal | None, by: str) -> Line:
    ours = money(mine.price)
    kind, note = _kind_of(mine, ours, theirs)
    if (mine.lead, mine.number) in side.seen:
        kind, note = "twice", "it stands further up in the statement too"
    side.seen.add((mine.lead, mine.number))
    return Line(kind, line, mine.lead, mine.number, mine.reference, ours, theirs, mine.at, note or by)


def _kind_of(mine: Ours, ours: Decimal | None, theirs: Decimal | None) -> tuple[str, str]:
    if mine.state == "confirmed":
        return ("price" if theirs is not None and theirs != ours else "agreed"), ""
    if mine.state == "returned":
        return "returned", "credited here; they count it still"
    if mine.state in OPEN:
        return "doubt", mine.why
    return "theirs", f"here it was {mine.state.replace('_', ' ')}" + (f": {mine.why}" if mine.why else "")


# ------------------------------------------------------------------ what they do not have


def _only_ours(side: _Side, span: Span | None, reach: Span | None) -> Iterator[Line]:
    since, until = (iso(span.start), iso(span.end)) if span else ("", "9999")
    flow = side.plan.flow.name
    rows = side.store.ask(lambda connection: deliveries_of(connection, flow, side.buyer, since, until))
    for mine in rows:
        if (mine.lead, mine.number) in side.seen or mine.state == "returned":
            continue
        kind = _kind_of_missing(mine, reach)
        price = money(mine.price)
        yield Line(kind, 0, mine.lead, mine.number, mine.reference, price, None, mine.at, mine.why)


def _kind_of_missing(mine: Ours, reach: Span | None) -> str:
    """What one is that is in no row. Of days before the first and after the last row the statement says nothing."""
    if mine.state not in OPEN:
        return "ours"
    return "absent" if reach is None or reach.start <= moment(mine.at) < reach.end else "beyond"


# ------------------------------------------------------------------ what follows


def settling(compared: Compared) -> list[Mapping[str, Json]]:
    """What the statement says of deliveries in doubt: sold where it has them, declined where it surely has not."""
    words = {"doubt": "sold"} if compared.unsure else {"doubt": "sold", "absent": "declined"}
    return [_said(line, word=words[line.kind]) for line in compared.lines if line.kind in words]


def adjusting_to(compared: Compared) -> list[Mapping[str, Json]]:
    """The prices of the statement where they are others than ours, each with the ``most`` that is taken unasked."""
    return [
        _said(line, price=str(line.theirs), most=str(_most(compared, line)))
        for line in compared.lines
        if line.kind == "price"
    ]


def _most(compared: Compared, line: Line) -> Decimal:
    ours = line.ours or Decimal(0)
    return max(ours, compared.up_to) if compared.up_to is not None else ours * TIMES


def _said(line: Line, **more: Json) -> Mapping[str, Json]:
    return {"lead": line.lead, "number": line.number, **more}


def carry_out(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``reconcile``: of a ``buyer``, what to ``settle`` (``lead``, ``number``, ``word``) and what to
    ``adjust`` (``lead``, ``number``, ``price``, ``most``: more is refused without ``force``), ``by`` whom and
    ``because`` of what. Gives for each of them, in order, ``done`` and a sentence."""
    return [_done(store, said, one) for one in (*said.get("settle", ()), *said.get("adjust", ()))]


def _done(store: SqliteStore, said: Mapping[str, Json], one: Mapping[str, Json]) -> Json:
    place = (str(one["lead"]), str(said["buyer"]), int(one["number"]))
    who = (str(said["by"]), str(said["because"]))
    try:
        told = (
            _settled(store, place, str(one["word"]), who)
            if "word" in one
            else _priced(store, place, one, who, bool(said.get("force")))
        )
    except StoreError as problem:
        return {"lead": place[0], "done": False, "said": str(problem)}
    return {"lead": place[0], "done": True, "said": told}


def _settled(store: SqliteStore, place: tuple[str, str, int], word: str, who: tuple[str, str]) -> str:
    came = store.transact(lambda core: later.settle_delivery(core, *place, word, *who))
    return came.conflict or f"{place[1]}/{place[2]} is {came.state}"


def _priced(
    store: SqliteStore,
    place: tuple[str, str, int],
    one: Mapping[str, Json],
    who: tuple[str, str],
    force: bool,
) -> str:
    if not force and "most" in one and Decimal(str(one["price"])) > Decimal(str(one["most"])):
        raise StoreError(
            f"{one['price']} is more than {one['most']}, the most that is taken unasked: --force charges it"
        )
    price = micros(Decimal(str(one["price"])))
    new = store.transact(lambda core: adjusting.adjust(core, *place, price, *who))
    return f"{place[1]}/{place[2]} pays {money(price)} now" if new else "it has this price already"
