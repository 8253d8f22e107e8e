"""A market in which everything happens, run dry: the leads whose stories the tests read."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from leadflow_engine.operations.batch import Done
from leadflow_engine.operations.dry import DryRun, dry_run
from leadflow_engine.operations.loading import load

MARKET = Path(__file__).resolve().parent.parent / "cli" / "market"
THURSDAY_MORNING = datetime.datetime(2026, 11, 19, 15, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Market:
    """The dry run and its leads by first name."""

    run: DryRun
    done: dict[str, Done]

    def summary(self, name: str) -> dict[str, Any]:
        """What the journal says of somebody's lead."""
        found = self.run.store.lead_summary(self.done[name].lead)
        assert found is not None
        return dict(found)


@pytest.fixture(scope="session")
def market() -> Market:
    plan = load(MARKET / "flow.flow").plan
    run = dry_run(plan, MARKET / "flow.flow", "web", MARKET / "leads.jsonl", THURSDAY_MORNING)
    names = {}
    for done in run.leads():
        assert isinstance(done.record.payload, dict)
        names[str(done.record.payload["first_name"]).split("\x1b")[0]] = done
    return Market(run, names)


@pytest.fixture
def printed() -> Callable[[list[Text], int], str]:
    """Lines as a terminal without colours shows them."""

    def show(lines: list[Text], width: int = 100) -> str:
        screen = Console(width=width, color_system=None, force_terminal=False, record=True, quiet=False)
        with screen.capture() as capture:
            for line in lines:
                screen.print(line, soft_wrap=True, highlight=False, markup=False)
        return capture.get()

    return show
