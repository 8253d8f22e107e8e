"""Batches in a table, and the story of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from leadflow_engine.reports.layout import Lines, hang, painted, table
from leadflow_engine.store.batches import Batch, Happened, due_of, said
from leadflow_engine.texts.counted import counted

HEADS = ("batch", "state", "leads", "opened", "next")


def batch_lines(found: Sequence[Batch], width: int) -> Lines:
    """The batches, the oldest first."""
    if not found:
        return [Text("there is no batch yet")]
    rows: list[Sequence[str]] = [HEADS, *(_row(batch) for batch in found)]
    first, *lines = table(rows, frozenset({2}))
    shown: Lines = [Text(first, style="bold")]
    for line, batch in zip(lines, found, strict=True):
        shown += hang(Text(""), Text(line), "", width)
        if batch.failure:
            shown += hang(Text("      "), painted(batch.failure, "dim"), "", width)
    return shown


def _row(batch: Batch) -> tuple[str, ...]:
    due = due_of(batch)
    word = {"open": "closes", "closed": "sent"}.get(batch.state, "")
    then = f"{word} {due:%Y-%m-%d %H:%M}Z" if due else ""
    then = "closes at the next work" if batch.is_full else then
    return batch.id, said(batch.state), str(batch.leads), _minute(batch.opened), then


def _minute(text: str) -> str:
    return f"{text[:16].replace('T', ' ')}Z"


def story_lines(batch: Batch, leads: Sequence[str], happened: Sequence[Happened], width: int) -> Lines:
    """One batch: what happened to it and which leads it holds."""
    head = f"{batch.id}  {said(batch.state)}, {counted(batch.leads, 'lead')} for {batch.buyer}"
    lines: Lines = [Text(head, style="bold")]
    lines.append(Text(f"  {_minute(batch.opened)}  opened"))
    for each in happened:
        whose = f" ({each.by}{': ' + each.because if each.because else ''})" if each.by else ""
        what = f"{said(each.what)}{': ' if each.said else ''}{each.said}{whose}"
        lines += hang(Text(f"  {_minute(each.at)}  "), painted(what), "", width)
    if batch.digest:
        lines.append(Text(f"  {batch.file}  sha256 {batch.digest[:16]}"))
    return [*lines, *(Text(f"  {lead}") for lead in leads)]


def batch_object(batch: Batch) -> dict[str, Any]:
    """A batch as JSON; its content is not in it."""
    return {
        "batch": batch.id,
        "flow": batch.flow,
        "buyer": batch.buyer,
        "test": batch.test,
        "state": batch.state,
        "leads": batch.leads,
        "file": batch.file,
        "opened": batch.opened,
        "closed": batch.closed,
        "next": due_of(batch),
        "ended": batch.ended,
        "status": batch.status,
        "failure": batch.failure,
        "sha256": batch.digest,
    }
