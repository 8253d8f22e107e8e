"""What goes to the process that writes a journal comes out as it went in, whatever a Run may bring."""

from __future__ import annotations

import datetime
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

import pytest

from leadflow_dsl.model import DownAfter
from leadflow_engine import effects as fx
from leadflow_engine import records as rec
from leadflow_engine.limits.hours import Hours
from leadflow_engine.store.calls import Note
from leadflow_engine.store.core import Entry
from leadflow_engine.store.crossing import END, Frames, entry_of, packed, plain
from leadflow_engine.store.errors import Full, Held, StoreError

MONEY = Decimal("-1.50")
AT = datetime.datetime(2026, 11, 20, 14, 41, tzinfo=datetime.UTC)
LIMIT = fx.LimitClaim("a", "day", "UTC", 1, None, "capped", "why", pace=(3, "paced"))
KEY = fx.KeyClaim("s", "f", "v\x1fw", 3600.0, "why")
SUPPRESSIBLE = fx.Suppressible("f", "s", (("list", "phone", "+1"),))
ROW = fx.BatchRow("f", "csv", "a,b", "UTC", None, ("08:00",), 3)
INTENT = fx.Intent(
    "b", 1, "route.1", MONEY, (LIMIT, LIMIT), (KEY,), True, False, "k", False, None, "2026", 2, (("b", -1),)
)

DATA: list[fx.Data] = [
    fx.Accept("web", (LIMIT,), ()),
    fx.Admit((fx.BuyerLimits("b", (LIMIT,), (KEY,), DownAfter()),)),
    INTENT,
    fx.Flush(),
    fx.Suspend({"stack": [1, {"a": None}]}, None, "held", "why"),
    fx.End("sold", "to b", (1, 2), True),
]
RECORDS: list[rec.Record] = [
    rec.LeadRecord("f", "p", "s", "i", "t", False, {"bill": MONEY, "on": True}, {"d": "x"}, MONEY),
    rec.StepRecord(1, 1, "score", "q", "success", read={"a": ["b", 1.5]}, set={"c": None}, cost=MONEY),
    rec.Judged("route.1", 1, "0F1"),
    rec.Considered("route.1", 1, "", "b", "sold", bid=None, price=Decimal("1E+2"), position=None, ms=0.5),
    rec.Posting("k", "post", "b", "POST", "u", "h", None, "", "\ud800", 1.0, "accepted", None),
    rec.Delivery(
        "b", 1, "in_doubt", Decimal("NaN").copy_abs(), answered_price=MONEY, follow_ups=(("end", "t"),)
    ),
    rec.Kept("n", "v", "k"),
]


def crossed(entry: Entry) -> Entry:
    """As it comes out at the other side, a byte at a time."""
    frames, stream = Frames(), packed([plain(entry)]) + END
    found = [each for byte in stream for value in frames.feed(bytes([byte])) for each in value]
    assert frames.ended
    return entry_of(found[0])


def parts(value: Any) -> Any:
    """All that a value is made of, so that NaN and 1 and 1.0 and True are told apart."""
    if is_dataclass(value) and not isinstance(value, type):
        return type(value), [parts(getattr(value, each.name)) for each in fields(value)]
    if isinstance(value, tuple | list):
        return type(value), [parts(each) for each in value]
    return type(value), repr(value)


@pytest.mark.parametrize("data", DATA, ids=lambda data: type(data).__name__)
@pytest.mark.parametrize("note", [None, Note(("n", "b", 2), (("k", AT),))], ids=["alone", "noted"])
def test_what_goes_in_comes_out(data: fx.Data, note: Note | None) -> None:
    facts = (
        fx.Fact(0, "received", "received", "t", {"a": [1]}, {"p": "x"}),
        fx.Fact(1, "k", "read", "t", {}),
    )
    entry = Entry(fx.Write("L1", fx.Effect("key", data), facts, tuple(RECORDS)), note)
    assert parts(crossed(entry)) == parts(entry)


@pytest.mark.parametrize(
    "more",
    [
        {"suppressible": SUPPRESSIBLE},
        {"row": ROW},
        {"hours": Hours((), (AT.date(),), "America/New_York")},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_few_intents_bring_comes_out_too(more: dict[str, Any]) -> None:
    own = {each.name: getattr(INTENT, each.name) for each in fields(INTENT)}
    entry = Entry(fx.Write("L1", fx.Effect("intent/b/1", fx.Intent(**own | more)), (), ()))
    assert parts(crossed(entry)) == parts(entry)


@pytest.mark.parametrize("error", [StoreError("why"), Full("no room"), Held("held")], ids=str)
def test_what_went_wrong_keeps_its_kind(error: StoreError) -> None:
    [[came]] = Frames().feed(packed([error]))
    assert (type(came), str(came)) == (type(error), str(error))


def test_every_record_and_every_durable_effect_is_tried_here() -> None:
    assert {type(each) for each in DATA} == fx.DURABLE
    assert {type(each) for each in RECORDS} == set(rec.Record.__args__)  # type: ignore[attr-defined]
