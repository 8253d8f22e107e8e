"""YAML read strictly, with places: no aliases, anchors, tags or duplicate keys, within limits of size and depth.

Only what is certain is converted: whole numbers without leading zeros, decimals (as ``Decimal``), ``true``, ``false``
and ``null``. So ``NO`` and ``ON`` stay the states that they are, ``02134`` a postal code and ``08:00`` a time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import yaml

SIZE = 256 * 1024
DEPTH = 32

Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}\Z")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file, where (from 1), and the way out."""

    file: str
    line: int
    column: int
    message: str
    help: str = ""

    def __str__(self) -> str:
        way_out = f"\n   = help: {self.help}" if self.help else ""
        return f"{self.file}:{self.line}:{self.column}: error: {self.message}{way_out}"


class AnswersError(ValueError):
    """A file of answers cannot be used. The text shows all ``problems``, one after the other."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Document:
    """A file's data, and where each value (and each key) of it stands."""

    file: str
    data: Any
    places: Mapping[Path, Place]

    def problem(self, path: Path, message: str, help: str = "") -> Problem:
        """A problem at this path, or at its nearest ancestor that stands in the file."""
        while path and path not in self.places:
            path = path[:-1]
        line, column = self.places.get(path, (1, 1))
        return Problem(self.file, line, column, message, help)


def read_document(text: str, file: str) -> Document:
    """Parse one YAML document. Raises ``AnswersError``."""
    if len(text.encode("utf-8", "surrogatepass")) > SIZE:
        raise AnswersError((Problem(file, 1, 1, f"the file is larger than {SIZE // 1024} KiB"),))
    try:
        _check_events(text, file)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        message = f"this is not YAML: {error.problem or error.context or 'it cannot be read'}"
        raise AnswersError((Problem(file, *_place(error.problem_mark), message),)) from error
    except yaml.YAMLError as error:
        raise AnswersError(
            (Problem(file, 1, 1, f"this is not YAML: {str(error).splitlines()[0]}"),)
        ) from error
    places: dict[Path, Place] = {}
    data = None if root is None else _value(root, (), places, file)
    return Document(file, data, places)


def _check_events(text: str, file: str) -> None:
    """Limits that must hold before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        problem = _forbidden(event)
        depth += isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent))
        depth -= isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent))
        if depth > DEPTH:
            problem = f"nested more than {DEPTH} deep", "write it flatter"
        if problem:
            raise AnswersError((Problem(file, *_place(event.start_mark), *problem),))


def _forbidden(event: yaml.Event) -> tuple[str, str] | None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        return "anchors and aliases are not read", "write the value out"
    tag = getattr(event, "tag", None)
    return (f"the tag `{tag}` is not read", "leave it away") if tag else None


def _place(mark: Any) -> Place:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _value(node: yaml.Node, path: Path, places: dict[Path, Place], file: str) -> Any:
    places[path] = _place(node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, places, file)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), places, file) for index, item in enumerate(node.value)]
    quoted = isinstance(node, yaml.ScalarNode) and node.style
    return node.value if quoted else scalar(node.value)


def _mapping(node: yaml.MappingNode, path: Path, places: dict[Path, Place], file: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in node.value:
        place = _place(key.start_mark)
        if not isinstance(key, yaml.ScalarNode):
            raise AnswersError((Problem(file, *place, "a key must be a text"),))
        if key.value in result:
            first = places[(*path, key.value)][0]
            message = f"`{key.value}` stands here twice; the first is in line {first}"
            raise AnswersError((Problem(file, *place, message, "keep one of them"),))
        result[key.value] = _value(value, (*path, key.value), places, file)
        places[(*path, key.value)] = place
    return result


def scalar(text: str) -> str | int | Decimal | bool | None:
    """What an unquoted scalar means."""
    if text.lower() in _WORDS and text in {text.lower(), text.title(), text.upper()}:
        return _WORDS[text.lower()]
    if _WHOLE.match(text):
        return int(text)
    return Decimal(text) if _DECIMAL.match(text) else text
