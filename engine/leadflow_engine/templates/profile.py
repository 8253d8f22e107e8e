"""What a template may consist of: an allow-list of nodes, checked before any code is made of them.

Everything that Jinja offers beyond it (calls, macros, imports, powers, attributes with underscores) is refused by
name. Some nodes are replaced on the way, so that concatenation, loops and numbers obey the limits of ``filters``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final, cast

from jinja2 import nodes

from leadflow_engine.templates.problems import TemplateProblem

MAX_SOURCE = 16_384
MAX_DEPTH = 64

ALLOWED: Final = frozenset(
    {
        *(
            "Template",
            "Output",
            "TemplateData",
            "Name",
            "Const",
            "Getattr",
            "Getitem",
            "Filter",
            "Test",
            "List",
        ),
        *(
            "If",
            "CondExpr",
            "Compare",
            "Operand",
            "And",
            "Or",
            "Not",
            "Concat",
            "Add",
            "Sub",
            "Mul",
            "Div",
            "Mod",
        ),
        *("Neg", "Pos", "For", "Include", "Extends", "Block", "Assign", "Tuple", "Keyword"),
    }
)

WORDS: Final = {
    "Scope": "`autoescape`",
    "AssignBlock": "`set` around a block",
    "Call": "a call",
    "CallBlock": "`call`",
    "Dict": "a dictionary",
    "FilterBlock": "a filter around a block",
    "FloorDiv": "`//`",
    "FromImport": "`from ... import`",
    "Import": "`import`",
    "Macro": "a macro",
    "NSRef": "`namespace`",
    "Pow": "`**`",
    "Slice": "a slice",
    "With": "`with`",
}

_RESERVED_NAMES = frozenset({"self", "caller", "varargs", "kwargs", "context", "environment"})


def problems(
    tree: nodes.Template, name: str, filters: Collection[str], tests: Collection[str]
) -> Iterator[TemplateProblem]:
    """Everything in a parsed template that the profile refuses, in the order of its places."""
    stack: list[tuple[nodes.Node, int, int]] = [(tree, 0, 0)]
    while stack:
        node, depth, loops = stack.pop()
        loops += isinstance(node, nodes.For)
        if depth > MAX_DEPTH:
            yield TemplateProblem(name, node.lineno or 1, f"nested deeper than {MAX_DEPTH} levels")
            return
        yield from (
            TemplateProblem(name, node.lineno or 1, text) for text in _wrong(node, loops, filters, tests)
        )
        inner = () if _is_super(node) else node.iter_child_nodes()
        stack.extend((child, depth + 1, loops) for child in reversed(list(inner)))


def _is_super(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.Call)
        and isinstance(node.node, nodes.Name)
        and node.node.name == "super"
        and not (node.args or node.kwargs or node.dyn_args or node.dyn_kwargs)
    )


def _wrong(node: nodes.Node, loops: int, filters: Collection[str], tests: Collection[str]) -> Iterator[str]:
    kind = type(node).__name__
    if _is_super(node):
        return
    if kind not in ALLOWED:
        yield f"{WORDS.get(kind, f'`{kind}`')} is not allowed in a template"
    rule = _RULES.get(kind)
    if rule and (message := rule(node)):
        yield message
    if isinstance(node, nodes.Filter) and node.name not in filters:
        yield f"there is no filter `{node.name}`; there are {', '.join(sorted(filters))}"
    if isinstance(node, nodes.Test) and node.name not in tests:
        yield f"there is no test `{node.name}`; there are {', '.join(sorted(tests))}"
    around = loops - isinstance(node, nodes.For)
    if around and isinstance(node, nodes.For | nodes.Include | nodes.Block):
        yield "a loop holds no other loop, no block and no include"


def _name(node: nodes.Node) -> str:
    name = getattr(node, "name", "")
    if name.startswith("_") or name in _RESERVED_NAMES:
        return f"the name `{name}` is not allowed"
    return ""


def _attribute(node: nodes.Node) -> str:
    attribute = getattr(node, "attr", "")
    return f"the attribute `{attribute}` is not allowed" if attribute.startswith("_") else ""


def _item(node: nodes.Node) -> str:
    key = getattr(node, "arg", None)
    fits = (
        isinstance(key, nodes.Const) and isinstance(key.value, str | int) and not isinstance(key.value, bool)
    )
    if not fits:
        return "in brackets there may only be a number or a text"
    return f"the name `{key.value}` is not allowed" if str(key.value).startswith("_") else ""  # type: ignore[union-attr]


def _dynamic(node: nodes.Node) -> str:
    spread = getattr(node, "dyn_args", None) or getattr(node, "dyn_kwargs", None)
    return "`*` and `**` before an argument are not allowed" if spread else ""


def _loop(node: nodes.Node) -> str:
    return "a recursive loop is not allowed" if getattr(node, "recursive", False) else ""


def _file(node: nodes.Node) -> str:
    target = getattr(node, "template", None)
    if not isinstance(target, nodes.Const) or not isinstance(target.value, str):
        return "the name of a template is a plain text"
    return ""


def _target(node: nodes.Node) -> str:
    return "" if isinstance(getattr(node, "target", None), nodes.Name) else "`set` takes one name"


_RULES: Final[dict[str, Callable[[nodes.Node], str]]] = {
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


def bounded(node: nodes.Node) -> nodes.Node:
    """The tree with what could grow without limit replaced by filters that count: ``~``, a loop's list, floats."""
    for field, value in node.iter_fields():
        if isinstance(value, list):
            setattr(node, field, [bounded(item) if isinstance(item, nodes.Node) else item for item in value])
        elif isinstance(value, nodes.Node):
            setattr(node, field, bounded(value))
    if isinstance(node, nodes.Concat):
        return _filter(node.nodes[0], "_concat", node.nodes[1:], node.lineno)
    if isinstance(node, nodes.Const) and isinstance(node.value, float):
        return _filter(nodes.Const(repr(node.value), lineno=node.lineno), "_number", [], node.lineno)
    if isinstance(node, nodes.For):
        node.iter = _filter(node.iter, "_items", [], node.lineno)
    return node


def _filter(node: nodes.Node, name: str, args: list[nodes.Expr], line: int) -> nodes.Filter:
    return nodes.Filter(cast(nodes.Expr, node), name, args, [], None, None, lineno=line)
