"""What people read of scenarios: one line a file, and of a failure the trace up to where it went another way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rich.text import Text

from leadflow_engine.reports.layout import Lines, hang, padded, painted, widest
from leadflow_engine.reports.setting import setting_of
from leadflow_engine.reports.story import story
from leadflow_engine.scenarios.calls import Call
from leadflow_engine.scenarios.compare import Difference
from leadflow_engine.scenarios.coverage import coverage
from leadflow_engine.scenarios.observed import LEGS
from leadflow_engine.scenarios.outcome import Outcome
from leadflow_engine.scenarios.play import Played
from leadflow_engine.scenarios.suite import FileReport
from leadflow_engine.scenarios.turning import turning_point, until
from leadflow_engine.scenarios.yaml_text import flow_text
from leadflow_engine.texts.counted import counted

LONGEST_NAME: Final = 48
LONGEST_VALUE: Final = 300


def file_line(report: FileReport) -> Text:
    """What came of a file, on one line."""
    if report.problem:
        return painted("FAIL", "bold red") + Text("  ") + painted(report.path)
    told = counted(len(report.played), "scenario")
    if report.failed:
        told += f", {len(report.failed)} failed"
    word = painted("FAIL", "bold red") if report.failed else painted("ok", "green") + Text("  ")
    return word + Text("  ") + painted(report.path) + Text("  ") + painted(told, "dim")


def scenario_line(played: Played) -> Text:
    """What came of one scenario, on one line."""
    word = painted("  ok  ", "green") if played.passed else painted("  FAIL", "bold red")
    return word + Text("  ") + painted(played.scenario.name)


def failure(report: FileReport, played: Played, width: int) -> Lines:
    """A scenario that failed: where it stands, what happened, what was expected beside what was found."""
    assert report.file is not None
    outcome = next(each for each in played.outcomes if not each.passed)
    place = outcome.part.path if len(played.outcomes) > 1 else played.scenario.row or played.scenario.path
    line = report.file.document.places[place][0]
    head = painted("FAIL", "bold red") + Text("  ")
    name = painted(f"{report.path}:{line}") + Text("  ") + painted(played.scenario.name, "bold")
    return [
        Text(""),
        *hang(head, name, "", width),
        Text(""),
        *_trace(played, outcome, width),
        Text(""),
        *_not_given(outcome, width),
        *_beside(outcome, width),
    ]


# ------------------------------------------------------------------ the trace


def _trace(played: Played, outcome: Outcome, width: int) -> Iterator[Text]:
    """The lead's story; what came after the first thing that is not as expected is left out."""
    point = turning_point(outcome)
    summary, is_cut = until(outcome.seen.summary, point)
    for line in story(summary, setting_of(played.plan, outcome.seen.scope), width - 2):
        yield Text("  ") + line
    if is_cut:
        yield Text("    ...")


def _not_given(outcome: Outcome, width: int) -> Iterator[Text]:
    if outcome.trouble:
        yield from hang(Text("  "), painted(outcome.trouble, "red"), "", width)
    for call, why in outcome.missing:
        request = f"{call.wire.method} {call.wire.url}"
        said = f"{named(call)} is called, and the scenario gives it nothing to say: {why} for {request}"
        yield from hang(Text("  "), painted(said, "red"), "", width)
        body = call.request["text"]
        if body:
            yield from hang(Text("    "), painted(body, "dim"), "", width)


def named(call: Call) -> str:
    """A call in words: ``the ping of brightbid``."""
    if call.leg in LEGS:
        return f"the {LEGS[call.leg]} of {call.name}"
    return call.name


# ------------------------------------------------------------------ side by side


def _beside(outcome: Outcome, width: int) -> Iterator[Text]:
    rows = [_row(each) for each in outcome.differences]
    if not rows or outcome.missing:  # what follows from an answer that was not given tells nothing
        return
    names = widest((name for name, _, _ in rows), LONGEST_NAME)
    half = (width - names - 6) // 2
    if all(len(name) <= names and len(left) <= half and len(right) <= half for name, left, right in rows):
        yield from _columns(rows, names)
        return
    for name, left, right in rows:
        yield painted(f"  {name}", "bold")
        yield from hang(Text("    expected  "), painted(left, "green"), "", width)
        yield from hang(Text("    found     "), painted(right, "red"), "", width)


def _columns(rows: Sequence[tuple[str, str, str]], names: int) -> Iterator[Text]:
    left = widest(["expected", *(row[1] for row in rows)], 200)
    yield (
        Text("  ")
        + padded("", names)
        + Text("  ")
        + padded("expected", left, style="dim")
        + painted("  found", "dim")
    )
    for name, expected, found in rows:
        yield (
            Text("  ")
            + padded(name, names, style="bold")
            + Text("  ")
            + padded(expected, left, style="green")
            + Text("  ")
            + painted(found, "red")
        )


def _row(each: Difference) -> tuple[str, str, str]:
    return path_text(each), _value(each.expected), _value(each.found)


def path_text(difference: Difference) -> str:
    """Where a difference is: ``requests.sunpath.deliver.body.phones[0]``."""
    text = ""
    for step in difference.path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _value(value: Any) -> str:
    text = flow_text(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 3]}..."


def coverage_lines(report: FileReport, width: int) -> Lines:
    """What no scenario of a file reaches of its flow, with its places."""
    assert report.plan is not None
    found = coverage(report.plan, report.played)
    reached = found.points - len(found.unreached)
    head = painted("coverage", "bold") + Text("  ") + painted(report.plan.flow.file)
    lines = [Text(""), head + Text("  ") + painted(f"{reached} of {found.points} reached", "dim")]
    for point in found.unreached:
        place = padded(f"{point.span.file}:{point.span.line}", 24, style="dim")
        lines += hang(Text("  ") + place + Text("  "), painted(point.what), "", width)
    return lines


def closing(reports: Sequence[FileReport]) -> str:
    """The last line: how many scenarios, how many of them failed."""
    run = sum(len(report.played) for report in reports)
    failed = sum(len(report.failed) for report in reports)
    unusable = sum(bool(report.problem) for report in reports)
    told = f"{counted(run, 'scenario')} in {counted(len(reports), 'file')}"
    told += f", {failed} failed" if failed else ""
    return told + (f", {counted(unusable, 'file')} not run" if unusable else "")
