"""When a buyer that keeps failing is left alone: ``down after 3 failures in 1m for 2m``."""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from leadflow_dsl.model import DownAfter

Moment = datetime.datetime


@dataclass(frozen=True, slots=True)
class Down:
    """A buyer that failed ``failures`` times (and then perhaps on trial). Until ``until`` nobody asks it;
    from then on one lead may try, until something came of that."""

    failures: int
    until: Moment


def down(
    failed: Iterable[Moment], answered: Callable[[Moment, Moment], bool], rule: DownAfter
) -> Down | None:
    """Whether these failures, oldest first, took the buyer down and no answer has brought it back.

    ``answered(start, end)`` tells whether the buyer answered anything from ``start`` up to ``end``; it is
    asked only about the times after a buyer went down, which are rare. The caller compares ``until`` with
    the present.
    """
    recent: deque[Moment] = deque()
    state: Down | None = None
    for at in failed:
        if state is not None:
            if at < state.until:
                continue  # asked before it went down, or beside the trial
            if not answered(state.until, at):
                state = Down(state.failures + 1, at + rule.length)
                continue
            state = None
        recent.append(at)
        while at - recent[0] > rule.within:
            recent.popleft()
        if len(recent) >= rule.failures:
            state = Down(len(recent), at + rule.length)
            recent.clear()
    if state is not None and answered(state.until, Moment.max.replace(tzinfo=datetime.UTC)):
        return None
    return state
