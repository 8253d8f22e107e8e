"""Random flows, leads, clocks and answers: what runs and a model that only counts come to the same, lead by lead."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .harness import came_of, each, plan_of
from .limits_model import Event, Limit, Model

NAMES = ("ann", "bob", "cy")
PRICE = 10
ZONES = (
    "America/New_York",
    "America/Phoenix",
    "America/Denver",
    "Pacific/Honolulu",
    "America/St_Johns",
    "Australia/Sydney",
)
BEGINNINGS = ("2026-03-08T04:30:00Z", "2026-10-31T20:00:00Z", "2028-02-28T22:00:00Z", "2026-12-31T12:00:00Z")
"""Days on which clocks change, a leap day, the end of a month and a year."""

small = st.integers(1, 3)
counting = st.sampled_from(["sold", "attempts"])
LIMITS = st.one_of(
    st.builds(Limit, st.just("cap"), small, st.sampled_from(["hour", "day", "month"]), counting=counting),
    st.builds(
        Limit, st.just("cap"), small, st.sampled_from(["hour", "90m"]), st.just("rolling"), counting=counting
    ),
    st.builds(Limit, st.just("cap"), st.integers(1, 8), st.just("day"), st.just("paced")),
    st.builds(Limit, st.just("cap"), small, st.sampled_from(["hour", "day"]), by=st.just("state")),
    st.builds(Limit, st.just("cap"), st.just(3), st.just("day"), shared=st.just(True), counting=counting),
    st.builds(Limit, st.just("cap"), st.just(4), st.just("day"), across=st.just(True), counting=counting),
    st.builds(Limit, st.just("budget"), st.integers(9, 41), st.sampled_from(["hour", "day", "month"])),
    st.builds(Limit, st.just("balance"), st.sampled_from([0, 5, 25])),
    st.builds(Limit, st.just("dedupe"), st.sampled_from([1, 24]), counting=counting, across=st.booleans()),
)
LEADS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 30, 61, 240, 1500]),  # minutes since the one before
        st.sampled_from(["2125550101", "2125550102", "2125550103"]),
        st.sampled_from(["CA", "TX"]),
        st.frozensets(st.sampled_from(NAMES), min_size=0),  # who says yes
        st.sampled_from([PRICE, 7, 3]),  # what the answer of one that is asked for its price says
        st.dictionaries(st.sampled_from(NAMES), st.sampled_from([4, 10, 33]), max_size=2),  # paid in before
    ),
    min_size=4,
    max_size=14,
)


def flow_of(zone: str, buyers: dict[str, list[Limit]], asked: frozenset[str]) -> str:
    """A waterfall of these buyers; each is told in the lead whether it takes it, and for how much where it is
    ``asked``."""
    parts = [f'flow model timezone "{zone}"', "lead {", "  phone_1 phone", "  state state", "  pays money"]
    parts += [*(f"  {name}_takes boolean" for name in buyers), "}"]
    for name, limits in buyers.items():
        clauses = "\n  ".join(limit.written() for limit in limits)
        parts.append(
            f"buyer {name} {{\n  price {'from response up to ' if name in asked else ''}{PRICE}.00\n  {clauses}\n"
            f'  deliver {{ post "https://{name}.example/"  body json {{ yes = {name}_takes  pays = pays }}\n'
            '    response json { accepted when "ok"  otherwise rejected  price "price" } }\n}'
        )
    return "\n".join([*parts, f"route {{ waterfall {', '.join(buyers)} }}", ""])


ANSWERS = {
    "buyers": {
        name: {
            "deliver": [
                *(
                    {"when": {"yes": True, "pays": pays}, "body": {"ok": True, "price": pays}}
                    for pays in (PRICE, 7, 3)
                ),
                {"body": {"ok": False}},
            ]
        }
        for name in NAMES
    }
}


def expected(
    model: Model, number: int, at: datetime.datetime, lead: Any, asked: frozenset[str]
) -> dict[str, str]:
    """What the model says of each buyer up to the one that takes the lead."""
    _, phone, state, takers, pays, paid = lead
    for name, amount in paid.items():
        model.paid[name] = model.paid.get(name, 0) + amount
    before = {
        name: model.word(number, name, at, phone, state) for name in model.buyers
    }  # all are judged together
    words = {}
    for name in model.buyers:
        words[name] = before[name] or model.word(number, name, at, phone, state)
        if words[name]:
            continue
        words[name] = "sold" if name in takers else "rejected"
        price = pays if name in asked else PRICE
        model.events.append(Event(number, at, name, phone, state, name in takers, price))
        if name in takers:
            break
    return words


def compare(
    root: Path,
    zone: str,
    beginning: str,
    limits: list[list[Limit]],
    leads: list[Any],
    asked: frozenset[str],
) -> None:
    buyers = {name: once(own) for name, own in zip(NAMES, limits, strict=True)}
    model = Model(zone, PRICE, buyers)
    text = flow_of(zone, buyers, asked)
    plan = plan_of(text, root)
    at, sent, moments = datetime.datetime.fromisoformat(beginning), [], []
    for gap, phone, state, takers, pays, paid in leads:
        at += datetime.timedelta(minutes=gap)
        takes = {f"{name}_takes": name in takers for name in NAMES}
        fields = {"phone_1": phone, "state": state, "pays": pays, **takes}
        sent.append({"send": fields, "at": at, "paid": paid})
        moments.append(at)
    runs = each(plan, {"leads": sent, "answers": ANSWERS}, root)
    for number, (moment, lead, (run, done)) in enumerate(zip(moments, leads, runs, strict=True)):
        words = expected(model, number, moment, lead, asked)
        came = came_of(run, done)["distribution"]
        assert {name: came[name][0] for name in words} == words, f"{text}{moment} {lead}"


def once(limits: list[Limit]) -> list[Limit]:
    """Each clause once; a buyer has one balance, and of caps that count the same only paced ones or none."""
    found: dict[tuple[object, ...], list[Limit]] = {}
    for limit in dict.fromkeys(limits):
        alike = found.setdefault((limit.kind, limit.period, limit.window == "rolling", _what(limit)), [])
        if not alike or (limit.kind != "balance" and alike[0].window == limit.window):
            alike.append(limit)
    return [limit for alike in found.values() for limit in alike]


def _what(limit: Limit) -> tuple[object, ...]:
    return limit.counting, limit.shared, limit.by, limit.across


GIVEN = {
    "zone": st.sampled_from(ZONES),
    "beginning": st.sampled_from(BEGINNINGS),
    "limits": st.lists(st.lists(LIMITS, min_size=1, max_size=3), min_size=3, max_size=3),
    "leads": LEADS,
    "asked": st.frozensets(st.sampled_from(NAMES)),
}
CALM = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@given(**GIVEN)
@settings(max_examples=50, **CALM)
def test_what_runs_and_the_model_come_to_the_same(tmp_path: Path, **drawn: Any) -> None:
    compare(tmp_path, **drawn)


@pytest.mark.long
@given(**GIVEN)
@settings(max_examples=1000, **CALM)
def test_a_thousand_flows_and_the_model_come_to_the_same(tmp_path: Path, **drawn: Any) -> None:
    compare(tmp_path, **drawn)
