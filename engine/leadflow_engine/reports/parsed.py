"""What was read from an answer, as a person reads it and as a program does."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from leadflow_engine.operations.parsing import Parsed
from leadflow_engine.reports.layout import Lines, hang, padded, painted
from leadflow_engine.response import Reading
from leadflow_engine.response.reading import Bid
from leadflow_engine.values import written

_WIDTH = 11
_STYLES = {"accepted": "green", "duplicate": "yellow", "rejected": "red", "error": "red"}


def parsed_lines(parsed: Parsed, word: str, source: str, width: int) -> Lines:
    """The verdict with the rule that gave it, each value, then what it means for the delivery."""
    lines: Lines = []
    for name, text, style in _rows(parsed, word, source):
        lines += hang(padded(name, _WIDTH), painted(text, style), "", width)
    return lines


def _rows(parsed: Parsed, word: str, source: str) -> Iterator[tuple[str, str, str]]:
    reading = parsed.reading
    yield "verdict", reading.verdict or "none: no rule matches", _STYLES.get(reading.verdict, "")
    yield "rule", _rule(parsed, source), ""
    yield "read as", reading.kind_read + ("" if reading.readable else ", which it should not be"), ""
    for name, value in values_of(reading).items():
        yield name, str(value), ""
    for bid in reading.bids:
        yield "one bid", _one_bid(bid), ""
    for note in reading.notes:
        yield "note", note, ""
    if word == "post":
        yield "delivery", f"{parsed.settled.state}: {parsed.settled.outcome}", ""


def _one_bid(bid: Bid) -> str:
    amount = "no bid" if bid.bid is None else str(bid.bid)
    return " ".join(filter(None, (amount, bid.reference, bid.legal_name)))


def _rule(parsed: Parsed, source: str) -> str:
    """The deciding rule by number, place and text."""
    reading, rule = parsed.reading, parsed.rule
    if rule is None:
        return f"otherwise {reading.verdict}" if reading.rule == 0 else "none"
    text = " ".join(source[rule.span.start : rule.span.end].split())
    return f"{reading.rule}, {rule.span.file}:{rule.span.line}: {text}"


def values_of(reading: Reading) -> dict[str, object]:
    """What was taken from the answer by name, blanks left out."""
    own = {
        "reason": reading.reason,
        "cause": reading.cause,
        "price": reading.price,
        "bid": reading.bid,
        "reference": reading.reference,
        "redirect": reading.redirect,
        "expires": reading.expires,
    }
    sets = {name: written(value, "text") for name, value in reading.sets.items()}
    return {name: value for name, value in {**own, **sets}.items() if value not in (None, "")}


def parsed_object(parsed: Parsed, word: str) -> Mapping[str, Any]:
    """The same for a program; amounts are texts, exact."""
    reading = parsed.reading
    rule = parsed.rule
    return {
        "verdict": reading.verdict or None,
        "rule": reading.rule,
        "line": rule.span.line if rule else None,
        "read_as": reading.kind_read,
        "readable": reading.readable,
        "values": {name: _plain(value) for name, value in values_of(reading).items()},
        "bids": [
            {"bid": _plain(bid.bid), "reference": bid.reference, "legal_name": bid.legal_name}
            for bid in reading.bids
        ],
        "notes": list(reading.notes),
        "delivery": parsed.settled.state if word == "post" else None,
        "outcome": parsed.settled.outcome if word == "post" else None,
    }


def _plain(value: object) -> object:
    if isinstance(value, Decimal | datetime.datetime):
        return str(value)
    return value


def parsed_json(parsed: Parsed, word: str) -> str:
    """The object as text."""
    return json.dumps(parsed_object(parsed, word), ensure_ascii=False, indent=2, default=str)
