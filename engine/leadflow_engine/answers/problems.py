"""What can be wrong with a file of answers, said with its place, the value, the rule and the way out."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import re2

from leadflow_engine.answers.document import Document, Path, Problem
from leadflow_engine.answers.render import KNOWN_NAMES, names_in, written_json
from leadflow_engine.answers.spec import Leg, Reply

if TYPE_CHECKING:
    import jsonschema

_RATE = "write a rate as a percentage: 70%"
_TIME = "write a time, or from-to: 20ms, 1.5s, 20ms-80ms"
HELP: Mapping[str, str] = {
    "accept": _RATE,
    "chance": _RATE,
    "latency": _TIME,
    "delay": _TIME,
    "bid": "write an amount, or from-to: 8.00, 8.00-25.00",
    "cap": "write 40 per minute, 40 per hour, 40 per day or 40 total",
    "status": "write a status from 200 to 599",
    "headers": "write NAME: TEXT for each",
}
"""How the value of a key is written."""


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema of a file of answers, as it is shipped."""
    text = (
        resources.files("leadflow_engine.answers").joinpath("answers.schema.json").read_text(encoding="utf-8")
    )
    loaded: Mapping[str, Any] = json.loads(text)
    return loaded


def schema_problems(
    document: Document,
    shape: Mapping[str, Any] | None = None,
    begins: str = "it begins with `buyers:` or `services:`",
    helps: Mapping[str, str] = HELP,
) -> Iterator[Problem]:
    """Where a document does not have the schema's shape: that of a file of answers, or another (``shape``).

    ``begins`` says how such a file begins, ``helps`` how the value of a key is written.
    """
    if not isinstance(document.data, dict):
        yield document.problem((), "the file is empty or no mapping", begins)
        return
    # Here, as loading it is 40 ms of every start of a run or a service, which read no such file.
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(shape or schema())
    for error in validator.iter_errors(document.data):
        yield _problem(document, _nearest(error), helps)


def _nearest(error: jsonschema.ValidationError) -> jsonschema.ValidationError:
    """The cause inside a choice of forms: that of the form which the value comes nearest to."""
    while error.context:
        fitting = [cause for cause in error.context if cause.validator != "type"] or error.context
        error = max(fitting, key=lambda cause: len(cause.absolute_path))
    return error


def _problem(document: Document, error: jsonschema.ValidationError, helps: Mapping[str, str]) -> Problem:
    path: Path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = sorted(_mapping(error.schema).get("properties", ()))
        unknown = next((key for key in _mapping(error.instance) if key not in known), "")
        return document.problem((*path, unknown), f"`{unknown}` is not known here", _instead(unknown, known))
    if "propertyNames" in error.absolute_schema_path:
        message = f"`{error.instance}` cannot be a name here"
        return document.problem(
            (*path, str(error.instance)), message, "names are lower case letters, digits and _"
        )
    shown = written_json(error.instance)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    named = next((part for part in reversed(path) if isinstance(part, str)), "")
    return document.problem(path, f"{_at(path)}{shown} does not fit: {_rule(error)}", helps.get(named, ""))


def _instead(unknown: str, known: list[str]) -> str:
    near = difflib.get_close_matches(unknown, known, n=1)
    return f"did you mean `{near[0]}`?" if near else f"known are {', '.join(known)}" if known else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _at(path: Path) -> str:
    return f"`{path[-1]}`: " if path and isinstance(path[-1], str) else ""


def _rule(error: jsonschema.ValidationError) -> str:
    match error.validator:
        case "type":
            return f"expected {' or '.join(_texts(error.validator_value))}"
        case "enum":
            return f"expected one of {', '.join(_texts(error.validator_value))}"
        case "pattern":
            return "it is not written as expected"
    return str(error.message)[-120:]


def leg_problems(document: Document, path: Path, leg: Leg) -> Iterator[Problem]:
    """What the schema cannot say: parts of a leg that need each other, names and patterns that mean nothing."""
    named = leg.named
    if not leg.replies and not named:
        yield document.problem(
            path, f"{leg.key} has no answer", "give `answers:`, or `accepted:` and `rejected:`"
        )
    if leg.remember and "duplicate" not in named:
        yield document.problem((*path, "remember"), "`remember` needs an answer `duplicate:`")
    if leg.cap and not {"capped", "rejected"} & named.keys():
        yield document.problem((*path, "cap"), "`cap` needs an answer `capped:` or `rejected:`")
    if leg.accept < 1 and "rejected" not in named:
        yield document.problem((*path, "accept"), "`accept` under 100% needs an answer `rejected:`")
    if named and "accepted" not in named:
        yield document.problem(path, f"{leg.key} has named answers but no `accepted:`")
    for reply in (*leg.replies, *(reply for replies in named.values() for reply in replies)):
        yield from _reply_problems(document, path, leg, reply)


def _reply_problems(document: Document, path: Path, leg: Leg, reply: Reply) -> Iterator[Problem]:
    for name in names_in(reply.body):
        if name not in KNOWN_NAMES and not name.startswith("request."):
            known = "id, bid, attempt, request.FIELD"
            yield document.problem(
                path, f"`{{{{ {name} }}}}` in an answer of {leg.key} is nothing", f"known are {known}"
            )
        if name == "bid" and leg.bid is None:
            yield document.problem(path, f"{leg.key} answers with `{{{{ bid }}}}` but has no `bid:`")
    for test in reply.tests:
        if test.kind == "matches" and not _compiles(test.value):
            yield document.problem(path, f"/{test.value}/ is not a regular expression (RE2)")
    if reply.hang and reply.cut:
        yield document.problem(path, f"an answer of {leg.key} has both `hang` and `cut`", "keep one of them")


def _compiles(pattern: str) -> bool:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error:
        return False
    return True
