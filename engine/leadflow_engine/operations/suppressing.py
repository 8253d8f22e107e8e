"""Suppression lists as people keep them: values given by hand or in a CSV file become entries in their normal form."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from leadflow_dsl import model as m
from leadflow_engine.effects import Json
from leadflow_engine.interpreter.suppressing import entry_of
from leadflow_engine.store import SqliteStore
from leadflow_engine.values import parse


class SuppressionProblem(Exception):
    """What is wrong with the list, the scope or the file, in a sentence."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A value that is none of the list's type. ``line`` is its line in a file, its place among those given else."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Read:
    """Entries in their normal form, each once, and what could not be read."""

    entries: tuple[str, ...]
    unread: tuple[Unread, ...]


def list_of(flow: m.Flow, name: str) -> m.Suppression:
    """The flow's suppression of this name. Raises ``SuppressionProblem``."""
    found = next((one for one in flow.suppressions if one.name == name), None)
    if found is not None:
        return found
    known = [one.name for one in flow.suppressions]
    near = get_close_matches(name, known, 1)
    way = f"did you mean `{near[0]}`?" if near else f"it has {', '.join(known) or 'none'}"
    raise SuppressionProblem(f"flow {flow.name} has no suppression `{name}`; {way}")


def scope_of(flow: m.Flow, source: str, buyer: str) -> str:
    """For whom an entry counts: "" for all. Raises ``SuppressionProblem`` for a name that the flow does not know."""
    if source and buyer:
        raise SuppressionProblem("an entry is for one source or one buyer; say it twice for both")
    for word, name, known in (
        ("source", source, [one.name for one in flow.sources]),
        ("buyer", buyer, [one.name for one in flow.buyers]),
    ):
        if name and name not in known:
            raise SuppressionProblem(f"flow {flow.name} has no {word} `{name}`; it has {', '.join(known)}")
        if name:
            return f"{flow.name}/{word}/{name}"
    return ""


def read_values(flow: m.Flow, suppression: m.Suppression, values: Iterable[tuple[int, str]]) -> Read:
    """Values with their lines as entries of a list; blank ones are left out."""
    entries: dict[str, None] = {}
    unread = []
    for line, raw in values:
        if not raw.strip():
            continue
        entry = entry_of(parse(suppression.type, raw, flow.country, flow.timezone))
        if entry:
            entries[entry] = None
        else:
            unread.append(Unread(line, f"is not a valid {suppression.type.name}"))
    return Read(tuple(entries), tuple(unread))


def add(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``suppress``: the ``list``, its ``entries``, ``scope``, ``by``, ``because``, and for how many
    ``seconds`` (None: for good). Gives how many are ``new``."""
    length = datetime.timedelta(seconds=said["seconds"]) if said["seconds"] else None
    who = (said["by"], said["because"], said["scope"])
    return {"new": store.suppress(said["list"], said["entries"], *who, length)}


def take_off(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``unsuppress``: the ``list``, its ``entries``, ``scope``, ``by``, ``because``. Gives how many are
    ``gone``."""
    who = (said["by"], said["because"], said["scope"])
    return {"gone": store.unsuppress(said["list"], said["entries"], *who)}


def values_of_csv(path: Path, column: str) -> Iterator[tuple[int, str]]:
    """A column's values with their lines; of a file with one column, that one. Raises ``SuppressionProblem``."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        said = "is not in UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise SuppressionProblem(f"{path}: {said}") from None
    rows = csv.reader(io.StringIO(text))
    header = [name.strip() for name in next(rows, [])]
    wanted = column or (header[0] if len(header) == 1 else "")
    if wanted not in header:
        said = f"has no column `{column}`" if column else "has several columns: say --column"
        raise SuppressionProblem(f"{path} {said}; it has {', '.join(header) or 'none'}")
    place = header.index(wanted)
    for row in rows:
        yield rows.line_num, row[place] if place < len(row) else ""
