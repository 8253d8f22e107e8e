"""What of a journal is asked for every offer, kept at hand by the one process that writes it.

What it says is what was committed last; what it does not know is asked, and nothing is known any more once something
else was written than what Runs claim (``Rows.touched``). It saves statements: beside a busy writer each reads its pages
anew after every commit, and every one gives up the interpreter's lock, on which the other thread waits."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterable, Mapping
from typing import Final

Place = tuple[str, str, str]
"""A limit, the digest of what it counts by, the start of a window."""

NEVER: Final = -1
"""The mark of a question of which nothing is to be learnt."""

MOST: Final = 20_000
"""Of windows, and of digests, as many are kept."""


class Remembered:
    """Shared by the thread that writes and those that ask. ``alone`` is said by a process through which every order
    goes, also that of other processes: only then what stands beside leads cannot change behind its back.

    ``uses`` are what caps have used, ``state`` is the row of ``beside`` (None: to be asked), ``new`` are digests of
    dedupe keys that nobody had left when the lead came that is named, and nobody else has since ("": somebody has)."""

    __slots__ = ("_lock", "_version", "_writing", "alone", "new", "state", "uses")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = 0
        self._writing = False
        self.alone = False
        self.uses: dict[Place, int] = {}
        self.state: tuple[int, str] | None = None
        self.new: dict[str, str] = {}

    # ------------------------------------------------------------------ who asks

    def mark(self, connection: sqlite3.Connection) -> int:
        """What to ``learn`` with: taken before the first statement of a question, as what is asked within a transaction
        is of the moment when that began."""
        return NEVER if connection.in_transaction else self._version

    def learn(self, mark: int, uses: Mapping[Place, int], state: tuple[int, str] | None = None) -> None:
        """Keep what was asked, unless something was written since ``mark`` or is just now."""
        with self._lock:
            if self._writing or mark != self._version:
                return
            if len(self.uses) > MOST:
                self.uses.clear()
            self.uses.update(uses)
            self.state = state or self.state

    def are_new(self, hashes: Collection[str], lead: str) -> bool:
        """Is it known of all these digests that no other lead has left them?"""
        return all(self.new.get(hash) == lead for hash in hashes)

    # ------------------------------------------------------------------ who writes

    def keep(self, place: Place, used: int) -> None:
        """What a window had used when the transaction under way began."""
        with self._lock:
            if len(self.uses) > MOST:
                self.uses.clear()
            self.uses[place] = used

    def found_new(self, hashes: Iterable[str], lead: str) -> None:
        """Nobody had left these digests when this lead came."""
        if len(self.new) > MOST:
            for old in list(self.new)[: MOST // 2]:
                del self.new[old]
        for hash in hashes:
            self.new[hash] = lead

    def left(self, hash: str, lead: str) -> None:
        """A lead leaves a digest."""
        if self.new.get(hash, lead) != lead:
            self.new[hash] = ""

    def begin(self) -> None:
        """What was written is about to be committed: what is asked from now on may be of before or after."""
        with self._lock:
            self._writing = True
            self._version += 1

    def end(self, used: Mapping[Place, int], failed: bool) -> None:
        """It was committed: caps have ``used`` so much more; a buyer ``failed``."""
        with self._lock:
            for place, amount in used.items():
                if place in self.uses:
                    self.uses[place] += amount
            if failed:
                self.state = None
            self._writing = False
            self._version += 1

    def forget(self) -> None:
        """Something else was written, or by somebody else, or nothing of what was begun."""
        with self._lock:
            self.uses.clear()
            self.new.clear()
            self.state = None
            self._writing = False
            self._version += 1
