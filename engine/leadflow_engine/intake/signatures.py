"""What a signature's header says: the signatures in it, in whatever spelling, and the time beside them."""

from __future__ import annotations

import base64
import binascii
import datetime
import hmac
import re
from collections.abc import Iterator
from typing import Final

from leadflow_engine.values.moments import moment_of

MOST: Final = 20
"""Signatures of one header that are looked at."""

_BETWEEN = re.compile(r"[,;\s]+")
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,15}[=:]")
_TIME = re.compile(r"(?:^|[,;\s])t=(\d{10,13})(?=$|[,;\s])")


def signed_by(header: str, secret: str, algorithm: str, signed: bytes) -> bool:
    """Is one of the header's signatures the one of ``signed``? Hexadecimal or base64, bare or behind a label
    (``sha256=``, ``v1,``), one or several. Takes as long whichever of them fits, and where none does."""
    expected = hmac.new(secret.encode(), signed, algorithm).digest()
    fits = False
    for found in signatures(header, len(expected)):
        fits |= hmac.compare_digest(found, expected)
    return fits


def signatures(header: str, length: int) -> Iterator[bytes]:
    """Everything in a header that could be a signature of ``length`` bytes."""
    for token in _BETWEEN.split(header.strip(), MOST)[:MOST]:
        label = _LABEL.match(token)
        for text in (token, token[label.end() :] if label else ""):
            if len(text) == 2 * length:
                yield from _hex(text)
            elif text:
                yield from _base64(text, length)


def _hex(text: str) -> Iterator[bytes]:
    try:
        yield bytes.fromhex(text)
    except ValueError:
        return


def _base64(text: str, length: int) -> Iterator[bytes]:
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    if len(plain) != -(-length * 4 // 3):
        return
    try:
        yield base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return


def time_beside(header: str) -> datetime.datetime | None:
    """The time in a signature's own header: ``t=1700000000,v1=...``."""
    found = _TIME.search(header)
    return time_of(found[1]) if found else None


def time_of(text: str) -> datetime.datetime | None:
    """A header's time: seconds or milliseconds since 1970, ISO 8601, as mail writes it; UTC where no zone is said."""
    try:
        return moment_of(text.strip(), "US", "UTC") if text.strip() else None
    except (ValueError, OverflowError):
        return None
