"""Bodies and mappings: what is sent, inline or from a template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from leadflow_dsl import model, nodes
from leadflow_dsl.body_schemas import read_schema
from leadflow_dsl.diagnostics import Edit, Label, Span
from leadflow_dsl.meaning.expressions import Resolver, secret_shown
from leadflow_dsl.meaning.loading import unread
from leadflow_dsl.meaning.suggestions import listed
from leadflow_dsl.meaning.template_names import check_template
from leadflow_dsl.meaning.template_shape import check_body
from leadflow_dsl.project import Unread
from leadflow_dsl.rules.conditions import MISMATCH
from leadflow_dsl.rules.exchanges import BODY_HERE
from leadflow_dsl.rules.requests import SAME_KEY
from leadflow_dsl.rules.schemas import SCHEMA
from leadflow_dsl.templates import Place
from leadflow_dsl.terms import Const
from leadflow_dsl.types import BROKEN

WITH_AUTH: Final = frozenset({"json", "form", "xml"})
"""Kinds of body into which ``auth body`` puts a secret."""
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "request": ("json", "form", "xml", "text", "soap", "multipart"),
    "batch": ("csv", "jsonl", "xml"),
    "email": ("text",),
    "reply": ("json", "form", "xml", "text"),
}
"""Which kinds of body each place sends."""
PLACES: Final = {"request": "a request", "batch": "a batch", "email": "an e-mail", "reply": "a reply"}


def body(r: Resolver, node: nodes.Body | nodes.Reply, where: str = "request") -> model.Body:
    """What is sent: exactly one of pairs, a template's path, a template's text. ``where`` is a key of ``KINDS``."""
    built = _body(r, node, where)
    if isinstance(node, nodes.Reply) or node.conforms is None:
        return built
    return replace(built, schema=_schema(r, node.conforms.path, built.kind))


def _schema(r: Resolver, node: nodes.Text, kind: str) -> str:
    """The path of a body's schema; "" after a finding."""
    if kind != "json":
        message = f"a JSON Schema says nothing of `body {kind}`"
        r.draft.found(SCHEMA.at(node.span, message, "", "take it out: only `body json` conforms to one"))
        return ""
    path, text = r.draft.project.find(node.value)
    if isinstance(text, Unread):
        r.draft.found(unread(node.span, node.value, path, text))
        return ""
    schema = read_schema(text)
    if isinstance(schema, str):
        r.draft.found(SCHEMA.at(node.span, f"`{path}` is no JSON Schema that can be used", schema))
        return ""
    return path


def _body(r: Resolver, node: nodes.Body | nodes.Reply, where: str) -> model.Body:
    kind = node.kind.text
    if kind not in KINDS[where]:
        message = f"{PLACES[where]} has no body of the kind `{kind}`"
        help = f"it takes {listed(KINDS[where])}"
        if kind in KINDS["batch"]:
            help = f"`{kind}` holds many leads: write it in a `deliver batch`"
        r.draft.found(BODY_HERE.at(node.kind.span, message, "", help))
    match node.form:
        case nodes.Mapping(keep_blanks=keep, pairs=said):
            beside = node.span if where == "request" and kind in WITH_AUTH else None
            return model.Body(kind, pairs(r, said, beside), keep_blanks=keep, span=node.span)
        case nodes.TemplateFile(path=path):
            return model.Body(kind, template=_template(r, path, kind), span=node.span)
        case nodes.Text() as text:
            quotes = 3 if text.long else 1
            source = text.value if text.long else text.raw[1:-1]
            place = Place(text.span.file, text.span.line, text.span.column + quotes, text.span.start + quotes)
            types = check_template(r, source, place, ())
            if text.long or "\\" not in source:  # between plain quotes a backslash is the text's own escape
                check_body(r, source, place, kind, types)
            return model.Body(kind, inline=text.value, span=node.span)


def _template(r: Resolver, node: nodes.Text, kind: str) -> str:
    path, text = r.draft.project.find(node.value)
    if isinstance(text, Unread):
        r.draft.found(unread(node.span, node.value, path, text))
    else:
        check_body(r, text, Place(path), kind, check_template(r, text, Place(path), (path,)))
    return path


def pairs(r: Resolver, said: Sequence[nodes.Pair], body: Span | None = None) -> tuple[model.Pair, ...]:
    """A mapping's pairs; two that write one place are reported. ``body`` is where the body stands beside which
    ``auth body`` may say a secret, if there is one."""
    seen: dict[tuple[model.Segment, ...], nodes.Pair] = {}
    for pair in said:
        left = left_of(pair.left)
        shared = next((key for key in seen if key[: len(left)] == left[: len(key)]), None)
        if shared is not None:
            _same(r, pair, seen[shared])
        seen.setdefault(left, pair)
    made = tuple(_pair(r, pair, body) for pair in said)
    _check_repeats(r, said, made)
    return made


def _check_repeats(r: Resolver, said: Sequence[nodes.Pair], made: Sequence[model.Pair]) -> None:
    """Something below a ``[*]`` is a list, or there is nothing for each of which it could repeat."""
    repeated = {
        pair.left[: _repeats(pair.left)] for pair in made if pair.right.type.name in ("list", "any", "broken")
    }
    for node, pair in zip(said, made, strict=True):
        if (
            _repeats(pair.left)
            and pair.right.type != BROKEN
            and pair.left[: _repeats(pair.left)] not in repeated
        ):
            message = "`[*]` repeats for each element, and this value is no list"
            help = "write `pets[*].name` on the right"
            r.draft.found(MISMATCH.at(node.value.span, message, "one value only", help))


def _repeats(left: tuple[model.Segment, ...]) -> int:
    """How many segments there are up to the last ``[*]``; 0 where there is none."""
    return max((number for number, segment in enumerate(left, 1) if segment.kind == "each"), default=0)


def _same(r: Resolver, pair: nodes.Pair, earlier: nodes.Pair) -> None:
    text = r.draft.text_at(pair.left.span)
    place = Label(earlier.left.span, "written here already")
    message = f"`{text}` is written twice"
    r.draft.found(SAME_KEY.at(pair.left.span, message, "written again", "take one out", (place,)))


def _pair(r: Resolver, pair: nodes.Pair, body: Span | None) -> model.Pair:
    if isinstance(pair.value, nodes.Env) and body is not None and not r.scope.secrets:
        r.draft.found(secret_shown(pair.value, _as_auth(r, pair, body)))
        return model.Pair(left_of(pair.left), Const("", BROKEN, pair.value.span), pair.span)
    return model.Pair(left_of(pair.left), r.value(pair.value), pair.span)


def _as_auth(r: Resolver, pair: nodes.Pair, body: Span) -> tuple[Edit, ...]:
    """The pair moved out of the mapping, to ``auth body`` before it."""
    source = r.draft.project.texts.get(body.file, "")
    line = source[source.rfind("\n", 0, body.start) + 1 : body.start]
    said = f"auth body {r.draft.text_at(pair.left.span)} {r.draft.text_at(pair.value.span)}"
    between = f"\n{line}" if not line.strip() else "  "
    before = Span(body.file, body.line, body.column, body.line, body.column, body.start, body.start)
    return (Edit(before, said + between), Edit(_taken_out(source, pair.span), ""))


def _taken_out(source: str, span: Span) -> Span:
    """The span of a pair with the white space that goes with it: its whole line where it has one."""
    begin = source.rfind("\n", 0, span.start)
    after = span.end + len(source[span.end :]) - len(source[span.end :].lstrip(" \t"))
    if source[begin + 1 : span.start].strip() or source[after : after + 1] != "\n":
        return span.replaced(end=after, end_column=span.end_column + after - span.end)
    if begin < 0:
        return span
    column = begin - source.rfind("\n", 0, begin)
    return span.replaced(start=begin, line=span.line - 1, column=column)


def left_of(left: nodes.Left) -> tuple[model.Segment, ...]:
    """A left side's segments, quoted names as plain ones."""
    return tuple(
        model.Segment("name" if segment.kind == "quoted" else segment.kind, segment.name, segment.index)
        for segment in left.segments
    )
