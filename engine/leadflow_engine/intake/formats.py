"""Leads as files bring them: JSON, JSON lines, CSV, forms. One broken record is an error with its place;
the rest is read on. JSON lines, CSV and forms are read one record at a time, however long the file; JSON
is read whole."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import unquote_plus

from leadflow_engine.intake.csv_file import rows
from leadflow_engine.intake.lines import Line, decode, encoding_of, lines
from leadflow_engine.intake.nesting import nested
from leadflow_engine.intake.strict_json import IntakeError, Json, read_json, read_value, skip_white

__all__ = [
    "FORMATS",
    "IntakeError",
    "Json",
    "Record",
    "format_of",
    "read_form",
    "read_json",
    "read_pairs",
    "read_records",
]

LARGEST_JSON: Final = 268_435_456
"""Bytes of the largest JSON file, which is read whole; JSON lines have no such limit."""
MOST_PAIRS: Final = 1_000
PEEKED: Final = 65_536

EXTENSIONS: Final[Mapping[str, str]] = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
}
_FORM = re.compile(r"\??[^\s=&,;\"]+=[^\s&]*(?:&[^\s=&]+=[^\s&]*)*")


@dataclass(frozen=True, slots=True)
class Record:
    """One lead of a file as it came. ``number`` counts the records and ``line`` is where it begins, both from
    1.

    ``payload`` is an object, or the error that keeps it from being read.
    """

    number: int
    line: int
    payload: Mapping[str, Json] | IntakeError


def read_form(text: str, line: int = 0) -> dict[str, Json]:
    """``a=1&b=2``, a leading ``?`` left out, as a tree: names with dots and brackets nest (``nesting.nested``), a name
    that stands several times is a list. Raises ``IntakeError`` as ``read_pairs`` does."""
    try:
        return nested(read_pairs(text, line))
    except IntakeError as problem:
        raise IntakeError(problem.message, line) from None


def read_pairs(text: str, line: int = 0) -> list[tuple[str, str]]:
    """The pairs of ``a=1&b=2`` in order.

    Raises ``IntakeError``: a pair without ``=``, percent signs that are not UTF-8, over ``MOST_PAIRS`` pairs.
    """
    found: list[tuple[str, str]] = []
    pairs = text.strip().removeprefix("?").split("&")
    if len(pairs) > MOST_PAIRS:
        raise IntakeError(f"more than {MOST_PAIRS:,} pairs", line)
    for pair in filter(None, pairs):
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise IntakeError("this is not made of name=value pairs joined by &", line)
        try:
            found.append((unquote_plus(name, errors="strict"), unquote_plus(value, errors="strict")))
        except UnicodeDecodeError:
            raise IntakeError("a percent-encoded value is not UTF-8", line) from None
    return found


# ------------------------------------------------------------------ one reader a format

_Found = Iterator[tuple[int, Json]]


def _whole_json(stream: io.BufferedReader) -> _Found:
    """The elements of an array, or one object. What breaks a rule costs its own element; what is no JSON,
    the rest."""
    data = stream.read(LARGEST_JSON + 1)
    if len(data) > LARGEST_JSON:
        raise IntakeError(f"a JSON file over {LARGEST_JSON // 1_048_576} MiB; write one lead a line (.jsonl)")
    text = decode(data)
    if text[skip_white(text, 0) :][:1] != "[":
        yield 1, _object_or_error(text)
        return
    yield from _elements(text)


def _object_or_error(text: str) -> Json:
    try:
        return read_json(text)
    except IntakeError as problem:
        return problem


def _elements(text: str) -> _Found:
    place, line = skip_white(text, 0) + 1, 1
    counted = 0
    while (place := skip_white(text, place)) < len(text) and text[place] != "]":
        line, counted = line + text.count("\n", counted, place), place
        value, place, problems = read_value(text, place)
        yield line, IntakeError("; ".join(dict.fromkeys(problems)), line) if problems else value
        place = skip_white(text, place)
        if text[place : place + 1] == ",":
            place += 1
        elif text[place : place + 1] not in {"]", ""}:
            raise _misplaced(text, place, "a comma or ] should stand here")
    if place >= len(text):
        raise _misplaced(text, place, "the array is never closed; the file may be cut off")
    if skip_white(text, place + 1) < len(text):
        raise _misplaced(text, skip_white(text, place + 1), "something stands behind the end of the array")


def _misplaced(text: str, place: int, message: str) -> IntakeError:
    return IntakeError(message, text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place))


def _json_lines(stream: io.BufferedReader) -> _Found:
    return _each_line(stream, lambda line: read_json(line.text.rstrip("\r\n"), line.number))


def _form_lines(stream: io.BufferedReader) -> _Found:
    return _each_line(stream, lambda line: read_form(line.text, line.number))


def _each_line(stream: io.BufferedReader, read: Callable[[Line], Json]) -> _Found:
    for line in lines(stream):
        if line.error:
            yield line.number, line.error
        elif line.text.strip():
            try:
                yield line.number, read(line)
            except IntakeError as problem:
                yield line.number, problem


def _csv(stream: io.BufferedReader) -> _Found:
    for row in rows(lines(stream)):
        yield row.line, row.cells


READERS: Final[Mapping[str, Callable[[io.BufferedReader], _Found]]] = {
    "json": _whole_json,
    "jsonl": _json_lines,
    "csv": _csv,
    "form": _form_lines,
    "query": _form_lines,
}
FORMATS: Final = tuple(READERS)


# ------------------------------------------------------------------ which format


def format_of(name: str, head: bytes) -> str:
    """The format of a file: by its extension, else by how it begins (``head``, its first bytes)."""
    known = EXTENSIONS.get(Path(name).suffix.lower())
    return known or _looks_like(_beginning(head))


def _beginning(head: bytes) -> str:
    encoding = "utf-16" if encoding_of(head) == "utf-16" else "utf-8-sig"
    return head.decode(encoding, "replace").lstrip()


def _looks_like(text: str) -> str:
    first = text.split("\n", 1)[0].strip()
    if first.startswith("["):
        return "json"
    if first.startswith("{"):
        return "jsonl" if _is_json(first) else "json"
    return "form" if _FORM.fullmatch(first) else "csv"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


# ------------------------------------------------------------------ records


@contextmanager
def _opened(source: str | Path | BinaryIO) -> Iterator[io.BufferedReader]:
    """A source as a stream that can be peeked into. Only a file that was opened here is closed here."""
    if isinstance(source, str | Path) and str(source) != "-":
        try:
            stream = open(source, "rb")  # noqa: SIM115 - closed below
        except OSError as problem:
            raise IntakeError(f"{source}: {(problem.strerror or 'cannot be read').lower()}") from None
        with stream:
            yield stream
        return
    given = sys.stdin.buffer if isinstance(source, str | Path) else source
    yield given if isinstance(given, io.BufferedReader) else io.BufferedReader(given)  # type: ignore[arg-type]


def read_records(source: str | Path | BinaryIO, format: str = "") -> Iterator[Record]:
    """The records of a file, of a binary stream, or of standard input (``-``), in order.

    ``format`` is one of ``FORMATS``; where it is "", the file's extension tells, else how it begins. A
    record that cannot be read, or is no object, comes as a ``Record`` with its error. Raises
    ``IntakeError`` where the file cannot be opened, its encoding is not known, its header is broken, or a
    JSON file ends in the middle of something.
    """
    if format and format not in READERS:
        raise IntakeError(f"no format is called {format!r}; there are {', '.join(FORMATS)}")
    with _opened(source) as stream:
        name = str(source) if isinstance(source, str | Path) else ""
        found = READERS[format or format_of(name, stream.peek(PEEKED)[:PEEKED])](stream)
        for number, (line, payload) in enumerate(found, start=1):
            yield Record(number, line, _as_object(payload, line))


def _as_object(payload: Json, line: int) -> Mapping[str, Json] | IntakeError:
    if isinstance(payload, dict | IntakeError):
        return payload
    return IntakeError("a lead is a JSON object; this is a " + _KINDS.get(type(payload), "number"), line)


_KINDS: Final[Mapping[type, str]] = {str: "text", bool: "boolean", list: "list", type(None): "null"}
