"""One process at a time writes to a journal: a lock file beside it, which the system lets go of when its
holder dies."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from leadflow_engine.store.errors import Held, StoreError

LONGEST: Final = 10.0
PAUSE: Final = 0.01
"""Seconds at most, and at a time, for which the lock of a dead holder is waited for."""


@dataclass(slots=True)
class Ownership:
    """The held lock. ``release`` may be called more than once."""

    descriptor: int

    def release(self) -> None:
        """Let another process have the journal. The lock file stays: only the lock on it means anything."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def own(path: Path) -> Ownership:
    """Take the journal at ``path`` for this process. Raises ``StoreError`` where another one has it."""
    lock = path.with_name(path.name + ".lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(
            f"journal {path}: {lock} cannot be written: {error.strerror}; the folder must be writable"
        ) from None
    try:
        _lock(descriptor)
    except OSError as error:
        holder = _said(descriptor)
        os.close(descriptor)
        raise _refused(path, holder, error) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return Ownership(descriptor)


def holder_of(path: Path) -> str:
    """The number of the process that has the journal at ``path``; "" where nobody has it."""
    lock = path.with_name(path.name + ".lock")
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _said(descriptor)
    finally:
        os.close(descriptor)
    return ""


def _lock(descriptor: int) -> None:
    """Take the lock. One whose holder has died is waited for: a process that wrote for it is about to see that."""
    until = time.monotonic() + LONGEST
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if not _is_dead(_said(descriptor)) or time.monotonic() > until:
                raise
        time.sleep(PAUSE)


def _said(descriptor: int) -> str:
    """The number of the holder's process, as it stands in the lock file."""
    return os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"


def _is_dead(holder: str) -> bool:
    try:
        os.kill(int(holder), 0)
    except ProcessLookupError:
        return True
    except (ValueError, OSError):
        return False
    return False


def _refused(path: Path, holder: str, error: OSError) -> StoreError:
    if error.errno not in (errno.EAGAIN, errno.EACCES):
        return StoreError(
            f"journal {path}: it cannot be locked: {error.strerror}; a network file system may not allow it"
        )
    return Held(
        f"journal {path} is held by process {holder}: one process writes at a time; "
        "wait until it ends, stop it, or give another --db"
    )
