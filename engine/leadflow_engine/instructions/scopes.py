"""The scope of what is written beside a lead: a reply to its source, an offer to a buyer. Its values are made up."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from leadflow_dsl import terms as t
from leadflow_engine.lead import Lead, walk

_NOBODY: Final[Mapping[str, object]] = {"sold_to": [], "sold_count": Decimal(0), "outcome": None}
_OF_THE_LEAD: Final = frozenset(
    "field lead source now extra payload random result score ping delivery step buyer".split()
)


@dataclass(frozen=True, slots=True)
class Beside:
    """A lead, and beside it values by the kind of read that gets them: ``reply``, ``offer``, ``callback``."""

    lead: Lead
    values: Mapping[str, Mapping[str, Any]]

    def read(self, read: t.Read) -> object:
        """A name of the flow, or one of the values; what neither has is blank. Nothing is told of other buyers."""
        if read.kind in self.values:
            return walk(self.values[read.kind], f"{read.name}.{read.part}" if read.part else read.name)
        if read.kind == "lead" and read.name in _NOBODY:
            return self.values.get("reply", _NOBODY).get(read.name, _NOBODY[read.name])
        return self.lead.read(read) if read.kind in _OF_THE_LEAD else None

    def path(self, path: t.Path) -> object:
        """There is no body to search."""
        return None

    def answer(self, answer: t.Answer) -> object:
        """There is no answer of somebody else."""
        return None

    def named_list(self, name: str) -> frozenset[str]:
        """A declared list."""
        return self.lead.named_list(name)

    def lookup(self, table: str, key: str) -> Mapping[str, object] | None:
        """A row of a declared table."""
        return self.lead.lookup(table, key)

    def now(self) -> datetime.datetime:
        """The present moment."""
        return self.lead.now()
