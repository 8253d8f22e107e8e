"""What happened to a lead between its segments: what somebody said of a delivery, and when the lead went on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rich.text import Text

from leadflow_engine.effects import Fact
from leadflow_engine.reports.amounts import local
from leadflow_engine.reports.layout import Lines, hang, padded, painted


@dataclass(slots=True)
class Pause:
    """What came before a segment. ``words`` are sentences with the ISO time at which each was said; ``went_on`` is
    when the segment began, "" where it has not."""

    words: list[tuple[str, str]] = field(default_factory=list)
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
        elif fact.key == f"clock/segment.{segment}" and segment > 1:
            found.setdefault(segment, Pause()).went_on = str(fact.body["now"])
    return found


def _word(buyer: str, number: str, body: Mapping[str, object]) -> str:
    name = buyer if number == "1" else f"{buyer}/{number}"
    said = f"{body['by']} said of {name}: {body['word']}, because {body['because']}"
    return f"{said} (contradicted: {body['conflict']})" if body.get("conflict") else said


def pause_lines(pause: Pause, zone: str, label: int, width: int) -> Lines:
    """What was said, and when the lead went on."""
    lines: Lines = []
    for at, said in pause.words:
        head = Text("  ") + padded("settled", label, style="bold") + Text("  ")
        lines += hang(head, painted(f"{local(at, zone)}  {said}"), "", width)
    if pause.went_on:
        head = Text("  ") + padded("went on", label, style="bold") + Text("  ")
        lines += hang(head, painted(local(pause.went_on, zone)), "", width)
    return lines
