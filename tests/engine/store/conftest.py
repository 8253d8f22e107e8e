"""Hand-made Writes, as a Run would bring them, and a clock that stands still until it is told."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from leadflow_dsl.model import DownAfter
from leadflow_engine import effects as fx
from leadflow_engine import records as rec
from leadflow_engine.store import SqliteStore

NOW = datetime.datetime(2026, 11, 20, 14, 41, 7, tzinfo=datetime.UTC)

PLAN: dict[str, Any] = {
    "flow": "solar",
    "main": "flows/solar.flow",
    "files": {"flows/solar.flow": "flow solar"},
    "buyers": ["sunpath", "westsun", "brightbid"],
    "reasons": {
        "westsun": [
            {"code": "filtered", "text": "age is under 40"},
            {"code": "closed", "text": "closed until 08:00"},
        ],
        "brightbid": [{"code": "filtered", "text": "state not bought"}],
    },
    "stages": {"route.1": ["sunpath", "westsun"], "route.2": ["brightbid"]},
}


@dataclass
class Hand:
    """A clock that is set by hand."""

    at: datetime.datetime = NOW

    def now(self) -> datetime.datetime:
        return self.at

    def pass_(self, **length: float) -> None:
        self.at += datetime.timedelta(**length)


def cap(maximum: int, **rest: Any) -> fx.LimitClaim:
    """``cap N per hour`` of sunpath, in New York."""
    claim = fx.LimitClaim(
        "sunpath/cap/hour", "hour", "America/New_York", 1, maximum, "capped", f"cap {maximum} per hour"
    )
    return replace(claim, **rest)


def key(value: str, **rest: Any) -> fx.KeyClaim:
    """``dedupe on phone_1 within 90d`` of sunpath."""
    claim = fx.KeyClaim("buyer/sunpath", "phone_1", value, 90 * 86400, "bought before")
    return replace(claim, **rest)


@dataclass
class Story:
    """One lead's Writes, numbered as a runner numbers them. Each method gives the next Write."""

    lead: str
    clock: Hand
    test: bool = False
    cost_on: str = "sale"
    seq: int = 0
    made: list[fx.Write] = field(default_factory=list)
    facts: list[fx.Fact] = field(default_factory=list)
    records: list[rec.Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fact("received", "received", {"bytes": 12}, {"payload": {"phone": "5125550147"}})
        self.records.append(
            rec.LeadRecord(
                "solar",
                "4f1c09a",
                "facebook",
                f"facebook/{self.lead}",
                "2026-11-20T14:41:07Z",
                self.test,
                {"phone_1": "***-***-0147", "bill": Decimal("260.00")},
                {"campaign": "fall"},
                Decimal("18.00"),
                self.cost_on,
                contacts=(("phone", "+15125550147"),),
            )
        )

    def fact(self, key: str, kind: str, body: Any, content: Any = None) -> None:
        at = self.clock.at.isoformat().replace("+00:00", "Z")
        self.facts.append(fx.Fact(self.seq, key, kind, at, body, content))
        self.seq += 1

    def write(self, key: str, data: fx.Data) -> fx.Write:
        write = fx.Write(self.lead, fx.Effect(key, data), tuple(self.facts), tuple(self.records))
        self.facts.clear()
        self.records.clear()
        self.seq += 1
        self.made.append(write)
        return write

    def accept(self, limits: Any = (), keys: Any = ()) -> fx.Write:
        return self.write("accept/facebook", fx.Accept("facebook", tuple(limits), tuple(keys)))

    def intent(
        self,
        buyer: str = "sunpath",
        number: int = 1,
        limits: Any = (),
        keys: Any = (),
        price: str = "50.00",
        **rest: Any,
    ) -> fx.Write:
        asked: dict[str, Any] = {"exclusive": True, "beside_doubt": False, "delivery_key": "k"}
        asked |= {"shares": ((buyer, -250_000), ("westsun", 250_000)), **rest}
        data = fx.Intent(
            buyer,
            number,
            "route.1",
            Decimal(price),
            tuple(limits),
            tuple(keys),
            test=self.test,
            **asked,
        )
        return self.write(f"intent/{buyer}/{number}", data)

    def answered(
        self, state: str, buyer: str = "sunpath", number: int = 1, price: str = "50.00", **rest: Any
    ) -> None:
        key = f"post/{buyer}/{number}"
        status = 200 if state in ("confirmed", "declined", "pending") else None
        self.fact(key, "call", {"status": status, "phase": "answered"}, {"body": '{"result": "success"}'})
        self.records.append(
            rec.Posting(
                key,
                "post",
                buyer,
                "POST",
                f"https://{buyer}.example/leads",
                "ab12",
                status,
                "",
                "{}",
                38.0,
                state,
                1,
            )
        )
        self.records.append(rec.Delivery(buyer, number, state, Decimal(price), "A1", stage="route.1", **rest))

    def settle(
        self, state: str, buyer: str = "sunpath", number: int = 1, n: int = 1, **rest: Any
    ) -> fx.Write:
        self.answered(state, buyer, number, **rest)
        return self.write(f"settle/{n}", fx.Flush())

    def suspend(self, why: str = "in_doubt", due: str | None = None) -> fx.Write:
        return self.write(
            "suspend/1", fx.Suspend({"version": 1, "segment": 2}, due, why, "sunpath may have it")
        )

    def end(self, outcome: str = "sold", reason: str = "sold to sunpath") -> fx.Write:
        return self.write("end", fx.End(outcome, reason, (1,) if outcome == "sold" else ()))


def limits(
    buyer: str = "sunpath", limits: Any = (), keys: Any = (), down: DownAfter | None = None
) -> fx.Effect:
    """The read of one buyer's limits."""
    asked = fx.BuyerLimits(buyer, tuple(limits), tuple(keys), down or DownAfter())
    return fx.Effect("limits/route.1/1", fx.ReadLimits((asked,)))


@dataclass
class Kit:
    """What tests make journals and leads of."""

    clock: Hand
    cap = staticmethod(cap)
    key = staticmethod(key)
    limits = staticmethod(limits)
    plan = PLAN

    def story(self, lead: str, **rest: Any) -> Story:
        return Story(lead, self.clock, **rest)

    def sell(self, store: SqliteStore, lead: str, state: str = "confirmed", **claims: Any) -> Story:
        """A lead that was accepted, asked for at sunpath, and came to ``state``; not ended."""
        story = self.story(lead)
        store.write_now(story.accept())
        store.write_now(story.intent(**claims))
        store.write_now(story.settle(state))
        return story


@pytest.fixture
def kit() -> Kit:
    return Kit(Hand())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "solar.db"


@pytest.fixture
def opened(kit: Kit, path: Path) -> Iterator[Callable[[], SqliteStore]]:
    """Opens the journal file, as often as asked; all are closed in the end."""
    stores: list[SqliteStore] = []

    def open_() -> SqliteStore:
        store = SqliteStore.open(path, kit.clock)
        stores.append(store)
        store.add_plan("4f1c09a", PLAN)
        return store

    yield open_
    for store in stores:
        store.close_now()


@pytest.fixture
def store(opened: Callable[[], SqliteStore]) -> SqliteStore:
    return opened()
