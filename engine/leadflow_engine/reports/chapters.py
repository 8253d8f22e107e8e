"""A lead's summary, put in order for its story: segments, their steps, their stages, each buyer's turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from leadflow_engine.reports.setting import Setting

Row: TypeAlias = Mapping[str, Any]

NEVER_CONTACTED = frozenset(
    {"filtered", "capped", "closed", "balance", "paused", "duplicate", "not_asked", "held", "price"}
)
"""Outcomes of buyers that may have been out before their turn came."""


@dataclass(slots=True)
class Turn:
    """One buyer at one stage: its row of the distribution, with what was asked and sent for it."""

    row: Row
    look_ups: list[Row] = field(default_factory=list)
    postings: list[Row] = field(default_factory=list)
    offered: Decimal | None = None

    @property
    def buyer(self) -> str:
        """The buyer's name."""
        return str(self.row["buyer"])

    @property
    def contacted(self) -> bool:
        """Did its turn come? Otherwise it was out before, for one reason."""
        return bool(
            self.postings
            or self.look_ups
            or self.row["bid"] is not None
            or self.row["outcome"] not in NEVER_CONTACTED
            or (self.row["position"] is not None and self.row["outcome"] not in {"not_asked", "held"})
        )


@dataclass(slots=True)
class Stage:
    """One stage of one segment, its turns in the order in which they came."""

    id: str
    branch: str = ""
    turns: list[Turn] = field(default_factory=list)


@dataclass(slots=True)
class Chapter:
    """One step of a segment, with the stages of a route. ``step`` is None for stages whose route has not ended."""

    step: Row | None
    stages: list[Stage] = field(default_factory=list)


def chapters(summary: Mapping[str, Any], setting: Setting) -> Iterator[tuple[int, list[Chapter]]]:
    """The segments from 1, each with its steps in their order."""
    stages = _stages(summary)
    numbers = {row["segment"] for row in summary["steps"]} | {segment for segment, _ in stages}
    for segment in sorted(numbers):
        mine = [stage for (number, _), stage in stages.items() if number == segment]
        steps = [row for row in summary["steps"] if row["segment"] == segment]
        yield segment, _of_segment(steps, mine, setting)


def _of_segment(steps: Sequence[Row], stages: list[Stage], setting: Setting) -> list[Chapter]:
    shown = []
    told = _hand_out_look_ups(steps, stages)
    for step in steps:
        if step["kind"] == "route":
            mine = [stage for stage in stages if _route_of(stage.id, setting) == step["name"]]
            shown.append(Chapter(step, mine))
        elif step["number"] not in told:
            shown.append(Chapter(step))
    claimed = {stage.id for chapter in shown for stage in chapter.stages}
    left = [stage for stage in stages if stage.id not in claimed]
    return [*shown, Chapter(None, left)] if left else shown


def _route_of(stage: str, setting: Setting) -> str:
    return setting.routes.get(stage, stage.rpartition(".")[0])


def _hand_out_look_ups(steps: Sequence[Row], stages: list[Stage]) -> set[int]:
    """Give each look-up that a buyer's turn asked for to that turn. Gives the numbers of those steps."""
    told = set()
    for step in steps:
        if step["kind"] != "enhance":
            continue
        whom = str(step["note"]).split(";")[0]
        turns = [turn for stage in stages for turn in stage.turns if turn.buyer == whom]
        if turns:
            next((turn for turn in turns if turn.contacted), turns[0]).look_ups.append(step)
            told.add(step["number"])
    return told


def _stages(summary: Mapping[str, Any]) -> dict[tuple[int, str], Stage]:
    found: dict[tuple[int, str], Stage] = {}
    for row in summary["distribution"]:
        stage = found.setdefault((row["segment"], row["stage"]), Stage(row["stage"]))
        stage.branch = stage.branch or row["branch"]
        stage.turns.append(Turn(row))
    _hand_out_postings(summary, found)
    for stage in found.values():
        stage.turns.sort(key=_place)
    return dict(sorted(found.items(), key=lambda each: (each[0][0], _number(each[0][1]))))


def _number(stage: str) -> tuple[str, int]:
    """Where a stage stands: its route, and its number there, of which 10 comes after 9."""
    route, _, number = stage.rpartition(".")
    return route, int(number) if number.isdigit() else 0


def _place(turn: Turn) -> tuple[bool, int, int]:
    """Those contacted in their order, then the bidders without a place, then those that were out."""
    position = turn.row["position"]
    return not turn.contacted, position is None, position or 0


def _hand_out_postings(summary: Mapping[str, Any], stages: Mapping[tuple[int, str], Stage]) -> None:
    """Each ping and post to the turn that it was made in."""
    delivered = {(row["buyer"], str(row["number"])): row for row in summary["deliveries"]}
    for posting in summary["postings"]:
        leg, buyer, *rest = str(posting["key"]).split("/")
        if leg not in {"ping", "post"} or not rest:
            continue
        delivery = delivered.get((buyer, rest[0])) if leg == "post" else None
        turn = _turn_of(
            stages, buyer, delivery["stage"] if delivery else "", int(rest[0]) if leg == "ping" else 1
        )
        if turn is not None:
            turn.postings.append(posting)
            turn.offered = delivery["price"] if delivery else turn.offered


def _turn_of(stages: Mapping[tuple[int, str], Stage], buyer: str, stage: str, number: int) -> Turn | None:
    """A buyer's turn at this stage; where the stage is not known, the ``number``-th turn that it had at all."""
    turns = [turn for each in stages.values() for turn in each.turns if turn.buyer == buyer]
    at_stage = [turn for turn in turns if turn.row["stage"] == stage]
    if at_stage:
        return next((turn for turn in at_stage if turn.contacted), at_stage[0])
    had = [turn for turn in turns if turn.row["outcome"] not in NEVER_CONTACTED] or turns
    return had[min(number, len(had)) - 1] if had else None
