"""Training a score from a journal: its leads as they came, what became of them, a model, and how good it is on leads
that it has not seen."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from leadflow_dsl.model import Feature, Trained
from leadflow_engine.operations.resume import Plans, last_scope
from leadflow_engine.plan import Plan
from leadflow_engine.scores import evaluated, number_of, value_of
from leadflow_engine.scores.candidates import Choice, choose
from leadflow_engine.scores.document import versioned, written_model
from leadflow_engine.scores.fitting import Kind, fit
from leadflow_engine.scores.measures import Group, auc, brier, tenths
from leadflow_engine.scores.shaping import features_of
from leadflow_engine.store import SqliteStore, StoreError
from leadflow_engine.store.codec import iso
from leadflow_engine.store.outcomes import RETURNED, SOLD, Came, came_of, events

LEAST_OF_EACH: Final = 200
"""Leads that came true, and that did not: with fewer, the hold-out says nothing."""
PER_FEATURE: Final = 10
"""Leads of the rarer outcome for each feature: with fewer, a model learns the leads by heart."""
HELD_OUT: Final = Decimal("0.25")
"""The share of leads, the last to come, that the model is not shown."""
LEAST_HELD_OUT: Final = 25
"""Leads of each outcome among those."""


class TooFew(Exception):
    """A model that is not made, with the numbers and the way out."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be trained. ``ripe`` is how old a lead must be before a missing event counts as a no."""

    target: str
    kind: Kind
    since: datetime.datetime
    now: datetime.datetime
    ripe: datetime.timedelta
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Weight:
    """How much a feature matters: the mean of its part's size in log odds; ``ways`` is + or - where it always goes up
    or down with the number, "" else."""

    feature: str
    size: float
    ways: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was made and how good it is on leads that it has not seen."""

    model: Trained
    text: str
    leads: int
    good: int
    shown: int
    unread: int
    auc: float
    brier: float
    groups: tuple[Group, ...]
    weights: tuple[Weight, ...]
    choice: Choice
    held_from: str


@dataclass(frozen=True, slots=True)
class _Lead:
    came: Came
    values: tuple[object, ...]


def train(store: SqliteStore, plan: Plan, wanted: Wanted) -> Report:
    """A model of a flow's leads. Raises ``TooFew`` where there are too few of them, ``NoLibrary`` without
    scikit-learn, ``StoreError`` for a target that nobody has told of."""
    until = wanted.now - (datetime.timedelta() if wanted.target == SOLD else wanted.ripe)
    came = store.ask(
        lambda journal: came_of(journal, plan.flow.name, wanted.target, iso(wanted.since), iso(until))
    )
    _known_target(store, plan, wanted.target, came)
    _enough_of_each(came, wanted.target)
    choice = choose(plan.flow, wanted.without)
    leads = list(_read(store, choice, came))
    _enough_of_each([lead.came for lead in leads], wanted.target, " that can be read")
    cut = len(leads) - int(len(leads) * HELD_OUT)
    shown, held = leads[:cut], leads[cut:]
    features = features_of(choice.candidates, [lead.values for lead in shown])
    _enough_for(features, shown)
    _enough_held(held, wanted.target)
    rows = [_numbers(features, choice, lead) for lead in shown]
    table = [[float(number) for number in row] for row in rows]
    fitted = fit(wanted.kind, features, table, [lead.came.good for lead in shown])
    model = versioned(fitted.model, wanted.target, wanted.now.date().isoformat())
    return _report(model, wanted, plan, choice, came, leads, (shown, held))


def _known_target(store: SqliteStore, plan: Plan, target: str, came: Sequence[Came]) -> None:
    if target in (SOLD, RETURNED) or any(each.good for each in came):
        return
    known = store.ask(lambda journal: events(journal, plan.flow.name))
    told = ", ".join(f"{event} ({leads})" for event, leads in known.items())
    told = told or "none: `leadflow feedback` brings what buyers tell"
    raise StoreError(
        f"nobody has told `{target}` of a sold lead of {plan.flow.name} in that time; events are {told}"
    )


def _enough_of_each(came: Sequence[Came], target: str, said: str = "") -> None:
    good = sum(each.good for each in came)
    if min(good, len(came) - good) < LEAST_OF_EACH:
        raise TooFew(
            f"too few leads{said} to train on: {good} {target} and {len(came) - good} not, where {LEAST_OF_EACH} "
            "of each are needed; wait for more, or say an earlier --since"
        )


def _enough_for(features: Sequence[Feature], shown: Sequence[_Lead]) -> None:
    good = sum(lead.came.good for lead in shown)
    rarer = min(good, len(shown) - good)
    if not features:
        raise TooFew("no field differs from lead to lead: there is nothing to learn from")
    if rarer < PER_FEATURE * len(features):
        raise TooFew(
            f"too few leads for {len(features)} features: {rarer} of the rarer outcome, where {PER_FEATURE} "
            f"for each feature are needed, {PER_FEATURE * len(features)} in all; leave fields out with --without, "
            "or wait for more leads"
        )


def _enough_held(held: Sequence[_Lead], target: str) -> None:
    good = sum(lead.came.good for lead in held)
    if min(good, len(held) - good) < LEAST_HELD_OUT:
        raise TooFew(
            f"of the last {len(held)} leads, on which the model would be tried, {good} are {target}: "
            f"{LEAST_HELD_OUT} of each outcome are needed there; say an earlier --since, or a longer --ripe"
        )


def _read(store: SqliteStore, choice: Choice, came: Sequence[Came]) -> Iterator[_Lead]:
    """The leads as their Runs read them; one whose payload is gone, or that another version ran, is left out."""
    plans = Plans(store)
    for each in came:
        facts = store.facts(each.lead)
        if not facts or facts[0].content is None:
            continue
        lead = last_scope(plans.of(each.lead, facts), each.lead, facts)
        if lead is not None:
            yield _Lead(each, tuple(value_of(lead, one.read) for one in choice.candidates))


def _numbers(features: Sequence[Feature], choice: Choice, lead: _Lead) -> list[Decimal]:
    values = {
        (one.read.kind, one.read.name, one.read.part): value
        for one, value in zip(choice.candidates, lead.values, strict=True)
    }
    return [number_of(each, values[each.read.kind, each.read.name, each.read.part]) for each in features]


# ------------------------------------------------------------------ how good it is


def _report(
    model: Trained,
    wanted: Wanted,
    plan: Plan,
    choice: Choice,
    came: Sequence[Came],
    leads: Sequence[_Lead],
    parts: tuple[Sequence[_Lead], Sequence[_Lead]],
) -> Report:
    shown, held = parts
    found = [evaluated(model, _numbers(model.features, choice, lead)) for lead in held]
    scores, good = [each.score for each in found], [lead.came.good for lead in held]
    sizes = [[part.amount for part in each.parts] for each in found]
    measured = auc(scores, good) or 0.5
    groups = tenths(scores, good)
    facts = _facts(wanted, plan, leads, shown, measured, brier(scores, good), groups)
    return Report(
        model,
        written_model(model, facts),
        len(leads),
        sum(lead.came.good for lead in leads),
        len(shown),
        len(came) - len(leads),
        measured,
        brier(scores, good),
        groups,
        tuple(sorted(_weights(model, sizes), key=lambda weight: -weight.size)),
        choice,
        held[0].came.at,
    )


def _weights(model: Trained, sizes: Sequence[Sequence[Decimal]]) -> Iterator[Weight]:
    for place, feature in enumerate(model.features):
        size = float(sum(abs(row[place]) for row in sizes)) / max(1, len(sizes))
        ways = "" if model.kind == "trees" else "+" if model.weights[place] > 0 else "-"
        yield Weight(feature.name, size, ways)


def _facts(
    wanted: Wanted,
    plan: Plan,
    leads: Sequence[_Lead],
    shown: Sequence[_Lead],
    measured: float,
    error: float,
    groups: Sequence[Group],
) -> Mapping[str, Any]:
    return {
        "at": iso(wanted.now),
        "flow": plan.flow.name,
        "plan": plan.short,
        "target": wanted.target,
        "leads": len(leads),
        "came_true": sum(lead.came.good for lead in leads),
        "from": leads[0].came.at,
        "until": leads[-1].came.at,
        "held_out": {
            "leads": len(leads) - len(shown),
            "auc": round(measured, 4),
            "brier": round(error, 4),
            "tenths": [
                {"leads": g.leads, "expected": round(g.expected, 4), "came_true": round(g.came_true, 4)}
                for g in groups
            ],
        },
    }
