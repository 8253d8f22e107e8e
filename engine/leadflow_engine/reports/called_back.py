"""What would be read of a buyer's call with its verdict, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from leadflow_engine.response import Reading
from leadflow_engine.settle import WORD_OF


def called_object(token: str, reading: Reading) -> Mapping[str, Any]:
    """The documented object: what finds the delivery, and what is said of it."""
    return {
        "found_by": "address" if token else "reference",
        "reference": reading.reference or None,
        "verdict": reading.verdict or None,
        "rule": reading.rule,
        "says": WORD_OF.get(reading.verdict),
        "reason": reading.reason or None,
        "price": reading.price,
        "notes": list(reading.notes),
    }


def called_lines(token: str, reading: Reading) -> Iterator[str]:
    """The same, a line a thing."""
    found = (
        "its own address"
        if token
        else f"reference {reading.reference}"
        if reading.reference
        else "nothing: 400"
    )
    yield f"read as    {reading.kind_read}"
    yield f"delivery   found by {found}"
    rule = f" (rule {reading.rule})" if reading.rule else " (otherwise)" if reading.rule == 0 else ""
    said = WORD_OF.get(reading.verdict, "nothing yet")
    yield f"verdict    {reading.verdict or 'none that a rule reads'}{rule}: {said}"
    if reading.reason:
        yield f"reason     {reading.reason}"
    if reading.price is not None:
        yield f"price      {reading.price}"
    yield from (f"note       {note}" for note in reading.notes)
