"""The event loop of commands that do much: libuv's where it is installed, else asyncio's own.

uvloop takes 6 to 8 % of a lead's processor time away, and half of a request's where one is dealt with at a time
(``bench/clients.py``). Nothing depends on it: where it has no wheel (Windows), and in simulations, whose clock is
their own, the loop is asyncio's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Given = TypeVar("Given")


def run(main: Coroutine[Any, Any, Given]) -> Given:
    """As ``asyncio.run``, on the fastest loop there is."""
    with asyncio.Runner(loop_factory=_factory()) as runner:
        return runner.run(main)


def _factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
