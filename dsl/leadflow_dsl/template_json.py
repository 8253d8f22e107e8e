"""Whether a template can become JSON: all ways through it are followed at once, and only what fails on each is told.

What nobody can tell (an include, a loop whose states grow, a bare place of unknown type) ends the look: then
nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from jinja2 import nodes

from leadflow_dsl import template_values as values
from leadflow_dsl.json_automaton import ANY_SCALAR, START, VALUES, State, after, ends, scalar_ended
from leadflow_dsl.templates import stretches_of_text
from leadflow_dsl.unguarded import dataclass

MOST_STATES: Final = 64
MOST_ROUNDS: Final = 8
"""How often a loop's body is followed until nothing new comes of it."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a template never becomes JSON: from where to where in it, what is wrong there, what to write.

    ``node``: the place at fault, where it is one; its line is known, its column is for the caller to find.
    """

    message: str
    help: str
    stretch: tuple[int, int] = (0, 0)
    node: nodes.Node | None = None


class _Unsure(Exception):
    """Nobody can tell how it goes on."""


class _Dead(Exception):
    """No way goes on here."""

    def __init__(self, broken: Broken) -> None:
        self.broken = broken


def broken_json(source: str, tree: nodes.Template, types: values.Types) -> Broken | None:
    """What keeps a template from ever being JSON; None where it may become some.

    ``types``: the types of the names that it reads, by path.
    """
    end = len(source.rstrip())
    if not end:
        return Broken("the template is empty, and JSON is not", 'write the body: `{"email": "{{ email }}"}`')
    walk = _Walk(types, stretches_of_text(source, tree))
    try:
        states = walk.through(tree.body, frozenset({START}))
    except _Dead as dead:
        return dead.broken
    except _Unsure:
        return None
    if any(ends(state) for state in states):
        return None
    return replace(_unended(max(states, key=lambda state: len(state.open))), stretch=(end - 1, end))


@dataclass(frozen=True, slots=True)
class _Walk:
    types: values.Types
    starts: Mapping[int, int]
    quiet: bool = False
    """Whether a way that does not go on simply ends."""

    def through(self, body: Sequence[nodes.Node], states: frozenset[State]) -> frozenset[State]:
        """Where the text may stand behind these nodes."""
        for node in body:
            if isinstance(node, nodes.Output):
                for piece in node.nodes:
                    states = self._piece(piece, states)
            elif isinstance(node, nodes.If):
                states = self._branches(node, states)
            elif isinstance(node, nodes.For):
                states = self._loop(node, states)
            elif not isinstance(node, nodes.Assign):
                raise _Unsure
            if len(states) > MOST_STATES:
                raise _Unsure
        return states

    def _branches(self, node: nodes.If, states: frozenset[State]) -> frozenset[State]:
        ways = [node.body, *(one.body for one in node.elif_), node.else_]
        return frozenset().union(*(self.through(way, states) for way in ways))

    def _loop(self, node: nodes.For, states: frozenset[State]) -> frozenset[State]:
        """Only what fails from every state that a round of the loop may begin in is told."""
        reached, trying = states, replace(self, quiet=True)
        for _ in range(MOST_ROUNDS):
            more = reached | trying.through(node.body, reached)
            if more == reached:
                self.through(node.body, reached)
                return reached | self.through(node.else_, states)
            if len(more) > MOST_STATES:
                break
            reached = more
        raise _Unsure

    def _piece(self, node: nodes.Node, states: frozenset[State]) -> frozenset[State]:
        if isinstance(node, nodes.TemplateData):
            return self._text(node.data, self.starts.get(id(node), -1), states)
        ways = values.printed(node, self.types)
        found = frozenset(new for state in states for way in ways for new in _printed(state, way))
        if not found and not self.quiet:
            raise _Dead(_wrong_place(min(states), ways, node))
        return found

    def _text(self, text: str, start: int, states: frozenset[State]) -> frozenset[State]:
        for index, char in enumerate(text):
            found = frozenset(new for state in states if (new := after(state, char)) is not None)
            if not found:
                if self.quiet:
                    return found
                if start < 0:
                    raise _Unsure
                whole = re.compile(r"\w+|.", re.DOTALL).match(text, index)
                end = whole.end() if whole else index + 1
                message, help = _wrong_char(min(states), char, text[index:end])
                raise _Dead(Broken(message, help, (start + index, start + end)))
            states = found
        return states


def _printed(state: State, way: values.Printed) -> Iterator[State]:
    """The states behind what a place prints."""
    what, letters = way
    if what == "letters":
        yield from _letters(state, letters)
    elif state.mode in ("text", "text of name"):
        if what != values.QUOTED:
            yield state
    elif what == values.SCALAR:
        if state.mode in VALUES or state.mode == "scalar":
            yield state._replace(mode="scalar", scalar=ANY_SCALAR)
    elif what in (values.JSON, values.QUOTED):
        if state.mode in VALUES:
            yield state._replace(mode="after")
    elif what == values.UNKNOWN:
        if state.mode not in VALUES:
            raise _Unsure
        yield state._replace(mode="scalar", scalar=ANY_SCALAR)
        yield state._replace(mode="after")


def _letters(state: State, letters: str) -> Iterator[State]:
    if state.mode in ("text", "text of name"):
        yield state
        return
    if any(char in '"\\' or char < " " for char in letters):
        raise _Unsure
    found: State | None = state
    for char in letters:
        found = found and after(found, char)
    if found is not None:
        yield found


def _wrong_place(state: State, ways: Sequence[values.Printed], node: nodes.Node) -> Broken:
    kinds = {what for what, _ in ways}
    if state.mode in ("text", "text of name"):
        help = 'leave the quotes around it out: `{{ x | tojson }}`, or the filter: `"{{ x }}"`'
        return Broken("`tojson` writes its own quotes, and this stands in quotes", help, node=node)
    if state.mode in VALUES and values.TEXT in kinds:
        help = 'write `"{{ x }}"`, or `{{ x | tojson }}`, which is `null` where there is no value'
        return Broken("this is a text, and in JSON a text stands in quotes", help, node=node)
    message, help = _wrong_char(state, "", "")
    return Broken(message, help, node=node)


def _wrong_char(state: State, char: str, word: str) -> tuple[str, str]:
    """What to say of a sign that no JSON has here."""
    if char == "'":
        return "JSON has double quotes only", 'write `"`'
    if state.mode in ("name", "value") and char in ("}", "]"):
        last = "the last pair" if state.mode == "name" else "the last value"
        if state.open.endswith("[") or state.mode == "name":
            return f"JSON has no comma after {last}", "leave the comma before it out"
        return "the value is missing", "write a value behind the `:`"
    if state.mode in ("name", "first name"):
        return "the names of an object stand in double quotes", f'write `"{word or "name"}"`'
    if state.mode in ("text", "text of name", "escape", "escape of name"):
        if char == "\n":
            return "a text of JSON ends on its line", 'close it with `"`, or write `\\n` for a new line'
        return "a text of JSON has no such sign", "write `\\\\` for a backslash, `\\n` for a new line"
    if state.mode == "colon":
        return "a `:` is missing behind the name", 'write `"name": value`'
    if state.mode in VALUES:
        return f"`{word}` is no value of JSON", f'a text stands in quotes: `"{word}"`'
    if not state.open and scalar_ended(state) is not None:
        return "something follows the end of the JSON", "a template gives one value: an object or a list"
    if state.mode == "scalar" and scalar_ended(state) is None:
        return f"`{state.scalar}` is no value of JSON", f'a text stands in quotes: `"{state.scalar}"`'
    if char in ("}", "]"):
        return f"`{char}` does not close what is open", f"close `{state.open[-1]}` first"
    return (
        "a comma is missing before this",
        "write `,` between the pairs of an object or the values of a list",
    )


def _unended(state: State) -> Broken:
    if state.mode in ("text", "text of name", "escape", "escape of name"):
        return Broken("the last text is not closed", 'close it with `"`')
    if state.mode == "scalar" and scalar_ended(state) is None:
        return Broken(f"`{state.scalar}` is no value of JSON", f'a text stands in quotes: `"{state.scalar}"`')
    missing = "".join({"{": "}", "[": "]"}[sign] for sign in reversed(state.open))
    if not missing:
        return Broken("the template gives no JSON", 'write the body: `{"email": "{{ email }}"}`')
    return Broken("the JSON ends too soon", f"close what is open: `{missing}`")
