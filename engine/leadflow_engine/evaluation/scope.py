"""What a term is evaluated in: where its names get their values."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Protocol

from leadflow_dsl import terms as t


class Scope(Protocol):
    """Where a term's names get their values. Blank is ``None``; a read may answer ``Open``."""

    def read(self, read: t.Read) -> object:
        """A ``Value``, a scalar, a list, ``None`` or ``Open``."""
        ...

    def path(self, path: t.Path) -> object:
        """What a JMESPath gives over the body or payload at hand."""
        ...

    def answer(self, answer: t.Answer) -> object:
        """A piece of the answer at hand: its status, a header, its text."""
        ...

    def named_list(self, name: str) -> frozenset[str]:
        """A declared list's values, case-folded and trimmed."""
        ...

    def lookup(self, table: str, key: str) -> Mapping[str, object] | None:
        """A table's row by key (case-folded and trimmed), or ``None``."""
        ...

    def now(self) -> datetime.datetime:
        """The present moment, aware, in the flow's time zone."""
        ...


class NothingThere:
    """A scope in which no name has a value: those of which some have say only these. ``now`` is theirs to say."""

    __slots__ = ()

    def read(self, read: t.Read) -> object:
        """There is no lead."""
        return None

    def path(self, path: t.Path) -> object:
        """There is no body."""
        return None

    def answer(self, answer: t.Answer) -> object:
        """There is no answer."""
        return None

    def named_list(self, name: str) -> frozenset[str]:
        """There is nothing that could be on a list."""
        return frozenset()

    def lookup(self, table: str, key: str) -> Mapping[str, object] | None:
        """There is nothing to look up by."""
        return None
