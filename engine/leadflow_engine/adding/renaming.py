"""Giving names of a vendor's files other words: by what each word means, never by how it is spelt."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from leadflow_dsl.checking import examine_files
from leadflow_dsl.fixing import apply
from leadflow_dsl.language_server import rename as renaming
from leadflow_dsl.language_server.analysis import Analysis
from leadflow_dsl.language_server.occurrences import Occurrence, occurrences
from leadflow_engine.adding.refused import Refused

FLOW: Final = "vendor.flow"
SCENARIOS: Final = "vendor.scenarios.yaml"
_ROOT: Final = Path(os.devnull)  # nothing lies below a device: only the texts that are given exist


@dataclass(frozen=True, slots=True)
class Texts:
    """A vendor's files while they are changed: the flow and its templates by path, and the scenarios."""

    files: dict[str, str]
    scenarios: str

    @property
    def flow(self) -> str:
        """The flow's text."""
        return self.files[FLOW]

    def analysis(self) -> Analysis:
        """The flow, checked, with its names and where they stand."""
        checked, draft = examine_files(self.files, FLOW)
        return Analysis(_ROOT / FLOW, _ROOT, FLOW, checked, draft)


def renamed(texts: Texts, kind: str, old: str, new: str) -> Texts | Refused:
    """The texts with a declared name replaced wherever it is meant: in the flow, its templates and its scenarios.

    ``kind`` is a symbol's: buyer, enhance, deliver, source, field. Refused: a name that is none or is taken.
    """
    if old == new:
        return texts
    analysis = texts.analysis()
    one = next((o for o in occurrences(analysis) if (o.kind, o.name, o.declares) == (kind, old, True)), None)
    if one is None:
        return Refused(f"there is no {kind} `{old}` in it")
    edits = renaming.rename([analysis], analysis, one, new, {_ROOT / SCENARIOS: texts.scenarios})
    if isinstance(edits, renaming.Refused):
        return Refused(edits.why.replace(f", in {FLOW}", ", in the vendor's own flow"))
    files = {name: apply(text, edits.get(_ROOT / name, ())) for name, text in texts.files.items()}
    return replace(texts, files=files, scenarios=apply(texts.scenarios, edits.get(_ROOT / SCENARIOS, ())))


def names_in(analysis: Analysis, start: int, end: int) -> tuple[Occurrence, ...]:
    """Every name that a stretch of the flow says, and every one that its templates say."""
    return tuple(
        one for one in occurrences(analysis) if one.span.file != FLOW or start <= one.span.start < end
    )
