"""Names in scenario files: where by the form of the file a field's, a buyer's or a step's name stands.

Other texts of such a file (a payload's raw text, the key of a request's body) may be spelt alike and are no names.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from leadflow_dsl.diagnostics import Span
from leadflow_dsl.parser import normalised
from leadflow_dsl.unguarded import dataclass

_CALLED: Final = frozenset({"called", "requests", "postings"})
_STEPS: Final = frozenset({"services", "steps"}) | _CALLED
_KEYS: Final = {
    "field": frozenset({"lead", "fields"}),
    "buyer": frozenset({"buyers", "settle", "sold", "reasons", "distribution"}) | _CALLED,
    "source": frozenset({"sources", "services"}) | _CALLED,
    **dict.fromkeys(("enhance", "filter", "score", "deliver"), _STEPS),
    "result": frozenset({"set"}),
}
"""By kind, the words under which a mapping's keys are names of it."""
_VALUES: Final = {
    "buyer": frozenset({"buyer", "turns", "party"}),
    "source": frozenset({"source"}),
    "enhance": frozenset({"look_ups"}),
}
"""By kind, the words under which a value (or one in a list) is a name of it."""
_TEXTS: Final = frozenset({"raw"})


@dataclass(frozen=True, slots=True)
class ScenarioNames:
    """Where a scenario file says a name; ``unsure`` is the line where it may say it in a text (0: nowhere)."""

    spans: tuple[Span, ...] = ()
    unsure: int = 0


def scenario_names(path: Path, text: str, kind: str, name: str) -> ScenarioNames:
    """The places of a name in a scenario file. ``name`` of a result is ``look_up.value``. A file that is no YAML says
    it nowhere for certain."""
    text, word = normalised(text), name.rpartition(".")[2]
    if word not in text:
        return ScenarioNames()
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return ScenarioNames((), mark.line + 1 if mark else 1)
    spans: list[Span] = []
    for node, above in _nodes(root):
        if kind == "field" and set(above) & _TEXTS and word in str(node.value):
            return ScenarioNames((), node.start_mark.line + 1)
        spans += _named(path, text, node, above, (kind, name))
    return ScenarioNames(tuple(spans))


def _nodes(root: Any) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Every scalar with the keys above it; of a key the last is ``""``. A key such as ``lead.state`` counts as two."""
    waiting: list[tuple[Any, tuple[str, ...]]] = [(root, ())] if root is not None else []
    while waiting:
        node, above = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield key, (*above, "")
                waiting.append((value, (*above, *str(key.value).split("."))))
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend((item, above) for item in node.value)
        else:
            yield node, above


def _named(path: Path, text: str, node: Any, above: tuple[str, ...], of: tuple[str, str]) -> Iterator[Span]:
    kind, name = of
    word = name.rpartition(".")[2]
    if above[-1:] == ("",):
        yield from (_span(path, text, start, word) for start in _in_key(text, node, above[:-1], of))
    elif node.value == word and set(above[-2:]) & _VALUES.get(kind, frozenset()):
        start = text.rfind(word, node.start_mark.index, node.end_mark.index)
        if start >= 0:
            yield _span(path, text, start, word)


def _in_key(text: str, node: Any, above: tuple[str, ...], of: tuple[str, str]) -> Iterator[int]:
    """Where a key says the name: ``buyers.acme.ping`` is three keys, of which the second is a buyer's name."""
    kind, name = of
    word, owner = name.rpartition(".")[2], name.partition(".")[0]
    at, path = node.start_mark.index, above
    for key in str(node.value).split("."):
        at = text.find(key, at, node.end_mark.index)
        if at < 0:
            return  # written with escapes
        if (
            key == word
            and path[-1:]
            and path[-1] in _KEYS.get(kind, ())
            and (kind != "result" or owner in path)
        ):
            yield at
        at, path = at + len(key), (*path, key)


def _span(path: Path, text: str, start: int, word: str) -> Span:
    line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
    return Span(str(path), line, column, line, column + len(word), start, start + len(word))
