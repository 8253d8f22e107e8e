"""Flows checked by other processes: a service goes on with its leads meanwhile, and starts on all processors.

Reading and checking a flow of 1,000 buyers takes two seconds of processor time, in which no other thread of the process
gets on as it should. What comes of it is taken in within a tenth of a second, a few buyers at a time.
"""

from __future__ import annotations

import os
import pickle
import re
import signal
import sys
import threading
import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, TypeAlias

from leadflow_dsl.checking import Checked, check
from leadflow_dsl.collecting import no_collecting
from leadflow_dsl.model import Buyer
from leadflow_dsl.terms import Const

Check: TypeAlias = Callable[[str], Checked]

LARGE: Final = 64 * 1024
"""Bytes of flows from which on they are checked by others: a hundred buyers, a quarter of a second."""
AT_ONCE: Final = 16
"""Buyers that are taken in before other threads may go on: 1.5 ms."""
_IMPORT: Final = re.compile(r'^import "([^"\n]+)"', re.M)


class Apart:
    """Other processes, as many as there are processors, that check the flows at these paths: from ``begin`` on, which
    is at the latest when the first is asked for. They end with the block, or when the last was asked for."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = tuple(dict.fromkeys(paths))
        self._pool: ProcessPoolExecutor | None = None
        self._under_way: dict[str, Future[list[bytes]]] = {}

    def begin(self) -> Apart:
        """Begin to check all of them."""
        if self._pool is None and self._paths:
            workers = min(len(self._paths), processors())
            pool = self._pool = ProcessPoolExecutor(workers, get_context(_way()), initializer=_deaf)
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
    """Are these flow files with what they import themselves together long enough for processes of their own, which take
    a third of a second to begin?"""
    return sum(map(_length, paths)) >= LARGE


def _length(path: str) -> int:
    """Bytes; of what cannot be read none, as checking it takes no time."""
    try:
        if not Path(path).is_file():  # a pipe or a device might never end
            return 0
        text = Path(path).read_text("utf-8", "replace")
        imports = [Path(path).parent / str(name) for name in _IMPORT.findall(text)]
        return len(text) + sum(file.stat().st_size for file in imports if file.is_file())
    except (OSError, ValueError):
        return 0


def processors() -> int:
    """How many this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def _way() -> str:
    """How they begin: as copies of this process, which has loaded what they need, where that is safe: it has no other
    thread yet. Elsewhere each loads it anew, which takes a third of a second."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def _deaf() -> None:
    """Ctrl-C is for the service, which ends its processes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _checked_apart(path: str) -> list[bytes]:
    return packed(check(path))


def packed(checked: Checked) -> list[bytes]:
    """What checking gave, in pieces: all but the buyers, then those, a few at a time."""
    packing = _Packing()
    buyers = checked.flow.buyers if checked.flow else ()
    rest = replace(checked, flow=replace(checked.flow, buyers=()) if checked.flow else None)
    pieces = (buyers[first : first + AT_ONCE] for first in range(0, len(buyers), AT_ONCE))
    return [packing.piece(rest), *map(packing.piece, pieces)]


@no_collecting()
def unpacked(pieces: list[bytes]) -> Checked:
    """What ``packed`` packed. The pieces are gone afterwards: each is dropped once it was read."""
    unpacking, buyers = _Unpacking(), list[Buyer]()
    pieces.reverse()
    checked: Checked = unpacking.piece(pieces.pop())
    while pieces:
        buyers += unpacking.piece(pieces.pop())
    return replace(checked, flow=replace(checked.flow, buyers=tuple(buyers))) if checked.flow else checked


class _Packing:
    """Pickles by the piece, so that what reading one takes is free for the next: with all in one, 10,000 buyers took
    twice the memory that they have in the end. Constants, of which buyers share a ZIP code's, are numbered over all."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._shared: list[Const] = []

    def piece(self, value: object) -> bytes:
        """One piece: the constants that are new in it, and the rest, which names constants by number."""
        known = len(self._shared)
        rest = self._pickled(value)
        return zlib.compress(pickle.dumps((self._shared[known:], rest), pickle.HIGHEST_PROTOCOL), 1)

    def _pickled(self, value: object) -> bytes:
        to = BytesIO()
        pickler = _Pickler(to, pickle.HIGHEST_PROTOCOL)
        pickler.number = self._number
        pickler.dump(value)
        return to.getvalue()

    def _number(self, constant: Const) -> int:
        found = self._numbers.setdefault(id(constant), len(self._shared))
        if found == len(self._shared):
            self._shared.append(constant)
        return found


class _Pickler(pickle.Pickler):
    number: Callable[[Const], int]

    def persistent_id(self, value: object) -> int | None:
        return self.number(value) if type(value) is Const else None


class _Unpacking:
    """Reads what ``_Packing`` wrote."""

    def __init__(self) -> None:
        self._shared: list[Const] = []

    def piece(self, data: bytes) -> Any:
        """What was packed as one piece."""
        new, rest = pickle.loads(zlib.decompress(data))
        self._shared += new
        unpickler = _Unpickler(BytesIO(rest))
        unpickler.shared = self._shared
        return unpickler.load()


class _Unpickler(pickle.Unpickler):
    shared: list[Const]

    def persistent_load(self, number: int) -> Const:
        return self.shared[number]
