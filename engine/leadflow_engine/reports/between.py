"""What happened to a lead between its segments: what somebody said of a delivery, and when the lead went on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from rich.text import Text

from leadflow_engine.effects import Fact
from leadflow_engine.reports.amounts import local
from leadflow_engine.reports.layout import Lines, hang, padded, painted

ASKED: Final = {"inquired": "", "resent": ", the same post again", "called_back": " called"}
"""Facts that tell what a buyer said of a delivery later, with how that came about."""


@dataclass(slots=True)
class Pause:
    """What came before a segment. ``words`` are sentences with the ISO time at which each was said, ``asked``
    the same of what was asked of buyers; ``went_on`` is when the segment began, "" where it has not."""

    words: list[tuple[str, str]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    went_on: str = ""


def pauses(facts: Iterable[Fact]) -> Mapping[int, Pause]:
    """The pauses before segment 2, 3 ... by the number of the segment."""
    found: dict[int, Pause] = {}
    segment = 1
    for fact in facts:
        if fact.kind == "suspend":
            segment += 1
        elif fact.kind == "settled":
            _, buyer, number, _ = fact.key.split("/")
            found.setdefault(segment, Pause()).words.append((fact.at, _word(buyer, number, fact.body)))
        elif fact.kind in ASKED:
            found.setdefault(segment, Pause()).asked.append((fact.at, _asked(fact)))
        elif fact.key == f"clock/segment.{segment}" and segment > 1:
            found.setdefault(segment, Pause()).went_on = str(fact.body["now"])
    return found


def _word(buyer: str, number: str, body: Mapping[str, object]) -> str:
    name = buyer if number == "1" else f"{buyer}/{number}"
    said = f"{body['by']} said of {name}: {body['word']}, because {body['because']}"
    return f"{said} (contradicted: {body['conflict']})" if body.get("conflict") else said


def _asked(fact: Fact) -> str:
    _, buyer, *_ = fact.key.split("/")
    if fact.kind == "called_back":
        said = filter(None, (fact.body["verdict"] or "nothing that a rule reads", fact.body["reason"]))
        return f"{buyer}{ASKED[fact.kind]}: {', '.join(said)}"
    posting = fact.body.get("posting") or {}
    came = fact.body.get("problem") or posting.get("verdict") or posting.get("failure")
    return f"{buyer}{ASKED[fact.kind]}: {came or 'status ' + str(posting.get('status'))}"


def pause_lines(pause: Pause, zone: str, label: int, width: int) -> Lines:
    """What was said, and when the lead went on."""
    lines: Lines = []
    said_by = [
        *((at, "asked", said) for at, said in pause.asked),
        *((at, "settled", said) for at, said in pause.words),
    ]
    for at, name, said in sorted(said_by, key=lambda each: each[0]):
        head = Text("  ") + padded(name, label, style="bold") + Text("  ")
        lines += hang(head, painted(f"{local(at, zone)}  {said}"), "", width)
    if pause.went_on:
        head = Text("  ") + padded("went on", label, style="bold") + Text("  ")
        lines += hang(head, painted(local(pause.went_on, zone)), "", width)
    return lines
