"""A made-up lead that the door takes: chosen by the flow's own conditions, and read by the engine's own reader.

An example in a document that the intake would refuse is worse than none. So a sample starts from each type's example
and each field's limits; where a condition fails, the values that it names are tried until more of them hold.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice, product
from typing import Any, Final, TypeAlias

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.evaluation.evaluate import holds
from leadflow_engine.instructions.candidates import Variable, candidates
from leadflow_engine.instructions.patterns import matching
from leadflow_engine.instructions.payload import NoPlace, paths_of, place
from leadflow_engine.instructions.types_in_words import NAMED_EXAMPLES, example_of
from leadflow_engine.intake import door
from leadflow_engine.intake.strict_json import read_json
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.lead import Lead
from leadflow_engine.plan import Plan
from leadflow_engine.texts.json_text import dumps
from leadflow_engine.values import Value, parse

Json: TypeAlias = Any
Values: TypeAlias = Mapping[Variable, Json]

ROUNDS: Final = 12
MOST_TRIALS: Final = 400
"""Leads that are tried for one condition that fails."""
OWN: Final = ""
"""The source that sends every field under its own name: what a buyer's sample arrives by."""
LEAD: Final = "01J0000000000000000000TEST"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A condition of a sample: it must hold (or must not), where ``when`` holds."""

    term: t.Term
    holds: bool = True
    when: t.Term | None = None

    def met(self, lead: Lead) -> bool:
        """Whether this lead meets it; what only a look-up could tell does."""
        if self.when is not None and holds(self.when, lead) is not True:
            return True
        truth = holds(self.term, lead)
        return isinstance(truth, Open) or (truth is True) is self.holds


@dataclass(frozen=True, slots=True)
class Sample:
    """A lead and how it was sent. ``values`` are the fields as JSON; ``problem`` says why it would be refused, ""
    where it is taken."""

    lead: Lead
    payload: Mapping[str, Json]
    values: Mapping[str, Json]
    problem: str = ""


@dataclass(frozen=True)
class Sampler:
    """Finds samples for one source, or for none (``OWN``). ``moment`` is when the lead comes."""

    plan: Plan
    source: m.Source
    moment: datetime.datetime
    names: tuple[str, ...]
    criteria: tuple[Criterion, ...] = ()
    results: bool = False
    _placed: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self) -> Sample:
        """The best sample that was found."""
        values = self._improved(self._start())
        lead, payload = self.build(values)
        given = {v.name: raw for v, raw in values.items() if v.kind == "field" and raw is not None}
        return Sample(lead, payload, given, self._problem(lead))

    # -------------------------------------------------------------- choosing

    def _start(self) -> dict[Variable, Json]:
        chosen: dict[Variable, Json] = {}
        for name in self.names:
            chosen[Variable("field", name)] = self.first_good(self.plan.fields[name])
        if self.results:
            chosen |= self._results()
        return chosen

    def _results(self) -> dict[Variable, Json]:
        country = self.plan.flow.country
        found = {
            Variable("result", step.name, said.name): example_of(said.type, country)
            for step in self.plan.lookups.values()
            for said in step.leg.response.sets
        }
        scores = (step.name for step in self.plan.flow.steps if isinstance(step, m.Score))
        return {**found, **{Variable("score", name): Decimal(80) for name in scores}}

    def first_good(self, declared: m.Field) -> Json:
        """A value that the reader takes for a field within its limits; None where none was found."""
        flow = self.plan.flow
        for raw in limited_examples(declared, flow.country):
            lead, _ = self.build({Variable("field", declared.name): raw})
            value = lead.value(declared.name)
            if isinstance(value, Value) and value.valid and not value.blank:
                return raw
        return None

    def _improved(self, values: dict[Variable, Json]) -> dict[Variable, Json]:
        best = self._met(values)
        for _ in range(ROUNDS):
            lead, _payload = self.build(values)
            failing = next((each for each in self.criteria if not each.met(lead)), None)
            if failing is None:
                return values
            better = self._better(values, failing, best)
            if better is None:
                return values
            values, best = better, self._met(better)
        return values

    def _better(
        self, values: dict[Variable, Json], failing: Criterion, best: int
    ) -> dict[Variable, Json] | None:
        options = candidates(failing.term, self.plan, self.moment)
        if failing.when is not None:
            options |= {
                variable: [*options.get(variable, []), *more]
                for variable, more in candidates(failing.when, self.plan, self.moment).items()
            }
        choices = [[values.get(variable), *more] for variable, more in options.items()]
        for combination in islice(product(*choices), MOST_TRIALS):
            trial = {**values, **dict(zip(options, combination, strict=True))}
            if self._met(trial) > best:
                return trial
        return None

    def _met(self, values: Values) -> int:
        lead, _ = self.build(values)
        bad = len(list(door.problems(self.plan, lead)))
        wrong = sum(not one.blank and not one.valid for one in lead.given.values())
        return sum(each.met(lead) for each in self.criteria) - 2 * bad - wrong

    def _problem(self, lead: Lead) -> str:
        found = "; ".join(door.problems(self.plan, lead)) or door.refusal(self.plan, lead)
        unmet = any(not each.met(lead) for each in self.criteria)
        return found or ("no values were found that meet every condition" if unmet else "")

    # -------------------------------------------------------------- building

    def build(self, values: Values) -> tuple[Lead, Mapping[str, Json]]:
        """The lead that these values make, and the payload that brings it."""
        payload = read_json(dumps(self._payload(values)))
        arrival = Arrival(LEAD, "example", self.source.name, payload)
        lead = door.read_lead(self.plan, arrival, self.moment, self.moment)
        for variable, raw in values.items():
            _SET.get(variable.kind, _nothing)(lead, variable, raw)
        return lead, payload

    def _payload(self, values: Values) -> Json:
        payload: Json = {}
        for name in self.names:
            raw = values.get(Variable("field", name))
            if raw is not None:
                payload = self._put(payload, name, raw)
        return payload

    def _put(self, payload: Json, name: str, raw: Json) -> Json:
        for path in self._paths(name):
            try:
                payload = place(payload, path, raw)
            except NoPlace:
                continue
        return payload

    def _paths(self, name: str) -> tuple[str, ...]:
        """Where a field's value is put, as JMESPath; its own name in quotes where nothing maps it."""
        if name not in self._placed:
            mapped = dict(self.source.map).get(name)
            self._placed[name] = (f'"{name}"',) if mapped is None else tuple(paths_of(mapped))
        return self._placed[name]


def _result(lead: Lead, variable: Variable, raw: Json) -> None:
    flow, step = lead.plan.flow, lead.plan.lookups[variable.name]
    type_ = next((said.type for said in step.leg.response.sets if said.name == variable.part), None)
    if type_ is not None:
        value = parse(type_, raw, flow.country, flow.timezone, now=lead.received_at)
        lead.results.setdefault(variable.name, {})[variable.part] = value
    lead.asked.add(variable.name)
    lead.steps[variable.name] = ("success", "")


def _score(lead: Lead, variable: Variable, raw: Json) -> None:
    lead.scores[variable.name] = raw if isinstance(raw, Decimal) else None


def _nothing(lead: Lead, variable: Variable, raw: Json) -> None:
    """A field: it came with the payload."""


_SET: Final = {"result": _result, "score": _score}


def limited_examples(declared: m.Field, country: str) -> Iterable[Json]:
    """Values worth trying for a field: by its pattern, within its limits, its type's own, its default."""
    if isinstance(declared.pattern, t.Pattern):
        yield from matching(declared.pattern.source)
    low, high = (getattr(limit, "value", None) for limit in (declared.low, declared.high))
    usual = example_of(declared.type, country)
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        if isinstance(usual, int) and low <= usual <= high:
            yield usual
        yield from _between(low, high)
    elif low is not None:
        yield low.isoformat() if hasattr(low, "isoformat") else low
    if declared.name in NAMED_EXAMPLES and country == "US":
        yield NAMED_EXAMPLES[declared.name]
    yield usual
    if isinstance(declared.default, t.Const):
        yield declared.default.value


def _between(low: Decimal, high: Decimal) -> Iterable[Decimal]:
    """The middle of two numbers as roundly as they allow, then the lower one."""
    middle = (low + high) / 2
    for step in (100, 10, 1):
        rounded = (middle / step).to_integral_value() * step
        if low <= rounded <= high:
            yield rounded.quantize(Decimal(1))
            break
    yield low


# ------------------------------------------------------------------ the two that are asked for


def of_the_lead(term: t.Term) -> bool:
    """Whether a condition asks of the lead alone: a figure over other leads is nothing that an example can choose."""
    figure = isinstance(term, t.Call) and term.name.startswith("stats.")
    return not figure and all(of_the_lead(child) for child in t.children(term))


def without_figures(plan: Plan) -> Plan:
    """The plan, its sources judging by the lead alone."""
    judging = {
        name: replace(source, criteria=tuple(c for c in source.criteria if of_the_lead(c.condition)))
        for name, source in plan.sources.items()
    }
    return replace(plan, sources=judging)


def source_sample(plan: Plan, source: m.Source, moment: datetime.datetime, names: tuple[str, ...]) -> Sample:
    """A lead as this source sends it, which its criteria and the flow's filters take."""
    own = [Criterion(each.condition, each.kind == "accept") for each in source.criteria]
    return Sampler(plan, source, moment, names, (*own, *_filters(plan))).find()


def buyer_sample(
    plan: Plan,
    buyer: m.Buyer,
    moment: datetime.datetime,
    names: tuple[str, ...],
    more: tuple[Criterion, ...] = (),
) -> Sample:
    """A lead that this buyer's criteria take, with made-up results of the look-ups."""
    any_source = replace(plan, sources={**plan.sources, OWN: m.Source(OWN)})
    own = [Criterion(c.condition, c.kind == "accept") for c in buyer.criteria if of_the_lead(c.condition)]
    return Sampler(any_source, m.Source(OWN), moment, names, (*own, *more), results=True).find()


def example_for(plan: Plan, declared: m.Field, moment: datetime.datetime) -> Json:
    """A value that the reader takes for a field, as JSON; None where none was found."""
    any_source = replace(plan, sources={**plan.sources, OWN: m.Source(OWN)})
    return Sampler(any_source, m.Source(OWN), moment, (declared.name,)).first_good(declared)


_BEYOND: Final = frozenset({"result", "score", "step", "buyer"})


def _filters(plan: Plan) -> list[Criterion]:
    """What the flow's filters ask of the lead alone."""
    return [
        Criterion(each.condition, each.kind == "accept", step.when)
        for step in plan.flow.steps
        if isinstance(step, m.Filter)
        for each in step.criteria
        if all(of_the_lead(term) for term in (each.condition, step.when) if term)
        and not any(
            read.kind in _BEYOND for term in (each.condition, step.when) if term for read in t.reads(term)
        )
    ]
