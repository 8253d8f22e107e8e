"""CSV files that buyers send: whatever their columns are called, each is brought to the name that is meant."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from leadflow_dsl.terms import Type
from leadflow_engine.intake.csv_file import rows
from leadflow_engine.intake.lines import decode, lines
from leadflow_engine.intake.strict_json import IntakeError
from leadflow_engine.values import parse

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "lead": (
        "lead",
        "lead id",
        "leadid",
        "seller lead id",
        "vendor lead id",
        "your id",
        "external id",
        "subid",
    ),
    "buyer": ("buyer", "client", "partner"),
    "reference": (
        *(
            "reference",
            "ref",
            "reference number",
            "our id",
            "buyer id",
            "transaction id",
            "transaction",
            "confirmation",
        ),
        *(
            "confirmation",
            "confirmation id",
            "buyer lead id",
            "client lead id",
            "crm id",
            "record id",
            "order id",
        ),
    ),
    "phone": (
        "phone",
        "phone 1",
        "phone number",
        "primary phone",
        "mobile",
        "cell",
        "telephone",
        "home phone",
    ),
    "email": ("email", "e mail", "email address", "mail"),
    "price": (
        "price",
        "amount",
        "cost",
        "cpl",
        "lead price",
        "lead cost",
        "charge",
        "charged",
        "billed",
        "payout",
    ),
    "at": (
        *("at", "date", "time", "timestamp", "datetime", "date time", "created", "created at", "received"),
        *("received at", "return date", "returned at", "returned on", "date returned", "returned date"),
        *("date of return", "lead date", "date of lead", "sold at", "sold on", "sold date"),
        *(
            "date sold",
            "delivered",
            "delivered at",
            "delivery date",
            "event date",
            "event time",
            "date received",
        ),
        *("date created", "created date", "created on", "created time", "created date time", "purchase date"),
        *("purchased at", "transaction date", "submitted at", "submitted on", "request date", "day"),
    ),
    "reason": (
        *("reason", "return reason", "reason for return", "returned reason", "return code", "reason code"),
        *("disposition", "disposition reason", "rejection reason", "code", "why"),
    ),
    "because": ("because", "comment", "comments", "note", "notes", "remarks"),
    "event": ("event", "status", "outcome", "stage", "feedback", "disposition"),
    "value": ("value", "revenue", "sale amount", "contract value", "premium", "deal size", "amount"),
    "id": ("id", "event id", "feedback id"),
}
"""What may stand in a statement, and what its column may be called; case, underscores and dashes do not matter."""

NAMES: Final = ("lead", "reference", "phone", "email")
"""Columns that name a lead, the surest first."""

SUMS: Final = re.compile(r"(grand |sub[ -]?)?(totals?|sums?)\b.*", re.IGNORECASE)
"""What stands where a lead's name would in a row that sums others up."""


class StatementProblem(Exception):
    """What is wrong with a file or a column, in a sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row by the names of ``COLUMNS``. ``problem`` is why it cannot be read, "" where it can."""

    line: int
    cells: Mapping[str, str]
    problem: str = ""

    def text(self, name: str) -> str:
        """A cell without outer white space; "" where there is none."""
        return self.cells.get(name, "").strip()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file: its ``rows`` but for those of sums and blank ones, how many ``sums`` there were, which ``columns`` are
    which by the names of ``COLUMNS``, and those that are ``ignored``, as the file has them."""

    rows: tuple[Entry, ...]
    sums: int
    columns: Mapping[str, str]
    ignored: tuple[str, ...]

    @property
    def told(self) -> str:
        """A sentence of the columns that are not read; "" where all are."""
        if not self.ignored:
            return ""
        word = "column" if len(self.ignored) == 1 else "columns"
        names = ", ".join(f"`{name}`" for name in self.ignored)
        return f"not read: {word} {names}; --map NAME=COLUMN says what one is"


def sheet(path: Path, wanted: Sequence[str], said: Mapping[str, str]) -> Sheet:
    """A CSV file. ``wanted`` are the names that are looked for, the first found takes a column; ``said`` is the file's
    own column by name, where somebody says it. Raises ``StatementProblem``."""
    try:
        return _sheet(path, _readable(path.read_bytes()), wanted, said)
    except OSError as error:
        raise StatementProblem(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    except IntakeError as problem:
        raise StatementProblem(f"{path}: {problem}") from None


def _readable(data: bytes) -> io.BufferedReader:
    """The file as a stream that can be read: what is no UTF-8 is what spreadsheets of western offices write. Ids,
    phones, e-mails and amounts are the same in both."""
    try:
        decode(data)
    except IntakeError:
        data = data if b"\0" in data[:64] else data.decode("cp1252", "replace").encode()
    return io.BufferedReader(io.BytesIO(data))


def _sheet(path: Path, stream: io.BufferedReader, wanted: Sequence[str], said: Mapping[str, str]) -> Sheet:
    found: list[Entry] = []
    header: list[str] = []
    columns: dict[str, str] = {}
    sums = 0
    for row in rows(lines(stream)):
        if isinstance(row.cells, IntakeError):
            found.append(Entry(row.line, {}, row.cells.message))
            continue
        if not header:
            header = list(row.cells)
            columns = _columns(path, header, wanted, said)
        cells = {name: row.cells.get(column, "") for name, column in columns.items()}
        if _is_sum(row.cells, cells):
            sums += 1
        elif any(cell.strip() for cell in row.cells.values()):
            found.append(Entry(row.line, cells))
    read = set(columns.values())
    return Sheet(tuple(found), sums, columns, tuple(name for name in header if name not in read))


def _is_sum(row: Mapping[str, str], cells: Mapping[str, str]) -> bool:
    """Does one of its cells say so, and none but that one name a lead?"""
    word = next((cell.strip() for cell in row.values() if SUMS.fullmatch(cell.strip())), "")
    return bool(word) and all(cells.get(name, "").strip() in ("", word) for name in NAMES)


def _columns(
    path: Path, header: Sequence[str], wanted: Sequence[str], said: Mapping[str, str]
) -> dict[str, str]:
    """Which of the file's columns is which. Raises ``StatementProblem`` where none names a lead."""
    by_form = {_form(name): name for name in reversed(header)}
    found: dict[str, str] = {}
    for name, column in said.items():
        if _form(column) not in by_form:
            raise StatementProblem(f"{path} has no column `{column}`; it has {', '.join(header)}")
        found[name] = by_form[_form(column)]
    for name in wanted:
        taken = set(found.values())
        match = next((by_form[f] for f in COLUMNS[name] if f in by_form and by_form[f] not in taken), None)
        if name not in found and match is not None:
            found[name] = match
    if not any(name in found for name in NAMES):
        raise StatementProblem(
            f"{path}: no column names a lead; it has {', '.join(header)}. Say which one does: --map reference=COLUMN "
            f"(or {', '.join(name for name in NAMES if name != 'reference')})"
        )
    return found


def _form(name: str) -> str:
    """A column's name as it is compared: without case, marks, and what stands in brackets."""
    return re.sub(r"[\s_\-./#:$]+", " ", re.sub(r"\([^)]*\)", "", name) or name).strip().casefold()


def mapping_of(said: Sequence[str]) -> dict[str, str]:
    """``NAME=COLUMN`` pairs. Raises ``StatementProblem``."""
    found = {}
    for one in said:
        name, equals, column = one.partition("=")
        if not equals or name not in COLUMNS or not column.strip():
            raise StatementProblem(f"`{one}` is no NAME=COLUMN; names are {', '.join(COLUMNS)}")
        found[name] = column
    return found


def amount_of(text: str, country: str) -> Decimal | None:
    """An amount as people write it, a comma before two last digits being a point; None where it is none or blank."""
    text = re.sub(r"(?<=\d),(?=\d\d?(?!\d))(?!.*\d[.,])", ".", text) if "." not in text else text
    value = parse(Type("money"), text, country, "UTC").normal
    return value if isinstance(value, Decimal) else None


def time_of(text: str, zone: str) -> datetime.datetime | None:
    """A date (its beginning) or a date and time, in ``zone`` where it says none, in UTC; None where it is none."""
    moment = parse(Type("datetime"), text, "US", zone).normal
    if isinstance(moment, datetime.datetime) and re.search(r"\d:\d", text):
        return moment.astimezone(datetime.UTC)
    day = (
        moment.date()
        if isinstance(moment, datetime.datetime)
        else parse(Type("date"), text, "US", zone).normal
    )
    if not isinstance(day, datetime.date):
        return None
    return datetime.datetime.combine(day, datetime.time(), ZoneInfo(zone)).astimezone(datetime.UTC)
