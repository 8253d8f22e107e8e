"""Names with dots and brackets, as forms write nested values: ``address[city]``, ``pets[0].name``, ``tags[]``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from leadflow_engine.intake.strict_json import IntakeError

Json: TypeAlias = Any
Steps: TypeAlias = tuple[str, ...]

MOST_STEPS: Final = 16
_NAME = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+|\[[^.\[\]]*\])*")
_STEP = re.compile(r"\[([^\[\]]*)\]|([^.\[\]]+)")


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Json]:
    """Pairs as a tree. A name that stands several times is a list, and so are numbers in brackets, in their order.

    A name that is no path (``.a``, ``a[``), or whose place another name has (``a`` and ``a.b``), is taken as it
    stands. Raises ``IntakeError`` for a name of more than ``MOST_STEPS`` parts.
    """
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    paths = {name: _steps(name) for name in values}
    taken = set(paths.values())
    tree: dict[str, Json] = {}
    for name, found in values.items():
        path = paths[name]
        if any(path[:end] in taken for end in range(1, len(path))):
            path = (name,)
        many = len(found) > 1 or name.endswith("[]")
        _put(tree, path, found if many else found[0])
    return {name: _with_lists(value) for name, value in tree.items()}


def _steps(name: str) -> Steps:
    if not _NAME.fullmatch(name):
        return (name,)
    steps = [bracketed or plain for bracketed, plain in _STEP.findall(name.removesuffix("[]"))]
    if len(steps) > MOST_STEPS:
        raise IntakeError(f"a name of more than {MOST_STEPS} parts")
    brackets = re.findall(r"\[([^\[\]]*)\]", name.removesuffix("[]"))
    if "" in brackets:  # `a[].b` does not say which `b` belongs to which `a`
        return (name,)
    return tuple(steps)


def _put(tree: dict[str, Json], path: Steps, value: Json) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
    tree[path[-1]] = value


def _with_lists(value: Json) -> Json:
    """Objects whose names are all numbers become lists; gaps are closed, so that a large number costs nothing."""
    if not isinstance(value, dict):
        return value
    found = {name: _with_lists(item) for name, item in value.items()}
    if all(name.isascii() and name.isdigit() and len(name) < 10 for name in found):
        return [found[name] for name in sorted(found, key=int)]
    return found
