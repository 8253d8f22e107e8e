"""A lead as one JSON object: what commands print with ``--format json`` (``docs/commands.md``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from leadflow_engine.reports.amounts import PLACES
from leadflow_engine.texts.json_text import dumps

AMOUNTS: Final = frozenset(
    {"price", "answered_price", "bid", "cost", "amount", "revenue", "look_ups", "margin"}
    | {"credited", "back", "before", "value"}
)

LEAD: Final = (
    "id",
    "flow",
    "plan",
    "source",
    "identity",
    "received_at",
    "ended_at",
    "test",
    "fields",
    "dimensions",
)
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "sales": ("buyer", "price", "reference", "outcome", "at"),
    "distribution": tuple("buyer outcome reason cause bid position stage segment branch ms price".split()),
    "steps": tuple("segment number kind name outcome reason note read set cost ms".split()),
    "postings": tuple(
        "key leg name at method url status failure answer ms verdict rule reason reference cost".split()
    ),
    "deliveries": tuple(
        "buyer number stage state price answered_price reference reason due intent_at answered_at conflict".split()
    ),
    "ledger": ("kind", "party", "amount", "at"),
}
"""The keys of each part's objects, in the order in which they are written."""

LATER: Final[Mapping[str, tuple[str, ...]]] = {
    "attempts": ("is", "lead", "attempt", "because", "at"),
    "returns": ("buyer", "number", "at", "reason", "accepted", "said", "by", "because", "credited", "back"),
    "adjustments": ("buyer", "number", "at", "before", "price", "by", "because"),
    "feedback": ("event", "buyer", "value", "at", "known_as", "by"),
}
"""What comes after a lead's Run: a part is there only where there is any of it."""

STORED: Final[Mapping[str, str]] = {"read": "was_read", "set": "was_set"}


def lead_object(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The documented object of a lead's summary. Amounts are ``Decimal``, times ISO 8601 in UTC."""
    parts = {part: [_row(row, names) for row in summary[part]] for part, names in PARTS.items()}
    lead = {name: summary["lead"][name] for name in LEAD}
    other = {
        part: [_row(row, names) for row in rows]
        for part, names in LATER.items()
        if (rows := summary.get(part))
    }
    return {"lead": lead, "outcome": summary["outcome"], "reason": summary["reason"], **parts, **other}


def _row(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row[STORED.get(name, name)] for name in names}


def json_line(value: Any) -> str:
    """JSON on one line. Amounts are numbers, exact, with two places or more; durations have three at most."""
    return dumps(_written(value, ""))


def _written(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _written(item, key) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_written(item, name) for item in value]
    if isinstance(value, float):
        return Decimal(str(round(value, 3)))
    if isinstance(value, Decimal) and name in AMOUNTS:
        return value.quantize(PLACES) if value == value.quantize(PLACES) else value.normalize()
    return value
