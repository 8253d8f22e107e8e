"""The paths of an example body: what two versions of it have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadflow_engine.intake.strict_json import IntakeError, read_json


def paths_of_body(body: str) -> set[str]:
    """The paths to all values of an example body: of JSON nested, of a form flat; of anything else its lines."""
    try:
        return set(_paths(read_json(body), ""))
    except IntakeError:
        pass
    if "=" in body and "\n" not in body and "<" not in body:
        return {pair.partition("=")[0] for pair in body.split("&")}
    return {line.strip() for line in body.splitlines() if line.strip()}


def _paths(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _paths(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for place, item in enumerate(value):
            yield from _paths(item, f"{path}[{place}]")
    else:
        yield path
