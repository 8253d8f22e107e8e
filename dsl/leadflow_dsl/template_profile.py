"""What a template may consist of: an allow-list of nodes, so that what is refused is told before any lead comes.

Everything that Jinja offers beyond it (calls, macros, imports, powers, attributes with underscores) is refused by name.
The engine asks the same question again, right before it makes code of a template.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final

from jinja2 import nodes

from leadflow_dsl.unguarded import dataclass

MAX_SOURCE: Final = 16_384
"""Characters of a template."""
MAX_DEPTH: Final = 64
"""How deep a template's tree goes."""

FILTERS: Final = frozenset(
    "phone money date state_name tojson xml urlencode lower upper title trim replace default d digits join split "
    "capitalize first last length count int float round abs string map select reject sort unique truncate list "
    "substring yesno floor ceil sha256 md5 mask format number text years_since days_since min max sum concat "
    "ascii urldecode".split()
)
"""Names after a ``|``; the engine has a body for each that it allows."""

TESTS: Final = frozenset("blank none present defined valid in".split())
"""Names after ``is``; the engine has a body for each."""

ALLOWED: Final = frozenset(
    "Template Output TemplateData Name Const Getattr Getitem Filter Test List If CondExpr Compare Operand And Or Not "
    "Concat Add Sub Mul Div Mod Neg Pos For Include Extends Block Assign Tuple Keyword".split()
)
"""The nodes of Jinja's tree that a template may have."""

_SHARED: Final = 'what several templates share stands in a file: `{% include "mappings/part.j2" %}`'
_NO_CALL: Final = "a template calls nothing: values go through filters, `{{ city | upper }}`"

WAYS_OUT: Final[dict[str, tuple[str, str, str]]] = {
    "Scope": ("`autoescape`", "autoescape", "values are escaped for the kind of body as it is"),
    "AssignBlock": ("`set` around a block", "set", "`{% set NAME = VALUE %}`"),
    "Call": ("a call", "", _NO_CALL),
    "CallBlock": ("`call`", "call", _SHARED),
    "Dict": ("a dictionary", "{", 'write the object around its places: `{"zip": {{ zip | tojson }}}`'),
    "FilterBlock": (
        "a filter around a block",
        "filter",
        "write the filter at each place: `{{ city | upper }}`",
    ),
    "FloorDiv": ("`//`", "//", "write `(a / b) | floor`"),
    "FromImport": ("`from ... import`", "from", _SHARED),
    "Import": ("`import`", "import", _SHARED),
    "Macro": ("a macro", "macro", _SHARED),
    "NSRef": ("`namespace`", "", "compute it in the flow: a field with `=`"),
    "Pow": ("`**`", "**", "multiply, or compute it in the flow: a field with `=`"),
    "Slice": ("a slice", "[", "write `| substring(0, 2)`, or `| first` of a list"),
    "With": ("`with`", "with", "write `{% set NAME = VALUE %}`"),
}
"""Nodes that are refused: what they are called, the word or sign by which they are found, and what to write."""

_RESERVED_NAMES = frozenset({"self", "caller", "varargs", "kwargs", "context", "environment"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that the profile refuses. kind: "filter" and "test" (``word`` is the unknown name), "form".

    ``word`` is a word of the text near which it stands, on ``line`` (from 1) or below; empty where there is none.
    """

    kind: str
    line: int
    message: str
    word: str = ""
    help: str = ""


def refusals(
    tree: nodes.Template, filters: Collection[str] = FILTERS, tests: Collection[str] = TESTS
) -> Iterator[Refusal]:
    """Everything in a parsed template that the profile refuses, in the order of its places; of what is refused
    whole, nothing more is said."""
    stack: list[tuple[nodes.Node, int, int]] = [(tree, 0, 0)]
    blocks: set[str] = set()
    while stack:
        node, depth, loops = stack.pop()
        loops += isinstance(node, nodes.For)
        if depth > MAX_DEPTH:
            yield Refusal("form", node.lineno or 1, f"nested deeper than {MAX_DEPTH} levels")
            return
        found = [*_wrong(node, loops, filters, tests), *_again(node, blocks)]
        yield from found
        if not _is_super(node) and all(one.kind != "form" for one in found):
            inner = node.iter_child_nodes()
            stack.extend((child, depth + 1, loops) for child in reversed(list(inner)))


def _is_super(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.Call)
        and isinstance(node.node, nodes.Name)
        and node.node.name == "super"
        and not (node.args or node.kwargs or node.dyn_args or node.dyn_kwargs)
    )


def _again(node: nodes.Node, blocks: set[str]) -> Iterator[Refusal]:
    if isinstance(node, nodes.Block):
        if node.name in blocks:
            yield Refusal("form", node.lineno, f"the block `{node.name}` is there twice", node.name)
        blocks.add(node.name)


def _wrong(
    node: nodes.Node, loops: int, filters: Collection[str], tests: Collection[str]
) -> Iterator[Refusal]:
    kind, line = type(node).__name__, node.lineno or 1
    if _is_super(node):
        return
    if isinstance(node, nodes.Call):
        yield _call(node)
        return
    if kind not in ALLOWED:
        called, word, help = WAYS_OUT.get(kind, (f"`{kind}`", "", ""))
        yield Refusal("form", line, f"{called} is not allowed in a template", word, help)
        return
    rule = _RULES.get(kind)
    if rule and (refused := rule(node)):
        yield refused
    if isinstance(node, nodes.Filter) and node.name not in filters:
        there = f"there is no filter `{node.name}`; there are {', '.join(sorted(filters))}"
        yield Refusal("filter", line, there, node.name)
    if isinstance(node, nodes.Test) and node.name not in tests:
        there = f"there is no test `{node.name}`; there are {', '.join(sorted(tests))}"
        yield Refusal("test", line, there, node.name)
    around = loops - isinstance(node, nodes.For)
    if around and isinstance(node, nodes.For | nodes.Include | nodes.Block):
        help = "write a list in one go with `join` or `tojson`, or compute the inner list in the flow"
        word = type(node).__name__.lower()
        yield Refusal("form", line, "a loop holds no other loop, no block and no include", word, help)


def _call(node: nodes.Call) -> Refusal:
    """``city.upper()``, ``range(3)``: with the filter that does the same, where there is one."""
    called = node.node
    name = getattr(called, "attr", "") or getattr(called, "name", "")
    help = _NO_CALL
    if isinstance(called, nodes.Getattr) and name in FILTERS:
        help = f"write `| {name}`" + ("(...)" if node.args else "")
    elif isinstance(called, nodes.Name) and name in FILTERS and node.args:
        help = f"write it behind the value: `{{{{ value | {name} }}}}`"
    return Refusal("form", node.lineno or 1, "a call is not allowed in a template", name, help)


def _form(node: nodes.Node, message: str, word: str = "", help: str = "") -> Refusal:
    return Refusal("form", node.lineno or 1, message, word, help)


def _name(node: nodes.Node) -> Refusal | None:
    name = getattr(node, "name", "")
    if name.startswith("_") or name in _RESERVED_NAMES:
        return _form(node, f"the name `{name}` is not allowed", name)
    return None


def _attribute(node: nodes.Node) -> Refusal | None:
    word = getattr(node, "attr", "")
    return _form(node, f"the attribute `{word}` is not allowed", word) if word.startswith("_") else None


def _item(node: nodes.Node) -> Refusal | None:
    key = getattr(node, "arg", None)
    if isinstance(key, nodes.Slice):
        called, word, help = WAYS_OUT["Slice"]
        return _form(node, f"{called} is not allowed in a template", word, help)
    if not isinstance(key, nodes.Const) or type(key.value) not in (str, int):
        return _form(node, "in brackets there may only be a number or a text", "[")
    if str(key.value).startswith("_"):
        return _form(node, f"the name `{key.value}` is not allowed", str(key.value))
    return None


def _dynamic(node: nodes.Node) -> Refusal | None:
    spread = getattr(node, "dyn_args", None) or getattr(node, "dyn_kwargs", None)
    return _form(node, "`*` and `**` before an argument are not allowed", "*") if spread else None


def _loop(node: nodes.Node) -> Refusal | None:
    return (
        _form(node, "a recursive loop is not allowed", "for") if getattr(node, "recursive", False) else None
    )


def _file(node: nodes.Node) -> Refusal | None:
    target = getattr(node, "template", None)
    if not isinstance(target, nodes.Const) or not isinstance(target.value, str):
        return _form(node, "the name of a template is a plain text", type(node).__name__.lower())
    return None


def _target(node: nodes.Node) -> Refusal | None:
    named = isinstance(getattr(node, "target", None), nodes.Name)
    return None if named else _form(node, "`set` takes one name", "set")


_RULES: Final[dict[str, Callable[[nodes.Node], Refusal | None]]] = {
    "Name": _name,
    "Block": _name,
    "Getattr": _attribute,
    "Getitem": _item,
    "Filter": _dynamic,
    "Test": _dynamic,
    "For": _loop,
    "Include": _file,
    "Extends": _file,
    "Assign": _target,
}
