"""The flow's steps, each a generator: look-ups, filters, scores, routes, copies. A new kind is a row in ``STEPS``."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from leadflow_dsl import model as m
from leadflow_dsl.terms import Const, Term, reads
from leadflow_dsl.unguarded import dataclass
from leadflow_engine.effects import CallOut
from leadflow_engine.evaluation.closures import Condition
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.evaluation.evaluate import condition_of, evaluate
from leadflow_engine.evaluation.kept import Kept
from leadflow_engine.evaluation.sentences import sentence
from leadflow_engine.interpreter import exchange as x
from leadflow_engine.interpreter.asking import REPEATABLE, ask_together, build, truth, value
from leadflow_engine.interpreter.holding import nobody_waited
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.interpreter.routing import Paused, route, take_in
from leadflow_engine.interpreter.scoring import score_of
from leadflow_engine.interpreter.stages.results import Sold, held
from leadflow_engine.interpreter.waiting import Unanswered, Unwanted, try_again
from leadflow_engine.mapping import RequestProblem
from leadflow_engine.masking import Reads, reads_in, shown_in, shown_reads


@dataclass(frozen=True, slots=True)
class Stop:
    """A step that ends the flow: the lead's outcome and its reason."""

    outcome: str
    reason: str


Ending = Stop | Paused | None


def run_enhance(journey: Journey, index: int, step: m.Enhance) -> Generator[Any, Any, Ending]:
    """A look-up for every lead; one on demand waits until somebody needs it."""
    if step.on_demand:
        return None
    yield from ask_together(journey, _neighbours(journey, index), "every lead")
    return _on_error(journey, step)


def _on_error(journey: Journey, step: m.Enhance | m.Deliver) -> Ending:
    """What a step that ended in error means for the lead, as it says."""
    outcome, reason = journey.lead.steps[step.name]
    if outcome != "error" or step.on_error == "continue":
        return None
    if step.on_error == "reject":
        return Stop("refused", f"{step.name}: {reason}")
    again = try_again(journey, step.name, reason)
    return Paused(held(again), "", ()) if again is not None else Stop("error", f"{step.name}: {reason}")


def _neighbours(journey: Journey, index: int) -> list[str]:
    """This look-up and those right behind it that need none of the others: they are asked at once."""
    names: list[str] = []
    for step in journey.plan.flow.steps[index:]:
        if not isinstance(step, m.Enhance) or step.on_demand:
            break
        if names and (_is_template(step) or _needs(step).intersection(names)):
            break
        names.append(step.name)
    return names


def _is_template(step: m.Enhance) -> bool:
    """A template may read anything, so it waits for whoever comes before it."""
    body = step.leg.request.body
    return body is not None and bool(body.template or body.inline)


def _needs(step: m.Enhance) -> set[str]:
    """The names that a look-up reads, those of other look-ups among them."""
    body = step.leg.request.body
    pairs = (*step.leg.request.query, *(body.pairs if body else ()))
    terms = [
        step.leg.request.url,
        *(pair.right for pair in pairs),
        *(term for _, term in step.leg.request.headers),
    ]
    terms += [step.when] if step.when is not None else []
    return {read.name for term in terms for read in reads(term)} | {read.name for read in step.cache_by}


def run_filter(journey: Journey, index: int, step: m.Filter) -> Generator[Any, Any, Ending]:
    """The first criterion that refuses the lead ends the flow, once the copies that tell of it are made."""
    if _is_at_copies(journey, index):
        return (
            yield from _refuse(journey, index, journey.cursor.remaining, journey.lead.steps[step.name][1])
        )
    rules, reads = _FILTERS.of(step)
    lead = journey.lead
    for holds_in, rejects, criterion in rules:
        held = holds_in(lead)
        if type(held) is Open:
            held = yield from truth(journey, criterion.condition, step.name)
        if (held is True) is rejects:
            read = shown_reads(criterion.condition, lead)
            note = sentence(criterion.condition, lead)
            journey.ended("filter", step.name, "failure", criterion.reason, read=read, note=note)
            return (yield from _refuse(journey, index, step.on_reject, criterion.reason))
    journey.ended("filter", step.name, "success", read=shown_in(reads, lead))
    return None


def _planned_filter(step: m.Filter) -> tuple[tuple[tuple[Condition, bool, m.Criterion], ...], Reads]:
    """Of each criterion its condition, whether that rejects, and itself; and what all of them read."""
    rules = tuple((condition_of(each.condition), each.kind == "reject", each) for each in step.criteria)
    return rules, reads_in(each.condition for each in step.criteria)


_FILTERS: Final = Kept(_planned_filter)


def _refuse(
    journey: Journey, index: int, copies: tuple[str, ...], reason: str
) -> Generator[Any, Any, Ending]:
    waits = yield from _copies(journey, index, copies)
    return waits or Stop("refused", reason)


def run_score(journey: Journey, index: int, step: m.Score) -> Generator[Any, Any, Ending]:
    """Points or a model, within the limits; the sum is told with its parts. A shadow's is kept from everybody."""
    if step.trained is not None:
        total, note = yield from score_of(journey, step, step.trained)
    else:
        total, parts = yield from _points(journey, step)
        note = " ".join(parts)
    limited = _within_limits(step, total)
    if step.trained is None:
        note = f"{limited} = {note}"
    elif limited != total:
        note = f"{limited}, kept within its limits; {note}"
    if not step.shadow:
        journey.lead.scores[step.name] = limited
    read = shown_in(_SCORES.of(step).reads, journey.lead)
    told = f"shadow: {note}" if step.shadow else note
    journey.ended("score", step.name, "success", note=told, read=read, set={step.name: str(limited)})
    return None


@dataclass(frozen=True, slots=True)
class _PlannedScore:
    """What a score reads; its start, where that is the same for all; of each of its points the condition, and the
    amount where that is."""

    reads: Reads
    start: Decimal | None
    points: tuple[tuple[Condition, Decimal | None, m.Points], ...]


def _planned_score(step: m.Score) -> _PlannedScore:
    if step.trained is not None:
        return _PlannedScore(reads_in(feature.read for feature in step.trained.features), None, ())
    points = tuple((condition_of(each.when), _fixed(each.amount), each) for each in step.points)
    return _PlannedScore(reads_in(each.when for each in step.points), _fixed(step.start), points)


def _fixed(amount: Term | None) -> Decimal | None:
    return amount.value if isinstance(amount, Const) and isinstance(amount.value, Decimal) else None


_SCORES: Final = Kept(_planned_score)


def _within_limits(step: m.Score, total: Decimal) -> Decimal:
    raised = total if step.low is None else max(total, step.low)
    return raised if step.high is None else min(raised, step.high)


def _points(journey: Journey, step: m.Score) -> Generator[Any, Any, tuple[Decimal, list[str]]]:
    """Start, plus what holds, with its parts in words."""
    planned, lead = _SCORES.of(step), journey.lead
    start: object = planned.start
    if start is None and step.start is not None:
        start = yield from value(journey, step.start, step.name)
    total = start if isinstance(start, Decimal) else Decimal(0)
    parts = [str(total)]
    for holds_in, fixed, points in planned.points:
        held = holds_in(lead)
        if type(held) is Open and not step.shadow:  # that costs nothing: what was not asked is not known
            held = yield from truth(journey, points.when, step.name)
        if held is not True:
            continue
        amount: object = fixed
        if fixed is None and step.shadow:
            amount = evaluate(points.amount, lead)
        elif fixed is None:
            amount = yield from value(journey, points.amount, step.name)
        if isinstance(amount, Decimal):
            total += points.sign * amount
            parts.append(f"{'+' if points.sign > 0 else '-'} {amount} ({sentence(points.when, lead)})")
    return total, parts


def run_deliver(journey: Journey, index: int, step: m.Deliver) -> Generator[Any, Any, Ending]:
    """A copy to a CRM or a webhook: no sale, so a failure only ends the flow where it says so."""
    if journey.arrival.pinging:
        journey.ended("deliver", step.name, "skipped", "its seller only asks")
        return None
    request = yield from build(journey, step.leg, step.name)
    if isinstance(request, RequestProblem):
        journey.ended("deliver", step.name, "error", request.reason)
    else:
        yield from _copy(
            journey, step, CallOut("deliver", step.name, journey.number(f"deliver/{step.name}"), request)
        )
    return _on_error(journey, step)


def _copy(journey: Journey, step: m.Deliver, data: CallOut) -> Generator[Any, Any, None]:
    key = f"deliver/{step.name}/{data.number}"
    done = yield from x.repeated(journey, key, data, step.leg, REPEATABLE)
    answered = done.answered and 200 <= int(done.result.get("status") or 0) < 300
    plain = not step.leg.response.verdicts and not step.leg.response.otherwise
    good = answered if plain else done.reading.verdict == "accepted"
    refused = done.reading.verdict in {"rejected", "duplicate"}
    outcome = "success" if good else "failure" if refused else "error"
    reason = "" if good else done.failure or done.reading.reason or "not accepted"
    journey.ended("deliver", step.name, outcome, reason, ms=done.ms)


# ------------------------------------------------------------------ copies that run where they are named


COPIES = "copies"
"""The cursor's stage of a lead that waits for such a copy: all else of its step is done."""


def _copies(journey: Journey, index: int, names: tuple[str, ...]) -> Generator[Any, Any, Paused | None]:
    """Make these copies; that the lead waits, where one of them is to be tried again before the lead goes on."""
    for place, name in enumerate(names):
        waits = yield from _named_copy(journey, index, name)
        if waits is not None:
            rest = replace(waits.waiting, remaining=names[place:])
            return Paused(rest, COPIES, ())
    return None


def _named_copy(journey: Journey, index: int, name: str) -> Generator[Any, Any, Paused | None]:
    copy = next(each for each in journey.plan.flow.named_delivers if each.name == name)
    try:
        ending = yield from run_deliver(journey, index, copy)
    except Unanswered as unanswered:
        return Paused(held(unanswered), "", ())
    return ending if isinstance(ending, Paused) else None


def _is_at_copies(journey: Journey, index: int) -> bool:
    return journey.cursor.stage == COPIES and journey.cursor.step == index


# ------------------------------------------------------------------ routes


def run_route(journey: Journey, index: int, step: m.Route) -> Generator[Any, Any, Ending]:
    """Sell the lead; or go on unsold to the next step, once the copies that tell of it are made."""
    if _is_at_copies(journey, index):
        take_in(journey)
        return None if journey.confirmed() else (yield from _copies(journey, index, journey.cursor.remaining))
    result = yield from route(journey, index, step)
    if isinstance(result, Paused):
        journey.ended("route", step.name, "skipped", result.waiting.reason, note=result.waiting.why)
        return result
    if isinstance(result, Sold):
        nobody_waited(journey)
        journey.ended("route", step.name, "success", note=f"sold to {result.buyer}")
        return None
    journey.ended("route", step.name, "failure", why_unsold(journey))
    return (yield from _copies(journey, index, step.on_unsold))


WHY = {
    "filtered": "no buyer's criteria fit",
    "capped": "caps full",
    "closed": "all closed",
    "balance": "no balance",
    "duplicate": "bought before",
    "paused": "all paused",
    "down": "all down after failures",
    "price": "no price high enough",
}
"""Why nobody was asked, by the commonest reason for which buyers were out."""


def why_unsold(journey: Journey) -> str:
    """One short reason, the same for all leads that met the same end, so that it can be counted."""
    contacted = [word for name, word in journey.tried.items() if word not in WHY or _answered(journey, name)]
    if any(word in {"rejected", "duplicate"} for word in contacted):
        return "declined by all who were asked"
    if any(word in {"error", "timeout"} for word in contacted):
        return "nobody gave a usable answer"
    if contacted:
        return "no bid was taken"
    codes = ["down" if reason.startswith("down") else code for code, reason in journey.outs]
    codes = [code for code in codes if code != "filtered"] or codes  # who would have wanted it tells more
    if not codes:
        return "nobody left to ask"
    return WHY.get(max(dict.fromkeys(codes), key=codes.count), "nobody could be asked")


def _answered(journey: Journey, name: str) -> bool:
    """Did a buyer itself say what became of it, and not the intent?"""
    return any(delivery.buyer == name for delivery in journey.deliveries.values())


STEPS: Mapping[type, Callable[..., Generator[Any, Any, Ending]]] = {
    m.Enhance: run_enhance,
    m.Filter: run_filter,
    m.Score: run_score,
    m.Deliver: run_deliver,
    m.Route: run_route,
}

KIND: Mapping[type, str] = {
    m.Enhance: "enhance",
    m.Filter: "filter",
    m.Score: "score",
    m.Deliver: "deliver",
    m.Route: "route",
}


def run_step(journey: Journey, index: int, step: m.Step) -> Generator[Any, Any, Ending]:
    """One step, unless its ``when`` does not hold. One that needs a look-up which is tried again begins anew then.

    Raises ``Unanswered`` and ``Unwanted``, which ``ending_of`` makes endings of: a generator around each step that did
    so was 5 us of a lead's 450."""
    kind = type(step)
    fresh = not (journey.cursor.stage and journey.cursor.step == index)
    own = fresh and kind is not m.Enhance  # a look-up judges its own `when`, whoever asks it
    if own and step.when is not None:
        return _where_it_holds(journey, index, step, step.when)
    return STEPS[kind](journey, index, step)


def _where_it_holds(journey: Journey, index: int, step: m.Step, when: Term) -> Generator[Any, Any, Ending]:
    kind = type(step)
    if not (yield from truth(journey, when, step.name)):
        read = shown_reads(when, journey.lead)
        journey.ended(KIND[kind], step.name, "skipped", "its `when` does not hold", read=read)
        return None
    return (yield from STEPS[kind](journey, index, step))


def ending_of(why: Unanswered | Unwanted) -> Ending:
    """What it means for the lead that a step ended so."""
    return Paused(held(why), "", ()) if isinstance(why, Unanswered) else Stop("refused", str(why))
