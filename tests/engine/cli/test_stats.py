"""``leadflow stats``: figures as people and programs read them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from syrupy.assertion import SnapshotAssertion

from leadflow_engine.cli import main
from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.operations.loading import description, load
from leadflow_engine.store import SqliteStore

FLOW = """\
flow night
currency EUR
lead { state state }
source web {}
buyer acme {
  price 10.00
  deliver { post "https://acme.example/"  response { accepted when status 2xx  otherwise rejected } }
}
route { waterfall acme }
"""
COUNTED = [
    ("buyer", "acme", {"leads": 4, "attempts": 5, "answered": 4, "sold": 3, "returned": 1, "requests": 6}),
    ("buyer", "acme", {"timeouts": 1, "revenue": 20_000_000, "margin": 11_500_000}),
    ("buyer", "zenith", {"leads": 1, "attempts": 1}),
    ("source", "web", {"leads": 1250, "accepted": 1000, "sold_leads": 3, "sold": 3, "answered": 4}),
    ("source", "web", {"revenue": 20_000_000, "margin": -4_000_000, "returned": 1}),
    ("dimension", "campaign=fall", {"leads": 2, "accepted": 2, "sold_leads": 1, "sold": 1}),
    ("dimension", "campaign=spring = \x1b[31m", {"leads": 1, "accepted": 1}),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "night.flow").write_text(FLOW, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    clock = RealClock()
    store = SqliteStore.open(tmp_path / "j.db", clock)
    plan = load("night.flow").plan
    store.add_plan(plan.name, description(plan))
    hour = f"{clock.now():%Y-%m-%dT%H}"
    rows = [
        ("night", kind, party, figure, hour, amount)
        for kind, party, counts in COUNTED
        for figure, amount in counts.items()
    ]
    store.transact(lambda core: core.connection.executemany("INSERT INTO tally VALUES (?,?,?,?,?,?)", rows))
    old = ("night", "buyer", "gone", "leads", "2020-01-01T00", 7)
    store.transact(lambda core: core.connection.execute("INSERT INTO tally VALUES (?,?,?,?,?,?)", old))
    store.close_now()
    return tmp_path


def stats(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["stats", *words, "--db", "j.db"])
    assert result.exit_code == code, result.output
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "NOW", result.output)


def test_everybody_with_what_each_rate_is_a_share_of(folder: Path, snapshot: SnapshotAssertion) -> None:
    assert stats() == snapshot


def test_one_with_what_each_figure_is(folder: Path, snapshot: SnapshotAssertion) -> None:
    assert stats("acme", "--last", "2h") + stats("web") == snapshot


def test_the_values_of_a_dimension(folder: Path, snapshot: SnapshotAssertion) -> None:
    assert stats("--by", "campaign") == snapshot


def test_as_data(folder: Path) -> None:
    told = json.loads(stats("acme", "--format", "json"))
    [acme] = told["figures"]
    assert (acme["kind"], acme["name"], acme["leads"]) == ("buyer", "acme", 4)
    assert acme["acceptance_rate"] == {"value": 0.75, "of": 4}
    assert acme["conversion_rate"] == {"value": 0.0, "of": 3}
    assert (acme["revenue"], acme["margin"], acme["days_to_pay"]) == ("20.00", "11.50", None)
    assert told["currency"] == "EUR"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("acm",), "nothing was counted of `acm` in this time; there are acme, web, zenith"),
        (("gone",), "nothing was counted of `gone` in this time"),
        (("--by", "offer"), "nothing was counted of `offer` in this time; there are campaign"),
        (("--last", "soon"), "`soon` is no length of time"),
    ],
)
def test_what_is_not_known_is_a_sentence(folder: Path, words: tuple[str, ...], said: str) -> None:
    assert said in stats(*words, code=2)
