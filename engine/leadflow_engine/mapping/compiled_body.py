"""A request's body, compiled once: how it is written, what is put around it, and as which content type it is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from leadflow_dsl import model as m
from leadflow_engine.evaluation.evaluate import Scope
from leadflow_engine.mapping import multipart
from leadflow_engine.mapping.bodies import CONTENT_TYPE, TEXT_NAME, WRITERS, XML_NAME
from leadflow_engine.mapping.compiled_json import compiled_json
from leadflow_engine.mapping.conforming import conforming
from leadflow_engine.mapping.envelopes import soap_of
from leadflow_engine.mapping.problems import MappingError, NotBuilt
from leadflow_engine.mapping.rendered import RenderedBody
from leadflow_engine.mapping.rows import check_columns, csv_row
from leadflow_engine.mapping.tree import Node, Tree, grow, secret_pair, written_left
from leadflow_engine.templates import TemplateError, Templates
from leadflow_engine.texts.leaves import Kind, leaf

WriteBody: TypeAlias = Callable[[Scope], str]


def _kind(body: m.Body) -> Kind:
    """The kind that a body's values are written for."""
    if body.kind in _WRITTEN_AS:
        return _WRITTEN_AS[body.kind]
    if body.kind not in CONTENT_TYPE:
        raise NotBuilt(f"`body {body.kind}` is not built yet", body.span)
    return body.kind  # type: ignore[return-value]


_WRITTEN_AS: Final[dict[str, Kind]] = {"soap": "xml", "multipart": "form", "jsonl": "json", "csv": "form"}


def content_type(request: m.Request) -> str:
    """The content type that is said where no header says one; of a multipart body all but its boundary."""
    if request.body is None:
        return ""
    if request.body.kind == "soap":
        return soap_of(request.headers).content_type
    if request.body.kind == "multipart":
        return multipart.CONTENT_TYPE
    return CONTENT_TYPE[_kind(request.body)]


def body_writer(request: m.Request, templates: Templates) -> WriteBody | None:
    """What writes the body for a lead; None where nothing is sent. Raises ``NotBuilt`` and ``MappingError``."""
    write, body = _writer(request, templates), request.body
    if write is None or body is None or not body.schema:
        return write
    try:
        return conforming(write, body, templates.text(body.schema))
    except TemplateError as problem:
        raise MappingError(str(problem), body.span) from problem


def _writer(request: m.Request, templates: Templates) -> WriteBody | None:
    secrets = tuple((auth.name, auth.secret) for auth in request.auth if auth.kind == "body" and auth.secret)
    body = request.body
    if body is None:
        if secrets:
            raise MappingError("`auth body` needs a body to stand in", request.span)
        return None
    kind = _kind(body)
    finish = soap_of(request.headers).wrapped if body.kind == "soap" else _as_it_is
    if body.template or body.inline:
        if body.kind in BY_PAIRS:
            raise MappingError(f"`body {body.kind}` is written by pairs, not by a template", body.span)
        return _Finished(RenderedBody.of(body, kind, secrets, templates), finish)
    tree = grow((*(secret_pair(name, secret) for name, secret in secrets), *body.pairs))
    _check_tree(tree.root, kind, body)
    if body.kind == "csv":
        check_columns(body)
    write = BY_PAIRS.get(body.kind) or WRITERS[kind]
    compiled = compiled_json(tree, body.keep_blanks) if kind == "json" else None
    return compiled or _Finished(_Mapped(tree, kind, write, body.keep_blanks), finish)


BY_PAIRS: Final = {"multipart": multipart.multipart_body, "csv": csv_row}
"""Bodies that have writers of their own; no template writes them."""


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class _Finished:
    """A body, and what is put around it."""

    write: WriteBody
    finish: Callable[[str], str]

    def __call__(self, scope: Scope) -> str:
        return self.finish(self.write(scope))


@dataclass(frozen=True, slots=True)
class _Mapped:
    """A body from pairs."""

    tree: Tree
    kind: Kind
    write: Callable[[Node, Sequence[object], bool], str]
    keep_blanks: bool

    def __call__(self, scope: Scope) -> str:
        values = [leaf(term, scope, self.kind) for term in self.tree.terms]
        return self.write(self.tree.root, values, self.keep_blanks)


def _check_tree(root: Node, kind: Kind, body: m.Body) -> None:
    if kind == "text":
        raise MappingError("`body text` is written by a template, not by pairs", body.span)
    if kind != "xml":
        return
    if len(root.children) != 1 or root.leaf >= 0:
        raise MappingError(
            "an XML body has exactly one root: every left side begins with its name", body.span
        )
    for pair in body.pairs:
        if wrong := next((part for part in pair.left if _bad_xml(part)), None):
            raise MappingError(f"`{wrong.name}` in `{written_left(pair.left)}` is no XML name", pair.span)
    _check_attributes(root, body)


def _bad_xml(part: m.Segment) -> bool:
    return (
        part.kind in {"name", "attribute"}
        and part.name != TEXT_NAME
        and not XML_NAME.match(part.name.lstrip("@"))
    )


def _check_attributes(node: Node, body: m.Body) -> None:
    for step, child in node.children.items():
        if isinstance(step, str) and step[:1] in "@#" and child.children:
            raise MappingError(f"`{step}` is an attribute or a text and has no parts", body.span)
        _check_attributes(child, body)
