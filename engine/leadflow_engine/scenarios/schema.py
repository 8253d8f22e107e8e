"""The JSON Schema of a file of scenarios, whole: the schema of answers is inside, so that an editor needs one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from leadflow_engine.answers import problems

ANSWERS: Final = "../answers/answers.schema.json#/"
"""How the shipped file refers to the schema of answers beside it."""

INSIDE: Final = "#/$defs/file_of_answers/"
"""Where that schema stands in the whole one."""


@cache
def schema() -> Mapping[str, Any]:
    """The schema, complete in itself."""
    own = json.loads(
        resources.files("leadflow_engine.scenarios").joinpath("scenarios.schema.json").read_text("utf-8")
    )
    answers = {key: value for key, value in problems.schema().items() if key not in {"$schema", "$id"}}
    whole: dict[str, Any] = _referring(own, ANSWERS)
    whole["$defs"]["file_of_answers"] = _referring(answers, "#/")
    return whole


def _referring(value: Any, to: str) -> Any:
    """The schema with its references ``to`` the answers' pieces leading to where they stand now."""
    if isinstance(value, dict):
        return {
            key: INSIDE + item.removeprefix(to)
            if key == "$ref" and item.startswith(to)
            else _referring(item, to)
            for key, item in value.items()
        }
    return [_referring(item, to) for item in value] if isinstance(value, list) else value
