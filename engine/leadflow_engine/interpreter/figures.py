"""The figures that a flow reads, asked once a segment: of whom each is, and which caps ``cap_used`` looks at."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.effects import AskedFigure, Effect, LimitClaim, ReadFigures
from leadflow_engine.figures import Figure, words
from leadflow_engine.intake.door import most
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.masking import shown_values
from leadflow_engine.plan import Plan


def learn_figures(journey: Journey) -> Generator[Any, Any, None]:
    """What the flow reads of its figures; nothing is asked where it reads none."""
    plan = journey.plan
    if plan.figures:
        values = shown_values(journey.lead) if plan.flow.dimensions else {}
        reply = yield Effect(f"figures/{journey.segment}", question(plan, plan.figures, values))
        journey.lead.figures = numbers(reply["figures"])


def days_to_pay(
    journey: Journey, stage: m.Stage, names: list[str], seconds: float
) -> Generator[Any, Any, dict[tuple[str, float], Decimal | None]]:
    """How many days each of a stage's buyers took to pay over the last so many seconds, asked once a segment."""
    key = f"days_to_pay/{words(seconds)}/{stage.id}/{journey.segment}"
    figures = {name: Figure("days_to_pay", "buyer", name, seconds) for name in names}
    if key not in journey.turns:
        journey.turns[key] = yield Effect(key, question(journey.plan, tuple(figures.values()), {}))
    told = numbers(journey.turns[key]["figures"])
    return {(name, seconds): told.get(figure.key) for name, figure in figures.items()}


def question(plan: Plan, figures: tuple[Figure, ...], values: Mapping[str, Any]) -> ReadFigures:
    """What asks for these figures. ``values`` are those of the lead as they may be shown: a dimension is counted by
    them."""
    asked = tuple(AskedFigure(figure, _party(figure, values), caps_of(plan, figure)) for figure in figures)
    return ReadFigures(plan.flow.name, plan.flow.timezone, asked)


def numbers(told: Mapping[str, str | None]) -> dict[str, Decimal | None]:
    """Figures as their fact keeps them, as numbers."""
    return {key: Decimal(text) if text is not None else None for key, text in told.items()}


def _party(figure: Figure, values: Mapping[str, Any]) -> str:
    if figure.kind != "dimension":
        return figure.party
    return f"{figure.party}={values[figure.party]}" if figure.party in values else ""


def caps_of(plan: Plan, figure: Figure) -> tuple[LimitClaim, ...]:
    """The caps of which ``cap_used`` tells how full they are: those of its period."""
    if figure.name != "cap_used":
        return ()
    caps = plan.source_caps[figure.party] if figure.kind == "source" else plan.buyers[figure.party].caps
    return tuple(
        LimitClaim(
            cap.limit, cap.period, cap.zone, 1, most(cap), "capped", cap.reason, cap.by.name if cap.by else "",
            window=cap.window, counting=cap.counting,
        )
        for cap in caps
        if cap.period == figure.period and cap.maximum is not None and not cap.money and "/throttle/" not in cap.limit
    )  # fmt: skip
