"""What others need from a flow: posting instructions for a source, what a buyer gets, and what changed of either.

``instructions`` makes a frozen record of the checked flow; ``document`` puts it into order; ``WRITERS`` write it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from leadflow_engine.instructions.as_json import as_json
from leadflow_engine.instructions.blocks import Document
from leadflow_engine.instructions.buyer import buyer_instructions
from leadflow_engine.instructions.buyer_document import buyer_document
from leadflow_engine.instructions.changes import changes
from leadflow_engine.instructions.changes_document import changes_document
from leadflow_engine.instructions.html import html
from leadflow_engine.instructions.intake import DEFAULT_BASE
from leadflow_engine.instructions.markdown import markdown
from leadflow_engine.instructions.records import BuyerInstructions, Changes, SourceInstructions
from leadflow_engine.instructions.source import source_instructions
from leadflow_engine.instructions.source_document import source_document
from leadflow_engine.plan import Plan

__all__ = [
    "DEFAULT_BASE",
    "FORMATS",
    "BuyerInstructions",
    "Changes",
    "SourceInstructions",
    "Told",
    "UnknownParty",
    "changes",
    "for_buyer",
    "for_source",
    "written",
]

Told: TypeAlias = SourceInstructions | BuyerInstructions | Changes

_WRITERS: Final[Mapping[str, Callable[[Document], str]]] = {"markdown": markdown, "html": html}
FORMATS: Final = (*_WRITERS, "json")


class UnknownParty(LookupError):
    """A source or a buyer that the flow does not have, or one that has to be named. Its text is for a person."""


def for_source(
    plan: Plan, name: str, moment: datetime.datetime, base_url: str = DEFAULT_BASE
) -> SourceInstructions:
    """The posting instructions of a source; "" is the flow's only one. Raises ``UnknownParty``."""
    known = list(plan.sources)
    chosen = known[0] if not name and len(known) == 1 else name
    if chosen not in plan.sources:
        raise UnknownParty(_unknown("source", chosen, known))
    return source_instructions(plan, plan.sources[chosen], moment, base_url)


def for_buyer(plan: Plan, name: str, moment: datetime.datetime) -> BuyerInstructions:
    """What a buyer gets. Raises ``UnknownParty``."""
    if name not in plan.buyers:
        raise UnknownParty(_unknown("buyer", name, list(plan.buyers)))
    return buyer_instructions(plan, plan.buyers[name].buyer, moment)


def _unknown(kind: str, name: str, known: list[str]) -> str:
    there = f"there are {', '.join(known)}" if known else "the flow has none"
    return f"the flow has no {kind} `{name}`; {there}" if name else f"which {kind}? {there}"


def written(told: Told, format: str) -> str:
    """Instructions in one of ``FORMATS``."""
    return as_json(told) if format == "json" else _WRITERS[format](_document(told))


def _document(told: Told) -> Document:
    if isinstance(told, SourceInstructions):
        return source_document(told)
    return buyer_document(told) if isinstance(told, BuyerInstructions) else changes_document(told)
