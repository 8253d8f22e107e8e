"""Bodies from templates: rendered, then checked to be what they say they are."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from leadflow_dsl import model as m
from leadflow_dsl.terms import SecretRef
from leadflow_engine.evaluation.evaluate import Scope
from leadflow_engine.mapping.bodies import encoded, flat, plain_secrets
from leadflow_engine.mapping.problems import MappingError
from leadflow_engine.mapping.tree import EACH, Tree, grow, step_of
from leadflow_engine.templates import Template, TemplateError, Templates
from leadflow_engine.texts.json_text import dumps
from leadflow_engine.texts.leaves import Kind, Refused, Secret, leaf

_LINE_ENDS = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class RenderedBody:
    """A body from a template; ``tests`` are a test lead's fields that join it."""

    template: Template
    kind: Kind
    auth: dict[str, Secret]
    pairs: tuple[m.Pair, ...]
    tests: Tree

    @classmethod
    def of(
        cls, body: m.Body, kind: Kind, secrets: Sequence[tuple[str, SecretRef]], templates: Templates
    ) -> RenderedBody:
        """The body's template, compiled. Raises ``MappingError``."""
        try:
            template = templates.inline(body.inline) if body.inline else templates.get(body.template)
        except TemplateError as problem:
            raise MappingError(str(problem), body.span) from problem
        if secrets and not template.places_secrets:
            rule = f"the secret of `auth body` is never sent: write `{{{{ auth.{secrets[0][0]} }}}}` in the template"
            raise MappingError(rule, body.span)
        if body.pairs and kind in {"xml", "text"}:
            rule = "test fields cannot be put into an XML or text template; it can ask `lead.test` itself"
            raise MappingError(rule, body.span)
        if body.pairs and any(step_of(segment) == EACH for pair in body.pairs for segment in pair.left):
            raise MappingError("a test field stands in one place", body.span)
        auth = {name: Secret(secret.name) for name, secret in secrets}
        return cls(template, kind, auth, body.pairs, grow(body.pairs))

    def __call__(self, scope: Scope) -> str:
        text = self.template.render(scope, self.kind, self.auth)
        values = [leaf(term, scope, self.kind) for term in self.tests.terms]
        if self.kind == "json":
            return self._json(text.strip(), values)
        if self.kind == "form":
            extra = encoded(flat(self.tests.root, values, False))
            return "&".join(filter(None, (_LINE_ENDS.sub("", text.strip()), extra)))
        return self._xml(text.strip()) if self.kind == "xml" else text

    def _json(self, text: str, values: Sequence[object]) -> str:
        try:
            parsed = _EXACT.decode(text)
        except json.JSONDecodeError as problem:
            raise Refused(self._broken("JSON", f"line {problem.lineno}, column {problem.colno}")) from problem
        except (ValueError, ArithmeticError, RecursionError) as problem:
            raise Refused(self._broken("JSON", "a number, or the depth")) from problem
        if not self.pairs:
            return text
        for pair, value in zip(self.pairs, values, strict=True):
            parsed = _placed(parsed, pair.left, plain_secrets(value))
        return dumps(parsed)

    def _xml(self, text: str) -> str:
        try:
            fromstring(text.encode("utf-8", "replace"), forbid_dtd=True)
        except ParseError as problem:
            line, column = problem.position
            raise Refused(self._broken("XML", f"line {line}, column {column + 1}")) from problem
        except (DefusedXmlException, ValueError) as problem:
            raise Refused(self._broken("XML", "a document type")) from problem
        return text

    def _broken(self, kind: str, place: str) -> str:
        return f"template {self.template.name}: what it gives for this lead is no {kind} ({place})"


def _no_constant(name: str) -> None:
    raise ValueError(name)


_EXACT: Final = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant)


def _placed(whole: object, left: Sequence[m.Segment], value: object) -> object:
    """A parsed body with a value at a place, made where it is not there; a blank changes nothing."""
    if value is None:
        return whole
    if not left:
        return value
    step, rest = step_of(left[0]), left[1:]
    if isinstance(step, str):
        inner = whole if isinstance(whole, dict) else {}
        return {**inner, step: _placed(inner.get(step), rest, value)}
    items = list(whole) if isinstance(whole, list) else []
    here = items[step] if step < len(items) else None
    items[step : step + 1] = [_placed(here, rest, value)]
    return items
