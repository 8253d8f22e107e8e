"""JSON bodies by pairs, compiled: names and constants are written once, a lead's values are put between them.

What this gives is what ``bodies.json_body`` gives, to the byte; a body with ``[*]`` is written there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from leadflow_dsl import terms as t
from leadflow_engine.evaluation.evaluate import Scope
from leadflow_engine.mapping.bodies import plain_secrets
from leadflow_engine.mapping.tree import EACH, Node, Tree
from leadflow_engine.texts.json_text import dumps, quoted
from leadflow_engine.texts.leaves import leaf, shown
from leadflow_engine.values import Value

OF_EVERY_VALUE: Final = frozenset({"raw", "valid"})
"""Parts that are no type's own."""
_NOTHING: Final[Mapping[str, Value]] = {}


@dataclass(frozen=True, slots=True)
class _Branch:
    """An object or an array, its brackets, and how deep what stands in it is. ``asked`` are the values without which
    an element of a list is left out."""

    brackets: str
    rows: tuple[_Row, ...]
    depth: int
    asked: tuple[t.Term, ...] = ()


_Row: TypeAlias = tuple[str, str, str, t.Term | None, _Branch | None]
"""What is written of a place: its name with the colon (a constant: its value too); of a value the field that it is
where it is one alone, or the field and the part, and its term; of an object or array what stands in it. Rows are tuples
because a body is made for every buyer of every lead, and taking one apart is what costs least."""


def compiled_json(tree: Tree, keep_blanks: bool) -> JsonBody | None:
    """The body's writer; None where it has places that repeat."""
    if _repeats(tree.root):
        return None
    root = _branch(tree.root, tree, keep_blanks, 1)
    return JsonBody(root, keep_blanks, _usual(root))


_Usual: TypeAlias = tuple[str, tuple[tuple[str, str], ...]]
"""A body of which every value is a field or a part of one: the whole text with a place for each, and which they are."""


def _usual(root: _Branch) -> _Usual | None:
    """None where something else stands in it."""
    places, texts = [], []
    for prefix, field, part, term, inner in root.rows:
        if inner is not None or (term is not None and not field):
            return None
        texts.append(prefix.replace("%", "%%") + ("%s" if term is not None else ""))
        if term is not None:
            places.append((field, part))
    return f"{root.brackets[0]}{','.join(texts)}{root.brackets[1]}", tuple(places)


def _repeats(node: Node) -> bool:
    return EACH in node.children or any(map(_repeats, node.children.values()))


def _branch(node: Node, tree: Tree, keep: bool, depth: int) -> _Branch:
    steps = list(node.children)
    named = all(isinstance(step, str) for step in steps)
    ordered = steps if named else sorted(steps, key=int)
    rows = (
        _row(f"{quoted(str(step))}:" if named else "", node.children[step], tree, keep, depth)
        for step in ordered
    )
    return _Branch("{}" if named else "[]", tuple(row for row in rows if row is not None), depth)


def _asked(node: Node, tree: Tree, keep: bool, of_list: bool) -> tuple[t.Term, ...]:
    return tuple(tree.terms[key] for key in node.asked) if of_list and not keep else ()


def _row(prefix: str, node: Node, tree: Tree, keep: bool, depth: int) -> _Row | None:
    if node.leaf < 0:
        inner = replace(_branch(node, tree, keep, depth + 1), asked=_asked(node, tree, keep, not prefix))
        return prefix, "", "", None, inner
    term = tree.terms[node.leaf]
    if isinstance(term, t.Const):
        text = _json(shown(term.value, "json"), keep, depth)
        return None if text is None else (prefix + text, "", "", None, None)
    if isinstance(term, t.Read) and term.kind == "field" and term.part not in OF_EVERY_VALUE:
        return prefix, term.name, term.part, term, None
    return prefix, "", "", term, None


def _json(value: object, keep: bool, depth: int) -> str | None:
    """A leaf's text; None where it is left out."""
    if isinstance(value, list) and not keep:
        value = [item for item in value if item is not None] or None
    return None if value is None and not keep else dumps(plain_secrets(value), depth)


@dataclass(frozen=True, slots=True)
class JsonBody:
    """Writes a body for a lead."""

    root: _Branch
    keep_blanks: bool
    usual: _Usual | None = None

    def __call__(self, scope: Scope) -> str:
        given: Mapping[str, Value] = getattr(scope, "given", _NOTHING)
        return self._at_once(given) or self._whole(self.root, scope, given) or self.root.brackets

    def _at_once(self, given: Mapping[str, Value]) -> str:
        """The body of a lead that has all that stands in it, as most have: half the time; "" for any other."""
        if self.usual is None:
            return ""
        whole, places = self.usual
        try:
            texts = [given[field].part_json(part) if part else given[field].kept for field, part in places]
        except KeyError:
            return ""
        return whole % tuple(texts) if all(texts) else ""

    def _whole(self, branch: _Branch, scope: Scope, given: Mapping[str, Value]) -> str:
        """The branch as text, "" where nothing in it has anything to write."""
        if branch.asked and all(_json(leaf(term, scope, "json"), False, 0) is None for term in branch.asked):
            return ""
        parts = []
        for prefix, field, part, term, inner in branch.rows:
            if term is not None:
                text: str | None = ""
                if field and (value := given.get(field)) is not None:
                    text = value.part_json(part) if part else value.kept
                    if text:  # nearly always
                        parts.append(prefix + text)
                        continue
                    if not part:
                        text = value.json
                if text == "":
                    text = _json(leaf(term, scope, "json"), self.keep_blanks, branch.depth)
                elif text is None and self.keep_blanks:
                    text = "null"
                if text is not None:
                    parts.append(prefix + text)
            elif inner is None:
                parts.append(prefix)
            elif within := self._whole(inner, scope, given):
                parts.append(prefix + within)
        return branch.brackets[0] + ",".join(parts) + branch.brackets[1] if parts else ""
