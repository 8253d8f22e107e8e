"""What a Run writes at once: the facts and the records that become one row of ``written``.

``fact``, ``step``, ``considered``, ``judged`` and ``posting`` are views of it. A row is made of few texts, each
written by one call: what twelve steps read and set is not written as JSON twenty-four times a lead."""

from __future__ import annotations

import json
import sqlite3
from json.encoder import encode_basestring
from typing import Any, Final

from leadflow_engine.store.codec import json_array, shown_rows

Told = dict[Any, int]
"""What is told of a lead, by the key of a fact or the place of a record: the row of ``written`` in which it stands."""

KEYS: Final = {"steps": 4, "considered": 3, "judged": 2, "postings": 1}
"""How many values of a record say what it is about: a later one of the same replaces the earlier."""

INSERT: Final = "INSERT INTO written"
COLUMNS: Final = 11
_MERGED: Final = "{0} = coalesce(substr({0}, 1, length({0}) - 1) || ',' || substr(?{1}, 2), ?{1}, {0})"
UPDATE: Final = (
    f"UPDATE written SET {_MERGED.format('steps', 2)}, {_MERGED.format('considered', 3)}, "
    f"judged = coalesce(?4, judged), digits = coalesce(?5, digits), {_MERGED.format('postings', 6)} WHERE id = ?1"
)
"""Records beside those of a row that stands. Stages are judged by Runs alone, which tell of them all at once."""

ROW_OF: Final = "SELECT id, lead FROM written WHERE id <= ? ORDER BY id DESC LIMIT 1"
OF_LEAD: Final = "SELECT id, facts, steps, considered, judged, postings FROM written WHERE lead = ?"


class Written:
    """A row on its way. ``number`` is its id, ``seq`` that of its first fact; ``told`` is what is told of the lead,
    ``hash`` that of its last fact. ``stored`` where the row stands already and records are told of its facts, as in a
    rebuild."""

    __slots__ = ("contents", "digits", "facts", "hash", "lead", "number", "parts", "seq", "stored", "told")

    def __init__(
        self, number: int, lead: str, seq: int, told: Told, hashed: str = "", stored: bool = False
    ) -> None:
        self.number = number
        self.lead = lead
        self.seq = seq
        self.told = told
        self.hash = hashed
        self.stored = stored
        self.facts: list[str] = []
        self.contents: list[str | None] = []
        self.parts: dict[str, list[list[Any]]] = {"steps": [], "considered": [], "judged": [], "postings": []}
        self.digits = b""

    def add(
        self, key: str, kind: str, at: str, body: str, content: str | None, digest: str, hashed: str
    ) -> None:
        """One more fact, ``body`` as JSON."""
        named = f"[{encode_basestring(key)},{encode_basestring(kind)},{encode_basestring(at)}"
        self.facts.append(f'{named},{body},"{digest}","{hashed}"]')
        self.contents.append(content)
        self.told[key] = self.number
        self.hash = hashed

    def judge(self, digits: bytes) -> tuple[int, int]:
        """Keep a stage's digits. Gives where they begin and how many bytes they are."""
        begin = len(self.digits) + 1
        self.digits += digits
        return begin, len(digits)

    def row(self) -> tuple[Any, ...]:
        """The row as it is inserted."""
        steps, considered, judged, postings = map(shown_rows, self.parts.values())
        contents = json_array(self.contents) if any(self.contents) else None
        last = self.seq + len(self.facts) - 1
        facts = f"[{','.join(self.facts)}]"
        digits = self.digits or None
        return (
            self.number,
            self.lead,
            self.seq,
            last,
            facts,
            contents,
            steps,
            considered,
            judged,
            digits,
            postings,
        )

    def merge(self, connection: sqlite3.Connection) -> None:
        """Write the records into the row that stands."""
        steps, considered, judged, postings = map(shown_rows, self.parts.values())
        said = (self.number, steps, considered, judged, self.digits or None, postings)
        connection.execute(UPDATE, said)

    def drop(self, part: str, place: tuple[Any, ...]) -> None:
        """Take out the record of this place: a later one replaces it."""
        rows = self.parts[part]
        rows[:] = [row for row in rows if tuple(row[: len(place)]) != place]


def drop_stored(connection: sqlite3.Connection, number: int, part: str, place: tuple[Any, ...]) -> None:
    """``Written.drop`` in a row that stands."""
    same = " AND ".join(f"json_extract(value, '$[{at}]') IS ?" for at in range(len(place)))
    connection.execute(
        f"UPDATE written SET {part} = (SELECT CASE WHEN count(*) THEN json_group_array(json(value)) END "
        f"FROM json_each({part}) WHERE NOT ({same})) WHERE id = ?",
        (*place, number),
    )


def told_of(connection: sqlite3.Connection, lead: str) -> Told:
    """All that the journal has of a lead."""
    told: Told = {}
    for number, facts, *parts in connection.execute(OF_LEAD, (lead,)):
        told.update((fact[0], number) for fact in json.loads(facts))
        for part, rows in zip(KEYS, parts, strict=True):
            told.update(((part, *row[: KEYS[part]]), number) for row in json.loads(rows or "[]"))
    return told
