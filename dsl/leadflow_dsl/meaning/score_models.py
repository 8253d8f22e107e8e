"""A score's model against the flow: the file is as its schema says, and its features are values that the flow has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.loading import unread
from leadflow_dsl.meaning.names import Problem, Word, look_up
from leadflow_dsl.meaning.suggestions import listed
from leadflow_dsl.model.scores import Feature, Leaf, Split, Trained
from leadflow_dsl.project import Unread
from leadflow_dsl.rules.scores import FEATURE, MODEL
from leadflow_dsl.terms import Read
from leadflow_dsl.types import described, kind

Json = Any

KINDS: Final[Mapping[str, frozenset[str]]] = {
    "number": frozenset(("number",)),
    "true": frozenset(("boolean",)),
    "is": frozenset(("text", "boolean", "number")),
    "hour": frozenset(("time", "datetime")),
    "weekday": frozenset(("date", "datetime")),
}
"""Groups of types that a feature may be made of, by its ``as``; what is not here takes all."""

_FIELD: Final = re.compile(r'"field"\s*:\s*"([^"\\]*)"')


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    text = resources.files("leadflow_dsl").joinpath("score_model.schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text))


def trained_model(r: Resolver, at: nodes.Model) -> Trained | None:
    """The model of a score; None after a finding."""
    path, text = r.draft.project.find(at.path.value)
    if isinstance(text, Unread):
        r.draft.found(unread(at.path.span, at.path.value, path, text))
        return None
    found = _document(text)
    if isinstance(found, str):
        message = f"`{path}` is no model: {found}"
        help = "`leadflow train` writes one"
        r.draft.found(MODEL.at(at.path.span, message, "", help))
        return None
    return _trained(r, found, _places(text, path, at.path.span, len(found["features"])))


def _document(text: str) -> Json | str:
    """What the file holds, or why it is no model."""
    try:
        document = json.loads(text, parse_float=Decimal, parse_int=_whole, parse_constant=_no_number)
    except (ValueError, ArithmeticError, RecursionError) as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        return f"it does not parse as JSON{place}"
    wrong = next(
        iter(sorted(_validator().iter_errors(document), key=lambda error: list(map(str, error.path)))), None
    )
    if wrong is not None:
        place = ".".join(map(str, wrong.absolute_path)) or "the root"
        return f"at {place}: {wrong.validator} {_said(wrong.validator_value)}".rstrip()
    return _loose(document) or document


def _whole(digits: str) -> int:
    if len(digits) > 15:
        raise ValueError("a number of more digits than any model has")
    return int(digits)


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _said(value: Json) -> str:
    return json.dumps(value, default=str)[:80] if isinstance(value, str | int | list) else ""


def _loose(document: Json) -> str:
    """What no schema can say: one weight for each feature, trees that only lead downwards."""
    features = len(document["features"])
    if document["kind"] == "logistic" and len(document["weights"]) != features:
        return f"it has {features} features and {len(document['weights'])} weights"
    for number, tree in enumerate(document.get("trees", ())):
        for place, node in enumerate(tree):
            if "feature" not in node:
                continue
            if node["feature"] >= features:
                return f"trees.{number}.{place} asks for feature {node['feature']}, of {features}"
            if not all(place < node[way] < len(tree) for way in ("yes", "no")):
                return f"trees.{number}.{place} leads to no node further down"
    return ""


def _places(text: str, path: str, whole: Span, number: int) -> list[Span]:
    """Where each feature's field stands in the file, in order."""
    found = [_span(text, path, match) for match in _FIELD.finditer(text)]
    return found if len(found) == number else [whole] * number


def _span(text: str, path: str, match: re.Match[str]) -> Span:
    start, end = match.span(1)
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    return Span(path, line, column, line, column + end - start, start, end)


def _trained(r: Resolver, document: Json, places: list[Span]) -> Trained | None:
    features = [_feature(r, said, span) for said, span in zip(document["features"], places, strict=True)]
    if None in features:
        return None
    return Trained(
        version=document["version"],
        kind=document["kind"],
        features=tuple(feature for feature in features if feature is not None),
        base=Decimal(document["base"]),
        weights=tuple(Decimal(weight) for weight in document.get("weights", ())),
        trees=tuple(tuple(map(_node, tree)) for tree in document.get("trees", ())),
    )


def _node(said: Json) -> Leaf | Split:
    value = Decimal(said["value"])
    if "feature" not in said:
        return Leaf(value)
    return Split(value, said["feature"], float(said["at_most"]), said["yes"], said["no"])


def _feature(r: Resolver, said: Json, span: Span) -> Feature | None:
    read = _read(r, said["field"], span)
    if read is None:
        return None
    allowed = KINDS.get(said["as"])
    if allowed is not None and kind(read.type).group not in {*allowed, "any"}:
        message = f"the model reads `{said['field']}` as {said['as']}, and it is {described(read.type)}"
        ways = [way for way, groups in KINDS.items() if kind(read.type).group in groups]
        help = f"it can be read as {listed([*ways, 'present', 'missing'])}"
        r.draft.found(FEATURE.at(span, message, "another type than the model was trained on", help))
        return None
    value = said.get("value", "")
    name = f"{said['field']} {said['as']}{' ' + value if value else ''}".removesuffix(" number").replace(
        " true", ""
    )
    return Feature(name, read, said["as"], value, Decimal(said.get("typical", 0)))


def _read(r: Resolver, field: str, span: Span) -> Read | None:
    answered = look_up(r.draft, r.scope, tuple(_words(field, span)), span)
    if isinstance(answered, Read):
        return answered
    if isinstance(answered, Problem):
        message = answered.message.replace("unknown field", "the model reads the unknown field")
        r.draft.found(FEATURE.at(answered.span, message, answered.label, answered.help, answered.labels))
    else:
        r.draft.found(
            FEATURE.at(span, f"`{field}` is no value of a lead", "", "name a field, or a part of one")
        )
    return None


def _words(field: str, span: Span) -> Iterator[Word]:
    """The words of a field with their places; all at one place where the file's text is not known."""
    inside = span.end - span.start == len(field)
    start = 0
    for word in field.split("."):
        here = span
        if inside:
            column, first = span.column + start, span.start + start
            here = Span(span.file, span.line, column, span.line, column + len(word), first, first + len(word))
        yield Word(word, here)
        start += len(word) + 1
