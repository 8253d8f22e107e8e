"""Flows checked by other processes: a service goes on with its leads meanwhile, and starts on all processors.

Reading and checking a flow of 1,000 buyers takes two seconds of processor time, in which no other thread of the process
gets on as it should. What comes of it is taken in within a tenth of a second, a few buyers at a time.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from io import BytesIO
from multiprocessing import get_context
from typing import Final, TypeAlias

from leadflow_dsl.checking import Checked, check
from leadflow_dsl.collecting import no_collecting

Check: TypeAlias = Callable[[str], Checked]

LARGE: Final = 64 * 1024
"""Bytes of flows from which on they are checked by others: a hundred buyers, a quarter of a second."""
AT_ONCE: Final = 16
"""Buyers that are taken in before other threads may go on: 1.5 ms."""


class Apart:
    """Other processes, as many as there are processors, that check the flows at these paths: from ``begin`` on, which
    is at the latest when the first is asked for. They end with the block, or when the last was asked for."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = tuple(dict.fromkeys(paths))
        self._pool: ProcessPoolExecutor | None = None
        self._under_way: dict[str, Future[bytes]] = {}

    def begin(self) -> Apart:
        """Begin to check all of them."""
        if self._pool is None and self._paths:
            workers = min(len(self._paths), _processors())
            pool = self._pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_deaf)
            self._under_way = {path: pool.submit(_checked_apart, path) for path in self._paths}
        return self

    def checked(self, path: str) -> Checked:
        """What checking the flow at this path gives; one that was not named before is checked here."""
        under_way = self.begin()._under_way.pop(path, None)
        if under_way is None:
            return check(path)
        try:
            return unpacked(under_way.result())
        except BrokenProcessPool:  # its process was killed, as for its memory
            return check(path)
        finally:
            if not self._under_way:
                self.end()

    def end(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> Apart:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


def large(paths: Iterable[str]) -> bool:
    """Are these flow files together long enough for processes of their own, which take a third of a second to begin?
    What they import is not looked at."""
    return sum(os.path.getsize(path) for path in paths if os.path.isfile(path)) >= LARGE


def _processors() -> int:
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def _deaf() -> None:
    """Ctrl-C is for the service, which ends its processes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _checked_apart(path: str) -> bytes:
    return packed(check(path))


def packed(checked: Checked) -> bytes:
    """What checking gave, in pieces that follow each other: all but the buyers, then those."""
    to = BytesIO()
    pickler = pickle.Pickler(to, pickle.HIGHEST_PROTOCOL)
    buyers = checked.flow.buyers if checked.flow else ()
    pickler.dump(replace(checked, flow=replace(checked.flow, buyers=()) if checked.flow else None))
    for first in range(0, len(buyers), AT_ONCE):
        pickler.dump(buyers[first : first + AT_ONCE])
    return to.getvalue()


@no_collecting()
def unpacked(data: bytes) -> Checked:
    """What ``packed`` packed. The pieces know each other, so that what they shared they share again."""
    unpickler = pickle.Unpickler(BytesIO(data))
    checked: Checked = unpickler.load()
    if checked.flow is None:
        return checked
    buyers = []
    while True:
        try:
            buyers += unpickler.load()
        except EOFError:
            return replace(checked, flow=replace(checked.flow, buyers=tuple(buyers)))
