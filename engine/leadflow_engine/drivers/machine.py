"""What this machine is like: versions, disk, clock, limits. Measured, not judged; ``operations/health.py`` judges."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import sqlite3
import statistics
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

SYNCS: Final = 15
"""How often a write is forced to the disk to see how long that takes."""


@dataclass(frozen=True, slots=True)
class Machine:
    """``free`` and ``size`` of the disk are bytes, ``sync`` is seconds that a durable write takes (median; None where
    none is possible), ``files`` how many files this process may have open, ``clock`` seconds since 1970,
    ``synchronized`` whether the system says that its clock is kept right (None where it does not say)."""

    python: str
    sqlite: tuple[int, ...]
    zones: str
    free: int
    size: int
    sync: float | None
    files: int
    clock: float
    synchronized: bool | None


def measured(folder: Path) -> Machine:
    """What the machine is like now, for a journal in ``folder``."""
    disk = shutil.disk_usage(_existing(folder))
    return Machine(
        platform.python_version(),
        sqlite3.sqlite_version_info,
        _version("tzdata"),
        disk.free,
        disk.total,
        _sync_seconds(_existing(folder)),
        resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        time.time(),
        _synchronized(),
    )


def mode_of(path: Path) -> int | None:
    """Who may do what with a file (the bits of ``chmod``); None where there is none."""
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        return None


def bytes_of(path: Path) -> int:
    """The size of a file; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _existing(folder: Path) -> Path:
    return next((each for each in (folder, *folder.parents) if each.is_dir()), Path("/"))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _sync_seconds(folder: Path) -> float | None:
    """How long a small durable write takes; None where nothing may be written."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            return statistics.median(_one_sync(file.fileno()) for _ in range(SYNCS))
    except OSError:
        return None


def _one_sync(descriptor: int) -> float:
    began = time.perf_counter()
    os.write(descriptor, b"leadflow" * 512)
    os.fdatasync(descriptor)
    return time.perf_counter() - began


def _synchronized() -> bool | None:
    """systemd's clock service leaves a mark; where it does not run nobody says."""
    if not Path("/run/systemd/timesync").is_dir():
        return None
    return Path("/run/systemd/timesync/synchronized").exists()
