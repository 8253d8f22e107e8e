"""The JSON Schema that a body conforms to: read once, refused where it cannot be used.

jsonschema is loaded when a flow says ``conforms to``, and not before. Nothing is ever fetched: a ``$ref`` leads to a
place in the same file. Numbers are exact, and patterns are RE2's, as everywhere else, so that no lead makes one slow.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from leadflow_dsl import patterns
from leadflow_dsl.unguarded import dataclass

Json = Any

MOST_PARTS: Final = 10_000
"""Parts of a schema that are looked at."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema that can be used: what the file holds, and jsonschema's class for its draft."""

    document: Json
    validators: Any

    def validator(self, keywords: Mapping[str, Any] | None = None) -> Any:
        """A validator that fetches nothing; ``keywords`` take the place of the draft's own."""
        from jsonschema import validators
        from referencing import Registry

        own = {"pattern": _pattern, **(keywords or {})}
        extended: Any = validators.extend
        kind = extended(self.validators, own, type_checker=_exact(self.validators.TYPE_CHECKER))
        return kind(self.document, registry=Registry())


def _exact(checker: Any) -> Any:
    """A draft's types, where a whole number may be written 3.0 if the draft says so."""
    floats = checker.is_type(1.0, "integer")

    def integer(_: Any, value: object) -> bool:
        if isinstance(value, Decimal):
            return bool(floats) and value.is_finite() and value == value.to_integral_value()
        return isinstance(value, int) and not isinstance(value, bool)

    return checker.redefine("integer", integer)


def _pattern(_: Any, pattern: str, value: object, __: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(value, str) and not compiled(pattern).search(value):
        yield ValidationError("the pattern does not match")


compiled = lru_cache(maxsize=256)(patterns.compiled)
"""A schema's pattern, made once."""


@lru_cache(maxsize=32)
def read_schema(text: str) -> Schema | str:
    """The schema that a file holds, or why it cannot be used."""
    from jsonschema import SchemaError

    try:
        document = json.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        return f"it is no JSON{place}"
    if not isinstance(document, dict | bool):
        return "a schema is an object"
    kind = _draft(document)
    if kind is None:
        return "`$schema` names no draft of JSON Schema that is known"
    try:
        kind.check_schema(document)
        why = _unusable(document, kind)
        if not why:
            list(Schema(document, kind).validator().iter_errors({}))
    except SchemaError as error:
        return f"`{_place(error.absolute_path)}` is not as its draft says: {error.validator}"
    except RecursionError:
        return "it leads round in a circle, or is nested too deep"
    except (ValueError, TypeError, LookupError, ArithmeticError):
        return "it cannot be read as its draft says"
    return why or Schema(document, kind)


def _draft(document: Json) -> Any:
    from jsonschema import Draft202012Validator, validators

    if not isinstance(document, dict) or "$schema" not in document:
        return Draft202012Validator
    said = document["$schema"]
    none: Any = None
    return validators.validator_for(document, default=none) if isinstance(said, str) else None


SHOWN: Final = frozenset(
    "type minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems pattern "
    "format const enum required uniqueItems minProperties maxProperties".split()
)
"""Keywords whose own value says what is wanted."""


def rule_said(error: Any) -> str:
    """The rule of the schema that a value breaks, in the schema's words; nothing of the value."""
    if error.validator not in SHOWN:
        return f"`{error.validator or 'false'}`"
    wanted = json.dumps(error.validator_value, default=str, ensure_ascii=False)
    if error.validator == "required" and isinstance(error.validator_value, list):
        missing = [name for name in error.validator_value if name not in error.instance]
        return f"it lacks {', '.join(f'`{name}`' for name in missing)}"
    return f"`{error.validator}` is {wanted if len(wanted) <= LONGEST else wanted[:LONGEST] + '...'}"


LONGEST: Final = 120


def _place(path: Any) -> str:
    return ".".join(str(part) for part in path) or "the root"


REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")


def _unusable(document: Json, kind: Any) -> str:
    """What no draft forbids and is not used: a reference to elsewhere, a pattern that RE2 does not take."""
    from referencing import Registry
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import specification_with

    dialect = kind.META_SCHEMA.get("$schema", kind.META_SCHEMA.get("$id", ""))
    whole = specification_with(dialect).create_resource(document)
    waiting = [(whole, Registry().resolver_with_root(whole))]
    seen: set[int] = set()
    while waiting:
        part, resolver = waiting.pop()
        if id(part.contents) in seen or not isinstance(part.contents, dict):
            continue
        seen.add(id(part.contents))
        if len(seen) > MOST_PARTS:
            return f"it has more than {MOST_PARTS} parts"
        if why := _wrong_pattern(part.contents):
            return why
        for word in REFERENCES:
            reference = part.contents.get(word)
            if not isinstance(reference, str):
                continue
            if not reference.startswith("#"):
                return f"`{word}` leads out of the file: {reference}"
            try:
                found = resolver.lookup(reference)
            except Unresolvable:
                return f"`{word}` leads nowhere: {reference}"
            waiting.append((specification_with(dialect).create_resource(found.contents), found.resolver))
        waiting += [(each, resolver.in_subresource(each)) for each in part.subresources()]
    return ""


def _wrong_pattern(part: Mapping[str, Json]) -> str:
    import re

    import re2

    said = [part.get("pattern")] if isinstance(part.get("pattern"), str) else []
    named = part.get("patternProperties")
    for pattern in (*said, *(named if isinstance(named, dict) else ())):
        try:
            compiled(str(pattern))
            re.compile(str(pattern))  # names are matched by jsonschema itself
        except (re2.error, re.error):
            return f"no pattern of RE2: {pattern}"
    return ""
