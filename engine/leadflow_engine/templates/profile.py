"""The profile of templates (``leadflow_dsl.template_profile``) as the engine asks it, and the tree made safe to run.

Some nodes are replaced before any code is made of them, so that concatenation, loops and numbers obey the limits of
``filters``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import cast

from jinja2 import nodes

from leadflow_dsl.template_profile import MAX_SOURCE, refusals
from leadflow_engine.templates.problems import TemplateProblem

__all__ = ["MAX_SOURCE", "bounded", "problems"]


def problems(
    tree: nodes.Template, name: str, filters: Collection[str], tests: Collection[str]
) -> Iterator[TemplateProblem]:
    """Everything in a parsed template that the profile refuses, in the order of its places."""
    return (TemplateProblem(name, one.line, one.message) for one in refusals(tree, filters, tests))


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
