"""What became of buyers that were out, made when somebody reads it: that is seldom, and a stage may have a thousand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from leadflow_engine.lead import Lead

Pair: TypeAlias = tuple[str, str]
Pairs: TypeAlias = Callable[[], Iterable[Pair]]


class Outs:
    """Codes and reasons of all that were out, in order."""

    __slots__ = ("_noted",)

    def __init__(self) -> None:
        self._noted: list[Pair | Pairs] = []

    def append(self, out: Pair) -> None:
        """Note one."""
        self._noted.append(out)

    def later(self, outs: Pairs) -> None:
        """Note many, made when they are read."""
        self._noted.append(outs)

    def __iter__(self) -> Iterator[Pair]:
        for each in self._noted:
            if callable(each):
                yield from each()
            else:
                yield each


class Outcomes(dict[str, str]):
    """Outcomes by buyer. Those noted ``later`` are put in, in order, when the first is read."""

    __slots__ = ("_waiting",)

    def __init__(self, known: Iterable[Pair] = ()) -> None:
        super().__init__(known)
        self._waiting: list[Pair | Pairs] = []

    def later(self, outcomes: Pairs) -> None:
        """Note many, made when they are read."""
        self._waiting.append(outcomes)

    def __setitem__(self, buyer: str, outcome: str) -> None:
        if self._waiting:
            self._waiting.append((buyer, outcome))
        else:
            super().__setitem__(buyer, outcome)

    def __getitem__(self, buyer: str) -> str:
        self._settle()
        return super().__getitem__(buyer)

    def get(self, buyer: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """What became of a buyer."""
        self._settle()
        return super().get(buyer, default)

    def _settle(self) -> None:
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if callable(each):
                super().update(each())
            else:
                super().__setitem__(*each)


def outcomes_of(lead: Lead) -> Outcomes:
    """What became of a lead's buyers, as it can be noted for later."""
    known = lead.buyers
    if not isinstance(known, Outcomes):
        known = lead.buyers = Outcomes(known.items())
    return known
