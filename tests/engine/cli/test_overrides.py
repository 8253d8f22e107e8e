"""Pausing a buyer and changing a cap at two in the morning: what runs and dry runs see it, and it ends."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from leadflow_engine.cli import main
from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.operations.loading import description, load
from leadflow_engine.store import SqliteStore

FLOW = """\
flow night
lead { state state }
source web {}
buyer acme {
  price 10.00
  cap 2 per day
  budget 50.00 per month
  deliver {
    post "https://acme.example/"
    body json { s = state }
    response json { accepted when "ok"  otherwise rejected }
  }
}
route { waterfall acme }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "night.flow").write_text(FLOW, encoding="utf-8")
    (tmp_path / "leads.jsonl").write_text(
        "".join(f'{{"state": "{s}"}}\n' for s in ("CA", "TX", "NY")), "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    store = SqliteStore.open(tmp_path / "j.db", RealClock())
    plan = load("night.flow").plan
    store.add_plan(plan.name, description(plan))
    store.close_now()
    return tmp_path


def leadflow(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, [*words, "--db", "j.db"])
    assert result.exit_code == code, result.output
    return result.output


def dry(buyer: str = "acme") -> str:
    return leadflow("dry-run", "night.flow", "leads.jsonl", "--why", buyer)


def test_a_pause_is_seen_and_ends_with_a_word(folder: Path) -> None:
    assert "acme is paused for 2h" in leadflow("pause", "acme", "--for", "2h", "--because", "their outage")
    assert "their outage" in dry()
    state = leadflow("state")
    assert state.startswith("night/buyer/acme: paused until ")
    assert state.endswith(": their outage\n")
    leadflow("resume", "acme", "--because", "they are back")
    assert "their outage" not in dry()
    assert leadflow("state") == "nothing is set beside the flow\n"


def test_a_pause_ends_by_itself(folder: Path) -> None:
    class Later(RealClock):
        def now(self) -> datetime.datetime:
            return super().now() + datetime.timedelta(hours=2)

    leadflow("pause", "acme", "--for", "2h", "--because", "their outage")
    store = SqliteStore.read_only(folder / "j.db", Later())
    assert store.overrides_in_force() == []
    store.close_now()


def test_a_cap_has_another_number_and_then_its_own(folder: Path) -> None:
    assert leadflow("cap", "acme", "2 per day", "1", "--because", "a slow day") == "acme: cap 1 per day\n"
    assert "cap 1 per day (set by " in dry()
    leadflow("cap", "acme", "2 per day", "--because", "as agreed")
    assert "cap 2 per day is full" in dry()
    assert (
        leadflow("cap", "acme", "50.00 per month", "10.00", "--because", "x")
        == "acme: budget 10.00 per month\n"
    )
    assert "budget 10.00 per month (set by " in dry()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pause", "acm", "--because", "x"), "no flow of this journal has a buyer `acm`; there are acme"),
        (("pause", "acme", "--for", "soon", "--because", "x"), "`soon` is no length of time"),
        (("cap", "acme", "3 per day", "4", "--because", "x"), 'it has "2 per day", "50.00 per month"'),
        (("cap", "acme", "2 per day", "1.5", "--because", "x"), "`1.5` is not a whole number"),
        (("pause", "acme", "--because", " "), "--because must say why"),
    ],
)
def test_what_is_not_clear_is_a_sentence(folder: Path, words: tuple[str, ...], said: str) -> None:
    assert said in leadflow(*words, code=2)


def test_it_is_set_beside_the_process_that_holds_the_journal(folder: Path) -> None:
    holder = SqliteStore.open(folder / "j.db", RealClock())
    try:
        leadflow("pause", "acme", "--because", "their outage")
        leadflow("suppress", "list", "night.flow", "none", code=2)
        assert [one.because for one in holder.overrides_in_force()] == ["their outage"]
    finally:
        holder.close_now()
