"""What formatting leaves as it was written: whole lines, around each mistake, as few as can be.

A statement with a mistake in it stays byte for byte. Where the mistake lies inside a block whose own words and braces
are sound, only the lines of the statement inside stay, and the rest of the block is formatted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.parser import Parsed
from leadflow_dsl.printer_forms import Block, Widths
from leadflow_dsl.printer_statements import WRITERS
from leadflow_dsl.syntax_checks import checks
from leadflow_dsl.table import END, load
from leadflow_dsl.tokens import Source, next_token
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Kept:
    """Whole lines as they were written. It stands among the statements of a block."""

    raw: str
    span: Span


@dataclass(frozen=True, slots=True)
class _Inside:
    """What stands between two braces: the line of each, and the statements."""

    first: int
    last: int
    items: tuple[object, ...]


def kept(parsed: Parsed, source: Source) -> tuple[Kept, ...]:
    """The lines of a text that formatting leaves alone, in order; none where it has no mistake in its spelling."""
    if parsed.tree is None:
        return ()
    lines = {line for span in _mistaken(parsed, parsed.tree) for line in range(span.line, span.end_line + 1)}
    top = _top(parsed.tree)
    while lines and _widened(top, source, lines):
        pass
    return _stretches(source, lines)


def kept_whole(parsed: Parsed, source: Source) -> tuple[Kept, ...]:
    """The same with every declaration of the file that holds a mistake left alone as a whole."""
    if parsed.tree is None:
        return ()
    lines = {line for span in _mistaken(parsed, parsed.tree) for line in range(span.line, span.end_line + 1)}
    while any(_takes(item, lines) for item in _top(parsed.tree)):
        pass
    return _stretches(source, lines)


def among(items: Sequence[object], kept: Sequence[Kept], start: int, end: int) -> tuple[object, ...]:
    """The statements between two offsets with the kept lines among them, in the order of the text."""
    here = [each for each in kept if start <= each.span.start and each.span.end <= end]
    if not here:
        return tuple(items)
    sound = [item for item in items if not any(_begins_in(_span(item), each.span) for each in here)]
    free = [each for each in here if not any(_within(each.span, _span(item)) for item in sound)]
    return tuple(sorted([*sound, *free], key=lambda item: _span(item).start))


def _span(node: object) -> Span:
    span: Span = node.span  # type: ignore[attr-defined]  # every node has one
    return span


def _begins_in(item: Span, lines: Span) -> bool:
    """Whether a statement is among kept lines: of one whose first line is kept, all are. (Where its end is missing,
    the tree may set that end behind them.)"""
    return lines.start <= item.start < lines.end


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _top(tree: nodes.File) -> tuple[object, ...]:
    return (tree.head, *tree.items) if tree.head else tree.items


def _mistaken(parsed: Parsed, tree: nodes.File) -> Iterator[Span]:
    """The places of all mistakes in spelling. A statement that only stands at the wrong place was read."""
    read = set(checks(tree))
    yield from parsed.broken
    for finding in parsed.findings:
        if finding not in read:
            yield finding.span
            yield from (label.span for label in finding.labels)


def _widened(items: tuple[object, ...], source: Source, lines: set[int]) -> bool:
    """Whether lines were added: those of each statement that a mistake cuts through."""
    changed = False
    for item in items:
        span = _span(item)
        hit = {line for line in lines if span.line <= line <= span.end_line}
        if not hit or len(hit) == span.end_line - span.line + 1:
            continue
        inside = tuple(_insides(item, source))
        if all(any(each.first < line < each.last for each in inside) for line in hit):
            changed = any(_widened(each.items, source, lines) for each in inside) or changed
        else:
            changed = _takes(item, lines) or changed
    return changed


def _takes(item: object, lines: set[int]) -> bool:
    """Add all lines of a statement that is touched; whether any is new."""
    span, before = _span(item), len(lines)
    own = range(span.line, span.end_line + 1)
    if any(line in lines for line in own):
        lines.update(own)
    return len(lines) > before


def _insides(item: object, source: Source) -> Iterator[_Inside]:
    if isinstance(item, nodes.If):
        yield _Inside(item.then.span.line, item.then.span.end_line, item.then.items)
        rest = item.otherwise
        if isinstance(rest, nodes.Branch):
            yield _Inside(rest.span.line, rest.span.end_line, rest.items)
        elif rest is not None:
            yield from _insides(rest, source)
        return
    block = WRITERS[type(item)](item, Widths())
    if isinstance(block, Block) and not block.after:
        yield _Inside(_brace(source, _span(item).start), _span(item).end_line, block.items)


def _brace(source: Source, position: int) -> int:
    """The line of the first opening brace at or after an offset."""
    table = load()
    while True:
        token, _ = next_token(source, table, position)
        if source.text.startswith("{", token.start) or token.readings[0].terminal == END:
            return source.span(token.start, token.start).line
        position = max(reading.end for reading in token.readings)


def _stretches(source: Source, lines: set[int]) -> tuple[Kept, ...]:
    """Neighbouring lines together, without blank lines before and after them."""
    texts = source.text.split("\n")
    found: list[tuple[int, int]] = []
    for line in sorted(lines):
        if found and found[-1][1] == line - 1:
            found[-1] = (found[-1][0], line)
        elif texts[line - 1].strip():
            found.append((line, line))
    return tuple(_kept(source, texts, first, last) for first, last in found)


def _kept(source: Source, texts: Sequence[str], first: int, last: int) -> Kept:
    while not texts[last - 1].strip():
        last -= 1
    start = source.lines[first - 1]
    end = source.lines[last - 1] + len(texts[last - 1])
    return Kept(source.text[start:end], source.span(start, end))
