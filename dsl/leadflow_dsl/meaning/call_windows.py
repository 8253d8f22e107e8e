"""Call windows: when people may be called, by state, days and dates."""

from __future__ import annotations

import datetime

from leadflow_dsl import model, nodes
from leadflow_dsl.diagnostics import Label
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.literals import no_state
from leadflow_dsl.rules.buyers import EQUAL_HOURS
from leadflow_dsl.rules.conditions import REVERSED
from leadflow_dsl.rules.forms import NO_DEFAULT, SAME_ROW
from leadflow_dsl.states import STATES

ALL_DAYS = tuple(range(7))


def call_window(draft: Draft, node: nodes.CallWindow) -> model.CallWindow:
    """A call window's rows, each checked by itself and against those above it."""
    rules: list[model.CallRule] = []
    for row in node.rules:
        rule = _rule(draft, row)
        _check_hours(draft, row)
        _check_same(draft, rule, rules)
        rules.append(rule)
    if not any(rule.state == "" and rule.days == ALL_DAYS and rule.first is None for rule in rules):
        message = f"`{node.name.text}` has no default hours for every day"
        help = "begin it with `default 08:00-21:00`"
        draft.found(NO_DEFAULT.at(node.name.span, message, "a state without a row has no hours", help))
    return model.CallWindow(node.name.text, tuple(rules), node.name.span)


def _rule(draft: Draft, row: nodes.CallRule) -> model.CallRule:
    state = "" if row.place.text == "default" else row.place.text
    if state and state not in STATES:
        no_state(draft, row.place, state)
    return model.CallRule(
        state=state,
        days=row.days.value if row.days else ALL_DAYS,
        start=row.hours.start if row.hours else None,
        end=row.hours.end if row.hours else None,
        first=row.first.value if row.first else None,
        last=row.last.value if row.last else None,
        span=row.span,
    )


def _check_hours(draft: Draft, row: nodes.CallRule) -> None:
    hours = row.hours
    if hours is not None and hours.start == hours.end and not hours.raw.endswith("-24:00"):
        message = f"`{hours.raw}` opens and closes at the same moment"
        help = "for a whole day write 00:00-24:00, for none `closed`"
        draft.found(EQUAL_HOURS.at(hours.span, message, "", help))
    if row.first is not None and row.last is not None and row.first.value > row.last.value:
        message = f"nothing lies between {row.first.raw} and {row.last.raw}"
        draft.found(REVERSED.at(row.last.span, message, "never holds", "turn them round"))


def _check_same(draft: Draft, rule: model.CallRule, above: list[model.CallRule]) -> None:
    for other in above:
        if (other.state, other.first) == (rule.state, rule.first) and set(other.days) & set(rule.days):
            if not _overlap(other, rule):
                continue
            whom = rule.state or "default"
            message = f"`{whom}` has two rows for the same days"
            help = "part the days, or give the newer one `from DATE`"
            place = Label(other.span, "the other")
            draft.found(SAME_ROW.at(rule.span, message, "which of the two counts?", help, (place,)))
            return


def _overlap(one: model.CallRule, other: model.CallRule) -> bool:
    """Whether two rows with one beginning have a day in common."""
    ends = [rule.last or datetime.date.max for rule in (one, other)]
    return min(ends) >= (one.first or datetime.date.min)
