"""Copies of a journal that are whole, made while others read and write it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from leadflow_engine.store.errors import StoreError, explained
from leadflow_engine.store.opening import empty_memory, open_reader

PAGES: Final = 2_000
"""Pages copied at a time: others get at the file in between."""


def back_up(path: Path, target: Path, told: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Copy the journal at ``path`` to ``target``, which appears whole or not at all, and look at every page of it.
    Gives its bytes; ``told`` hears how many pages are done. Raises ``StoreError``; an older ``target`` then stays."""
    making = target.with_name(f"{target.name}.making")
    try:
        making.unlink(missing_ok=True)
        source = open_reader(path, older=True)  # a copy before it is brought up is the way back
        copy = sqlite3.connect(making, isolation_level=None)
        try:
            source.execute("BEGIN")  # one moment of it: else every write of others begins the copy anew
            source.execute("SELECT 1 FROM meta").fetchone()
            source.backup(copy, pages=PAGES, progress=lambda _, left, of: told(of - left, of), sleep=0.01)
            copy.execute("PRAGMA journal_mode = DELETE")
            _check(copy, making)
        finally:
            copy.close()
            source.close()
        _durable(making)
        making.replace(target)
        _durable(target.parent)
    except sqlite3.Error as error:
        raise explained(error, str(target)) from None
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {(error.strerror or str(error)).lower()}") from None
    finally:
        making.unlink(missing_ok=True)
    return target.stat().st_size


def memory_copy(path: Path) -> sqlite3.Connection:
    """The journal at ``path`` in memory, to try things on."""
    source = open_reader(path)
    copy = empty_memory()
    try:
        source.backup(copy)
    finally:
        source.close()
    copy.execute("PRAGMA foreign_keys = ON")
    return copy


def _check(copy: sqlite3.Connection, path: Path) -> None:
    found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(
            f"the copy {path} is damaged ({found}): so is the journal; see `leadflow audit verify`"
        )


def _durable(path: Path) -> None:
    """Have the system write what it holds of a file, or of a folder's names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
