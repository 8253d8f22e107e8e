"""Values on their way into and out of columns: times, money, JSON, text from outside."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from leadflow_engine.store.errors import StoreError
from leadflow_engine.texts.compact import compact_writer
from leadflow_engine.texts.moments import to_the_second

MILLIONTH = Decimal("0.000001")
CENT = Decimal("0.01")
LARGEST = 2**63 - 1

_encode = compact_writer(ascii_only=False)
_encode_ascii = compact_writer(ascii_only=True)
_encode_any = compact_writer(ascii_only=True, default=str)


def iso(at: datetime.datetime) -> str:
    """``2026-11-20T14:41:07.120000Z``: always the same length, so that the order of texts is the order of
    times."""
    there = at if at.tzinfo is datetime.UTC else at.astimezone(datetime.UTC)
    return f"{to_the_second(there)}.{there.microsecond:06}Z"


def moment(text: str) -> datetime.datetime:
    """The inverse of ``iso``; takes any ISO 8601 time with an offset."""
    at = datetime.datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise StoreError(f"`{text}` is a time without a zone; the journal keeps UTC")
    return at.astimezone(datetime.UTC)


def tidy_time(text: str | None) -> str | None:
    """Any ISO 8601 time in the journal's own form."""
    return None if text is None else iso(moment(text))


def micros(amount: Decimal) -> int:
    """Millionths, half to even. Raises ``StoreError`` for what no column can hold."""
    if not amount:
        return 0
    if not amount.is_finite() or abs(amount) > LARGEST // 1_000_000:
        raise StoreError(f"{amount} is no amount of money that can be kept")
    return int(amount.quantize(MILLIONTH, ROUND_HALF_EVEN).scaleb(6))


def micros_or_none(amount: Decimal | None) -> int | None:
    """``micros`` of what is there."""
    return None if amount is None else micros(amount)


def money(amount: int | None) -> Decimal | None:
    """Millionths as an amount with at least two places: 50000000 is 50.00, 4000 is 0.004."""
    if amount is None:
        return None
    exact = (Decimal(amount) * MILLIONTH).normalize()
    places = exact.as_tuple().exponent
    return exact if isinstance(places, int) and places < -2 else exact.quantize(CENT)


def json_text(value: Mapping[str, Any], what: str) -> str:
    """A fact's JSON, exactly: what comes out again is equal. Raises ``StoreError`` where ``value`` is no
    plain JSON."""
    try:
        text = _encode(value)
        if not text.isascii():
            text.encode()
        return text
    except UnicodeEncodeError:  # half a surrogate pair, as JSON from outside may hold
        return _encode_ascii(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise StoreError(f"{what} is not plain JSON: {error}") from None


def json_array(values: Sequence[str | None]) -> str:
    """Texts as a JSON array; none of them holds half a surrogate pair."""
    return _encode(values)


def shown_rows(rows: list[list[Any]]) -> str | None:
    """Rows of columns as JSON, each column as ``shown_json`` and ``text`` would have it; None where there are none."""
    if not rows:
        return None
    try:
        said = _encode_any(rows)
    except ValueError:
        said = _encode_any([[_plain(each) for each in row] for row in rows])
    if "\\u0000" in said or "\\ud" in said:  # what `text` is for: one look for all of them
        said = _encode_any(
            [[text(each) if isinstance(each, str) else _plain(each) for each in row] for row in rows]
        )
    return said


def _plain(value: Any) -> Any:
    return json.loads(shown_json(value)) if isinstance(value, dict) else value


def shown_json(value: Mapping[str, Any]) -> str:
    """JSON for people to read: what is not JSON (money, dates) becomes its text."""
    try:
        return _encode_any(value)
    except ValueError:
        return _encode_any({name: str(each) for name, each in value.items()})


def text(value: str) -> str:
    """Text that SQLite can hold and every program reads to its end: no half surrogates, no NUL."""
    if value.isascii() and "\0" not in value:
        return value
    return value.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()


def packed(digits: str) -> bytes:
    """Hex digits, two a byte; an odd number of them with a zero behind. ``hex(...)`` shows them again."""
    return bytes.fromhex(digits if len(digits) % 2 == 0 else digits + "0")
