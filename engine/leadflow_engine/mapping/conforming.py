"""Bodies held against the JSON Schema that they say they conform to, before anything is sent.

A body that does not conform ends the build. What is told names the place and the rule; the value is the lead's and is
never shown, nor is a name that the schema does not have, which a lead may have brought too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias

from leadflow_dsl import model as m
from leadflow_dsl.body_schemas import Schema, read_schema, rule_said
from leadflow_engine.evaluation.evaluate import Scope
from leadflow_engine.mapping.problems import MappingError
from leadflow_engine.secrets import OPEN
from leadflow_engine.texts.leaves import Refused

WriteBody: TypeAlias = Callable[[Scope], str]

OF_TEXTS: Final = ("pattern", "minLength", "maxLength", "enum", "const", "format")
"""Keywords that are not asked of a secret: it is put in when the request leaves."""


def conforming(write: WriteBody, body: m.Body, text: str) -> WriteBody:
    """A writer whose bodies conform to the schema of this text. Raises ``MappingError`` where it cannot be used."""
    schema = read_schema(text)
    if isinstance(schema, str):
        raise MappingError(f"`{body.schema}` is no JSON Schema that can be used: {schema}", body.span)
    return _Conforming(write, body.schema, validator_of(schema), frozenset(names_of(schema)))


def validator_of(schema: Schema) -> Any:
    """A validator of bodies: of a secret that is not put in yet it asks only that it is a text."""
    own = {"pattern": schema.validator().VALIDATORS["pattern"]}
    known = {**schema.validators.VALIDATORS, **own}
    return schema.validator({word: _but_of_secrets(known[word]) for word in OF_TEXTS if word in known})


def _but_of_secrets(rule: Any) -> Any:
    def checked(validator: Any, wanted: Any, value: object, part: Any) -> Iterator[Any]:
        if not (isinstance(value, str) and OPEN in value):
            yield from rule(validator, wanted, value, part) or ()

    return checked


@dataclass(frozen=True, slots=True)
class _Conforming:
    """A body's writer and what its bodies conform to. ``names`` are those of the schema, which may be shown."""

    write: WriteBody
    path: str
    validator: Any
    names: frozenset[str]

    def __call__(self, scope: Scope) -> str:
        text = self.write(scope)
        try:
            error = next(self.validator.iter_errors(json.loads(text, parse_float=Decimal)), None)
        except (ValueError, ArithmeticError, TypeError, LookupError, RecursionError) as problem:
            raise Refused(f"the body cannot be held against {self.path}") from problem
        if error is not None:
            place = place_in(error.absolute_path, self.names)
            raise Refused(f"the body does not conform to {self.path}: {place}: {rule_said(error)}")
        return text


def place_in(path: Iterable[str | int], names: frozenset[str]) -> str:
    """A place in a body; a name that is not one of the schema's may be a lead's and is not shown."""
    written = ""
    for step in path:
        shown = step if step in names else "*"
        written += f"[{step}]" if isinstance(step, int) else f".{shown}" if written else f"{shown}"
    return written or "root"


def names_of(schema: Schema) -> Iterator[str]:
    """The names of properties anywhere in a schema."""
    waiting = [schema.document]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            properties = part.get("properties")
            yield from properties if isinstance(properties, Mapping) else ()
        if isinstance(part, dict | list):
            waiting += part.values() if isinstance(part, dict) else part
