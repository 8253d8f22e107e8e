"""Suppression lists: what of the lead is on them is asked once a segment, and is a fact from then on."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, Final

from leadflow_engine.effects import Effect, ReadSuppressed, Suppressible
from leadflow_engine.evaluation.comparing import Open, folded
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.judge import Out
from leadflow_engine.lead import Lead
from leadflow_engine.values import Value, written

STOPS_SALES: Final = "do_not_sell"
"""The list that stops every sale by itself."""


def learn(journey: Journey) -> Generator[Any, Any, None]:
    """Ask which of the lead's values are on which lists; nothing where the flow has no list."""
    journey.suppressible = suppressible(journey.lead)
    if journey.suppressible is None:
        return
    said = yield Effect(f"suppressed/segment.{journey.segment}", ReadSuppressed(journey.suppressible))
    lead = journey.lead
    lead.suppressed = {
        name: frozenset(_entry(lead, field) for field in fields) for name, fields in said["lists"].items()
    }
    lead.kept_from = dict(said["buyers"])


def suppressible(lead: Lead) -> Suppressible | None:
    """The lead's values that may be on the flow's lists: every field of a list's type."""
    values = tuple(_values(lead))
    return Suppressible(lead.plan.flow.name, lead.source, values) if values else None


def _values(lead: Lead) -> Iterator[tuple[str, str, str]]:
    for one in lead.plan.flow.suppressions:
        for field in lead.plan.flow.fields:
            entry = _entry(lead, field.name) if field.type.name == one.type.name else ""
            if entry:
                yield one.name, field.name, entry


def _entry(lead: Lead, field: str) -> str:
    """A field's value as a list has it; "" where it is blank, not valid, or waits for a look-up."""
    value = lead.value(field)
    return entry_of(value) if isinstance(value, Value) and not isinstance(value, Open) else ""


def entry_of(value: Value) -> str:
    """A value as an entry of a list: its normal form as comparisons see it; "" where it has none."""
    if value.blank or not value.valid:
        return ""
    return folded(str(written(value, "text") or ""))


def kept_from(journey: Journey, buyer: str) -> Out | None:
    """Why a buyer may not be sold this lead, by a list that stops sales."""
    name = STOPS_SALES if STOPS_SALES in journey.lead.suppressed else journey.lead.kept_from.get(buyer, "")
    return Out("filtered", f"is on {name}") if name else None
