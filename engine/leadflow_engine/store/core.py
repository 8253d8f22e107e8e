"""The journal's one writing side, without threads: facts are appended, effects decided and projected.

Everything here runs inside a transaction that somebody else begins and commits (``writer.py``,
``sqlite.py``).
"""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass, field

from leadflow_engine.effects import Fact, Result, Write
from leadflow_engine.ports import Clock
from leadflow_engine.store import beside
from leadflow_engine.store.calls import Note
from leadflow_engine.store.chain import START, link
from leadflow_engine.store.codec import iso, json_text
from leadflow_engine.store.decide import asks_more, decide
from leadflow_engine.store.digests import Digests, give_key, instance_digests
from leadflow_engine.store.errors import StoreError
from leadflow_engine.store.event import Event
from leadflow_engine.store.heads import Head, keep, known_or_made
from leadflow_engine.store.known import Known
from leadflow_engine.store.project import project_effect, project_records
from leadflow_engine.store.rows import Rows
from leadflow_engine.store.seal import seal_of
from leadflow_engine.store.written import Written

HEADS = 20_000
"""Leads whose last fact is remembered; of others it is looked up."""


@dataclass(slots=True)
class Core:
    """A connection with what belongs to it. ``plain`` is for what reads and writes nothing that is gathered; everybody
    else takes ``connection``. ``heads`` holds the last seq and hash of leads in work; ``journal`` the head of all facts
    but those whose hashes are in ``links``, and ``kept`` the one that the file says. ``removed``: something personal
    was, in this batch. ``version`` is SQLite's word for what others have written."""

    plain: sqlite3.Connection
    digests: Digests
    clock: Clock
    next_fact: int
    rows: Rows = field(default_factory=Rows)
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    journal: Head = field(default_factory=Head)
    links: list[str] = field(default_factory=list)
    kept: Head = field(default_factory=Head)
    removed: bool = False
    version: int = -1

    def begin(self) -> None:
        """Begin a transaction. Where another connection has committed since the last one, nothing is known any more."""
        self.plain.execute("BEGIN IMMEDIATE")
        version = self.plain.execute("PRAGMA data_version").fetchone()[0]
        if version != self.version:
            self.version = version
            self.start_over()

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, with all that was gathered written to it: what is asked of it hears everything, and what is
        changed by it is not overlooked, as nothing is known of any lead from here on."""
        self.rows.flush(self.plain)
        self.rows.forget()
        self.rows.touched = True
        return self.plain

    def flush(self) -> None:
        """Write what is gathered; comes before the commit."""
        self.rows.flush(self.plain)
        self.rows.remembered.begin()
        self.journal = self.journal.after_all(self.links)
        self.links.clear()
        if self.journal is not self.kept:
            keep(self.plain, self.journal)
            self.kept = self.journal

    def committed(self) -> None:
        """What comes after a commit: where something personal was removed, the log that still holds it is emptied, as
        far as those who read just now allow."""
        self.rows.ended(self.rows.touched)
        self.digests.forget()
        if self.removed:
            self.plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self.removed = False

    def start_over(self) -> None:
        """Know what the file says and nothing else: a transaction was lost with all that it had made, or somebody else
        has written."""
        self.rows.ended(touched=True)
        self.digests.forget()
        self.rows.clear()
        self.heads.clear()
        self.links.clear()
        self.removed = False
        seal_of(self.plain).forget()
        beside.forget(self.plain)
        self.next_fact = _next_fact(self.plain)
        self.journal = self.kept = known_or_made(self.plain)


def core(connection: sqlite3.Connection, clock: Clock) -> Core:
    """The writing side of an opened, migrated journal; a new one gets its key."""
    give_key(connection)
    head = known_or_made(connection)
    return Core(
        connection, instance_digests(connection), clock, _next_fact(connection), journal=head, kept=head
    )


def _next_fact(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT id + last - seq FROM written ORDER BY id DESC LIMIT 1").fetchone()
    return row[0] + 1 if row else 1


def perform(core: Core, write: Write) -> Result:
    """Append the facts, project the records, decide the effect, append its own fact, project it. Gives its result.

    Records come first: what a refusal has given back may be claimed by the very intent that tells of it."""
    at = core.clock.now()
    last, hashed = head(core, write.lead)
    if last < 0:
        core.rows.known[write.lead] = Known()  # of a lead without facts there is nothing to read
    entry = core.rows.begin(core.plain, core.next_fact, write.lead, last, hashed)
    for fact in write.facts:
        _append(core, entry, fact)
    told = gathering(core, write.lead, at, core.next_fact, entry)
    project_records(told, write)
    if asks_more(core.rows, core.digests, write.lead, write.effect.data):
        core.rows.flush(core.plain)
    result = decide(core.plain, core.digests, write, at, core.rows)
    seq = entry.seq + len(entry.facts)
    told.number = _append(core, entry, Fact(seq, write.effect.key, write.effect.kind, told.at, result))
    core.heads[write.lead] = (seq, entry.hash)
    project_effect(told, write, result)
    core.rows.end()
    return result


@dataclass(frozen=True, slots=True)
class Entry:
    """A write with what is noted of the lead's call, as data: it can be carried out in another process."""

    write: Write
    note: Note | None = None

    def __call__(self, core: Core) -> Result:
        """``perform``, and the note."""
        result = perform(core, self.write)
        if self.note is not None:
            self.note.keep(core)
        return result


def gathering(
    core: Core, lead: str, at: datetime.datetime, number: int, written: Written | None = None
) -> Event:
    """The same for what a Run writes: it is gathered."""
    return Event(core.plain, core.rows, core.digests, lead, at, iso(at), number, True, written)


def event(core: Core, lead: str, at: datetime.datetime, number: int) -> Event:
    """What a projection beside a Run's writes needs to know of the moment: its time and the id of its fact."""
    return Event(core.connection, core.rows, core.digests, lead, at, iso(at), number)


def append(core: Core, lead: str, fact: Fact) -> int:
    """One more fact of a lead beside what Runs write, linked to the one before. Gives its id. Raises ``StoreError``
    where it is not the next."""
    last, hashed = head(core, lead)
    entry = core.rows.begin(core.plain, core.next_fact, lead, last, hashed)
    number = _append(core, entry, fact)
    core.heads[lead] = (fact.seq, entry.hash)
    core.rows.end()
    return number


def _append(core: Core, entry: Written, fact: Fact) -> int:
    lead, seq, key = entry.lead, entry.seq + len(entry.facts), fact.key
    if fact.seq != seq:
        raise StoreError(
            f"lead {lead}: fact {fact.seq} ({key}) does not follow fact {seq - 1}: another Run of this "
            f"lead has written "
            "in between; only its facts hold"
        )
    if key in entry.told:
        raise StoreError(
            f"lead {lead}: {key} is in the journal already; two processes or two Runs worked on this lead "
            "at once: only the first one's facts hold"
        )
    body = json_text(fact.body, f"fact {key}")
    content = None if fact.content is None else _content(core, lead, fact)
    digest = "" if content is None else core.digests.content(content)
    hashed = link(entry.hash, lead, seq, key, fact.kind, fact.at, body, digest)
    entry.add(key, fact.kind, fact.at, body, content, digest, hashed)
    number = core.next_fact
    core.next_fact += 1
    core.links.append(hashed)
    return number


def _content(core: Core, lead: str, fact: Fact) -> str:
    """What is personal of a fact, as it is stored: its digest is made of that, so that chains hold without a key."""
    assert fact.content is not None
    text = json_text(fact.content, f"the content of fact {fact.key}")
    return seal_of(core.plain).close(core.plain, lead, fact.key, text)


def next_seq(core: Core, lead: str) -> int:
    """The number of a lead's next fact."""
    return head(core, lead)[0] + 1


def head(core: Core, lead: str) -> tuple[int, str]:
    """Number and hash of a lead's last fact; -1 where it has none."""
    known = core.heads.get(lead)
    if known is None:
        if len(core.heads) >= HEADS:
            _make_room(core)
        row = core.plain.execute(
            "SELECT last, json_extract(facts, '$[#-1][5]') FROM written WHERE lead = ? ORDER BY last DESC LIMIT 1",
            (lead,),
        ).fetchone()
        known = core.heads[lead] = (row[0], row[1]) if row else (-1, START)
    return known


def _make_room(core: Core) -> None:
    core.flush()  # a head may only be forgotten once its fact can be looked up
    for lead in list(core.heads)[: HEADS // 2]:
        del core.heads[lead]
