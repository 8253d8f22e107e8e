"""The finding with the line it is about, carets under it, further places, and ways out."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

from leadflow_dsl.diagnostics import Diagnostic, Label
from leadflow_dsl.render.colours import painted
from leadflow_dsl.render.concise import heading
from leadflow_dsl.render.report import Report

WIDTH: Final = 160
"""Longer lines are shown in part, so that a file of one endless line does not flood a screen."""


def render(report: Report) -> str:
    """Each finding as a block; an empty line between blocks."""
    lines = {file: text.splitlines() for file, text in report.sources.items()}
    return "\n".join(_block(finding, lines, report.colour) for finding in report.findings)


def _block(finding: Diagnostic, lines: Mapping[str, list[str]], colour: bool) -> str:
    role = finding.severity
    out = [heading(finding, colour)]
    places = [Label(finding.span, finding.label), *finding.labels]
    gutter = max(len(str(place.span.line)) for place in places)
    bar = painted(" " * gutter + " |", "gutter", colour)
    for number, place in enumerate(places):
        excerpt = _excerpt(place, lines, gutter, role if number == 0 else "info", colour)
        if excerpt:
            elsewhere = number > 0 and place.span.file != finding.span.file
            out += [" " * gutter + f"--> {place.span.file}:{place.span.line}"] if elsewhere else []
            out += [bar, *excerpt]
    margin = " " * gutter
    out += [f"{margin} = {painted('help:', 'help', colour)} {text}" for text in finding.help]
    out += [f"{margin} = {painted('see:', 'help', colour)}  leadflow explain {finding.code}"]
    return "\n".join(out) + "\n"


def _excerpt(place: Label, lines: Mapping[str, list[str]], gutter: int, role: str, colour: bool) -> list[str]:
    span = place.span
    source = lines.get(span.file, [])
    if not 1 <= span.line <= len(source):
        return []
    line, column = _window(source[span.line - 1], span.column)
    length = max(1, (span.end_column if span.end_line == span.line else len(line) + 1) - span.column)
    under = _under(line, column, length)
    marks = painted(under.strip(" ") + (f" {place.text}" if place.text else ""), role, colour)
    indent = under[: len(under) - len(under.lstrip(" "))]
    bar = painted(f"{span.line:>{gutter}} |", "gutter", colour)
    empty = painted(" " * gutter + " |", "gutter", colour)
    return [f"{bar} {line}", f"{empty} {indent}{marks}"]


def _window(line: str, column: int) -> tuple[str, int]:
    """The piece of a line to show, without tabs and control characters, and the column within it."""
    start = max(0, column - 1 - WIDTH // 2) if len(line) > WIDTH else 0
    piece = line[start : start + WIDTH]
    return "".join(char if char.isprintable() else " " for char in piece), column - start


def _under(line: str, column: int, length: int) -> str:
    """Blanks and carets as wide as the characters over them."""
    before = sum(map(_width, line[: column - 1])) + max(0, column - 1 - len(line))
    carets = sum(map(_width, line[column - 1 : column - 1 + length]))
    return " " * before + "^" * max(1, carets)


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
