"""What training came to: how good the model is on leads it has not seen, what matters, what it may not see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rich.text import Text

from leadflow_engine.operations.training import Report
from leadflow_engine.reports.layout import Lines, hang, padded, painted, widest
from leadflow_engine.scores.candidates import Choice
from leadflow_engine.scores.measures import Group

MOST: Final = 12
"""Features that are told."""


def trained_lines(report: Report, target: str, width: int) -> Lines:
    """The report as lines of at most ``width`` columns."""
    model = report.model
    lines = [
        painted(f"{model.kind} model {model.version}", "bold"),
        painted(
            f"  {report.leads} leads, {report.good} {target} ({report.good / report.leads:.1%}); trained on the first "
            f"{report.shown}, tried on the {report.leads - report.shown} from {report.held_from[:10]} on"
        ),
    ]
    if report.unread:
        lines.append(
            painted(
                f"  {report.unread} more cannot be read again: their payload is gone, or a version's meaning"
            )
        )
    lines += [
        Text(""),
        painted(f"AUC {report.auc:.3f}   (0.5 is luck, 1 is always right)   Brier {report.brier:.4f}"),
    ]
    lines += [Text(""), *_calibration(report.groups, target), Text(""), *_weights(report)]
    return [*lines, Text(""), *_left_out(report.choice, width)]


def _calibration(groups: Sequence[Group], target: str) -> Iterator[Text]:
    yield painted(f"  tenth      leads   expected   {target}")
    for number, group in enumerate(groups, 1):
        said = "best" if number == 1 else "last" if number == len(groups) else str(number)
        yield painted(f"  {said:<9}{group.leads:>7}{group.expected:>10.1%}{group.came_true:>10.1%}")


def _weights(report: Report) -> Iterator[Text]:
    yield painted("  what matters: the mean size of each part, in log odds")
    told = report.weights[:MOST]
    column = widest((weight.feature for weight in told), 48)
    for weight in told:
        yield (
            Text("    ")
            + padded(weight.feature, column)
            + painted(f"  {weight.size:7.4f} {weight.ways}".rstrip())
        )
    if len(report.weights) > MOST:
        yield painted(f"    and {len(report.weights) - MOST} more")


def _left_out(choice: Choice, width: int) -> Iterator[Text]:
    whys: dict[str, list[str]] = {}
    for one in choice.left_out:
        whys.setdefault(one.why, []).append(one.field)
    if whys:
        yield painted("  not looked at")
    for why, fields in whys.items():
        yield from hang(painted("    "), painted(f"{', '.join(fields)}: {why}"), "", width)


def compared_lines(found: Mapping[str, tuple[int, float | None, Sequence[Group]]], target: str) -> Lines:
    """Scores side by side: how many leads each was made for, its AUC, and what came true of each fifth."""
    lines = [painted(f"score{'':<16}leads     AUC   {target}, by fifths of the score, the highest first")]
    for name, (leads, area, groups) in found.items():
        shares = "  ".join(f"{group.came_true:>6.1%}" for group in groups)
        lines.append(
            padded(name, 20) + painted(f"{leads:>6}  {'-' if area is None else f'{area:.3f}':>6}   {shares}")
        )
    return lines
