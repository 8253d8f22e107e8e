"""A block put into its flow: instead of the response that is there, or at the end of the ping or deliver."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from leadflow_dsl import check, format_text
from leadflow_dsl import model as m
from leadflow_dsl.diagnostics import NOWHERE, Diagnostic


class CannotPlace(ValueError):
    """A leg that is not written where a block could stand. The message says why."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The file that changes (below the flow's root), its text in the one format, and what lint says then and did not
    say before."""

    file: Path
    text: str
    findings: tuple[Diagnostic, ...]


def placed(path: Path, flow: m.Flow, leg: m.Leg, block: str) -> Placed:
    """The flow's file with ``block`` as the leg's response. Nothing is written. Raises ``CannotPlace``."""
    texts, span = dict(flow.sources_text), leg.span
    if leg.span == NOWHERE or span.file not in texts:
        raise CannotPlace("it is written in no file of this project")
    before, own = texts[span.file], leg.response.span
    if own != NOWHERE and (own.file != span.file or not span.start <= own.start <= own.end <= span.end):
        raise CannotPlace("its response is written elsewhere than the request")
    if own != NOWHERE:
        after = before[: own.start] + block + before[own.end :]
    else:
        closing = before.rindex("}", span.start, span.end)
        after = f"{before[:closing].rstrip()}\n{block}\n{before[closing:]}"
    text, _ = format_text(after, span.file)
    if text is None:
        raise CannotPlace("its file cannot be written anew")
    known = {(one.code, one.message) for one in check(path).diagnostics}
    files = {span.file: text}
    found = check(path, files=files).diagnostics
    return Placed(
        Path(flow.root) / span.file, text, tuple(one for one in found if (one.code, one.message) not in known)
    )
