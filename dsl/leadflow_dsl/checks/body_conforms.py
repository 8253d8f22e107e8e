"""Bodies written by pairs against the JSON Schema that they say they conform to: what no lead could make right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from decimal import Decimal
from typing import Any, Final

from leadflow_dsl.body_schemas import Schema, read_schema, rule_said
from leadflow_dsl.checks.terms_walk import records_of
from leadflow_dsl.diagnostics import Diagnostic, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.suggestions import did_you_mean
from leadflow_dsl.model import Body, Flow, Request, Segment
from leadflow_dsl.rules.schemas import NO_FIT
from leadflow_dsl.terms import Const, Term
from leadflow_dsl.unguarded import dataclass

DEEPEST: Final = 40
"""Levels of a body and of references that are followed."""


@dataclass(slots=True)
class Node:
    """A place of the body: the pair that is written there, or what stands below it."""

    span: Span
    term: Term | None = None
    names: dict[str, Node] = field(default_factory=dict)
    items: dict[int, Node] = field(default_factory=dict)


def body_conforms(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Findings on bodies that say ``conforms to``, each once."""
    seen: set[Diagnostic] = set()
    for request in records_of((flow.sources, flow.steps, flow.named_delivers, flow.buyers)):
        if isinstance(request, Request) and request.body is not None and request.body.schema:
            for found in _in_request(request, request.body, draft):
                if found not in seen:
                    seen.add(found)
                    yield found


def _in_request(request: Request, body: Body, draft: Draft) -> Iterator[Diagnostic]:
    schema = read_schema(draft.project.texts.get(body.schema, ""))
    if not body.template and not body.inline and isinstance(schema, Schema):
        yield from _Look(schema, body).at(_tree(request, body), schema.document, ())


def _tree(request: Request, body: Body) -> Node:
    root = Node(body.span)
    for auth in request.auth:
        if auth.kind == "body":
            names = auth.name.split(".")
            _grow(
                root, tuple(Segment("name", name.partition("[")[0]) for name in names), auth.span
            ).term = auth.secret
    for pair in body.pairs:
        _grow(root, pair.left, pair.span).term = pair.right
    return root


def _grow(node: Node, left: tuple[Segment, ...], span: Span) -> Node:
    for segment in left:
        if segment.kind in ("index", "each"):
            node = node.items.setdefault(-1 if segment.kind == "each" else segment.index, Node(span))
        else:
            name = f"@{segment.name}" if segment.kind == "attribute" else segment.name
            node = node.names.setdefault(name, Node(span))
    return node


@dataclass(frozen=True, slots=True)
class _Look:
    """One body beside its schema."""

    schema: Schema
    body: Body
    seen: set[tuple[int, int]] = field(default_factory=set)

    def at(self, node: Node, part: Any, path: tuple[str, ...]) -> Iterator[Diagnostic]:
        """What is wrong at a place of the body, of which a part of the schema (at ``path``) speaks."""
        if len(path) > DEEPEST:
            return
        if part is False:
            yield self._told(node.span, "the schema allows nothing here", path)
        if not isinstance(part, dict) or (id(node), id(part)) in self.seen:
            return
        self.seen.add((id(node), id(part)))  # once each, however often a schema leads there
        if path and any(isinstance(part.get(word), str) for word in ("$id", "id")):
            return  # its references count from there: left to the check of what is sent
        if isinstance(reference := part.get("$ref"), str):
            yield from self.at(node, self._place(reference), (*path, "$ref"))
            return  # up to draft 7 nothing else counts beside it
        for number, one in enumerate(_list(part.get("allOf"))):
            yield from self.at(node, one, (*path, "allOf", str(number)))
        if node.term is not None:
            yield from self._constant(node, node.term, part, path)
        elif node.items:
            yield from self._array(node, part, path)
        else:
            yield from self._object(node, part, path)

    def _place(self, reference: str) -> Any:
        """What a reference within the file leads to; None where it goes by a name."""
        if reference not in ("#", "") and not reference.startswith("#/"):
            return None
        found = self.schema.document
        for step in reference.split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            found = found.get(step) if isinstance(found, dict) else None
        return found

    def _object(self, node: Node, part: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Diagnostic]:
        if not _takes(part, "object"):
            yield self._told(node.span, f"an object stands where {_types(part)} is wanted", (*path, "type"))
            return
        for name in _list(part.get("required")):
            if isinstance(name, str) and name not in node.names:
                help = did_you_mean(name, node.names)
                yield self._told(
                    node.span, f"no pair writes `{name}`, which is required", (*path, "required"), help
                )
        known = part.get("properties")
        known = known if isinstance(known, dict) else {}
        for name, child in node.names.items():
            if name in known:
                yield from self.at(child, known[name], (*path, "properties", name))
            elif part.get("additionalProperties") is False and not part.get("patternProperties"):
                help = did_you_mean(name, known)
                place = (*path, "additionalProperties")
                yield self._told(
                    child.span, f"the schema has no `{name}`, and nothing else is taken", place, help
                )

    def _array(self, node: Node, part: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Diagnostic]:
        if not _takes(part, "array"):
            yield self._told(node.span, f"a list stands where {_types(part)} is wanted", (*path, "type"))
        elif "prefixItems" not in part:
            for child in node.items.values():
                yield from self.at(child, part.get("items"), (*path, "items"))

    def _constant(
        self, node: Node, term: Term, part: Mapping[str, Any], path: tuple[str, ...]
    ) -> Iterator[Diagnostic]:
        if (
            not isinstance(term, Const)
            or term.value == ""
            or not isinstance(term.value, str | bool | Decimal)
        ):
            return
        try:
            errors = list(self.schema.validator().evolve(schema=part).iter_errors(term.value))
        except (RecursionError, LookupError, TypeError, ArithmeticError):
            return  # left to the check of what is sent
        for error in errors:
            if not error.absolute_schema_path or error.absolute_schema_path[0] == "allOf":
                continue  # looked at by itself
            place = (*path, *(str(step) for step in error.absolute_schema_path))
            yield self._told(node.span, f"the schema does not take this constant: {rule_said(error)}", place)

    def _told(
        self, span: Span, message: str, path: tuple[str, ...], help: tuple[str, ...] | str = ()
    ) -> Diagnostic:
        pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in path)
        return NO_FIT.at(span, message, f"{self.body.schema}#/{pointer}", help)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _takes(part: Mapping[str, Any], kind: str) -> bool:
    said = part.get("type")
    return not isinstance(said, str | list) or kind in ([said] if isinstance(said, str) else said)


def _types(part: Mapping[str, Any]) -> str:
    said = part.get("type")
    return " or ".join(str(one) for one in (said if isinstance(said, list) else [said]))
