"""Hours: windows over one another, and windows in which nothing is open."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.analysis import State, Want, narrowed
from leadflow_dsl.analysis.domain import Words
from leadflow_dsl.analysis.worlds import Declared
from leadflow_dsl.checks.world import mistaken
from leadflow_dsl.diagnostics import Diagnostic, Label
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Flow, Opening
from leadflow_dsl.rules.limits import NEVER_OPEN, OVERLAP
from leadflow_dsl.terms import Call, Read, Term
from leadflow_dsl.types import WEEKDAYS

DAY: Final = 24 * 60
WEEK: Final = 7 * DAY
ALL_DAYS: Final = tuple(range(7))


def hours(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Opening hours of one buyer that overlap: each such pair once, at the later one of the text."""
    told = mistaken(draft)
    for symbol in draft.of("buyer").values():
        node = symbol.node
        items = node.items if isinstance(node, nodes.Buyer) else ()
        openings = [one for item in items if isinstance(item, nodes.Hours) for one in item.openings]
        if not any(told(opening.hours.span) for opening in openings):
            yield from _overlaps(openings)


def _overlaps(openings: list[nodes.Opening]) -> Iterator[Diagnostic]:
    windows = sorted(
        (start, end, place) for place, one in enumerate(openings) for start, end in _windows(one)
    )
    told: set[tuple[int, int]] = set()
    open_until, by = -1, 0
    for start, end, place in windows:
        if start < open_until and place != by:
            first, second = sorted((by, place))
            if (first, second) not in told:
                told.add((first, second))
                yield _overlap(openings[first], openings[second], start)
        if end > open_until:
            open_until, by = end, place


def _windows(opening: nodes.Opening) -> Iterator[tuple[int, int]]:
    """Minutes of the week in which it is open; what runs past Sunday's midnight goes on on Monday."""
    days = opening.days.value if opening.days else ALL_DAYS
    start, end = _minute(opening.hours.start), _minute(opening.hours.end)
    length = (end - start) % DAY or DAY
    for day in days:
        first = day * DAY + start
        yield first, min(first + length, WEEK)
        if first + length > WEEK:
            yield 0, first + length - WEEK


def _minute(time: datetime.time) -> int:
    return time.hour * 60 + time.minute


def _overlap(first: nodes.Opening, second: nodes.Opening, minute: int) -> Diagnostic:
    day = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()[minute // DAY]
    message = f"these hours and others are both open on {day} at {minute % DAY // 60:02}:{minute % 60:02}"
    place = (Label(first.span, "open then too"),)
    return OVERLAP.at(second.span, message, "", "take the day out of one of them", place)


def call_windows(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Call windows that are closed everywhere, whatever the day."""
    for window in flow.call_windows:
        if window.rules and not any(rule.start for rule in window.rules):
            message = f"nobody is ever called within `{window.name}`: every row is closed"
            help = "write when it is open: `default 08:00-21:00`"
            yield NEVER_OPEN.at(window.span, message, "never open", help)


def closed_days(flow: Flow, draft: Draft, world: Declared) -> Iterator[Diagnostic]:
    """Buyers that only take leads on days of the week on which they have no hours."""
    for buyer in flow.buyers:
        if not buyer.openings or buyer.timezone != flow.timezone:
            continue
        open_on = {day % 7 for one in buyer.openings for day in _days(one)}
        for criterion in buyer.criteria if len(open_on) < len(WEEKDAYS) else ():
            want = Want.TRUE if criterion.kind == "accept" else Want.NOT_TRUE
            known = narrowed(criterion.condition, want, world).states
            for subject, state in known.items():
                if _is_weekday(subject) and not state.blank and not _any_day(state, open_on):
                    message = f"buyer `{buyer.name}` has no hours on the days on which it takes leads"
                    help = "make its `hours` and this condition agree"
                    yield NEVER_OPEN.at(
                        criterion.condition.span, message, "closed on all of these days", help
                    )


def _days(opening: Opening) -> Iterator[int]:
    for day in opening.days:
        yield day
        if opening.end < opening.start:
            yield day + 1


def _is_weekday(term: Term) -> bool:
    """``weekday(now)``."""
    return (
        isinstance(term, Call)
        and term.name == "weekday"
        and isinstance(term.args[0], Read)
        and term.args[0].kind == "now"
    )


def _any_day(state: State, days: set[int]) -> bool:
    return isinstance(state.values, Words) and any(state.values.holds(WEEKDAYS[day]) for day in days)
