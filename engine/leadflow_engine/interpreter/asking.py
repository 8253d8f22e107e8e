"""Asking look-ups: when a flow reaches one, or when something that is really reached reads what only it can tell."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_dsl.terms import Term
from leadflow_engine.effects import CallOut, Effect, HttpRequest, ReadCache, Result
from leadflow_engine.evaluation.comparing import Open, folded, plain
from leadflow_engine.evaluation.conditions import Condition, decide
from leadflow_engine.evaluation.evaluate import evaluate, holds
from leadflow_engine.intake.door import UNIT
from leadflow_engine.interpreter import exchange as x
from leadflow_engine.interpreter.callbacks import learn_callback
from leadflow_engine.interpreter.journey import Fork, Journey, Work, store
from leadflow_engine.interpreter.waiting import Unanswered, Unwanted, forget, try_again
from leadflow_engine.mapping import Extra, RequestProblem
from leadflow_engine.masking import shown_reads
from leadflow_engine.records import Kept
from leadflow_engine.response import Reading
from leadflow_engine.values import written

OUTCOME: Mapping[str, str] = {
    "accepted": "success",
    "rejected": "failure",
    "duplicate": "failure",
    "": "error",
}
"""How a look-up's step ends, by its verdict; every other verdict is an error."""

KEPT = "kept from an earlier lead"

REPEATABLE = frozenset({"connect", "timeout", "5xx", "429", "retry"})


def truth(journey: Journey, term: Term, whom: str) -> Generator[Any, Any, bool]:
    """Does a condition hold? What only a look-up can tell is asked, as far as it alone decides."""
    while True:
        result = holds(term, journey.lead)
        if not isinstance(result, Open):
            return result is True
        yield from ask(journey, result.needs[0], whom)


def first_of(journey: Journey, conditions: Iterable[Condition], whom: str) -> Generator[Any, Any, int | None]:
    """The place of the first of these that holds, from 0; None where none does. What only a look-up can tell is asked,
    as far as the answer needs it."""
    for place, condition in enumerate(conditions):
        while isinstance(held := decide(condition, journey.lead.truth), Open):
            yield from ask(journey, held.needs[0], whom)
        if held:
            return place
    return None


def value(journey: Journey, term: Term, whom: str) -> Generator[Any, Any, object]:
    """A term's plain value; look-ups that it reads are asked."""
    while True:
        result = plain(evaluate(term, journey.lead))
        if not isinstance(result, Open):
            return result
        yield from ask(journey, result.needs[0], whom)


def build(
    journey: Journey, leg: m.Leg, whom: str, extra: Sequence[Extra] = ()
) -> Generator[Any, Any, HttpRequest | RequestProblem]:
    """A leg's request for this lead; look-ups that it reads are asked first."""
    planned = journey.plan.buyers.get(whom)
    if planned is not None and planned.buyer.callback is not None:
        problem = yield from learn_callback(journey, leg, planned.buyer)
        if problem is not None:
            return problem
    builder = journey.plan.builder(leg)
    while True:
        built = builder.build(journey.lead, extra)
        if not isinstance(built, RequestProblem) or not built.needs:
            return built
        yield from ask(journey, built.needs[0], whom)


def build_now(
    journey: Journey, leg: m.Leg, whom: str, extra: Sequence[Extra] = ()
) -> HttpRequest | RequestProblem | None:
    """A leg's request, where nothing has to be asked for it; else None, and ``build`` asks."""
    planned = journey.plan.buyers.get(whom)
    if planned is not None and planned.buyer.callback is not None:
        return None
    built = journey.plan.builder(leg).build(journey.lead, extra)
    return None if isinstance(built, RequestProblem) and built.needs else built


def ask(journey: Journey, name: str, whom: str) -> Work:
    """Ask one look-up for this lead, once. ``whom`` says who needed it, for the trace.

    Raises ``Unanswered`` or ``Unwanted`` where it fails and says that this holds or refuses the lead."""
    if name in journey.lead.asked:
        return
    yield from ask_together(journey, (name,), whom)
    _mind(journey, journey.plan.lookups[name])


def _mind(journey: Journey, lookup: m.Enhance) -> None:
    """What the failure of a look-up that was needed means for the lead: nothing, where it has not failed, where it was
    tried often enough, or where somebody has the lead that would be refused."""
    outcome, reason = journey.lead.steps[lookup.name]
    if outcome != "error":
        return
    if lookup.on_error == "reject" and not journey.taken():
        raise Unwanted(f"{lookup.name}: {reason}")
    again = try_again(journey, lookup.name, reason) if lookup.on_error == "hold" else None
    if again is not None:
        raise again


def ask_together(journey: Journey, names: Sequence[str], whom: str) -> Work:
    """Ask several look-ups that do not need each other, all at once; what they set lands in the order of the names."""
    lookups = [journey.plan.lookups[name] for name in names if name not in journey.lead.asked]
    calls: dict[str, CallOut] = {}
    for lookup in lookups:
        try:
            data = yield from _prepare(journey, lookup, whom)
        except (Unanswered, Unwanted):
            for name in (*calls, lookup.name):  # none of them has been called
                forget(journey, name)
            raise
        if data is not None:
            calls[lookup.name] = data
    done = yield from _call_all(journey, calls)
    for lookup in lookups:
        if lookup.name in done:
            _take(journey, lookup, done[lookup.name], whom)


def _prepare(journey: Journey, lookup: m.Enhance, whom: str) -> Generator[Any, Any, CallOut | None]:
    """Everything up to the call: its ``when``, a kept answer, the request. ``None`` where there is nothing to call."""
    name = lookup.name
    journey.lead.asked.add(name)  # first: a chain that comes back here finds it blank and ends
    journey.lookups[name] = ""
    if lookup.when is not None and not (yield from truth(journey, lookup.when, name)):
        read = shown_reads(lookup.when, journey.lead)
        journey.ended("enhance", name, "skipped", "its `when` does not hold", read=read)
        return None
    answer = yield from _from_cache(journey, lookup)
    if answer is not None:
        _apply(journey, lookup, answer, x.read_answer(journey, lookup.leg, answer), f"{whom}; {KEPT}")
        return None
    request = yield from build(journey, lookup.leg, name)
    if isinstance(request, RequestProblem):
        journey.ended("enhance", name, "error", request.reason, note=whom)
        return None
    return CallOut("enhance", name, journey.number(f"enhance/{name}"), request)


def _call_all(
    journey: Journey, calls: Mapping[str, CallOut]
) -> Generator[Any, Any, Mapping[str, x.Exchange]]:
    """The calls, in parallel where there are several; the journey's clock moves by the longest."""
    branches = {name: _call(journey, journey.plan.lookups[name], data) for name, data in calls.items()}
    if len(branches) < 2:
        done = {}
        for name, work in branches.items():
            done[name] = yield from work
        return done
    if journey.unstored:
        yield from store(journey)
    before = journey.elapsed
    joined = yield Fork(branches)
    journey.elapsed = before + max(exchange.ms for exchange in joined.results.values())
    return dict(joined.results)


def _call(journey: Journey, lookup: m.Enhance, data: CallOut) -> Generator[Any, Any, x.Exchange]:
    key = f"enhance/{lookup.name}/{data.number}"
    return (yield from x.repeated(journey, key, data, lookup.leg, REPEATABLE, lookup.cost))


def _take(journey: Journey, lookup: m.Enhance, done: x.Exchange, whom: str) -> None:
    """A look-up has answered, or failed: its cost, what it set, and whether the answer is worth keeping."""
    if done.answered:
        journey.lookups[lookup.name] = done.key
    if done.result["phase"] != "not_sent":
        journey.spent += lookup.cost
        journey.costs[lookup.name] = lookup.cost
    _apply(journey, lookup, done.result, done.reading, whom, done.failure, done.ms)
    key = _cache_value(journey, lookup)
    if key and lookup.cache_for and OUTCOME.get(done.reading.verdict) in {"success", "failure"}:
        journey.records.append(Kept(lookup.name, key, done.key))


def _from_cache(journey: Journey, lookup: m.Enhance) -> Generator[Any, Any, Result | None]:
    key = _cache_value(journey, lookup)
    if not key or lookup.cache_for is None:
        return None
    times = journey.number(f"cache/{lookup.name}")
    again = f"/{times}" if times > 1 else ""
    effect = Effect(
        f"cache/{lookup.name}{again}", ReadCache(lookup.name, key, lookup.cache_for.total_seconds())
    )
    found = yield effect
    if found["answer"] is not None:
        journey.lookups[lookup.name] = effect.key
    answer: Result | None = found["answer"]
    return answer


def _cache_value(journey: Journey, lookup: m.Enhance) -> str:
    """What an answer is kept under; "" where a part of it is blank: a blank is equal to nothing."""
    values = [plain(journey.lead.read(read)) for read in lookup.cache_by]
    if not values or any(v is None or isinstance(v, Open) for v in values):
        return ""
    return UNIT.join(folded(str(written(v, "text"))) for v in values)


def _apply(
    journey: Journey,
    lookup: m.Enhance,
    result: Result,
    reading: Reading,
    whom: str,
    failure: str = "",
    ms: float = 0,
) -> None:
    outcome = OUTCOME.get(reading.verdict, "error")
    if result["phase"] == "answered" and reading.readable:
        journey.lead.results[lookup.name] = dict(reading.sets)
    unread = "no rule matches this answer" if outcome == "error" else ""
    reason = failure or reading.reason or unread
    shown = {
        name: str(written(v, "text")) for name, v in reading.sets.items() if written(v, "text") is not None
    }
    kept = KEPT in whom
    cost = lookup.cost if result["phase"] != "not_sent" and not kept else Decimal(0)
    journey.ended("enhance", lookup.name, outcome, reason, note=whom, set=shown, cost=cost, ms=ms)


def restore(journey: Journey) -> None:
    """What earlier segments asked, read again from the facts that hold the answers."""
    for name, key in journey.cursor.lookups.items():
        journey.lead.asked.add(name)
        journey.lookups[name] = key
        if key:
            result = journey.past[key]
            answer = result["answer"] if key.startswith("cache/") else result
            reading = x.read_answer(journey, journey.plan.lookups[name].leg, answer)
            if reading.readable:
                journey.lead.results[name] = dict(reading.sets)
