"""Drawn criteria and leads: every operator, every kind of subject, blanks, what is invalid, values of wrong types,
look-ups that were not asked. What they mean is told by the walk through one buyer's items."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_dsl.checking import check_files
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.types import ANY, BOOLEAN, DATE, DURATION, NUMBER, TEXT, TIME
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.judge import Out, judge_buyer
from leadflow_engine.lead import Lead
from leadflow_engine.plan import Plan, make_plan, stages_of
from leadflow_engine.values import parse

FLOW = """flow drawn
lead {
  words text
  age number
  bill money
  owner boolean
  roof enum(flat, steep, tile)
  born date
  seen datetime
  wake time
  state state
  zip postal_code
  phone phone
  mail email
  tags list of text
  doubled number = age * 2
  worth number = check.score + age
}
suppression blocked of email
list places from csv "places.csv" column place
list numbers ["1", "2.50", "30"]
call_window calls { default 08:00-21:00 }
enhance check on demand {
  post "https://check.example/"
  body json { mail = mail }
  response json {
    accepted when "ok"
    otherwise rejected
    set line text "line"
    set score number "score"
  }
}
source web { }
buyer one {
  price 1.00
  deliver {
    post "https://one.example/"
    body json { mail = mail }
    response json { accepted when "ok" otherwise rejected }
  }
}
route { waterfall one }
"""
PLACES = "place\nalpha\n78701\nCA\n1.0\n\ufffd\n"
NOW = datetime.datetime(2026, 3, 4, 15, 30, tzinfo=datetime.UTC)

RAW: dict[str, tuple[object, ...]] = {
    "words": ("", " ", "Alpha", "alpha beta", "BETA ", "12", "1.0", "true", "Straße", None, 7),
    "age": (None, "", "1", "1.0", "17", "25", "25.0", "40", 70, "many", "1e3", "-3", True),
    "bill": (None, "$10", 1, "10.00", "12.5", "x", 99),
    "owner": (None, True, False, "yes", "no", "perhaps", "1"),
    "roof": (None, "flat", "Steep", "tile", "thatch", ""),
    "born": (None, "2000-02-29", "1990-01-01", "soon", "2026-03-04"),
    "seen": (None, "2026-03-04T10:00:00Z", "2026-03-04T23:30:00-08:00", "2020-01-01", "never"),
    "wake": (None, "06:00", "22:15", "late"),
    "state": (None, "CA", "tx", "Texas", "ZZ", ""),
    "zip": (None, "78701", "10001", "99999-1234", "nowhere"),
    "phone": (None, "512-555-0123", "+1 212 555 0100", "12"),
    "mail": (None, "a@gmail.com", "B@corp.example", "bad"),
    "tags": (None, [], ["a", "b"], ["12"], "a"),
}
WORDS = (
    "alpha",
    "Alpha ",
    "beta",
    "12",
    "1.0",
    "true",
    "flat",
    "steep",
    "CA",
    "TX",
    "78701",
    "a",
    "b",
    "mobile",
    "strasse",
)
NUMBERS = tuple(
    map(Decimal, ("0", "1", "1.0", "2.50", "12", "12.5", "17", "25", "25.00", "40", "80", "99", "1000"))
)
DAYS = (datetime.date(1990, 1, 1), datetime.date(2000, 2, 29), datetime.date(2026, 3, 4))
TIMES = (datetime.time(6), datetime.time(8, 30), datetime.time(22, 15))
LENGTHS = (datetime.timedelta(0), datetime.timedelta(minutes=5), datetime.timedelta(days=1))
ORDERED = ("<", "<=", ">", ">=")
COMPARING = ("==", "!=", *ORDERED)


def read(kind: str, name: str, part: str = "") -> t.Read:
    """A name of the flow."""
    return t.Read(kind, name, part, ANY, NOWHERE)


def op(name: str, *args: t.Term) -> t.Op:
    """An operator on terms."""
    return t.Op(name, args, BOOLEAN, NOWHERE)


def const(value: t.Scalar) -> t.Const:
    """A literal."""
    types = {str: TEXT, Decimal: NUMBER, bool: BOOLEAN, datetime.date: DATE, datetime.time: TIME}
    return t.Const(value, types.get(type(value), DURATION), NOWHERE)


SUBJECTS: tuple[t.Term, ...] = (
    *(read("field", name) for name in RAW),
    read("field", "doubled"),
    read("field", "worth"),
    read("field", "age", "valid"),
    read("field", "words", "raw"),
    read("field", "phone", "area"),
    read("field", "zip", "state"),
    read("field", "mail", "is_free"),
    read("field", "nothing"),
    read("result", "check", "line"),
    read("result", "check", "score"),
    read("result", "check", "outcome"),
    read("lead", "test"),
    read("lead", "age"),
    read("lead", "local_time"),
    read("lead", "sold_count"),
    read("now", ""),
    read("random", ""),
    read("extra", "more"),
    read("payload", "deep.er"),
    read("buyer", "one", "outcome"),
    op("+", read("field", "age"), read("field", "bill")),
    op("*", read("field", "age"), read("result", "check", "score")),
    t.Call("lower", (read("field", "words"),), (), None, TEXT, NOWHERE),
    t.Call("coalesce", (read("result", "check", "score"), read("field", "age")), (), None, NUMBER, NOWHERE),
    t.Call("days_since", (read("field", "born"),), (), None, NUMBER, NOWHERE),
    t.Each(read("field", "tags"), "", TEXT, NOWHERE),
    t.Index(read("field", "tags"), 0, TEXT, NOWHERE),
)


@cache
def checked_flow() -> m.Flow:
    """The flow that all that is drawn stands in."""
    checked = check_files({"drawn.flow": FLOW, "places.csv": PLACES}, "drawn.flow")
    assert checked.flow is not None, checked.diagnostics
    return checked.flow


class Draw:
    """Conditions, buyers and leads of one seed. ``met`` are the operators that came."""

    def __init__(self, seed: int) -> None:
        self.any = random.Random(seed)
        self.met: set[str] = set()
        self.flow = checked_flow()
        route = self.flow.steps[-1]
        assert isinstance(route, m.Route)
        self.route = route

    # -------------------------------------------------------------- conditions

    def constant(self) -> t.Const:
        """A literal of any type; more often a text or a number."""
        groups: tuple[tuple[t.Scalar, ...], ...] = (
            WORDS,
            WORDS,
            NUMBERS,
            NUMBERS,
            DAYS,
            TIMES,
            LENGTHS,
            (True, False),
        )
        some = self.any.choice(groups)
        return const(self.any.choice(some))

    def group(self) -> t.Term:
        """What may stand behind ``in``."""
        drawn = self.any.random()
        if drawn < 0.2:
            return t.NamedList(self.any.choice(("places", "numbers", "blocked")), TEXT, NOWHERE)
        if drawn < 0.3:
            return t.ListOf((t.Exactly("Alpha", TEXT, NOWHERE), self.constant()), ANY, NOWHERE)
        if drawn < 0.4:
            return t.ListOf((self.subject(), self.constant()), ANY, NOWHERE)
        if drawn < 0.5:
            return self.subject()
        kinds: tuple[tuple[t.Scalar, ...], ...] = (WORDS, NUMBERS, DAYS)
        values = self.any.choices(self.any.choice(kinds), k=self.any.randint(1, 4))
        return t.ListOf(tuple(map(const, values)), ANY, NOWHERE)

    def subject(self) -> t.Term:
        """What a predicate is about."""
        return self.any.choice(SUBJECTS)

    def predicate(self) -> t.Term:
        """A predicate of any operator."""
        name = self.any.choice(tuple(PREDICATES))
        self.met.add(name)
        return PREDICATES[name](self, name)

    def condition(self, depth: int = 3) -> t.Term:
        """A condition; not too deep."""
        drawn = self.any.random()
        if depth == 0 or drawn < 0.55:
            return self.predicate()
        if drawn < 0.7:
            self.met.add("not")
            return op("not", self.condition(depth - 1))
        name = self.any.choice(("and", "or"))
        self.met.add(name)
        return op(name, *(self.condition(depth - 1) for _ in range(self.any.randint(2, 3))))

    # -------------------------------------------------------------- buyers and leads

    def buyer(self, name: str) -> m.Buyer:
        """A buyer of drawn criteria, prices, pauses."""
        criteria = tuple(
            m.Criterion(self.any.choice(("accept", "reject")), self.condition(), f"reason {number}")
            for number in range(self.any.choice((0, 1, 2, 3, 5)))
        )
        kept = self.flow.buyers[0]
        price = replace(kept.prices[0], when=self.condition(1) if self.any.random() < 0.2 else None)
        paused = (m.Conditional(None, self.condition(1)),) if self.any.random() < 0.1 else ()
        return replace(kept, name=name, criteria=criteria, prices=(price,), paused=paused)

    def plan(self, buyers: int) -> Plan:
        """A plan of so many drawn buyers. The first is ``one``, whose outcome others read."""
        names = ("one", *(f"buyer_{number}" for number in range(1, buyers)))
        (stage,) = stages_of(self.route.items)
        route = replace(self.route, items=(replace(stage, buyers=names),))
        steps = (*self.flow.steps[:-1], route)
        return make_plan(replace(self.flow, buyers=tuple(map(self.buyer, names)), steps=steps))

    def lead(self, plan: Plan) -> Lead:
        """A lead of drawn values; of the look-up it is not known, or it was asked and failed or said something."""
        given = {
            field.name: parse(field.type, self.any.choice(RAW[field.name]), "US", "UTC", now=NOW)
            for field in plan.flow.fields
            if field.computed is None
        }
        lead = Lead(plan, "L1", "web", self.any.randint(1, 100), NOW, NOW, given=given)
        lead.test = self.any.random() < 0.2
        lead.clock = NOW + self.any.choice(LENGTHS)
        lead.extra = self.any.choice(
            ({}, {"more": 12}, {"more": 1}, {"more": "alpha"}, {"more": ["a"]}, {"more": True})
        )
        lead.payload = self.any.choice(({}, {"deep": {"er": "\ud800"}}, {"deep": {"er": "1.0"}}))
        lead.suppressed = self.any.choice(({}, {"blocked": frozenset({"alpha", "a@gmail.com"})}))
        lead.buyers = self.any.choice(({}, {"one": "rejected"}))
        if self.any.random() < 0.6:
            lead.asked.add("check")
            lead.results["check"] = self.any.choice(({}, {"line": "mobile", "score": Decimal(40)}))
            lead.steps["check"] = self.any.choice((("success", ""), ("error", "no answer")))
        return lead

    def with_hours(self, buyer: m.Buyer) -> m.Buyer:
        """The same buyer, open at some hours only, or in need of a look-up."""
        opening = m.Opening(tuple(range(self.any.randint(1, 7))), *self.any.sample(TIMES, 2))
        return replace(
            buyer,
            openings=(opening,) if self.any.random() < 0.4 else (),
            closed_on=(NOW.date(),) if self.any.random() < 0.1 else (),
            timezone=self.any.choice(("UTC", "America/New_York")),
            needs=("check",) if self.any.random() < 0.2 else (),
        )

    def same(self, lead: Lead) -> Lead:
        """The same lead anew: of what was looked at nothing is remembered."""
        return replace(lead, given=dict(lead.given), _truths={}, _computing=set())


PREDICATES: dict[str, Callable[[Draw, str], t.Term]] = {
    **dict.fromkeys(COMPARING, lambda draw, name: op(name, draw.subject(), draw.constant())),
    "mirrored": lambda draw, _: op(draw.any.choice(COMPARING), draw.constant(), draw.subject()),
    "fields": lambda draw, _: op(draw.any.choice(COMPARING), draw.subject(), draw.subject()),
    "exactly": lambda draw, _: op(
        draw.any.choice(("==", "!=", "contains", "starts_with", "ends_with")),
        draw.subject(),
        t.Exactly(draw.any.choice(WORDS), TEXT, NOWHERE),
    ),
    "between": lambda draw, name: op(name, draw.subject(), draw.constant(), draw.constant()),
    "between numbers": lambda draw, _: op(
        "between", draw.subject(), *map(const, sorted(draw.any.sample(NUMBERS, 2)))
    ),
    "in": lambda draw, name: op(name, draw.subject(), draw.group()),
    **dict.fromkeys(
        ("contains", "starts_with", "ends_with"),
        lambda draw, name: op(name, draw.subject(), const(draw.any.choice(WORDS))),
    ),
    "matches": lambda draw, name: op(
        name, draw.subject(), t.Pattern(draw.any.choice(("^a", "[0-9]+", "ta$")), "i", ANY, NOWHERE)
    ),
    **dict.fromkeys(("is_blank", "is_present", "is_valid"), lambda draw, name: op(name, draw.subject())),
    "near": lambda draw, name: op(name, read("field", "zip"), const(Decimal(25)), const("78701")),
    "in_window": lambda draw, name: op(name, const("calls")),
    "alone": lambda draw, _: draw.subject(),
}
"""A way to draw each kind of predicate, by its operator or what else is particular in it."""

Verdict = tuple[str, int]


def walked(plan: Plan, lead: Lead, name: str) -> Verdict:
    """What a buyer comes to by the walk through its items: out, open or in, and its first failing item."""
    verdict = judge_buyer(plan.buyers[name], lead, lead.truth, None)
    if isinstance(verdict, Out):
        return "out", verdict.item
    return ("open", 0) if isinstance(verdict, Open) else ("in", 0)
