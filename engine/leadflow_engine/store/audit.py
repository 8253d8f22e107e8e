"""Whether a journal is what was written: its chains, its head, its pages, and that both sides of its money are even."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from leadflow_engine.store import chain
from leadflow_engine.store.codec import money
from leadflow_engine.store.digests import Digests, instance_digests
from leadflow_engine.store.heads import Head, hashes, kept

PAGES_TOLD = 3
"""How many damaged places SQLite is asked to tell of."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is not as it was written. ``of`` is a lead, or ``journal``; ``at`` the number and key of the fact,
    where it is one; ``problem`` a sentence."""

    of: str
    problem: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Audited:
    """What was looked at and found. ``head`` is the head of the facts that are there."""

    leads: int
    facts: int
    head: Head
    findings: tuple[Finding, ...]


def audit(
    connection: sqlite3.Connection,
    anchor: Head | None = None,
    lead: str | None = None,
    passed: Callable[[], None] = lambda: None,
) -> Audited:
    """Look at the whole journal, or at the chain of one ``lead`` alone. ``anchor`` is a head that was kept elsewhere:
    the facts that it counts must still be there, in that order. ``passed`` is called for each lead."""
    digests = instance_digests(connection)
    if lead is not None:
        found = tuple(_broken(connection, digests, lead, passed))
        return Audited(1, _count(connection, "fact WHERE lead = ?", lead), Head(), found)
    head, of_head = _head(connection, anchor)
    findings = (*_pages(connection), *of_head, *_broken(connection, digests, None, passed))
    money = tuple(_money(connection))
    return Audited(_count(connection, "lead"), head.count, head, (*findings, *money))


def _broken(
    connection: sqlite3.Connection, digests: Digests, lead: str | None, passed: Callable[[], None]
) -> Iterator[Finding]:
    for found in chain.verify(connection, digests, lead, passed):
        yield Finding(found.lead, found.problem, f"fact {found.seq} ({found.key})")


def _head(connection: sqlite3.Connection, anchor: Head | None) -> tuple[Head, list[Finding]]:
    """The head of what is there, and what contradicts it."""
    said = [(each, whose) for each, whose in ((kept(connection), "the journal"), (anchor, "you")) if each]
    head, met = Head(), {0: ""}
    wanted = {each.count for each, _ in said}
    for number, fact in hashes(connection):
        if number != head.count + 1:
            return head, [Finding("journal", f"fact {head.count + 1} of the journal is missing")]
        head = head.after(fact)
        if head.count in wanted:
            met[head.count] = head.hash
    return head, [
        _contradicted(head, each, whose) for each, whose in said if met.get(each.count) != each.hash
    ]


def _contradicted(head: Head, said: Head, whose: str) -> Finding:
    by = (
        "the journal says of itself that it had"
        if whose == "the journal"
        else "the head that you kept counts"
    )
    if said.count > head.count:
        return Finding("journal", f"{by} {said.count} facts, and there are {head.count}: its end was cut off")
    return Finding("journal", f"{by} {said.count} facts, and those that are there are others")


def _pages(connection: sqlite3.Connection) -> Iterator[Finding]:
    for row in connection.execute(f"PRAGMA integrity_check({PAGES_TOLD})"):
        if row[0] != "ok":
            yield Finding("journal", f"the file is damaged: {row[0]}")


UNEVEN = """
SELECT name, coalesce(sum(entries), 0), coalesce(sum(kept), 0) FROM (
  SELECT account AS name, amount AS entries, 0 AS kept FROM entry
  UNION ALL SELECT name, 0, balance FROM account
) GROUP BY name HAVING sum(entries) <> sum(kept)
"""


def _money(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Each account is the sum of its entries, and all of them together come to nothing."""
    for name, entries, balance in connection.execute(UNEVEN):
        yield Finding(
            "journal",
            f"account {name} says {money(balance)}, and its entries come to {money(entries)}",
        )
    total = connection.execute("SELECT coalesce(sum(balance), 0) FROM account").fetchone()[0]
    if total:
        yield Finding("journal", f"the ledger does not balance: its accounts come to {money(total)}")


def _count(connection: sqlite3.Connection, table: str, *values: str) -> int:
    number: int = connection.execute(f"SELECT count(*) FROM {table}", values).fetchone()[0]
    return number
