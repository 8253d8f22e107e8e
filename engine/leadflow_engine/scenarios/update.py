"""Writing what comes out into a file of scenarios: only what differs, by the places of its nodes, so that comments,
order and layout stay the author's."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final

import yaml

from leadflow_dsl.project import MARKERS
from leadflow_engine.answers.document import Path
from leadflow_engine.scenarios.compare import ABSENT
from leadflow_engine.scenarios.load import ScenariosError, parse_scenarios
from leadflow_engine.scenarios.outcome import Outcome
from leadflow_engine.scenarios.play import Played
from leadflow_engine.scenarios.report import named, path_text
from leadflow_engine.scenarios.spec import ScenarioFile
from leadflow_engine.scenarios.yaml_text import WIDEST, block_text, flow_text

MODELINE: Final = "# yaml-language-server: $schema="
"""What tells an editor where a file's schema is."""

SCHEMA: Final = "scenarios.schema.json"

NO_REASON: Final = frozenset({"sold", "not_asked"})
"""Outcomes of buyers whose reasons tell nothing."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The text from ``start`` to ``end`` (offsets in characters) becomes ``text``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Updated:
    """A file's new text; ``notes`` say what was left for its author to do."""

    text: str
    notes: tuple[str, ...] = ()


def diff(file: ScenarioFile, updated: Updated) -> str:
    """What changed, as a unified diff; "" where nothing did."""
    old, new = file.text.splitlines(keepends=True), updated.text.splitlines(keepends=True)
    return "".join(difflib.unified_diff(old, new, file.file, file.file))


def schema_path(file: FilePath) -> str:
    """Where a project keeps the schema (``scenarios.schema.json`` at its root), as seen from one of its files; "" where
    it keeps none."""
    for folder in file.resolve().parents:
        if any((folder / marker).exists() for marker in MARKERS):
            depth = len(file.resolve().parent.relative_to(folder).parts)
            return "../" * depth + SCHEMA if (folder / SCHEMA).is_file() else ""
    return ""


def updated(file: ScenarioFile, played: Sequence[Played], schema: str = "") -> Updated:
    """The file with what came out. Each scenario must have been played to its end.

    ``schema`` is the path to which the file's first line leads an editor, where no line does.
    """
    work = _Work(file, _Nodes(file.text))
    for each in played:
        work.take(each)
    edits = [*work.replacing(), *work.new]
    if schema and MODELINE not in file.text:
        edits.append(Edit(0, 0, f"{MODELINE}{schema}\n"))
    text = file.text
    for edit in sorted(set(edits), key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    try:
        parse_scenarios(text, file.file)
    except ScenariosError as error:
        return Updated(file.text, (*work.notes, f"{file.file}: it could not be written: {error}"))
    return Updated(text, tuple(dict.fromkeys(work.notes)))


@dataclass(slots=True)
class _Work:
    file: ScenarioFile
    nodes: _Nodes
    wanted: dict[Path, list[Any]] = field(default_factory=lambda: defaultdict(list))
    shared: dict[Path, int] = field(default_factory=lambda: defaultdict(int))
    new: list[Edit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, played: Played) -> None:
        """What one scenario, or one row of a table, came to."""
        scenario = played.scenario
        missing = [call for outcome in played.outcomes for call, _ in outcome.missing]
        if missing:
            self.notes.append(f"{scenario.name}: not updated; {named(missing[0])} is given nothing to say")
            return
        if not any(part.expect for part in scenario.parts):
            self._write_new(played)
            return
        for outcome in played.outcomes:
            self._differences(played, outcome)

    def _differences(self, played: Played, outcome: Outcome) -> None:
        expect = outcome.part.expect
        if expect is None:
            return
        if played.scenario.row:
            for path in set(expect.origins.values()):
                self.shared[path] += 1
        for each in outcome.differences:
            if each.path in expect.origins and each.fixable:
                self.wanted[expect.origins[each.path]].append(each.found)
            else:
                self.notes.append(f"{played.scenario.name}: {path_text(each)} is yours to mend")

    def replacing(self) -> Iterator[Edit]:
        """One edit for each value that is not what came out. A value that several rows share changes only where
        all of them agree."""
        for path, found in self.wanted.items():
            texts = {flow_text(expecting(value)) for value in found}
            if len(texts) > 1 or self.shared.get(path, 0) > len(found):
                line = self.file.document.places[path][0]
                self.notes.append(f"line {line}: the rows come to different things; say it in each row")
                continue
            yield self.nodes.replace(path, expecting(found[0]))

    def _write_new(self, played: Played) -> None:
        for outcome in played.outcomes:
            if not outcome.found:
                self.notes.append(f"{played.scenario.name}: not updated; {outcome.trouble}")
                continue
            path = played.scenario.row or outcome.part.path
            self.new.append(self.nodes.add(path, "expect", expecting(useful(outcome.found)), before="then"))


def expecting(found: Any) -> Any:
    """What came out, as it is expected: a text that would be a matcher is expected exactly."""
    if isinstance(found, Mapping):
        return {key: expecting(value) for key, value in found.items()}
    if isinstance(found, list):
        return [expecting(value) for value in found]
    return (
        f"~exactly {found}" if isinstance(found, str) and found.startswith("~") and found != ABSENT else found
    )


def useful(found: Mapping[str, Any]) -> dict[str, Any]:
    """The part of what came out that says most: what was done, the outcome, who has it for how much, why the others
    have not."""
    told: dict[str, Any] = {"result": found["result"]["outcome"]} if "result" in found else {}
    told["outcome"] = found["outcome"]
    if found["buyer"]:
        told |= {"buyer": found["buyer"], "price": found["price"]}
    elif found["reason"]:
        told["reason"] = found["reason"]
    if found["due"]:
        told["due"] = found["due"]
    rows = found["distribution"].items()
    reasons = {name: row["reason"] for name, row in rows if row["outcome"] not in NO_REASON and row["reason"]}
    return {**told, "reasons": reasons} if reasons else told


# ------------------------------------------------------------------ places in the text


class _Nodes:
    """The nodes of a text by their paths."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._nodes: dict[Path, yaml.Node] = {}
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is not None:
            self._walk(root, ())

    def _walk(self, node: yaml.Node, path: Path) -> None:
        self._nodes[path] = node
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._walk(value, (*path, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._walk(value, (*path, index))

    def replace(self, path: Path, value: Any) -> Edit:
        """This node's value by another, in the node's own style."""
        node = self._nodes[path]
        start, end = node.start_mark.index, self._end(node)
        collection = isinstance(node, yaml.CollectionNode) and not node.flow_style
        text = block_text(value, node.start_mark.column) if collection else flow_text(value)
        if start == end:  # nothing stands there: `reason:`, or a key alone in `{ }`
            text = f" {text}" if self._text[:start].rstrip().endswith(":") else f": {text}"
        return Edit(start, end, text)

    def add(self, path: Path, key: str, value: Mapping[str, Any], before: str) -> Edit:
        """A new last entry of this mapping, or one that stands before the entry ``before``."""
        node = self._nodes[path]
        assert isinstance(node, yaml.MappingNode)
        if node.flow_style:
            place = node.end_mark.index - 1
            return Edit(place, place, f"{', ' if node.value else ''}{key}: {flow_text(value)}")
        names = [name.value for name, _ in node.value]
        last = names.index(before) - 1 if before in names[1:] else -1
        end = self._text.find("\n", self._end(node.value[last][1]))
        place = len(self._text) if end < 0 else end
        indent = node.start_mark.column
        text = f"{key}: {flow_text(value)}"
        if len(text) + indent > WIDEST:
            text = f"{key}:\n{' ' * (indent + 2)}{block_text(value, indent + 2)}"
        return Edit(place, place, f"\n{' ' * indent}{text}")

    def _end(self, node: yaml.Node) -> int:
        """Where a node's last character is: a block ends with its last leaf, not where the next thing begins."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        end: int = node.end_mark.index
        while end > node.start_mark.index and self._text[end - 1] == "\n":
            end -= 1
        return end
