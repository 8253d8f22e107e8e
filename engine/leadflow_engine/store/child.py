"""The process that writes a service's journal: `python -m leadflow_engine.store.child JOBS TURNS`.

JOBS and TURNS are numbers of sockets that it inherits. Over the first come a greeting and then writes, and go their
outcomes, each told after its commit, in the order in which the writes came. Over the second the service asks for a turn
of its own: it has other work for the same journal. Where the service is gone nothing is begun any more: nobody would
hear of it, and an intent that nobody acts on would only be in doubt.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
from collections import deque
from pathlib import Path
from typing import Final

from leadflow_engine.effects import Result
from leadflow_engine.store.core import Core, Entry, core
from leadflow_engine.store.crossing import TURN, YOURS, Frames, entry_of, packed
from leadflow_engine.store.errors import StoreError
from leadflow_engine.store.opening import open_apart
from leadflow_engine.store.writer import BATCH, Outcome, transacted

AT_ONCE: Final = 1 << 18
"""Bytes that are read at a time."""
THRESHOLDS: Final = (50_000, 20, 20)
"""As in ``service/memory.py``: what a write makes goes by itself."""


class Child:
    """The process's whole life. ``jobs`` and ``turns`` are its ends of the sockets.

    Unlike ``Writer`` it never rests between transactions: while it writes, the loop gets on with other leads, and all
    that has come by then is the next transaction. With a rest all leads come to wait for the same commit, and loop and
    journal take turns again: 397 leads a second instead of 526, on two cores that were busy with other things, too.
    """

    def __init__(
        self, core: Core, path: str, jobs: socket.socket, turns: socket.socket, came: Frames
    ) -> None:
        self._core, self._path = core, path
        self._jobs, self._turns, self._came = jobs, turns, came
        self._entries: deque[Entry] = deque()
        self._leaving = bytearray()
        self._lent, self._alone = True, False  # the service writes until it says that it does not
        self._poll = select.poll()

    def run(self) -> None:
        """Until no more comes, and all of it is told; or the service is gone."""
        self._jobs.setblocking(False)
        self._poll.register(self._turns, select.POLLIN)
        self._tell(packed(None))  # it is ready
        while not self._alone and not self._is_done():
            may = bool(self._entries) and not self._lent
            for descriptor, happened in self._poll.poll(0 if may else None):
                self._heed(descriptor, happened)
            if self._entries and not self._lent:
                self._commit()

    def _is_done(self) -> bool:
        return self._came.ended and not self._entries and not self._leaving

    def _heed(self, descriptor: int, happened: int) -> None:
        if descriptor == self._turns.fileno():
            self._lend()
            return
        if happened & select.POLLOUT:
            self._tell(b"")
        if happened & ~select.POLLOUT:
            self._take()

    def _take(self) -> None:
        try:
            data = self._jobs.recv(AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._alone = not data
        for entries in self._came.feed(data):
            self._entries.extend(map(entry_of, entries))

    def _lend(self) -> None:
        said = self._turns.recv(1)
        self._lent = said == TURN
        if self._lent:
            self._turns.sendall(YOURS)
        self._alone = not said

    def _commit(self) -> None:
        batch = [self._entries.popleft() for _ in range(min(BATCH, len(self._entries)))]
        outcomes = transacted(self._core, self._path, batch)
        self._tell(packed([_told(each) for each in outcomes]))

    def _tell(self, data: bytes) -> None:
        """Send as much as goes: who hears it may be waiting for a turn just now."""
        self._leaving += data
        try:
            del self._leaving[: self._jobs.send(self._leaving)]
        except BlockingIOError:
            pass
        except OSError:
            self._alone = True
        self._poll.register(self._jobs, select.POLLIN | (select.POLLOUT if self._leaving else 0))


def _told(outcome: Outcome) -> Result | StoreError | None:
    """An outcome as it is told; None where something went wrong that is no trouble of the journal's: the service does
    it again to hear of it itself."""
    if outcome.error is None:
        result: Result = outcome.value
        return result
    return outcome.error if isinstance(outcome.error, StoreError) else None


def main(jobs: str, turns: str) -> None:
    """Write the journal that the greeting names. Signals are for the service, which ends its processes."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    came, here = Frames(), socket.socket(fileno=int(jobs))
    greeting = None
    while greeting is None and (data := here.recv(AT_ONCE)):
        greeting = next(came.feed(data), None)
    if greeting is not None:
        path, clock = greeting
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        Child(core(open_apart(Path(path)), clock), path, here, socket.socket(fileno=int(turns)), came).run()
    os._exit(0)  # where the service is gone, to close the journal would be to write all of its log back first


if __name__ == "__main__":
    main(*sys.argv[1:])
