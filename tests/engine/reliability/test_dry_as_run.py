"""A dry run on a run's recorded clock and answers decides as the run did: every fact, every row, to the letter.

The dry run is told only what came from outside: times and answers. Claims, caps, duplicates, turns and all that follows
are decided anew, by another store.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.operations.dry import dry_run
from leadflow_engine.operations.loading import load
from leadflow_engine.operations.resume import at_once, replay
from leadflow_engine.runner import Ending
from leadflow_engine.store import SqliteStore

from .live import run_live
from .world import EARLY, FLOWS, ROOT, shaped, write_leads

OPEN = EARLY.replace(hour=15)
"""10:00 in New York: the buyers are open. At ``EARLY`` some are not, and leads are held."""
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/flow.flow"))
SOLAR = ROOT / "flows" / "solar.flow"


def differences(flow: Path, answers: Path, leads: Path, at: datetime.datetime, db: Path) -> Iterator[Any]:
    """What is not the same in the run, in the dry run after it, and in a replay of the run."""
    plan = load(flow).plan
    run_live(plan, answers, leads, db, at)
    dry = dry_run(plan, flow, next(iter(plan.sources)), leads, answers=str(db))
    journal = SqliteStore.read_only(db, RealClock())
    met = 0
    for done in dry.leads():
        if done.ending is None:
            continue
        met += 1
        facts = journal.facts(done.lead)
        [again] = at_once(replay(plan, done.lead, facts))
        yield from unlike(done.lead, facts, done.ending.facts)
        yield from unlike(done.lead, again.facts, done.ending.facts)
        yield from unlike(done.lead, again.records, done.ending.records)
        yield from unlike(done.lead, written(again), written(done.ending))
        yield from unlike(done.lead, journal.lead_summary(done.lead), dry.store.lead_summary(done.lead))
    assert journal.query("SELECT count(*) FROM lead") == [(met,)]
    assert met
    journal.close_now()


def written(ending: Ending) -> list[Any]:
    """What an ending's Run brought to the store, and what the store said."""
    return [(write.effect, write.facts, write.records, dict(result)) for write, result in ending.writes]


def unlike(lead: str, one: Any, other: Any) -> Iterator[Any]:
    """The first difference between two lists, or two objects."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        pairs = itertools.zip_longest(one, other)
        yield from itertools.islice(((lead, a, b) for a, b in pairs if a != b), 1)
    elif one != other:
        yield lead, one, other


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_example_is_dry_as_it_was_run(example: Path, tmp_path: Path) -> None:
    files = example / "flow.flow", example / "answers.yaml", example / "leads.jsonl"
    assert list(differences(*files, OPEN, tmp_path / "run.db")) == []


def part_of_solar(path: Path, first: int, last: int) -> Path:
    lines = (ROOT / "flows" / "solar.leads.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[first:last]), encoding="utf-8")
    return path


@pytest.mark.parametrize("at", [OPEN, EARLY], ids=["open", "closed"])
def test_solar_leads_are_dry_as_they_were_run(at: datetime.datetime, tmp_path: Path) -> None:
    leads = part_of_solar(tmp_path / "leads.jsonl", 0, 40)
    assert list(differences(SOLAR, SOLAR.with_suffix(".answers.yaml"), leads, at, tmp_path / "run.db")) == []


@pytest.mark.long
@pytest.mark.parametrize("at", [OPEN, EARLY], ids=["open", "closed"])
def test_all_solar_leads_are_dry_as_they_were_run(at: datetime.datetime, tmp_path: Path) -> None:
    leads = SOLAR.with_suffix(".leads.jsonl")
    assert list(differences(SOLAR, SOLAR.with_suffix(".answers.yaml"), leads, at, tmp_path / "run.db")) == []


def test_leads_that_several_have_are_dry_as_they_were_run(tmp_path: Path) -> None:
    """Posts that are under way at once, shares of first offers, and stages that were compared."""
    leads = write_leads(tmp_path / "leads.jsonl", shaped(["shared", "best"] * 8))
    files = FLOWS / "shapes.flow", FLOWS / "shapes.answers.yaml", leads
    assert list(differences(*files, OPEN, tmp_path / "run.db")) == []


def test_a_flow_that_changed_since_shows_what_that_changes(tmp_path: Path) -> None:
    """The comparison is none of a thing with itself: another price is another sale."""
    example = ROOT / "examples" / "01-smallest"
    flow, db = tmp_path / "flow.flow", tmp_path / "run.db"
    text = (example / "flow.flow").read_text(encoding="utf-8")
    leads = example / "leads.jsonl"
    run_live(load(example / "flow.flow").plan, example / "answers.yaml", leads, db, OPEN)
    flow.write_text(text.replace("price 12.00", "price 13.00"), encoding="utf-8")
    dry = dry_run(load(flow).plan, flow, "default", leads, answers=str(db))
    assert list(dry.leads())
    journal = SqliteStore.read_only(db, RealClock())
    sales = "SELECT DISTINCT price FROM delivery"
    assert (journal.query(sales), dry.store.query(sales)) == ([(12_000_000,)], [(13_000_000,)])
    journal.close_now()
