"""The leads that still wait, by what they wait for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.text import Text

from leadflow_engine.reports.layout import Lines, command_line, hang, painted
from leadflow_engine.reports.words import word
from leadflow_engine.store import Work
from leadflow_engine.store.waiting import Waiting
from leadflow_engine.texts.counted import counted


def waiting_lines(
    works: Sequence[Work], went_on: int, journal: str, width: int, beside: Sequence[Waiting] = ()
) -> Lines:
    """How many went on, how many wait for what and until when, and what to do about it. ``beside`` is what waits and is
    no lead: batches, postbacks."""
    said = f"{counted(went_on, 'lead')} went on; " if went_on else "nothing was due; "
    if not works:
        return [Text(f"{said}none waits"), *_beside(beside, journal)]
    kinds = Counter(work.why for work in works)
    due = min((work.due for work in works if work.due is not None), default=None)
    kept = ", ".join(f"{number:,} {word(why)}" for why, number in sorted(kinds.items()))
    until = f"; the next is due at {due:%Y-%m-%d %H:%M:%S}Z" if due else ""
    lines = hang(
        Text(""),
        painted(f"{said}{counted(len(works), 'lead')} still wait{'s' * (len(works) == 1)}: {kept}{until}"),
        "",
        width,
    )
    if any(work.due is None for work in works):
        lines.append(command_line("next  ", f"leadflow doubt list --db {journal}"))
    return [*lines, *_beside(beside, journal)]


def _beside(beside: Sequence[Waiting], journal: str) -> Lines:
    if not beside:
        return []
    kinds = Counter(one.kind for one in beside)
    names = {kind: counted(number, kind).replace("batchs", "batches") for kind, number in kinds.items()}
    due = min((one.due for one in beside if one.due is not None), default=None)
    until = f"; the next is due at {due:%Y-%m-%d %H:%M:%S}Z" if due else ""
    waits = "waits" if len(beside) == 1 else "wait"
    told = ", ".join(names[kind] for kind in sorted(names))
    return [Text(f"{told} {waits}{until}"), command_line("next  ", f"leadflow queue --why --db {journal}")]
