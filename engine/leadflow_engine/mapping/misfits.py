"""Where a body that does not conform to its schema is written: the pair, or the line of the template.

Nothing of a value is told, as in ``conforming``: the rule and the place say enough.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any, Final, TypeAlias

from leadflow_dsl import model as m
from leadflow_dsl.body_schemas import Schema, read_schema, rule_said
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.tokens import source
from leadflow_engine.mapping.conforming import names_of, place_in, validator_of
from leadflow_engine.mapping.tree import EACH, Step, step_of

Path: TypeAlias = tuple[Step, ...]

MOST: Final = 20
"""Misfits of one body that are told."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """One rule that a body breaks: where it is written, the place in the body, the rule, and where that stands."""

    span: Span
    place: str
    rule: str
    schema: str


def misfits(text: str, body: m.Body, texts: Mapping[str, str]) -> Iterator[Misfit]:
    """What keeps a written JSON body from conforming, in the order of the schema. ``texts`` are the flow's files."""
    if not isinstance(read_schema(texts.get(body.schema, "")), Schema):
        return
    validator, names = _validator(body.schema, texts[body.schema])
    errors = validator.iter_errors(json.loads(text, parse_float=Decimal))
    for error in islice(errors, MOST):
        span = _written(body, (*error.absolute_path, *_missing(error)), texts)
        yield Misfit(span, place_in(error.absolute_path, names), rule_said(error), _pointer(body, error))


@lru_cache(maxsize=32)
def _validator(path: str, text: str) -> tuple[Any, frozenset[str]]:
    schema = read_schema(text)
    assert isinstance(schema, Schema), path
    return validator_of(schema), frozenset(names_of(schema))


def _pointer(body: m.Body, error: Any) -> str:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in error.absolute_schema_path)
    return f"{body.schema}#/{'/'.join(steps)}"


def _missing(error: Any) -> tuple[str, ...]:
    """The first name that a body lacks: the pair that would have written it was blank."""
    if error.validator != "required" or not isinstance(error.validator_value, list):
        return ()
    return tuple(name for name in error.validator_value if name not in error.instance)[:1]


def _written(body: m.Body, path: Path, texts: Mapping[str, str]) -> Span:
    """Where a path is written."""
    if not body.template and not body.inline:
        return _pair(body, path)
    file = body.template or body.span.file
    return _named(body, file, texts.get(file, ""), path)


def _pair(body: m.Body, path: Path) -> Span:
    fits = [(_shared(tuple(map(step_of, pair.left)), path), pair.span) for pair in body.pairs]
    longest = max((shared for shared, _ in fits), default=0)
    return next((span for shared, span in fits if shared == longest), body.span) if longest else body.span


def _shared(left: Sequence[Step], path: Path) -> int:
    """How many steps from the root on are the same; an index is as good as ``[*]``."""
    count = 0
    for wanted, step in zip(left, path, strict=False):
        if wanted != step and not (wanted == EACH and isinstance(step, int)):
            break
        count += 1
    return count


def _named(body: m.Body, file: str, text: str, path: Path) -> Span:
    """The one place of a template where the last name of a path is written; the body's own where it is not one."""
    begin, end = (0, len(text)) if body.template else (body.span.start, body.span.end)
    for name in (step for step in reversed(path) if isinstance(step, str)):
        found = [*re.finditer(re.escape(json.dumps(name, ensure_ascii=False)), text[begin:end])]
        if len(found) == 1:
            start = begin + found[0].start()
            return source(file, text).span(start, begin + found[0].end())
    return body.span
