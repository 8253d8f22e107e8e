"""The search for garbage, left out while trees and flows are built."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_pausing = 0
_was_on = False


@contextmanager
def no_collecting() -> Iterator[None]:
    """Search for no garbage while the block runs, in any thread.

    Of a flow that is being built everything stays, and looking through it again and again as it grew was a third of
    the time that checking a flow of 1,000 buyers took.
    """
    _count(1)
    try:
        yield
    finally:
        _count(-1)


def _count(step: int) -> None:
    global _pausing, _was_on
    with _lock:
        if not _pausing:
            _was_on = gc.isenabled()
            gc.disable()
        _pausing += step
        if not _pausing and _was_on:
            gc.enable()
