"""Returns in bulk: a buyer's CSV file, each row one lead that comes back."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from leadflow_engine.effects import Json
from leadflow_engine.operations.matching import Called, match
from leadflow_engine.operations.statements import Entry, StatementProblem, sheet, time_of
from leadflow_engine.plan import Plan
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.codec import iso

WANTED: Final = ("lead", "reference", "phone", "email", "buyer", "reason", "at", "because")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file: what it says as the order ``return`` takes it; or, where it cannot be used, why."""

    line: int
    said: Mapping[str, Json]
    problem: str = ""


def read_returns(
    store: SqliteStore, path: Path, plan: Plan, buyer: str, reason: str, said: Mapping[str, str]
) -> tuple[list[Row], str]:
    """The rows of a file, and a sentence of the columns that are not read. ``buyer`` and ``reason`` stand where a row
    has none; times without a zone are the buyer's. Raises ``StatementProblem``."""
    file = sheet(path, WANTED, said)
    if file.columns and not reason and "reason" not in file.columns:
        has = ", ".join([*file.columns.values(), *file.ignored])
        raise StatementProblem(
            f"{path}: no column is a reason; it has {has}. Say --map reason=COLUMN, or --reason TEXT for all"
        )
    return [_row(store, plan, buyer, reason, entry) for entry in file.rows], file.told


def _row(store: SqliteStore, plan: Plan, buyer: str, reason: str, entry: Entry) -> Row:
    whose, why = entry.text("buyer") or buyer, entry.text("reason") or reason
    known = plan.buyers.get(whose)
    if entry.problem or known is None or not why:
        missing = (
            "it says no reason" if known else f"there is no buyer `{whose}`" if whose else "it names no buyer"
        )
        return Row(entry.line, {}, entry.problem or missing)
    at = time_of(entry.text("at"), known.buyer.timezone) if entry.text("at") else None
    if entry.text("at") and at is None:
        return Row(entry.line, {}, "its date cannot be read")
    called = Called(*(entry.text(name) for name in ("lead", "reference", "phone", "email")))
    found = match(store, called, whose, plan.flow.country)
    if not found.lead:
        return Row(entry.line, {}, found.problem)
    return Row(entry.line, _said(found.lead, whose, why, entry.text("because"), at))


def _said(
    lead: str, buyer: str, reason: str, because: str, at: datetime.datetime | None
) -> Mapping[str, Json]:
    when = {"at": iso(at)} if at else {}
    return {"lead": lead, "buyer": buyer, "reason": reason, "because": because, **when}


def chunks(rows: Sequence[Mapping[str, Json]], size: int = 200) -> list[Sequence[Mapping[str, Json]]]:
    """The rows in pieces, each carried out as one order."""
    return [rows[start : start + size] for start in range(0, len(rows), size)]
