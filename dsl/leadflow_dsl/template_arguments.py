"""What the filters of templates take behind their names, and where a template asks something that never is so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from jinja2 import nodes

from leadflow_dsl import template_values as values
from leadflow_dsl.date_patterns import foreign_tokens, says_nothing
from leadflow_dsl.functions import FUNCTIONS
from leadflow_dsl.unguarded import dataclass

_OWN: Final[Mapping[str, tuple[int, tuple[str, ...]]]] = {
    "phone": (0, ("form",)),
    "money": (0, ("places",)),
    "date": (0, ("pattern",)),
    "default": (0, ("instead",)),
    "d": (0, ("instead",)),
    "truncate": (0, ("length",)),
    "map": (1, ("attribute",)),
    "yesno": (0, ("yes", "no")),
    **dict.fromkeys(
        "capitalize float int list reject select sort state_name string sum text unique".split(), (0, ())
    ),
}
"""Filters that are no function of the language: how many arguments they need, and what these are called."""

PHONE_FORMS: Final = ("e164", "national", "digits")


@dataclass(frozen=True, slots=True)
class Slip:
    """A filter or a comparison that does not fit. ``line`` and ``words`` say where to look for it; ``member`` is the
    enum's path, where a word is none of its own."""

    line: int
    words: tuple[str, ...]
    message: str
    help: str = ""
    member: tuple[str, ...] = ()


def slips(tree: nodes.Template, types: values.Types) -> Iterator[Slip]:
    """What the filters of a template cannot take, and the words that its enums do not have."""
    for node in tree.find_all((nodes.Filter, nodes.Compare)):
        if isinstance(node, nodes.Filter):
            yield from _filter(node)
        elif isinstance(node, nodes.Compare):
            yield from _compare(node, types)


def takes(name: str) -> tuple[int, int]:
    """How many arguments a filter takes at least and at most, beside the value before it."""
    if name in _OWN:
        needed, names = _OWN[name]
        return needed, len(names)
    rest = FUNCTIONS[name].parameters[1:]
    if FUNCTIONS[name].parameters[-1].repeated:
        return 0, 99
    return sum(not one.optional for one in rest), len(rest)


def _filter(node: nodes.Filter) -> Iterator[Slip]:
    if node.name not in _OWN and node.name not in FUNCTIONS:
        return
    least, most = takes(node.name)
    count = len(node.args) + len(node.kwargs)
    if not least <= count <= most:
        message = f"the filter `{node.name}` takes {_counted(least, most)}, not {count}"
        yield Slip(node.lineno, (node.name,), message, _form(node.name, least, most))
        return
    names = _OWN.get(node.name, (0, ()))[1]
    for keyword in node.kwargs:
        if keyword.key not in names:
            message = f"the filter `{node.name}` has no argument `{keyword.key}`"
            yield Slip(node.lineno, (str(keyword.key),), message, _form(node.name, least, most))
    first = node.args[0] if node.args else node.kwargs[0].value if node.kwargs else None
    if isinstance(first, nodes.Const) and isinstance(first.value, str):
        yield from _worded(node, first.value)


def _worded(node: nodes.Filter, word: str) -> Iterator[Slip]:
    if node.name in ("date", "format") and (meant := foreign_tokens(word)):
        yield Slip(node.lineno, (word,), f"`{word}` is no pattern of the language", f'write `"{meant}"`')
    elif node.name in ("date", "format") and says_nothing(word, "date" if node.name == "date" else ""):
        message = f"`{word}` says nothing of the value"
        yield Slip(node.lineno, (word,), message, 'write `"MM/DD/YYYY"`, or of a number `"0.00"`')
    if node.name == "phone" and word not in PHONE_FORMS:
        message = f"`phone` writes {', '.join(PHONE_FORMS)}, not `{word}`"
        yield Slip(node.lineno, (word,), message, 'write `phone("national")`')


def _counted(least: int, most: int) -> str:
    if most == 0:
        return "no argument"
    return f"{least} argument{'s' * (least != 1)}" if least == most else f"{least} to {most} arguments"


def _form(name: str, least: int, most: int) -> str:
    if most == 0:
        return f"write `| {name}`"
    if name in _OWN:
        return f"write `| {name}({', '.join(_OWN[name][1])})`" + (f", or `| {name}`" if not least else "")
    words = ", ".join(one.name for one in FUNCTIONS[name].parameters[1:])
    return f"write `| {name}({words})`" + (f", or `| {name}`" if not least else "")


def _compare(node: nodes.Compare, types: values.Types) -> Iterator[Slip]:
    path = values.path_of(node.expr)
    type_ = types.get(path) if path else None
    if type_ is None or path is None or type_.name != "enum":
        return
    known = {member.casefold() for member in type_.members}
    for operand in node.ops:
        if operand.op not in ("eq", "ne", "in", "notin"):
            continue
        right = operand.expr
        items = right.items if isinstance(right, nodes.List | nodes.Tuple) else [right]
        if operand.op in ("in", "notin") and items == [right]:
            continue  # a text holds a text
        for item in items:
            word = item.value if isinstance(item, nodes.Const) else None
            if isinstance(word, str) and word.strip().casefold() not in known:
                yield Slip(item.lineno, (word,), "", member=path)
