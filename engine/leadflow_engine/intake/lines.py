"""A payload file as numbered lines of text: one line in memory at a time, broken ones told apart from good
ones."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from leadflow_engine.intake.strict_json import IntakeError

LONGEST_LINE: Final = 1_048_576
"""Bytes (characters in UTF-16) of the longest line that is read: a lead may have no more."""

_UTF32: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PIECE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its ending, or why it cannot be read. ``number`` counts from 1."""

    number: int
    text: str
    error: IntakeError | None = None


def encoding_of(head: bytes) -> str:
    """``utf-8`` or ``utf-16``, by the byte-order mark (no mark is UTF-8). Raises ``IntakeError`` for
    UTF-32, and for UTF-16 without a mark."""
    if head.startswith(_UTF32):
        raise IntakeError("the file is UTF-32; save it as UTF-8")
    if head.startswith(_UTF16):
        return "utf-16"
    if b"\0" in head[:64]:
        raise IntakeError(
            f"a NUL byte at offset {head.index(0)}: no text, or UTF-16 without its mark; save it as UTF-8"
        )
    return "utf-8"


def decode(data: bytes) -> str:
    """A whole file's text. Raises ``IntakeError`` naming the byte that is of no known encoding."""
    encoding = encoding_of(data)
    try:
        return data.decode("utf-16" if encoding == "utf-16" else "utf-8-sig")
    except UnicodeDecodeError as problem:
        # A byte-order mark is not counted by the decoder that takes it away.
        offset = problem.start + (3 if data.startswith(codecs.BOM_UTF8) and encoding == "utf-8" else 0)
        raise not_encoded(encoding, offset, data.count(b"\n", 0, offset) + 1) from None


def not_encoded(encoding: str, offset: int, line: int) -> IntakeError:
    """The error for a byte that the encoding does not allow."""
    return IntakeError(f"the byte at offset {offset} is not {encoding.upper()}; save the file as UTF-8", line)


def lines(stream: io.BufferedReader) -> Iterator[Line]:
    """The lines of a stream. ``\\n``, ``\\r\\n`` and ``\\r`` end a line. Raises ``IntakeError`` where
    nothing can be read."""
    encoding = encoding_of(stream.peek(64)[:64])
    yield from _numbered(_utf8(stream) if encoding == "utf-8" else _utf16(stream))


def _numbered(found: Iterator[str | IntakeError]) -> Iterator[Line]:
    number = 0
    for one in found:
        for piece in [one] if isinstance(one, IntakeError) else _PIECE.findall(one):
            number += 1
            if isinstance(piece, IntakeError):
                yield Line(number, "", IntakeError(piece.message, number))
            else:
                yield Line(number, piece)


def _utf8(stream: io.BufferedReader) -> Iterator[str | IntakeError]:
    offset = 0
    while data := stream.readline(LONGEST_LINE + 1):
        begin, whole = offset, len(data)
        if len(data) > LONGEST_LINE:
            whole += _skip_line(stream, data)
            yield _too_long()
        else:
            mark = begin == 0 and data.startswith(codecs.BOM_UTF8)
            yield _decoded(data[3:] if mark else data, begin + 3 * mark)
        offset += whole


def _skip_line(stream: BinaryIO, data: bytes) -> int:
    skipped = 0
    while data and not data.endswith(b"\n"):
        data = stream.readline(LONGEST_LINE)
        skipped += len(data)
    return skipped


def _decoded(data: bytes, offset: int) -> str | IntakeError:
    try:
        return data.decode()
    except UnicodeDecodeError as problem:
        return not_encoded("utf-8", offset + problem.start, 0)


def _too_long() -> IntakeError:
    return IntakeError(f"the line is longer than {LONGEST_LINE:,} bytes")


def _utf16(stream: io.BufferedReader) -> Iterator[str | IntakeError]:
    reader = io.TextIOWrapper(stream, encoding="utf-16", newline="")
    try:
        while text := reader.readline(LONGEST_LINE + 1):
            if len(text) <= LONGEST_LINE:
                yield text
                continue
            while text and not text.endswith(("\n", "\r")):
                text = reader.readline(LONGEST_LINE)
            yield _too_long()
    except UnicodeDecodeError:
        yield IntakeError("from here on the file is not UTF-16; save it as UTF-8")
    finally:
        if not reader.closed:
            reader.detach()
