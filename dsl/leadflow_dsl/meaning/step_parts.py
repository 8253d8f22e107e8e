"""What every kind of step may say: ``when``, and the copies that it names."""

from __future__ import annotations

from typing import Any

from leadflow_dsl import nodes
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.suggestions import did_you_mean
from leadflow_dsl.rules.names import UNKNOWN
from leadflow_dsl.terms import Term


def when_of(r: Resolver, items: Any) -> Term | None:
    """The ``when`` of a step's block."""
    found = next((item for item in items if isinstance(item, nodes.When)), None)
    return r.condition(found.condition) if found else None


def check_delivers(r: Resolver, node: Any) -> None:
    """Report ``deliver NAME`` in ``on reject`` and ``on unsold`` where there is no such step."""
    known = [name for name, symbol in r.draft.words.items() if symbol.kind == "deliver"]
    for item in node.items:
        for name in item.delivers if isinstance(item, nodes.OnReject | nodes.OnUnsold) else ():
            if name.text not in known:
                help = did_you_mean(name.text, known)
                message = f"unknown deliver `{name.text}`"
                r.draft.found(UNKNOWN.at(name.span, message, "no `deliver` step of this name", help))
