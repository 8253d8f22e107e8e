"""One lead, or many, through kills to the end: what every test of crashes does."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.engine.store.tampering import tampered

from .books import faults, rebuilt
from .world import EARLY, FLOWS, KILLED, Children, Sandbox, field_digest_of, shaped, shift_to, write_leads

FLOW = FLOWS / "shapes.flow"
CAPS = {"three": 3}
HOURS = 3600.0
NUMBERS = itertools.count(1)

Point = dict[str, Any]


@dataclass(slots=True)
class Trial:
    """Leads of these shapes in a journal of their own. ``found`` is what was wrong on the way."""

    children: Children
    buyers: Sandbox
    folder: Path
    shapes: Sequence[str]
    concurrency: int = 4
    defect: str = ""
    kills: int = 0
    found: list[str] = field(default_factory=list)
    _since: int = 0
    _refs: set[str] = field(default_factory=set)
    _order: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        number = next(NUMBERS)
        self._since = self.buyers.length()
        leads = shaped(self.shapes, f"T{number}-")
        self._refs = {field_digest_of(lead["ref"]) for lead in leads}
        file = write_leads(self.folder / f"leads-{number}.jsonl", leads)
        self._order = {
            "flow": FLOW,
            "leads": file,
            "db": self.folder / f"trial-{number}.db",
            "source": "web",
            "sandbox": self.buyers.address,
            "concurrency": self.concurrency,
            "defect": self.defect,
        }

    def entries(self) -> list[dict[str, Any]]:
        """What the buyers received of these leads."""
        return [
            entry for entry in self.buyers.entries(self._since) if entry["fields"].get("ref") in self._refs
        ]

    def run(self, point: Point | None = None, work: bool = False, **more: Any) -> dict[str, Any]:
        """One process: ``leadflow run`` early in the morning, or ``leadflow work`` three hours later; the books are
        looked at after it, however it ended."""
        shift = shift_to(EARLY) + (3 * HOURS if work else 0)
        came = self.children.run(**self._order, shift=shift, work=work, point=point or {}, **more)
        self.kills += came["code"] == KILLED
        if self._order["db"].exists():
            said = faults(self._order["db"], FLOW, self.entries(), CAPS, ended=False)
            self.found += [f"after {point}, work={work}: {each}" for each in said]
        return came

    def rows(self, query: str) -> list[Any]:
        """What the journal says."""
        with closing(sqlite3.connect(self._order["db"])) as journal:
            return journal.execute(query).fetchall()

    def change(self, statement: str, *values: str) -> None:
        """Change the journal behind its back; what it has against that is put aside."""
        tampered(self._order["db"], statement, values=values)

    def end(self) -> list[str]:
        """Run and work until nothing is left, and once more for nothing. Gives all that was wrong."""
        for work in (False, True):
            assert self.run(work=work)["code"] == 0
        self.found += faults(self._order["db"], FLOW, self.entries(), CAPS)
        self.found += [f"{table} is another when it is rebuilt" for table in rebuilt(self._order["db"], FLOW)]
        posted = len(self.entries())
        again = self.run()
        if again.get("known") != len(self.shapes) or len(self.entries()) != posted:
            self.found.append(f"a second run was no second run: {again}")
        return self.found


def killed_at(trial: Trial, point: Point, second: Point | None = None) -> bool:
    """Kill the run at a point, counted through ``run`` and ``work``, and what goes on after it at ``second``.

    Was the first point there?"""
    came = trial.run(point)
    if came["code"] != KILLED:
        later = {**point, "nth": point["nth"] - came["met"]}
        came = trial.run(later, work=True)
    if came["code"] == KILLED and second is not None:
        trial.run(second)
        trial.run(second, work=True)
    return bool(came["code"] == KILLED)
