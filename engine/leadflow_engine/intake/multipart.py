"""``multipart/form-data``: its fields as names and values. Files are refused by their name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from leadflow_engine.intake.strict_json import IntakeError

MOST_PARTS: Final = 1_000
_BOUNDARY = re.compile(r';\s*boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_PARAMETER = re.compile(r';\s*([A-Za-z*]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))')
_ESCAPED: Final = (("%22", '"'), ("%0D", "\r"), ("%0A", "\n"))
"""What browsers write in a name for characters that would end it."""


def read_multipart(body: bytes, content_type: str, charset: str = "utf-8") -> list[tuple[str, str]]:
    """The fields in order. Raises ``IntakeError``: no boundary, a body that is cut off, a part without a name, a file,
    text that is not of the charset, over ``MOST_PARTS`` parts."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise IntakeError("the content type names no boundary")
    mark = b"\r\n--" + (found[1] or found[2]).encode("latin-1", "replace")
    pieces = (b"\r\n" + body).split(mark, MOST_PARTS + 2)
    if len(pieces) < 2:
        raise IntakeError("the boundary that the content type names does not stand in the body")
    if len(pieces) > MOST_PARTS + 2:
        raise IntakeError(f"more than {MOST_PARTS:,} parts")
    if not pieces[-1].startswith(b"--"):
        raise IntakeError("the body ends before its last boundary")
    return [field for number, piece in enumerate(pieces[1:-1], 1) for field in _field(piece, number, charset)]


def _field(piece: bytes, number: int, charset: str) -> Iterator[tuple[str, str]]:
    head, blank, value = piece.partition(b"\r\n\r\n")
    if not blank:
        raise IntakeError(f"part {number} has no empty line behind its headers")
    said = dict(_parameters(head.decode("utf-8", "replace")))
    name = said.get("name", "")
    if not name:
        raise IntakeError(f"part {number} has no name")
    if "filename" in said or "filename*" in said:
        if not value and not said.get("filename"):
            return  # a browser's field for a file, left empty
        raise IntakeError(f"`{name[:100]}` (part {number}) is a file; files are not taken")
    try:
        yield name, value.decode(charset)
    except UnicodeDecodeError:
        raise IntakeError(f"`{name[:100]}` (part {number}) is not {charset.upper()}") from None


def _parameters(head: str) -> Iterator[tuple[str, str]]:
    for line in head.split("\r\n"):
        key, _, value = line.partition(":")
        if key.strip().lower() == "content-disposition":
            for name, quoted, plain in _PARAMETER.findall(value):
                yield name.lower(), _unescaped(quoted or plain)


def _unescaped(text: str) -> str:
    text = re.sub(r'\\(["\\])', r"\1", text)
    for written, meant in _ESCAPED:
        text = text.replace(written, meant)
    return text
