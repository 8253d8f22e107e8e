"""Policies: what was decided beforehand for a cap that fills up, a fall in quality, a change in value.

Every minute each policy's figure is measured. Where its condition has held as long as it says, its actions are set
beside the flow, as an operator would set them; at its end they are undone. Both are kept, with what was measured."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_engine.effects import Effect
from leadflow_engine.evaluation.evaluate import holds
from leadflow_engine.evaluation.scope import NothingThere
from leadflow_engine.figures import RATES, Figure, as_text, figure_of, figures_in
from leadflow_engine.intake.door import millionths
from leadflow_engine.interpreter.figures import numbers, question
from leadflow_engine.limits.planned import throttle_limit
from leadflow_engine.operations.loading import LoadProblem
from leadflow_engine.operations.resume import Plans
from leadflow_engine.plan import Plan
from leadflow_engine.ports import Clock
from leadflow_engine.store import SqliteStore, policies
from leadflow_engine.store.codec import moment
from leadflow_engine.store.policies import Action, Event

EVERY: Final = datetime.timedelta(minutes=1)
"""How often policies are looked at."""

SAMPLE: Final = 20
"""Of how many at least a rate must be, to be acted on, where a policy does not say it itself."""

TOLD: Final = frozenset({"acted", "ended"})
"""What a policy decided that changes something."""


@dataclass(frozen=True, slots=True)
class _Scope(NothingThere):
    """What a policy's condition reads: figures, and nothing of a lead."""

    figures: Mapping[str, Decimal | None]
    at: datetime.datetime

    def read(self, read: t.Read) -> object:
        """A figure."""
        return self.figures.get(read.name) if read.kind == "figure" else None

    def now(self) -> datetime.datetime:
        """The moment of the look."""
        return self.at


@dataclass(frozen=True, slots=True)
class Measured:
    """What a policy's figure came to: ``value`` None where too little was counted to believe it, ``holds`` whether its
    condition does; ``words`` for a person."""

    value: Decimal | None
    holds: bool
    words: str


def look(store: SqliteStore, plans: Plans, clock: Clock) -> list[Event]:
    """Look at the policies of every flow that is due. Gives those that began to act and that ended."""
    now = clock.now()
    decided: list[Event] = []
    for flow, name in store.ask(lambda connection: policies.flows_due(connection, now, EVERY)):
        decided += _look_at(store, flow, plans, name, now)
    return [event for event in decided if event.what in TOLD]


def _look_at(store: SqliteStore, flow: str, plans: Plans, name: str, now: datetime.datetime) -> list[Event]:
    store.transact(lambda core: policies.looked(core, flow))
    if not name:
        return []
    try:
        plan = plans.named(name)
    except LoadProblem:
        return []  # a lead of that plan tells of it
    last = store.ask(lambda connection: policies.last(connection, flow))
    decided = [_decide(store, plan, policy, last.get(policy.title), now) for policy in plan.flow.policies]
    titles = {policy.title for policy in plan.flow.policies}
    gone = [event for title, event in last.items() if title not in titles and event.what == "acted"]
    return [
        event for event in (*decided, *(_gone(store, plan, event) for event in gone)) if event is not None
    ]


def _gone(store: SqliteStore, plan: Plan, event: Event) -> Event:
    """A policy that acts still, and that its flow has no longer, is undone."""
    why = "the flow has this policy no longer"
    return store.transact(lambda core: policies.end(core, event.flow, event.policy, plan.name, why))


def _decide(
    store: SqliteStore, plan: Plan, policy: m.Policy, last: Event | None, now: datetime.datetime
) -> Event | None:
    """What is to be done about one policy now; None where nothing changes."""
    flow, title, name = plan.flow.name, policy.title, plan.name
    measured = measure(store, plan, policy, now)
    state = last.what if last is not None else "ended"
    if state == "acted":
        if not _is_over(policy, measured):
            return None
        return store.transact(lambda core: policies.end(core, flow, title, name, measured.words))
    if not measured.holds:
        if state != "began":
            return None
        return store.transact(lambda core: policies.note(core, flow, title, name, "passed", measured.words))
    since = moment(last.at) if last is not None and state == "began" else now
    if policy.lasting is not None and now - since < policy.lasting:
        if state == "began":
            return None
        return store.transact(lambda core: policies.note(core, flow, title, name, "began", measured.words))
    actions = tuple(_actions(plan, policy))
    return store.transact(lambda core: policies.act(core, flow, title, name, measured.words, actions))


def _is_over(policy: m.Policy, measured: Measured) -> bool:
    """What is no longer measured is over, too: a buyer that is paused answers nothing that could bring it back."""
    if policy.until is None or measured.value is None:
        return not measured.holds
    below = policy.until.side == "below"
    return measured.value < policy.until.limit if below else measured.value > policy.until.limit


# ------------------------------------------------------------------ measuring


def measure(store: SqliteStore, plan: Plan, policy: m.Policy, now: datetime.datetime) -> Measured:
    """What the figure of a policy comes to now."""
    watched = figure_of(policy.figure) if policy.figure is not None else None
    if watched is None:
        return Measured(None, False, "nothing is measured")
    asked = dict.fromkeys((watched, *figures_in(policy.condition), *_whole(policy, watched)))
    told = store.read("", Effect("figures/policy", question(plan, tuple(asked), {})))["figures"]
    found = numbers(told)
    believed = all((found.get(one.key) or 0) >= SAMPLE for one in _whole(policy, watched))
    scope = _Scope(found, now)
    believed = believed and all(holds(arm, scope) is True for arm in policy.sampling)
    value = found.get(watched.key) if believed else None
    met = believed and holds(policy.condition, scope) is True
    return Measured(value, met, _words(watched, found, believed))


def _whole(policy: m.Policy, watched: Figure) -> tuple[Figure, ...]:
    """What a rate is a share of, where the policy itself does not say how much must have been seen."""
    if watched.name not in RATES or policy.sampling:
        return ()
    return (Figure(RATES[watched.name][1], watched.kind, watched.party, watched.seconds),)


def _words(watched: Figure, found: Mapping[str, Decimal | None], believed: bool) -> str:
    value = found.get(watched.key)
    if value is None:
        return f"{watched.said} is not known: nothing was counted"
    said = f"{watched.said} is {as_text(watched.name, value)}"
    return said if believed else f"{said}, of too few to act on"


def sentence(event: Event) -> str:
    """What a policy decided, for a person."""
    word = "acts" if event.what == "acted" else "ends"
    done = f"; {event.done}" if event.done else ""
    return f'{event.flow}  policy "{event.policy}" {word}: {event.measured}{done}'


# ------------------------------------------------------------------ acting


def _actions(plan: Plan, policy: m.Policy) -> Iterator[Action]:
    flow = plan.flow.name
    for action in policy.actions:
        match action:
            case m.PauseBuyer():
                yield Action("pause", f"{flow}/buyer/{action.buyer}", 1, "paused")
            case m.ShiftWeight():
                said = as_text("cap_used", action.weight) if action.percent else f"{action.weight:f}"
                value = millionths(action.weight)
                yield Action("weight", f"{flow}/buyer/{action.buyer}", value, f"weight {said}")
            case m.SlowSource():
                throttle = action.throttle
                limit = throttle_limit(f"{flow}/source/{action.source}", throttle)
                said = f"throttle {throttle.maximum} per {throttle.period}"
                yield Action("slow", limit, throttle.maximum, said)
