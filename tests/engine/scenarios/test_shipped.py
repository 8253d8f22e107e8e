"""The scenarios of the solar flow and of every example hold, without a network, in no time."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from leadflow_engine.scenarios import Suite, scenario_files

ROOT = Path(__file__).resolve().parents[3]
FILES = scenario_files([ROOT / "flows", ROOT / "examples"])


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for a socket fails."""

    def refused(*arguments: object, **options: object) -> None:
        raise AssertionError("a scenario asked for the network")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)


def test_every_flow_has_scenarios() -> None:
    flows = [*(ROOT / "flows").glob("*.flow"), *(ROOT / "examples").glob("0*/*.flow")]
    assert {flow.with_suffix(".scenarios.yaml") for flow in flows} <= set(FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_they_hold(file: Path) -> None:
    [report] = Suite().run([file])
    assert not report.problem, report.problem
    assert [
        (played.scenario.name, outcome.differences, outcome.missing)
        for played in report.failed
        for outcome in played.outcomes
    ] == []
    assert report.played
