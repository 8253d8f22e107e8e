"""Thousands of leads, sixteen at once, against buyers in another process: both sides' books agree on every lead."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .books import faults
from .world import EARLY, FLOWS, Children, sandbox, shift_to, write_leads

FLOW = FLOWS / "load.flow"
NOON = EARLY.replace(hour=17)
"""12:00 in New York: no day ends meanwhile."""
CAPS = {"hundred": 100, "budgeted": 100, "loses": 1500}
"""What each buyer takes at most; 3000.00 a day at 30.00 each are a hundred, too."""


def many(count: int) -> Iterator[dict[str, Any]]:
    """Leads, one in twenty of which has the phone of an earlier one."""
    rng = random.Random(7)
    for number in range(1, count + 1):
        whose = rng.randrange(1, number) if number > 20 and rng.random() < 0.05 else number
        phone = f"+1{212 + whose // 8000}555{whose % 8000:04d}"
        yield {"ref": f"R{number:06d}", "phone": phone, "premium": rng.random() < 0.5}


def run(children: Children, count: int, folder: Path, at_once: int = 16) -> dict[str, Any]:
    """Run so many leads, and look at both sides' books; then once more, for nothing."""
    leads, db = write_leads(folder / "leads.jsonl", many(count)), folder / "load.db"
    with sandbox(FLOWS / "load.answers.yaml", folder / "books.jsonl") as buyers:
        order = {"flow": FLOW, "leads": leads, "db": db, "source": "web", "sandbox": buyers.address}
        came = children.run(**order, shift=shift_to(NOON), concurrency=at_once)
        assert came["new"] == count
        entries = buyers.entries()
        assert children.run(**order, shift=shift_to(NOON), concurrency=at_once)["known"] == count
        assert len(buyers.entries()) == len(entries)
    assert faults(db, FLOW, entries, CAPS) == []
    taken = Counter(entry["name"] for entry in entries if entry["taken"])
    assert taken["hundred"] == 100  # no more, and, as many more wanted to be sold, no fewer
    with closing(sqlite3.connect(db)) as journal:
        outcomes = dict(journal.execute("SELECT outcome, count(*) FROM lead GROUP BY 1"))
        assert sum(outcomes.values()) == count
        assert {"sold", "fallback", "refused", "in_doubt"} <= set(outcomes)
        [(money,)] = journal.execute("SELECT sum(amount) FROM ledger WHERE kind = 'sale'")
        assert journal.execute("SELECT sum(price) FROM delivery WHERE state = 'confirmed'").fetchall() == [
            (money,)
        ]
    return {**came, **outcomes, "posts": sum(entry["leg"] == "post" for entry in entries)}


def test_600_leads_16_at_once(children: Children, tmp_path: Path) -> None:
    run(children, 600, tmp_path)


@pytest.mark.long
def test_1000_leads_32_at_once(children: Children, tmp_path: Path) -> None:
    run(children, 1000, tmp_path, at_once=32)


@pytest.mark.long
def test_5000_leads_16_at_once(children: Children, tmp_path: Path) -> None:
    came = run(children, 5000, tmp_path)
    print(f"{5000 / came['seconds']:.0f} leads/s: {came}")
