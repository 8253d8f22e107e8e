"""Several leads of one call: where each is, and what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from leadflow_engine.intake.strict_json import IntakeError
from leadflow_engine.texts.jmes import Unfit, compile_path

Json: TypeAlias = Any

MOST_LEADS: Final = 1_000
_WAY = re.compile(
    r"(?:[A-Za-z_]\w*|\"[^\"\\]+\")(?:\[\*?\])?(?:\.(?:[A-Za-z_]\w*|\"[^\"\\]+\")(?:\[\*?\])?)*"
)
_STEP = re.compile(r"([A-Za-z_]\w*|\"[^\"\\]+\")((?:\[\*?\])?)(?:\.|$)")


@dataclass(frozen=True, slots=True)
class One:
    """One lead of a call. ``beside`` is what its call says of all, and of the groups that this lead is in."""

    own: Mapping[str, Json]
    beside: Mapping[str, Json]


def leads_of(tree: Json, path: str = "") -> list[One]:
    """The leads of a call: those to which ``path`` (the source's ``each``) leads, else each of a list, else the one.

    Nothing of another lead stands beside one. Raises ``IntakeError`` where there is none, where one is no object, and
    for more than ``MOST_LEADS``.
    """
    found = [One(item, {}) if isinstance(item, dict | Mapping) else item for item in _whole(tree)]
    if path:
        found = list(_walked(tree, path) if _WAY.fullmatch(path) else _searched(tree, path))
    if not found:
        raise IntakeError(f"there is no lead at `{path}`" if path else "the list holds no lead")
    if len(found) > MOST_LEADS:
        raise IntakeError(f"more than {MOST_LEADS:,} leads in one call")
    for number, one in enumerate(found, 1):
        if not isinstance(one, One):
            raise IntakeError(
                f"lead {number} of the call is no object" if len(found) > 1 else "a lead is an object"
            )
    return found


def _whole(tree: Json) -> list[Json]:
    return tree if isinstance(tree, list) else [tree]


def _walked(tree: Json, path: str) -> Iterator[Any]:
    """Names and ``[]`` alone: what stands beside the way is kept. One object counts as a list of one, as XML has it."""
    steps = [(name.strip('"'), bool(many)) for name, many in _STEP.findall(path)]
    yield from _down(tree, steps, {})


def _down(tree: Json, steps: list[tuple[str, bool]], beside: Mapping[str, Json]) -> Iterator[Any]:
    if not steps:
        yield One(tree, beside) if isinstance(tree, Mapping) else tree
        return
    for item in tree if isinstance(tree, list) else [tree]:
        name, many = steps[0]
        if not isinstance(item, Mapping) or item.get(name) is None:
            continue
        around = {**beside, **{key: value for key, value in item.items() if key != name}}
        inner = item[name]
        for element in inner if many and isinstance(inner, list) else [inner]:
            yield from _down(element, steps[1:], around)


def _searched(tree: Json, path: str) -> Iterator[Any]:
    """Any other JMESPath: beside stands what is no group at all on the call's first level."""
    try:
        found = compile_path(path).of(tree)
    except Unfit:
        return
    plain = tree if isinstance(tree, Mapping) else {}
    beside = {key: value for key, value in plain.items() if not isinstance(value, dict | list)}
    for item in found if isinstance(found, list) else [found] if found is not None else []:
        yield One(item, beside) if isinstance(item, Mapping) else item
