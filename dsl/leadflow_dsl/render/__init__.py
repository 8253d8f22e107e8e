"""Diagnostics as a person or a machine reads them: one small file a format.

A format is a function of a ``Report`` to a text that ends with a line end, or is empty where there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final

from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.render.report import Report

FORMATS: Final = ("full", "concise", "json", "jsonl", "github", "sarif", "junit")
"""The formats, the one for people first. Each has a file of its name, which is read when it is asked for."""


__all__ = ["FORMATS", "Report", "render", "render_report"]


def render(
    diagnostics: Sequence[Diagnostic], sources: Mapping[str, str], form: str = "full", colour: bool = False
) -> str:
    """The diagnostics in one of ``FORMATS``. Raises ``KeyError`` for a format that does not exist."""
    return render_report(Report(diagnostics, sources, colour), form)


def render_report(report: Report, form: str) -> str:
    """A report in one of ``FORMATS``. Raises ``KeyError`` for a format that does not exist."""
    if form not in FORMATS:
        raise KeyError(form)
    text: str = import_module(f"{__name__}.{form}").render(report)
    return text
