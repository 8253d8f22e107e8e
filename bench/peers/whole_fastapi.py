"""The whole lead by hand: FastAPI, pydantic, httpx and SQLAlchemy's ORM on SQLite in WAL, as one would write it.

    python whole_fastapi.py BUYERS.json DB PORT-OF-THE-BUYERS         serves; prints its address first

It does what the bench's flow does: checks the fields, counts the source's cap and looks for duplicates, runs filters
and scores, judges every buyer and keeps why it is out, and asks those that are in, in turn: a cap counted, a duplicate
looked for, the intent committed before the post, what was answered kept after it. uvicorn on uvloop and httptools,
one client with connections kept; statements run on the event loop, which costs less than handing them to threads.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import socket
import sys
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import ForeignKey, create_engine, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

BUYERS = json.loads(Path(sys.argv[1]).read_text())
DAYS = datetime.timedelta(days=30)
MOST_A_DAY = 1_000_000


class Base(DeclarativeBase):
    """The tables."""


class LeadRow(Base):
    """A lead and what became of it."""

    __tablename__ = "lead"
    id: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    email: Mapped[str] = mapped_column(index=True)
    received: Mapped[datetime.datetime]
    payload: Mapped[str]
    outcome: Mapped[str | None]


class StepRow(Base):
    """A step of a lead."""

    __tablename__ = "step"
    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[str] = mapped_column(ForeignKey("lead.id"), index=True)
    number: Mapped[int]
    kind: Mapped[str]
    name: Mapped[str]
    outcome: Mapped[str]


class ConsideredRow(Base):
    """Why a buyer was out."""

    __tablename__ = "considered"
    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[str] = mapped_column(ForeignKey("lead.id"), index=True)
    reasons: Mapped[str]


class DeliveryRow(Base):
    """A delivery: the intent before the post, what was answered after it."""

    __tablename__ = "delivery"
    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[str] = mapped_column(ForeignKey("lead.id"), index=True)
    buyer: Mapped[str] = mapped_column(index=True)
    email: Mapped[str] = mapped_column(index=True)
    key: Mapped[str]
    price: Mapped[Decimal]
    state: Mapped[str]
    request: Mapped[str]
    status: Mapped[int | None]
    answer: Mapped[str | None]
    reason: Mapped[str | None]
    at: Mapped[datetime.datetime]


class CapRow(Base):
    """How many of a day's cap are gone."""

    __tablename__ = "cap"
    name: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True)
    used: Mapped[int]


class LeadIn(BaseModel):
    """What a source sends."""

    ref: str
    first_name: Annotated[str, Field(min_length=1)]
    last_name: Annotated[str, Field(min_length=1)]
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    phone: Annotated[str, Field(pattern=r"^\d{10}$")]
    zip: Annotated[str, Field(pattern=r"^\d{5}$")]
    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    age: int
    bill: Decimal
    credit: int
    homeowner: bool


engine = create_engine(f"sqlite:///{sys.argv[2]}", connect_args={"check_same_thread": False})


@event.listens_for(engine, "connect")
def _settings(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


Base.metadata.create_all(engine)
Sessions = sessionmaker(engine, expire_on_commit=False)
client = httpx.AsyncClient(
    base_url=f"http://127.0.0.1:{sys.argv[3]}",
    limits=httpx.Limits(max_connections=256, max_keepalive_connections=256),
    trust_env=False,
)
app = FastAPI()


def count(session: Session, name: str, day: str) -> bool:
    """Count one more of a cap; whether there was room."""
    row = session.get(CapRow, (name, day))
    if row is None:
        row = CapRow(name=name, day=day, used=0)
        session.add(row)
    if row.used >= MOST_A_DAY:
        return False
    row.used += 1
    return True


def refused(lead: LeadIn) -> str | None:
    """The filters: a reason, or None."""
    if lead.state == "NY" and lead.age < 21:
        return "too young for New York"
    if lead.bill < 20:
        return "bill too small"
    if lead.age < 18:
        return "a minor"
    if lead.credit < 310:
        return "no credit"
    if lead.bill > 100_000:
        return "no such bill"
    if lead.age > 110:
        return "no such age"
    return "too young to own" if lead.homeowner and lead.age < 19 else None


def out(buyer: dict[str, Any], lead: LeadIn) -> str | None:
    """Why a buyer does not want a lead, or None."""
    if lead.state not in buyer["states"]:
        return "state not bought"
    if not buyer["ages"][0] <= lead.age <= buyer["ages"][1]:
        return "age out of range"
    if lead.bill < buyer["bill"]:
        return "bill too small"
    if lead.credit < buyer["credit"]:
        return "credit too low"
    return "owners only" if buyer["owner"] and not lead.homeowner else None


def scores(lead: LeadIn) -> dict[str, int]:
    """The three scores."""
    return {
        "quality": 50 + 20 * (lead.credit >= 700) + 10 * (lead.bill >= 250),
        "value": 10 + 5 * lead.homeowner + 5 * (lead.age >= 40),
        "risk": 40 * (lead.credit < 560) + 10 * (lead.age < 25),
    }


def request_of(lead: LeadIn) -> dict[str, Any]:
    """What a buyer is sent."""
    return {**lead.model_dump(mode="python"), "bill": float(lead.bill), "phone": f"+1{lead.phone}"}


class Answer(BaseModel):
    """What the source is told."""

    outcome: Literal["sold", "unsold", "refused", "duplicate"]
    reason: str | None = None
    lead: dict[str, str]


@app.post("/submit")
async def submit(lead: LeadIn) -> Answer:
    """Take a lead and sell it."""
    now = datetime.datetime.now(datetime.UTC)
    day, lead_id = now.date().isoformat(), uuid.uuid4().hex
    with Sessions() as session:
        known = select(func.count()).select_from(LeadRow)
        known = known.where(LeadRow.email == lead.email, LeadRow.received > now - DAYS)
        duplicate = session.scalar(known)
        row = LeadRow(
            id=lead_id,
            source="web",
            email=lead.email,
            received=now,
            payload=lead.model_dump_json(),
            outcome=None,
        )
        session.add(row)
        if duplicate or not count(session, "source/web", day):
            row.outcome = "refused"
            session.commit()
            return Answer(outcome="refused", reason="duplicate", lead={"id": lead_id})
        session.commit()
        row.outcome = await routed(session, lead, lead_id, now)
        session.commit()
        return Answer(outcome=row.outcome, lead={"id": lead_id})


async def routed(session: Session, lead: LeadIn, lead_id: str, now: datetime.datetime) -> str:
    """The steps and the waterfall; what came of the lead."""
    steps = [("intake", "intake"), *(("filter", name) for name in FILTERS)]
    steps += [("score", f"{name} {points}") for name, points in scores(lead).items()] + [("route", "main")]
    reason = refused(lead)
    for number, (kind, name) in enumerate(steps, 1):
        session.add(StepRow(lead_id=lead_id, number=number, kind=kind, name=name, outcome="success"))
    if reason:
        return "refused"
    verdicts = {buyer["name"]: out(buyer, lead) for buyer in BUYERS}
    reasons = json.dumps({name: why for name, why in verdicts.items() if why})
    session.add(ConsideredRow(lead_id=lead_id, reasons=reasons))
    for buyer in BUYERS:
        if verdicts[buyer["name"]] is None and await offered(session, buyer, lead, lead_id, now):
            return "sold"
    return "unsold"


FILTERS = ("no_state", "small_bill", "minor", "no_credit", "rich", "old", "stranger")


async def offered(
    session: Session, buyer: dict[str, Any], lead: LeadIn, lead_id: str, now: datetime.datetime
) -> bool:
    """Offer a lead to a buyer: the intent is committed before the post. Whether it took the lead."""
    name = buyer["name"]
    bought = select(func.count()).select_from(DeliveryRow)
    bought = bought.where(
        DeliveryRow.buyer == name,
        DeliveryRow.email == lead.email,
        DeliveryRow.state == "confirmed",
        DeliveryRow.at > now - DAYS,
    )
    if session.scalar(bought) or not count(session, name, now.date().isoformat()):
        return False
    body = json.dumps(request_of(lead))
    key = uuid.uuid4().hex
    delivery = DeliveryRow(
        lead_id=lead_id,
        buyer=name,
        email=lead.email,
        key=key,
        price=Decimal(buyer["price"]),
        state="intent",
        request=body,
        at=now,
    )
    session.add(delivery)
    session.commit()
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    answer = await client.post(f"/{name}", content=body, headers=headers, timeout=5.0)
    said = answer.json()
    delivery.status, delivery.answer = answer.status_code, answer.text
    if said["ok"]:
        delivery.state = "confirmed"
        return True
    delivery.state, delivery.reason = "declined", said["why"]
    cap = session.get(CapRow, (name, now.date().isoformat()))
    assert cap is not None
    cap.used -= 1
    return False


async def main() -> None:
    """Serve on a free port."""
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"serving http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    config = uvicorn.Config(app, loop="uvloop", http="httptools", log_level="error", access_log=False)
    await uvicorn.Server(config).serve(sockets=[listening])


if __name__ == "__main__":
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
