"""What the grammar leaves open: the head of a file, and the order of statements in a block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.rules import syntax as rules
from leadflow_dsl.tokens import Source
from leadflow_dsl.walk import walk

_STEPS: Final = (nodes.Enhance, nodes.Filter, nodes.Score, nodes.DeliverStep, nodes.Route)
_WHOLE_ROUTE: Final = (nodes.Reserve, nodes.MinMargin, nodes.Timeout, nodes.Reping, nodes.Again)
_STAGES: Final = (nodes.Stage, nodes.BestOf, nodes.If)


def checks(tree: nodes.File) -> tuple[Diagnostic, ...]:
    """Every finding about order in a file."""
    return (*_head(tree), *_steps(tree), *_branches(tree))


def _head(tree: nodes.File) -> Iterator[Diagnostic]:
    if tree.head is None:
        help = 'begin with `flow NAME "Title"`, or with `library NAME` where others import it'
        first = tree.items[0].span if tree.items else tree.span
        yield rules.ORDER.at(first, "the file does not begin with `flow` or `library`", "", help)


def _steps(tree: nodes.File) -> Iterator[Diagnostic]:
    for step in tree.items:
        if not isinstance(step, _STEPS):
            continue
        for item in step.items[1:]:
            if isinstance(item, nodes.When):
                help = "move it to the beginning of the block"
                yield rules.ORDER.at(item.span, "`when` is the first statement of a step", "", help)
        if isinstance(step, nodes.Route):
            yield from _late_options(step)


def _late_options(route: nodes.Route) -> Iterator[Diagnostic]:
    stages = [index for index, item in enumerate(route.items) if isinstance(item, _STAGES)]
    for item in route.items[stages[0] :] if stages else ():
        if isinstance(item, _WHOLE_ROUTE):
            help = "move it before the first stage, or into the block of the stage that it is for"
            yield rules.ORDER.at(item.span, "an option of the whole route after its first stage", "", help)


def _branches(tree: nodes.File) -> Iterator[Diagnostic]:
    """A branch holds stages only: a condition of the step or an option belongs to the route."""
    routes = (item for item in tree.items if isinstance(item, nodes.Route))
    for branch in (node for route in routes for node in walk(route) if isinstance(node, nodes.Branch)):
        for item in branch.items:
            if isinstance(item, (*_WHOLE_ROUTE, nodes.When)):
                help = "move it to the beginning of the route, or into a stage's block"
                yield rules.ORDER.at(item.span, "a branch holds stages, not options of the route", "", help)


HIDDEN: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def hidden_order(source: Source) -> Iterator[Diagnostic]:
    """Signs in a text, of a flow or a template, that show it in another order than it is read in."""
    for found in HIDDEN.finditer(source.text):
        message = f"`U+{ord(found[0]):04X}` shows what follows in another order than it is read in"
        yield rules.HIDDEN_ORDER.at(source.span(*found.span()), message, "cannot be seen", "take it out")
