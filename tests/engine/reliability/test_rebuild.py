"""After a real day of solar leads (closed buyers, lost answers, words of an operator, a crash) all projections are made
again from the facts alone, and are equal."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.operations.loading import load
from leadflow_engine.store import SqliteStore

from .books import rebuilt
from .live import run_live
from .test_dry_as_run import OPEN, SOLAR, part_of_solar
from .world import EARLY


@pytest.mark.parametrize(
    "count", [pytest.param(160, id="160"), pytest.param(640, id="640", marks=[pytest.mark.long])]
)
def test_a_day_of_solar_leads_is_made_again_from_its_facts(count: int, tmp_path: Path) -> None:
    plan, db = load(SOLAR).plan, tmp_path / "day.db"
    early = part_of_solar(tmp_path / "early.jsonl", 0, count // 4)
    late = part_of_solar(tmp_path / "late.jsonl", count // 4, count)
    answers = worse_answers(tmp_path / "answers.yaml")
    run_live(plan, answers, early, db, EARLY, 16)
    run_live(plan, answers, late, db, OPEN, 16)
    assert waiting(db, "held") > 0
    settle_doubts(db)
    run_live(plan, answers, late, db, OPEN + datetime.timedelta(hours=1), 16, work=True)
    assert waiting(db, "held") == 0
    assert rebuilt(db, SOLAR) == []


def worse_answers(path: Path) -> Path:
    """The answers of the solar market on a day on which many are lost on their way."""
    text = SOLAR.with_suffix(".answers.yaml").read_text(encoding="utf-8")
    worse = text.replace("- chance: 0.4%", "- chance: 25%").replace("- chance: 2% ", "- chance: 25% ")
    assert worse != text
    path.write_text(worse, encoding="utf-8")
    return path


def waiting(db: Path, why: str) -> int:
    """How many leads wait for this."""
    store = SqliteStore.read_only(db, RealClock())
    try:
        return sum(work.why == why for work in store.work())
    finally:
        store.close_now()


def settle_doubts(db: Path) -> None:
    """An operator says of every other doubt that it was a sale, of the others that it was none; of one, both."""
    store = SqliteStore.open(db, RealClock())
    doubts = store.doubts()
    assert doubts
    for number, doubt in enumerate(doubts):
        word = ("sold", "declined")[number % 2]
        store.settle_delivery(doubt.lead, doubt.buyer, doubt.number, word, "olga", "they said so by phone")
    first = doubts[0]
    later = store.settle_delivery(first.lead, first.buyer, first.number, "declined", "paul", "their report")
    assert later.conflict
    store.close_now()
