"""Go to definition, and all places that mean the same name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.language_server.analysis import Analysis
from leadflow_dsl.language_server.completion.place import place_at
from leadflow_dsl.language_server.files import named_file
from leadflow_dsl.language_server.occurrences import (
    Occurrence,
    declaration,
    occurrence_at,
    occurrences,
)
from leadflow_dsl.walk import find


def definition(analysis: Analysis, file: str, offset: int) -> tuple[Span, ...]:
    """Where that is declared on which the cursor stands: a name's declaration, a tag's buyers, a file's beginning."""
    one = occurrence_at(analysis, file, offset)
    if one is not None:
        place = declaration(analysis, one)
        if place is not None:
            return (place,)
        return tuple(found.span for found in occurrences(analysis) if _is_said(analysis, found, one))
    named = named_file(analysis, file, offset)
    if named is not None:
        return (Span(named[0], 1, 1, 1, 1),)
    return tuple(_of_ping(analysis, file, offset))


def _is_said(analysis: Analysis, found: Occurrence, one: Occurrence) -> bool:
    """Whether an occurrence of a name without declaration is where a buyer says it: ``tag west``, not ``tag west`` of
    a route."""
    if (found.kind, found.name) != (one.kind, one.name):
        return False
    if one.kind != "tag":
        return True
    tree = analysis.tree(found.span.file)
    said = (name.span for tag in find(tree, nodes.Tag) for name in tag.names) if tree else ()
    return found.span in said


def _of_ping(analysis: Analysis, file: str, offset: int) -> Iterator[Span]:
    """Where the ping's response sets ``ping.NAME``."""
    text = analysis.text(file)
    end = re.compile(r"\w*").match(text, offset)
    chain = re.search(r"\bping\.(\w+)\Z", text[: end.end() if end else offset])
    if chain is None or not file.endswith(".flow"):
        return
    symbol = analysis.symbol("buyer", place_at(text, offset).named("BUYER"))
    for ping in find(symbol.node, nodes.Ping) if symbol else ():
        names = [value.name for value in find(ping, nodes.SetValue)]
        names += [value.name for value in find(ping, nodes.Value)]
        yield from (name.span for name in names if name.text == chain[1])


def references(
    analyses: Iterable[Analysis], of: Analysis, one: Occurrence
) -> tuple[tuple[Analysis, Occurrence], ...]:
    """Every occurrence of the name of ``one`` (which stands in the flow ``of``) in all given flows, its declaration
    among them: of the same declaration, or the same word where it has none."""
    target = declaration(of, one)
    origin = None if target is None else (of.path_of(target.file), target.start)
    found: dict[tuple[object, int], tuple[Analysis, Occurrence]] = {}
    for analysis in analyses:
        if origin is None and one.kind != "env" and analysis.file_of(of.path_of(one.span.file)) is None:
            continue  # the tag of another flow is another tag
        for other in occurrences(analysis):
            if (other.kind, other.name) == (one.kind, one.name) and _same(analysis, other, origin):
                found.setdefault((analysis.path_of(other.span.file), other.span.start), (analysis, other))
    return tuple(found.values())


def _same(analysis: Analysis, other: Occurrence, origin: tuple[object, int] | None) -> bool:
    place = declaration(analysis, other)
    if origin is None or place is None:
        return origin is None and place is None
    return (analysis.path_of(place.file), place.start) == origin
