"""The journal's head: one hash over all of its facts in the order of their ids. A chain per lead does not show that a
lead's last facts, or a whole lead, were cut off; the head does, and one that is kept elsewhere shows it of whoever
could write to the file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

HASH: Final = 5
"""Where the hash stands in what is written of a fact."""

NAME = "head"
"""Under which ``meta`` holds it."""


@dataclass(frozen=True, slots=True)
class Head:
    """``count`` facts, and the hash over them (64 hex digits; "" where there are none). As text: ``COUNT:HASH``."""

    count: int = 0
    hash: str = ""

    def after(self, fact: str) -> Head:
        """The head once a fact with this hash is added."""
        return self.after_all((fact,))

    def after_all(self, facts: Collection[str]) -> Head:
        """The head once facts with these hashes are added, in this order; itself where there are none."""
        if not facts:
            return self
        digits = self.hash
        for fact in facts:
            digits = sha256(f"{digits}{fact}".encode()).hexdigest()
        return Head(self.count + len(facts), digits)

    def __str__(self) -> str:
        return f"{self.count}:{self.hash}"


def parsed(text: str) -> Head:
    """The inverse of ``str``. Raises ``ValueError`` for what is no head."""
    count, _, digits = text.strip().partition(":")
    if len(digits) != 64 * bool(int(count)) or digits.strip("0123456789abcdef"):
        raise ValueError(text)
    return Head(int(count), digits)


def kept(connection: sqlite3.Connection) -> Head | None:
    """The head that the journal keeps of itself; None in one that an older leadflow wrote last."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (NAME,)).fetchone()
    return parsed(row[0]) if row else None


def keep(connection: sqlite3.Connection, head: Head) -> None:
    """Write the head down, in the transaction that adds its facts."""
    connection.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (NAME, str(head)),
    )


def known_or_made(connection: sqlite3.Connection) -> Head:
    """The head to go on from: the kept one, else made of the facts that are there."""
    head = kept(connection)
    if head is None:
        head = Head()
        for _, fact in hashes(connection):
            head = head.after(fact)
    return head


def hashes(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """Id and hash of every fact, in the journal's order."""
    for first, facts in connection.execute("SELECT id, facts FROM written ORDER BY id"):
        yield from enumerate((fact[HASH] for fact in json.loads(facts)), first)
