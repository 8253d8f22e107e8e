"""Ctrl-C: the first one lets the leads that are under way end, the second one ends at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from leadflow_engine.cli.screen import note

SIGNALS = (signal.SIGINT, signal.SIGTERM)
FIRST = "leadflow: stopping; leads under way end first (again: at once)"


@contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[Callable[[], int]]:
    """Within an event loop: call ``stop`` at the first signal, cancel the task at the second.

    Gives a function that tells the exit code that the signal asks for, 0 where there was none.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    came: list[int] = []

    def hear(number: int) -> None:
        came.append(number)
        if len(came) == 1:
            note(FIRST)
            stop()
        elif task is not None:
            task.cancel()

    for number in SIGNALS:
        loop.add_signal_handler(number, hear, number)
    try:
        yield lambda: 128 + came[0] if came else 0
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
