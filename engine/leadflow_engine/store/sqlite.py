"""The journal in one SQLite file, or in memory."""

from __future__ import annotations

import asyncio
import datetime
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from leadflow_engine.effects import Effect, Fact, Json, ReadLimits, Result, Write
from leadflow_engine.ports import Clock
from leadflow_engine.store import (
    beside,
    chain,
    later,
    overrides,
    plans,
    postbacks,
    queries,
    reveals,
    suppressions,
)
from leadflow_engine.store import rebuild as rebuilding
from leadflow_engine.store.apart import Apart, Home
from leadflow_engine.store.backup import memory_copy
from leadflow_engine.store.calls import Note
from leadflow_engine.store.core import Core, Entry, append, core
from leadflow_engine.store.digests import instance_digests
from leadflow_engine.store.errors import Held, StoreError, explained
from leadflow_engine.store.opening import open_beside, open_memory, open_reader, open_writer
from leadflow_engine.store.ownership import Ownership, own
from leadflow_engine.store.questions import How, at_one_moment, plainly
from leadflow_engine.store.reads import Reader, read
from leadflow_engine.store.shadow import check as check_shadow
from leadflow_engine.store.snapshot import snapshot
from leadflow_engine.store.writer import Gathering, Writer, transact

T = TypeVar("T")


class SqliteStore:
    """``ports.Store`` on SQLite. Made by ``open``, ``read_only``, ``memory`` or ``snapshot``, let go of by
    ``close``.

    A file has a writer thread and a separate connection to read from; in memory everything happens at once,
    on the caller's thread.
    """

    def __init__(
        self,
        reader: Reader,
        path: str,
        core: Core | None,
        writer: Writer | Apart | None,
        held: Ownership | None,
    ) -> None:
        self._reader = reader
        self._path = path
        self._core = core
        self._writer = writer
        self._held = held
        self._reading = threading.RLock()
        self._gathering: Gathering | None = None

    # -------------------------------------------------------------- opening

    @classmethod
    def open(cls, path: str | Path, clock: Clock, create: bool = True, shadow: bool = False) -> SqliteStore:
        """The journal in a file, to write; made where there is none and ``create`` says so. Raises
        ``StoreError`` where another process holds it, the file is no journal, or (``shadow``) not that of a
        shadow, or the other way round."""
        path = Path(path)
        if create:
            _make_folder(path)
        held = own(path) if path.parent.is_dir() and not path.is_dir() else None
        try:
            connection = open_writer(path, create)
            check_shadow(connection, str(path), shadow)
            writing = core(connection, clock)
            digests = replace(writing.digests, known={})
            reader = Reader(open_reader(path), digests, clock, remembered=writing.rows.remembered)
        except BaseException as error:
            if held is not None:
                held.release()
            if isinstance(error, sqlite3.Error):
                raise explained(error, str(path)) from None
            raise
        return cls(reader, str(path), writing, Writer(writing, str(path)), held)

    @classmethod
    def read_only(cls, path: str | Path, clock: Clock) -> SqliteStore:
        """The journal in a file, to read, whoever else writes it; every write is refused."""
        connection = open_reader(Path(path))
        return cls(Reader(connection, instance_digests(connection), clock), str(path), None, None, None)

    @classmethod
    def beside(cls, path: str | Path, clock: Clock) -> SqliteStore:
        """The journal in a file, for what operators set (suppression lists, overrides): taken whole where nobody
        holds it, else written beside the process that does. That never touches facts or what is made of them."""
        try:
            return cls.open(path, clock, create=False)
        except Held:
            connection = open_beside(Path(path))
            writing = core(connection, clock)
            return cls(Reader(connection, writing.digests, clock), str(path), writing, None, None)

    @classmethod
    def memory(cls, clock: Clock) -> SqliteStore:
        """An empty journal in memory."""
        return cls._in_memory(open_memory(), clock)

    @classmethod
    def snapshot(cls, path: str | Path, clock: Clock) -> SqliteStore:
        """A journal in memory that answers limits, dedupe, turns and kept answers as the file would now. Its
        leads are not in it, and nothing is ever written to the file."""
        return cls._in_memory(snapshot(Path(path), clock), clock)

    @classmethod
    def copied(cls, path: str | Path, clock: Clock) -> SqliteStore:
        """All of a journal in memory: what is done to it is done to no file."""
        return cls._in_memory(memory_copy(Path(path)), clock)

    @classmethod
    def _in_memory(cls, connection: sqlite3.Connection, clock: Clock) -> SqliteStore:
        writing = core(connection, clock)
        reader = Reader(connection, writing.digests, clock, remembered=writing.rows.remembered)
        return cls(reader, ":memory:", writing, None, None)

    def gather(self) -> None:
        """From now on what Runs write waits until something else is asked. For a journal in memory that is thrown away:
        where one write fails, those before it that wait are lost with it."""
        assert self._core is not None and self._writer is None
        self._gathering = Gathering(self._core, self._path)
        self._reader.alone(True)

    # -------------------------------------------------------------- the Store protocol

    async def write(self, write: Write) -> Result:
        """See ``ports.Store.write``."""
        return await self.enter(write) if self._writer is not None else self.write_now(write)

    async def enter(self, write: Write, note: Note | None = None) -> Result:
        """``write``, and with it what is noted of the lead's call: all or none."""
        return await self.commit(Entry(write, note))

    def write_now(self, write: Write) -> Result:
        """``write`` for callers without an event loop."""
        if self._gathering is not None:
            return self._gathering.perform(write)
        return self.transact(Entry(write))

    def read(self, lead: str, effect: Effect) -> Result:
        """See ``ports.Store.read``."""
        how = plainly if type(effect.data) is ReadLimits else at_one_moment
        return self._asked(lambda connection: read(self._reader, lead, effect), how)

    def facts(self, lead: str) -> Sequence[Fact]:
        """See ``ports.Store.facts``."""
        return self.ask(lambda connection: queries.facts(connection, lead))

    def unfinished(self) -> Iterable[str]:
        """See ``ports.Store.unfinished``: oldest first."""
        return self.ask(queries.unfinished)

    def is_unfinished(self, lead: str) -> bool:
        """Did this lead begin, and neither end nor wait?"""
        return self.ask(lambda connection: queries.is_unfinished(connection, lead))

    def is_under_way(self, lead: str) -> bool:
        """Is the lead in the middle of a segment, its Run interrupted or running?"""
        return self.ask(lambda connection: later.is_under_way(connection, lead))

    def find(self, identity: str) -> str | None:
        """See ``ports.Store.find``."""
        return self.ask(lambda connection: queries.find(connection, identity))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Whoever gives orders to this journal gives them to this process while the block runs: what operators set is
        not looked for in the file, as nobody else writes it."""
        self._reader.alone(True)
        try:
            yield
        finally:
            self._reader.alone(False)

    def add_plan(self, plan: str, description: Json) -> None:
        """See ``ports.Store.add_plan`` and ``docs/journal.md``."""
        kept = plans.kept(plan, description)
        if not self.ask(kept.is_whole):
            for piece in kept.pieces():
                self.transact(piece)

    def write_apart(self, say: Callable[[str], None]) -> None:
        """Have a process of its own write what Runs on this event loop write from now on; ``say`` hears what happens
        to it. For a journal in a file, which this process holds."""
        assert self._core is not None and self._held is not None and isinstance(self._writer, Writer)
        home = Home(self._path, self._core.clock, self._held.descriptor, say)
        self._writer = Apart(self._writer, home, self._written_apart)
        self._writer.begin()

    def _written_apart(self, apart: bool) -> None:
        """What is remembered here holds as long as nobody else writes."""
        assert self._core is not None
        self._core.rows.remembered.forget()
        self._reader.remembered = None if apart else self._core.rows.remembered

    async def close(self) -> None:
        """See ``ports.Store.close``. May be called more than once."""
        if isinstance(self._writer, Apart):
            await self._writer.end()
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """``close`` for callers without an event loop."""
        if self._writer is not None:
            self._writer.close()
        self._reader.connection.close()
        if self._core is not None:
            self._core.plain.close()  # without what was gathered: what counts was committed
        if self._held is not None:
            self._held.release()

    # -------------------------------------------------------------- what commands ask

    def settle_delivery(
        self, lead: str, buyer: str, number: int, word: str, by: str, because: str
    ) -> later.Later:
        """Say of a delivery in doubt that it was ``sold`` or ``declined``; see ``docs/delivery.md``."""
        return self.transact(lambda core: later.settle_delivery(core, lead, buyer, number, word, by, because))

    def postbacks_due(self, now: datetime.datetime) -> list[postbacks.Due]:
        """The postbacks that are due by now."""
        return self.ask(lambda connection: postbacks.due(connection, now))

    def note_postback(self, what: postbacks.Due, sent: postbacks.Sent) -> None:
        """Keep what came of sending a postback."""
        self.transact(lambda core: postbacks.note(core, what, sent))

    def note_reveal(self, lead: str, by: str, because: str) -> None:
        """Keep that somebody is shown a lead's personal values, and why."""
        self.transact(lambda core: reveals.note(core, lead, by, because))

    def suppress(
        self,
        name: str,
        values: Sequence[str],
        by: str,
        because: str,
        scope: str = "",
        expires: datetime.timedelta | None = None,
    ) -> int:
        """Put values on a suppression list; gives how many are new. See ``suppressions.add``."""
        return self.transact(lambda core: suppressions.add(core, name, values, scope, expires, by, because))

    def unsuppress(self, name: str, values: Sequence[str], by: str, because: str, scope: str = "") -> int:
        """Take values off a suppression list; gives how many were on it."""
        return self.transact(lambda core: suppressions.remove(core, name, values, scope, by, because))

    def suppressed(self, name: str, value: str) -> list[suppressions.Entry]:
        """Where a value is on a list now."""
        reader = self._reader
        return self.ask(
            lambda connection: suppressions.entries(
                connection, reader.digests, name, value, reader.clock.now()
            )
        )

    def suppression_list(self, name: str) -> tuple[int, list[suppressions.Change]]:
        """How many entries a list has now, and its changes, the last first."""
        now = self._reader.clock.now()
        return self.ask(
            lambda connection: (
                suppressions.count(connection, name, now),
                suppressions.changes(connection, name),
            )
        )

    def override(
        self,
        kind: str,
        subject: str,
        value: int | None,
        said: str,
        by: str,
        because: str,
        length: datetime.timedelta | None = None,
    ) -> None:
        """Set what operators set beside the flow; see ``overrides.put``."""
        self.transact(lambda core: overrides.put(core, kind, subject, value, said, length, by, because))

    def overrides_in_force(self) -> list[overrides.Override]:
        """What operators have set that is in force now."""
        now = self._reader.clock.now()
        return self.ask(lambda connection: beside.in_force(connection, now))

    def doubts(self) -> list[queries.Doubt]:
        """Deliveries in doubt, pending, or in conflict."""
        return self.ask(queries.doubts)

    def work(self) -> list[queries.Work]:
        """All leads that wait."""
        return self.ask(queries.work)

    def work_due(self, now: datetime.datetime) -> list[queries.Work]:
        """Leads that waited until now."""
        return self.ask(lambda connection: queries.work(connection, now))

    def last_lead(self) -> str | None:
        """The lead that something happened to last."""
        return self.ask(queries.last_lead)

    def lead_summary(self, lead: str) -> Mapping[str, Any] | None:
        """A lead as one object; see ``queries.lead_summary``."""
        return self.ask(lambda connection: queries.lead_summary(connection, lead))

    def plan_files(self, plan: str) -> dict[str, str]:
        """The files that a plan was made of, path to text; empty for a plan that the journal does not know."""
        return self.ask(lambda connection: queries.plan_files(connection, plan))

    def plan_main(self, plan: str) -> str:
        """The path of the flow's own file among those."""
        return self.ask(lambda connection: queries.plan_main(connection, plan))

    def verify(self, lead: str | None = None) -> list[chain.Break]:
        """Where the chains of facts do not hold; empty where all is as it was written."""
        return self.ask(lambda connection: list(chain.verify(connection, self._reader.digests, lead)))

    def retell(self, lead: str, facts: Sequence[Fact], writes: Iterable[Write]) -> None:
        """Take a lead's facts as another journal has them, with the projections that these Writes make of them."""

        def take(core: Core) -> None:
            core.connection.execute("PRAGMA defer_foreign_keys = ON")
            for fact in facts:
                append(core, lead, fact)
            core.flush()
            rebuilding.rebuild(core, lambda _, __: writes)

        self.transact(take)

    def rebuild(self, replay: rebuilding.Replay, left: Collection[str] = ()) -> None:
        """Make every projection again from the facts; see ``rebuild.rebuild``."""
        self.transact(lambda core: rebuilding.rebuild(core, replay, left))

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a reading SQL statement: views and reports."""
        return self.ask(lambda connection: connection.execute(sql, values).fetchall())

    # -------------------------------------------------------------- how

    def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """What a reading function of this package says of the journal as it is committed, at one moment."""
        return self._asked(question, at_one_moment)

    def _asked(self, question: Callable[[sqlite3.Connection], T], how: How[T]) -> T:
        with self._reading:
            try:
                if self._gathering is not None:
                    self._gathering.settle()
                return how(self._reader.connection, question)
            except sqlite3.Error as error:
                raise explained(error, self._path) from None

    async def commit(self, work: Callable[[Core], T]) -> T:
        """``transact`` for an event loop, which is not kept waiting."""
        return await self._writer.submit(work) if self._writer is not None else self.transact(work)

    def transact(self, work: Callable[[Core], T]) -> T:
        """Carry out a writing function of this package in one transaction; returns after its commit. Raises
        ``StoreError`` where the journal is only read, or the commit failed: nothing of it holds then."""
        if self._writer is not None:
            return self._writer.wait(work)
        if self._core is None:
            raise StoreError(f"journal {self._path} was opened to read only")
        with self._reading:
            if self._gathering is not None:
                self._gathering.settle()
            outcome = transact(self._core, self._path, [work])[0]
        if outcome.error is not None:
            raise outcome.error
        value: T = outcome.value
        return value


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"journal {path}: its folder cannot be made: {error.strerror}") from None
