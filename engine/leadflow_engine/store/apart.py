"""A writer whose writes of leads another process commits, so that the service's loop and its journal have a core each.

The process is a child of the service's: it takes over what Runs write, which is data, and holds a connection of its
own. Everything else that is written (orders, chores, what comes after a Run) is work over a ``Core`` and is done here,
by the ``Writer`` of this process, in turn with the other: both look at the beginning of each transaction whether the
other has written. Where the child has gone, however it has, what it was to write is written here, unless it is already.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from leadflow_engine.effects import Result
from leadflow_engine.ports import Clock
from leadflow_engine.store import queries
from leadflow_engine.store.core import Core, Entry
from leadflow_engine.store.crossing import DONE, END, TURN, Frames, packed, plain
from leadflow_engine.store.errors import StoreError
from leadflow_engine.store.writer import Job, Writer

T = TypeVar("T")

AT_ONCE: Final = 1 << 18
"""Bytes that are read at a time."""
SETTLED: Final = 60.0
"""Seconds that a child must have lived for another to take its place."""
SILENT: Final = 20.0
"""Seconds without a word after which a child that is waited for is taken for stuck, and ended."""

Asked = tuple[Entry, "asyncio.Future[Result]"]
"""What is to be written, and who waits for its result."""


@dataclass(frozen=True, slots=True)
class Home:
    """Which journal it is, by whose clock; ``lock`` is the descriptor that holds it, which the child has, too: while it
    writes, nobody else may. ``say`` hears what happens to it."""

    path: str
    clock: Clock
    lock: int
    say: Callable[[str], None]


@dataclass(slots=True)
class Child:
    """The process, this side's ends of its sockets, and what it has not answered yet. ``writes``: who else does asks it
    for a turn; ``ready``: it is sent writes; ``lent``: somebody else has a turn; ``gone`` is done once it has ended
    where it was told to. ``heard``: when it last said something or began to be waited for, which ``watch`` looks at."""

    process: subprocess.Popen[bytes]
    jobs: socket.socket
    turns: socket.socket
    began: float
    writes: bool = False
    ready: bool = False
    lent: bool = False
    heard: float = 0.0
    watch: asyncio.TimerHandle | None = None
    answers: Frames = field(default_factory=Frames)
    waiting: deque[Asked] = field(default_factory=deque)
    leaving: bytes = b""
    gone: asyncio.Future[None] | None = None


class Apart:
    """``Writer``, and a child beside it for what is submitted on the loop on which it was begun."""

    def __init__(self, own: Writer, home: Home, changed: Callable[[bool], None]) -> None:
        """``changed`` hears whether others than ``own`` write from now on: before the first of it, after the last."""
        self._own, self._home, self._changed = own, home, changed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._child: Child | None = None
        self._gathered: list[Asked] = []
        self._writing = threading.Lock()
        self._handing: asyncio.Future[None] | None = None
        self._children: list[Child] = []
        self._ended = False
        own.turn = self._turn

    # ------------------------------------------------------------------ what a writer does

    async def submit(self, work: Callable[[Core], T]) -> T:
        """See ``Writer.submit``."""
        loop = asyncio.get_running_loop()
        if self._taking() is None or type(work) is not Entry or loop is not self._loop:
            return await self._own.submit(work)
        future: asyncio.Future[Any] = loop.create_future()
        if not self._gathered:
            loop.call_soon(self._send)
        self._gathered.append((work, future))
        return await future  # type: ignore[no-any-return]

    def wait(self, work: Callable[[Core], T]) -> T:
        """See ``Writer.wait``."""
        return self._own.wait(work)

    async def end(self) -> None:
        """Have the child finish what it was sent, tell of it, and end. From here on everything is written here."""
        self._ended = True
        if self._handing is not None:
            await self._handing
        if self._child is not None:
            gone = self._child.gone = asyncio.get_running_loop().create_future()
            self._write(self._child, END)
            self._watch(self._child)
            await gone

    def close(self) -> None:
        """See ``Writer.close``. A child that was not ended before is cut off from what nobody has been told of."""
        self._ended = True
        if self._child is not None:
            _over(self._child)
        self._own.close()
        for each in self._children:
            each.jobs.close()
            each.turns.close()

    # ------------------------------------------------------------------ the child

    def begin(self) -> None:
        """Begin a child, which takes writes once it has loaded what it needs."""
        if self._ended or self._child is not None:
            return
        self._loop = asyncio.get_running_loop()
        try:
            self._child = child = _begun(self._home)
        except OSError as error:
            self._home.say(
                f"no process can begin that writes the journal ({error.strerror}): the service does"
            )
            return
        self._children.append(child)
        self._loop.add_reader(child.jobs, self._hear, child)
        self._write(child, packed((self._home.path, self._home.clock)))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """While the child writes nothing; for the thread of ``own``. What it writes is right without a turn, too, but
        might wait for SQLite's lock as long as the child is busy; and where two connections write or clear the log at
        the very same moment, SQLite 3.7.0 to 3.51.2 may damage the file."""
        with self._writing:
            child, given = self._child, b""
            if child is not None and child.writes:
                given = self._asked(child)
                child.lent = bool(given)
            try:
                yield
            finally:
                if given and child is not None:
                    with suppress(OSError):
                        child.turns.sendall(DONE)
                    child.lent = False

    def _asked(self, child: Child) -> bytes:
        """What the child says when it is asked for a turn; b"" where it has gone, as one does that is stuck."""
        with suppress(OSError):
            child.turns.settimeout(SILENT)
            child.turns.sendall(TURN)
            try:
                return child.turns.recv(1)
            except TimeoutError:
                self._stuck(child)
                child.process.wait()
        return b""

    def _stuck(self, child: Child) -> None:
        self._home.say(f"the process that writes the journal says nothing for {SILENT:.0f} s: it is ended")
        child.process.kill()  # which its other end tells

    def _taking(self) -> Child | None:
        """The child, where it takes writes."""
        return self._child if self._child is not None and self._child.ready and not self._ended else None

    async def _hand_over(self, child: Child) -> None:
        """Let a child that is ready write, as soon as this process does not."""
        await asyncio.to_thread(self._let, child)
        if child is self._child:
            self._changed(True)
            child.ready = True

    def _let(self, child: Child) -> None:
        with self._writing, suppress(OSError):
            child.writes = True
            child.turns.sendall(DONE)

    def _send(self) -> None:
        """All that was submitted in this turn of the loop."""
        asked, self._gathered = self._gathered, []
        child = self._taking()
        if child is None:
            self._do_here(asked)
            return
        try:
            frame = packed([plain(entry) for entry, _ in asked])
        except Exception:  # something that cannot be pickled: who brings it hears what the journal says to it
            self._do_here(asked)
            return
        self._watch(child)
        child.waiting.extend(asked)
        self._write(child, frame)

    def _write(self, child: Child, data: bytes) -> None:
        before, rest = child.leaving, child.leaving + data
        try:
            child.leaving = rest[child.jobs.send(rest) :]
        except BlockingIOError:
            child.leaving = rest
        except OSError:
            return  # it has gone, which its other end tells
        assert self._loop is not None
        if child.leaving:
            self._loop.add_writer(child.jobs, self._write, child, b"")
        elif before:
            self._loop.remove_writer(child.jobs)

    def _watch(self, child: Child) -> None:
        """See to it that a child that is waited for from now on says something: one that is stopped never would."""
        assert self._loop is not None
        if not child.waiting:
            child.heard = self._loop.time()
        if child.watch is None:
            child.watch = self._loop.call_later(SILENT, self._look, child)

    def _look(self, child: Child) -> None:
        child.watch = None
        if child is self._child and (child.gone or not self._ended):
            self._hear(child)  # what came while the loop itself was kept from it
        if child is not self._child or not (child.gone or (child.waiting and not self._ended)):
            return
        assert self._loop is not None
        left = SILENT if child.lent else child.heard + SILENT - self._loop.time()
        if left > 0:
            child.watch = self._loop.call_later(left, self._look, child)
        else:
            self._stuck(child)

    def _hear(self, child: Child) -> None:
        try:
            data = child.jobs.recv(AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lost(child)
            return
        assert self._loop is not None
        child.heard = self._loop.time()
        for answers in child.answers.feed(data):
            if answers is None:
                self._handing = asyncio.ensure_future(self._hand_over(child))
            else:
                self._told(child, answers)

    def _told(self, child: Child, answers: list[Result | StoreError | None]) -> None:
        for answer in answers:
            entry, future = child.waiting.popleft()
            if answer is None:
                self._do_here([(entry, future)])
            elif future.done():
                continue
            elif isinstance(answer, StoreError):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    # ------------------------------------------------------------------ without it

    def _lost(self, child: Child) -> None:
        """The child has gone. What it was to write is written here, unless it was before it went."""
        assert self._loop is not None
        self._loop.remove_reader(child.jobs)
        self._loop.remove_writer(child.jobs)
        if child.watch is not None:
            child.watch.cancel()
        self._child, code = None, _over(child)
        self._do_here([(_Again(entry), future) for entry, future in child.waiting])  # type: ignore[misc]
        self._changed(False)
        if child.gone is not None:
            child.gone.set_result(None)
        if self._ended:
            return
        lived = time.monotonic() - child.began
        said = f"the process that writes the journal has ended ({code}): nothing of it is lost"
        if lived >= SETTLED:
            self._home.say(f"{said}, another takes its place")
            self.begin()
        else:
            self._home.say(f"{said}, the service writes the journal itself from now on")

    def _do_here(self, asked: list[Asked]) -> None:
        for entry, future in asked:
            try:
                self._own.put(Job(entry, future, self._loop))
            except StoreError as error:
                if not future.done():
                    future.set_exception(error)


@dataclass(frozen=True, slots=True)
class _Again:
    """An entry of which nobody knows whether it was committed."""

    entry: Entry

    def __call__(self, core: Core) -> Result:
        """Its result: as it was kept, or of carrying it out now."""
        write = self.entry.write
        for fact in queries.facts(core.connection, write.lead):
            if fact.key == write.effect.key:
                return fact.body
        return self.entry(core)


def _begun(home: Home) -> Child:
    jobs, of_jobs = socket.socketpair()
    turns, of_turns = socket.socketpair()
    with of_jobs, of_turns, ExitStack() as ours:
        ours.enter_context(jobs)
        ours.enter_context(turns)
        theirs = (of_jobs.fileno(), of_turns.fileno())
        # -P: the folder in which the service was begun is no place for modules, whatever its files are called
        command = [sys.executable, "-P", "-m", "leadflow_engine.store.child", *map(str, theirs)]
        nothing = subprocess.DEVNULL
        process = subprocess.Popen(
            command,
            stdin=nothing,
            stdout=nothing,
            pass_fds=(*theirs, home.lock),
            start_new_session=True,  # Ctrl-C is for the service, which ends its processes
        )
        ours.pop_all()
    jobs.setblocking(False)
    return Child(process, jobs, turns, time.monotonic())


def _over(child: Child) -> str:
    """Make sure that a child that has gone is gone. Gives how it ended."""
    child.process.kill()
    code = child.process.wait()
    return f"signal {-code}" if code < 0 else f"exit code {code}"
