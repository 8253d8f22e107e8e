"""Diagnostics as a person or a machine reads them: one small file a format.

A format is a function of the diagnostics and the sources (file to text) to a text that ends
with a line end, or is empty where there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.render import concise, full, github, json, jsonl

Format: TypeAlias = Callable[[Sequence[Diagnostic], Mapping[str, str], bool], str]

FORMATS: Final[Mapping[str, Format]] = {
    "full": full.render,
    "concise": concise.render,
    "json": json.render,
    "jsonl": jsonl.render,
    "github": github.render,
}


def render(
    diagnostics: Sequence[Diagnostic], sources: Mapping[str, str], form: str = "full", colour: bool = False
) -> str:
    """The diagnostics in one of ``FORMATS``. Raises ``KeyError`` for a format that does not exist."""
    return FORMATS[form](diagnostics, sources, colour)
