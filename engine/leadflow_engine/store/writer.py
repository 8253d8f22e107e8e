"""The one writer: a thread that commits what many ask for at once in one transaction.

Who asks is told after the commit, so a crash never takes back what somebody was told. A batch in which
anything fails is rolled back and done again one by one: nobody has been told anything of it, and only the
one that fails hears so.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Generic, TypeAlias, TypeVar

from leadflow_dsl.unguarded import dataclass
from leadflow_engine.effects import Result, Write
from leadflow_engine.store.core import Core, perform
from leadflow_engine.store.errors import StoreError, explained

T = TypeVar("T")

BATCH = 128
"""Most jobs in one transaction: bounds how long the first of them waits for the last."""

LONGEST_REST = 0.008
"""Seconds at most between two transactions while several ask: see ``Writer``."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job: its value, or what was raised."""

    value: Any = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """What is to be done in a transaction, and where its outcome goes: an event loop's future, or a waiting
    thread's."""

    work: Callable[[Core], T]
    future: asyncio.Future[T] | Future[T]
    loop: asyncio.AbstractEventLoop | None = None


Queue: TypeAlias = "queue.SimpleQueue[Job[Any] | None]"


def transact(core: Core, path: str, work: Sequence[Callable[[Core], Any]]) -> list[Outcome]:
    """Do all of ``work`` in one transaction or, where that fails, each in its own."""
    together = _together(core, path, work)
    if isinstance(together, list):
        return together
    if len(work) == 1:
        return [Outcome(error=together)]
    return [transact(core, path, [each])[0] for each in work]


def _together(core: Core, path: str, work: Sequence[Callable[[Core], Any]]) -> list[Outcome] | Exception:
    try:
        core.begin()
        outcomes = [Outcome(each(core)) for each in work]
        core.flush()
        core.plain.execute("COMMIT")
        core.committed()
        return outcomes
    except Exception as error:
        _roll_back(core)
        return explained(error, path) if isinstance(error, sqlite3.Error) else error


def _roll_back(core: Core) -> None:
    if core.plain.in_transaction:  # SQLite itself has rolled back where the disk was full
        core.plain.execute("ROLLBACK")
    core.start_over()


def transacted(core: Core, path: str, work: Sequence[Callable[[Core], Any]]) -> list[Outcome]:
    """``transact`` that never raises: where even the rollback fails, who waits must hear of it, and others go on."""
    try:
        return transact(core, path, work)
    except Exception as error:
        return [Outcome(error=StoreError(f"journal {path}: {error}; nothing of this holds"))] * len(work)


class Gathering:
    """A transaction of many writes, each told of at once: for a journal that is thrown away. Nobody is promised
    that it survives anything; a dry run's lead has five writes, and one question that needs them written."""

    def __init__(self, core: Core, path: str) -> None:
        self._core = core
        self._path = path

    def perform(self, write: Write) -> Result:
        """Carry out a write. Raises what it raises; then all that was not settled is lost."""
        try:
            if not self._core.plain.in_transaction:
                self._core.begin()
            return perform(self._core, write)
        except Exception as error:
            _roll_back(self._core)
            if isinstance(error, sqlite3.Error):
                raise explained(error, self._path) from None
            raise

    def settle(self) -> None:
        """Have all that was written stand in the tables."""
        if self._core.plain.in_transaction:
            self._core.flush()
            self._core.plain.execute("COMMIT")
            self._core.committed()


class Writer:
    """The thread and its queue. Started by its construction, ended by ``close``.

    While several ask at once it rests after each transaction for as long as that took: what comes meanwhile shares the
    next one, and a page that many rows stand on is written once for all. Who asks alone waits for nothing.
    """

    def __init__(self, core: Core, path: str) -> None:
        self._core = core
        self._path = path
        self.turn: Callable[[], AbstractContextManager[object]] = nullcontext
        """Within which it may write, where another process does, too."""
        self._queue: Queue = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._rests_until = 0.0
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    async def submit(self, work: Callable[[Core], T]) -> T:
        """Do ``work`` in a transaction; returns after its commit. Cancelling the wait does not take back the
        work."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self.put(Job(work, future, loop))
        return await future

    def wait(self, work: Callable[[Core], T]) -> T:
        """``submit`` for callers without an event loop: blocks until the commit."""
        future: Future[T] = Future()
        self.put(Job(work, future))
        return future.result()

    def close(self) -> None:
        """Finish what is queued; then no more is taken."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def put(self, job: Job[Any]) -> None:
        """Do a job after those before it. Raises ``StoreError`` once the writer is closed."""
        with self._lock:
            if self._closed:
                raise StoreError(f"journal {self._path} is closed")
            self._queue.put(job)

    def _run(self) -> None:
        while (batch := self._take()) is not None:
            began = time.monotonic()
            with self.turn():
                outcomes = transacted(self._core, self._path, [job.work for job in batch])
            ended = time.monotonic()
            self._rests_until = ended + min(ended - began, LONGEST_REST) if len(batch) > 1 else ended
            _deliver(batch, outcomes)

    def _take(self) -> list[Job[Any]] | None:
        """All that waits, up to ``BATCH``; blocks for the first. None once closed and done."""
        first = self._queue.get()
        if first is None:
            return None
        if (rest := self._rests_until - time.monotonic()) > 0:
            time.sleep(rest)
        batch = [first]
        while len(batch) < BATCH:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._queue.put(None)
                break
            batch.append(job)
        return batch


def _deliver(batch: Sequence[Job[Any]], outcomes: Sequence[Outcome]) -> None:
    told: dict[asyncio.AbstractEventLoop, list[tuple[Any, Outcome]]] = defaultdict(list)
    for job, outcome in zip(batch, outcomes, strict=True):
        if job.loop is None:
            _tell([(job.future, outcome)])
        else:
            told[job.loop].append((job.future, outcome))
    for loop, pairs in told.items():
        try:
            loop.call_soon_threadsafe(_tell, pairs)
        except RuntimeError:
            pass  # the loop has gone; what was committed stays


def _tell(pairs: Sequence[tuple[Any, Outcome]]) -> None:
    for future, outcome in pairs:
        if future.done():
            continue
        if outcome.error is None:
            future.set_result(outcome.value)
        else:
            future.set_exception(outcome.error)
