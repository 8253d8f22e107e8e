"""From the bytes of an answer to its text: decompressed within limits, decoded, made harmless."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

from leadflow_engine.secrets import Secrets, defused

LIMIT = 1024 * 1024
"""Bytes of an answer's body, before and after decompression."""

ACCEPTED_ENCODINGS = "gzip, deflate"
MOST_ENCODINGS = 4
"""Content encodings one over the other that are taken off: thousands in one header would hold the loop for seconds."""
_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]+)", re.IGNORECASE)
_PROLOG = re.compile(rb"\s*<\?xml[^>]{0,120}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Codecs of Python that are no character sets (and one that can take very long): a header must not choose them.
_NOT_CHARSETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"})

_AS_ASCII = frozenset({None, "utf-8", "ascii", "iso8859-1", "cp1252"})
"""Character sets, or none, by which a body of ASCII alone is what it is in ASCII."""


class AnswerTooLarge(Exception):
    """The body is over ``LIMIT``, compressed or not."""


class AnswerUnreadable(Exception):
    """The body's content encoding is unknown or broken."""


def decompressed(raw: bytes, encodings: Iterable[str]) -> bytes:
    """The body without its content encodings (as the header lists them, the last applied first taken off).

    Raises ``AnswerTooLarge``, ``AnswerUnreadable``.
    """
    steps = [name.strip().lower() for value in encodings for name in value.split(",")]
    layers = [step for step in steps if step and step != "identity"]
    if len(layers) > MOST_ENCODINGS:
        raise AnswerUnreadable(f"{len(layers)} content encodings, one over the other")
    for name in reversed(layers):
        raw = _inflated(raw, name)
    return raw


def _inflated(raw: bytes, name: str) -> bytes:
    bits = _WINDOW_BITS.get(name)
    if bits is None:
        raise AnswerUnreadable(f"content encoding `{name[:40]}` was not asked for")
    if not raw:
        return raw
    if name == "deflate" and raw[0] & 0x0F != 8:
        bits = -15  # many servers send a bare deflate stream
    try:
        inflater = zlib.decompressobj(bits)
        data = inflater.decompress(raw, LIMIT + 1)
    except zlib.error as error:
        raise AnswerUnreadable(f"the body is not {name}") from error
    if len(data) > LIMIT:
        raise AnswerTooLarge(f"over {LIMIT} bytes once decompressed")
    if not inflater.eof:
        raise AnswerUnreadable(f"the {name} body ends in the middle")
    return data


def decoded(raw: bytes, content_type: str) -> str:
    """The body as text: by the header's charset, else by its byte-order mark, else UTF-8, else by its XML
    declaration. Never raises; what does not decode becomes U+FFFD."""
    declared = _declared(content_type) if content_type else None
    if raw.isascii() and declared in _AS_ASCII:
        return raw.decode("ascii")
    for charset in (declared, _marked(raw), "utf-8", _of_prolog(raw)):
        if charset is not None:
            try:
                return raw.decode(charset).removeprefix("\ufeff")
            except (UnicodeError, LookupError):  # LookupError: a codec that makes no text
                continue
    return raw.decode("utf-8", "replace")


def _of_prolog(raw: bytes) -> str | None:
    """The encoding that an XML declaration names."""
    match = _PROLOG.match(raw[:200])
    return _declared(f"charset={match[1].decode('ascii')}") if match else None


@lru_cache(maxsize=256)
def _declared(content_type: str) -> str | None:
    match = _CHARSET.search(content_type)
    if match is None:
        return None
    try:
        info = codecs.lookup(match[1])
    except LookupError:
        return None
    return None if info.name.replace("_", "-") in _NOT_CHARSETS else info.name


def _marked(raw: bytes) -> str | None:
    return next((charset for mark, charset in _BOMS if raw.startswith(mark)), None)


def harmless(text: str, secrets: Secrets, echoes: Sequence[str]) -> str:
    """The text without our secrets, and without anything that could become a secret's placeholder later."""
    return defused(secrets.mask(text, echoes))
