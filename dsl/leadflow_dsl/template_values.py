"""What a template's place prints, as far as its tree and the types of its names tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jinja2 import nodes

from leadflow_dsl.terms import Type
from leadflow_dsl.types import kind

TEXT: Final = "text"
"""A text, escaped for where it stands and without quotes."""
SCALAR: Final = "scalar"
"""A number, or ``true`` or ``false``."""
JSON: Final = "json"
"""A whole value of JSON."""
QUOTED: Final = "quoted"
"""A text of JSON with its quotes."""
UNKNOWN: Final = "unknown"
"""What nobody can tell."""

Types = Mapping[tuple[str, ...], Type]
Printed = tuple[str, str]
"""One of the kinds above and "", or "letters" and the letters."""

_SCALARS: Final = frozenset(
    "number int float round abs floor ceil money sum length count years_since days_since digits".split()
)
_AS_BEFORE: Final = frozenset("lower upper title trim capitalize string text truncate first last".split())
_TEXTS: Final = frozenset("sha256 md5 state_name".split())
_DIGITS: Final = frozenset("digits area exchange line calling_code last_four zip four extension".split())
"""Parts that are texts of digits: a number of JSON as often as not."""


def printed(node: nodes.Node, types: Types) -> tuple[Printed, ...]:
    """All that an expression may print."""
    if isinstance(node, nodes.Const):
        return (_constant(node.value),)
    if isinstance(node, nodes.CondExpr):
        other = printed(node.expr2, types) if node.expr2 is not None else (("letters", ""),)
        return (*printed(node.expr1, types), *other)
    if isinstance(node, nodes.And | nodes.Or):
        return (*printed(node.left, types), *printed(node.right, types))
    if isinstance(
        node, nodes.Compare | nodes.Not | nodes.Test | nodes.Add | nodes.Sub | nodes.Mul | nodes.Div
    ):
        return ((SCALAR, ""),)
    if isinstance(node, nodes.Filter) and node.node is not None:
        return _filtered(node, node.node, types)
    return ((_of_type(path_of(node), types), ""),)


def _constant(value: object) -> Printed:
    if isinstance(value, bool):
        return "letters", str(value).lower()
    return "letters", "" if value is None else str(value)


def _filtered(node: nodes.Filter, before: nodes.Expr, types: Types) -> tuple[Printed, ...]:
    inner, name = printed(before, types), node.name
    if name == "tojson":
        sure = all(one == TEXT for one, _ in inner)
        return ((QUOTED if sure else JSON, ""),)
    if name in ("default", "d"):
        return (*inner, *(printed(node.args[0], types) if node.args else (("letters", ""),)))
    if name == "yesno" and len(node.args) == 2:
        return (*printed(node.args[0], types), *printed(node.args[1], types))
    if name in _SCALARS:
        return ((SCALAR, ""),)
    if name in _TEXTS or (name in _AS_BEFORE and all(one == TEXT for one, _ in inner)):
        return ((TEXT, ""),)
    return ((UNKNOWN, ""),)


def _of_type(path: tuple[str, ...] | None, types: Types) -> str:
    if path and path[0] == "auth":
        return TEXT
    type_ = types.get(path) if path else None
    if type_ is None or path is None or (len(path) > 1 and path[-1] in _DIGITS):
        return UNKNOWN
    group = kind(type_).group
    if type_.name == "enum" and any(not word.isidentifier() or word in _WORDS for word in type_.members):
        return UNKNOWN
    if group in ("text", "date", "datetime", "time"):
        return TEXT
    return SCALAR if group in ("number", "boolean") else UNKNOWN


_WORDS: Final = frozenset(("true", "false", "null"))


def path_of(node: nodes.Node) -> tuple[str, ...] | None:
    """``a.b["c"]`` as its words; None for what is no plain chain from a name."""
    if isinstance(node, nodes.Name):
        return (node.name,)
    if isinstance(node, nodes.Getattr):
        base = path_of(node.node)
        return None if base is None else (*base, node.attr)
    if (
        isinstance(node, nodes.Getitem)
        and isinstance(node.arg, nodes.Const)
        and isinstance(node.arg.value, str)
    ):
        base = path_of(node.node)
        return None if base is None else (*base, node.arg.value)
    return None
