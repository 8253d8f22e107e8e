"""Bodies and mappings: what is sent, inline or from a template."""

from __future__ import annotations

from collections.abc import Sequence

from leadflow_dsl import model, nodes
from leadflow_dsl.diagnostics import Label
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.loading import unread
from leadflow_dsl.meaning.template_names import check_template
from leadflow_dsl.project import Unread
from leadflow_dsl.rules.conditions import MISMATCH
from leadflow_dsl.rules.requests import SAME_KEY
from leadflow_dsl.templates import Place

NOT_BUILT = ("soap", "multipart")


def body(r: Resolver, node: nodes.Body) -> model.Body:
    """What is sent: exactly one of pairs, a template's path, a template's text."""
    kind = node.kind.text
    if kind in NOT_BUILT:
        r.draft.not_built(f"body {kind}", node.span)
    match node.form:
        case nodes.Mapping(keep_blanks=keep, pairs=said):
            return model.Body(kind, pairs(r, said), keep_blanks=keep, span=node.span)
        case nodes.TemplateFile(path=path):
            return model.Body(kind, template=_template(r, path), span=node.span)
        case nodes.Text() as text:
            quotes = 3 if text.long else 1
            source = text.value if text.long else text.raw[1:-1]
            place = Place(text.span.file, text.span.line, text.span.column + quotes, text.span.start + quotes)
            check_template(r, source, place, ())
            return model.Body(kind, inline=text.value, span=node.span)


def _template(r: Resolver, node: nodes.Text) -> str:
    path, text = r.draft.project.find(node.value)
    if isinstance(text, Unread):
        r.draft.found(unread(node.span, node.value, path, text))
    else:
        check_template(r, text, Place(path), (path,))
    return path


def pairs(r: Resolver, said: Sequence[nodes.Pair]) -> tuple[model.Pair, ...]:
    """A mapping's pairs; two that write one place are reported."""
    seen: dict[tuple[model.Segment, ...], nodes.Pair] = {}
    for pair in said:
        left = left_of(pair.left)
        shared = next((key for key in seen if key[: len(left)] == left[: len(key)]), None)
        if shared is not None:
            _same(r, pair, seen[shared])
        seen.setdefault(left, pair)
    return tuple(_pair(r, pair) for pair in said)


def _same(r: Resolver, pair: nodes.Pair, earlier: nodes.Pair) -> None:
    text = r.draft.text_at(pair.left.span)
    place = Label(earlier.left.span, "written here already")
    message = f"`{text}` is written twice"
    r.draft.found(SAME_KEY.at(pair.left.span, message, "written again", "take one out", (place,)))


def _pair(r: Resolver, pair: nodes.Pair) -> model.Pair:
    left, right = left_of(pair.left), r.value(pair.value)
    if any(segment.kind == "each" for segment in left) and right.type.name not in ("list", "any"):
        message = "`[*]` repeats for each element, and this value is no list"
        help = "write `pets[*].name` on the right"
        r.draft.found(MISMATCH.at(pair.value.span, message, "one value only", help))
    return model.Pair(left, right, pair.span)


def left_of(left: nodes.Left) -> tuple[model.Segment, ...]:
    """A left side's segments, quoted names as plain ones."""
    return tuple(
        model.Segment("name" if segment.kind == "quoted" else segment.kind, segment.name, segment.index)
        for segment in left.segments
    )
