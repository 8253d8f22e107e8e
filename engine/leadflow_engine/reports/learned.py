"""A proposed response block as a person reads it: the block, each sample held against it, what is not known."""

from __future__ import annotations

from rich.text import Text

from leadflow_engine.learning.doubts import doubts
from leadflow_engine.learning.propose import Proposal, Tried
from leadflow_engine.reports.layout import Lines, hang, painted, safe, table

_HEAD = ("sample", "status", "told", "read", "price", "reference", "reason", "")


def learned_lines(proposal: Proposal, width: int) -> Lines:
    """The three parts, with a blank line between them."""
    lines: Lines = [painted(line) for line in proposal.block.splitlines()]
    lines += [Text(), *_samples(proposal)]
    unsure = doubts(proposal)
    if unsure:
        lines += [Text(), painted("unsure", "bold")]
    for sentence in unsure:
        lines += hang(painted("  - "), painted(safe(sentence, 400)), "", width)
    return lines


def _samples(proposal: Proposal) -> Lines:
    rows = [_HEAD, *(_row(one) for one in proposal.tried)]
    right = sum(not one.wrong for one in proposal.tried)
    heads, *others = table(rows)
    styles = ["red" if one.wrong else "" for one in proposal.tried]
    lines = [painted(heads, "dim"), *(painted(*pair) for pair in zip(others, styles, strict=True))]
    return [*lines, painted(f"{right} of {len(proposal.tried)} samples are read right")]


def _row(one: Tried) -> tuple[str, ...]:
    reading, sample = one.reading, one.sample
    price = reading.bid if reading.price is None else reading.price
    texts = (
        sample.name,
        sample.status,
        sample.outcome,
        reading.verdict or "none",
        "" if price is None else price,
    )
    verdict = f"wrong: {', '.join(one.wrong)}" if one.wrong else "right"
    return (*(safe(text, 24) for text in (*texts, reading.reference, reading.reason)), verdict)
