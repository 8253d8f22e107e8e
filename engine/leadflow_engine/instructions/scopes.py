"""The scope of what is written beside a lead: a reply to its source, an offer to a buyer. Its values are made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from leadflow_dsl import terms as t
from leadflow_engine.lead import LeadScope, walk

_NOBODY: Final[Mapping[str, object]] = {"sold_to": [], "sold_count": Decimal(0), "outcome": None}
_OF_THE_LEAD: Final = frozenset(
    "field lead source now extra payload random result score ping delivery step buyer".split()
)


@dataclass(frozen=True, slots=True)
class Beside(LeadScope):
    """A lead, and beside it values by the kind of read that gets them: ``reply``, ``offer``, ``callback``."""

    values: Mapping[str, Mapping[str, Any]]

    def read(self, read: t.Read) -> object:
        """A name of the flow, or one of the values; what neither has is blank. Nothing is told of other buyers."""
        if read.kind in self.values:
            return walk(self.values[read.kind], f"{read.name}.{read.part}" if read.part else read.name)
        if read.kind == "ping" and "reply" in self.values:  # of the source's own ping
            return walk(self.values["reply"], f"ping.{read.name}")
        if read.kind == "lead" and read.name in _NOBODY:
            return self.values.get("reply", _NOBODY).get(read.name, _NOBODY[read.name])
        return self.lead.read(read) if read.kind in _OF_THE_LEAD else None
