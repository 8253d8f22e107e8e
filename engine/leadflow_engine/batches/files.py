"""From the rows of a batch to its file. Nothing but the rows decides: the same rows give the same bytes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

FORMULA: Final = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""How a cell begins that a spreadsheet would take for a formula."""
NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?\Z")
"""What begins so and is a plain number, as a phone in its international form is."""
DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]*\?>\s*")
VALUES: Final = re.compile(r':\s*"?([^",{}\[\]]+)')
TEXTS: Final = re.compile(r"[>\"]([^<>\"]+)[<\"]")
HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'

CONTENT_TYPE: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "xml": "application/xml",
}


def file_of(kind: str, rows: Sequence[str]) -> str:
    """The file of these rows, as the mapping wrote each (``docs/batches.md`` says how they stand in it)."""
    return FILES[kind](rows)


def _csv(rows: Sequence[str]) -> str:
    """RFC 4180: a header of all columns in the order in which they first came, CRLF, quotes where they are needed."""
    leads = [json.loads(row) for row in rows]
    columns = list(dict.fromkeys(name for lead in leads for name in lead))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([harmless(lead.get(name, "")) for name in columns] for lead in leads)
    return out.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet computes: what begins like a formula has a ``'`` before it."""
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.match(cell) else cell


def _jsonl(rows: Sequence[str]) -> str:
    """One object a line; line ends between the parts of an object, which a template may write, become blanks."""
    return "".join(" ".join(row.split("\n")).replace("\r", " ").strip() + "\n" for row in rows)


def _xml(rows: Sequence[str]) -> str:
    """One document: each lead's own element, one a line, in ``leads``."""
    elements = "".join(f"{DECLARATION.sub('', row).strip()}\n" for row in rows)
    return f"{HEAD}<leads>\n{elements}</leads>\n"


def values_of(kind: str, content: str) -> tuple[str, ...]:
    """Every value that a file holds, so that what a buyer says of it can be masked."""
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(content, newline="")))
        found = [cell for row in rows[1:] for cell in row]
    else:
        found = (VALUES if kind == "jsonl" else TEXTS).findall(content)
    return tuple(dict.fromkeys(value for value in found if value))


FILES: Final[Mapping[str, Callable[[Sequence[str]], str]]] = {"csv": _csv, "jsonl": _jsonl, "xml": _xml}
