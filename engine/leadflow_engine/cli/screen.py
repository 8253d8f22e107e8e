"""Standard output: reports in the width and colour that the terminal has, JSON as it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

WIDEST = 140
"""Columns that a report uses at most: longer lines are hard to read."""


def console(err: bool = False) -> Console:
    """The terminal; plain text where it is none, or where ``NO_COLOR`` is set."""
    from rich.console import Console

    stream = sys.stderr if err else sys.stdout
    plain = bool(os.environ.get("NO_COLOR"))
    return Console(
        file=stream, color_system=None if plain else "auto", highlight=False, markup=False, emoji=False
    )


def width_of(screen: Console) -> int:
    """The columns that a report may use."""
    return min(screen.width, WIDEST)


def show(lines: Iterable[Text]) -> None:
    """Print a report."""
    from leadflow_engine.reports.layout import show as print_lines

    print_lines(lines, console())


def coloured() -> bool:
    """May what is printed to standard output have colours?"""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def note(text: str) -> None:
    """A remark beside the output, on standard error."""
    click.echo(text, err=True)


def err_is_terminal() -> bool:
    """Is standard error a screen on which a bar can move?"""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
