"""When a source's lead is refused, in words, with the reasons that it hears."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from leadflow_dsl import model as m
from leadflow_engine.instructions.phrases import Phrase, joined, lasting, period, say
from leadflow_engine.instructions.records import FieldNote, Refusal
from leadflow_engine.instructions.wording import Wording
from leadflow_engine.intake.door import not_valid
from leadflow_engine.plan import Plan
from leadflow_engine.texts.counted import counted

MADE: Final = ("requires ", "refused where ")
"""How a reason begins that was made from its condition's text."""


def source_refusals(plan: Plan, source: m.Source, wording: Wording) -> Iterator[Refusal]:
    """Everything that refuses a lead of this source, in the order in which it is looked for."""
    yield from (criterion_refusal("criterion", each, wording) for each in source.criteria)
    yield from (_duplicate(each, wording) for each in source.dedupes)
    for cap, planned in zip(source.caps, plan.source_caps[source.name], strict=True):
        what = "sold lead" if planned.once else "lead"
        words = cap_in_words(cap, wording, plan.flow.timezone, what)
        yield Refusal("cap", words, planned.reason, cap.maximum)
    if source.throttle is not None:
        text = f"above {counted(source.throttle.maximum, 'call')} {period(source.throttle.period)}"
        yield Refusal("throttle", (text,), "too many calls", source.throttle.maximum)
    for step in plan.flow.steps:
        if isinstance(step, m.Filter):
            yield from _filtered(step, wording)


def _filtered(step: m.Filter, wording: Wording) -> Iterator[Refusal]:
    for each in step.criteria:
        found = criterion_refusal("filter", each, wording)
        if step.when is None:
            yield found
        else:
            yield Refusal(
                "filter", say("where ", wording.condition(step.when), ": ", found.when), found.reason
            )


def criterion_refusal(kind: str, criterion: m.Criterion, wording: Wording) -> Refusal:
    """When a criterion refuses, in words. A reason made from a condition that is not told is not told either."""
    word = "unless " if criterion.kind == "accept" else "if "
    secret = not wording.may_tell(criterion.condition) and criterion.reason.startswith(MADE)
    reason = "" if secret else criterion.reason
    return Refusal(kind, say(word, wording.condition(criterion.condition)), reason)


def _duplicate(dedupe: m.Dedupe, wording: Wording) -> Refusal:
    whom = {"flow": "was taken from anybody", "all": "was taken from anybody, in whatever flow"}.get(
        dedupe.across, "was taken from you"
    )
    if dedupe.counting == "sold":
        whom = whom.replace("taken", "taken and sold")
    named = joined([wording.read(read) for read in dedupe.fields], ", ", " and ")
    return Refusal(
        "duplicate",
        say("if a lead with the same ", named, f" {whom} within {lasting(dedupe.within)}"),
        dedupe.reason,
    )


def cap_in_words(cap: m.Cap, wording: Wording, zone: str, what: str = "lead") -> Phrase:
    """``after 500 leads per day``, with whatever else the cap says."""
    each = say(" for each ", wording.read(cap.by)) if cap.by else ()
    only = say(", of those where ", wording.condition(cap.when)) if cap.when else ()
    calendar = cap.period in {"day", "week", "month"} and not cap.rolling
    how = (
        ", counted over the time just gone by"
        if cap.rolling
        else f" (by the calendar of {zone})"
        if calendar
        else ""
    )
    paced = ", spread evenly" if cap.paced else ""
    return say(f"after {counted(cap.maximum, what)} {period(cap.period)}", each, only, how + paced)


def reasons(flow: m.Flow, refusals: tuple[Refusal, ...], fields: tuple[FieldNote, ...]) -> Iterator[str]:
    """Every reason that an answer may give, each once, in the order in which they are looked for."""
    seen: dict[str, None] = {}
    for note in fields:
        if note.required in {"always", "post"}:
            seen[f"{note.name} is missing"] = None
            seen[not_valid(note.name, note.type)] = None
    seen.update(dict.fromkeys(each.reason for each in flow.require_any))
    seen.update(dict.fromkeys(each.reason for each in refusals if each.reason and each.kind != "throttle"))
    yield from seen


def example_refusal(refusals: tuple[Refusal, ...], fields: tuple[FieldNote, ...]) -> str:
    """A reason for the example of a refusal."""
    own = next((each.reason for each in refusals if each.kind == "criterion" and each.reason), "")
    needed = next((note.name for note in fields if note.required), "")
    return own or (f"{needed} is missing" if needed else "refused")
