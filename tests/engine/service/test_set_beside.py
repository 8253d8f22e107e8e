"""What operators set beside the flow, while a service has the journal: the service sets it, and nobody else writes."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from leadflow_engine.cli import main
from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.drivers.orders import give
from leadflow_engine.store import SqliteStore

from .served import Service


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second connection may write."""

    def beside(*_: object) -> None:
        raise AssertionError("a second connection would write")

    monkeypatch.setattr(SqliteStore, "beside", beside)


def _said(desk: Service, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--db", str(desk.db)], catch_exceptions=False)


def test_a_pause_and_its_end(desk: Service) -> None:
    try:
        done = _said(desk, "pause", "ace", "--for", "2h", "--because", "they asked")
        assert (done.exit_code, done.output.splitlines()[0]) == (0, "ace is paused for 2h")
        assert "desk/buyer/ace: paused until" in _said(desk, "state").output
    finally:
        assert _said(desk, "resume", "ace", "--because", "they are back").output == "ace is asked again\n"
    assert _said(desk, "state").output == "nothing is set beside the flow\n"


def test_what_is_suppressed(desk: Service) -> None:
    who = {"list": "left", "entries": ["ann@example.com", "bob@example.com"], "scope": "", "by": "ann"}
    assert give(desk.db, "suppress", {**who, "because": "asked", "seconds": None}) == {"new": 2}
    assert give(desk.db, "suppress", {**who, "because": "asked", "seconds": None}) == {"new": 0}
    store = SqliteStore.read_only(desk.db, RealClock())
    try:
        assert [bool(store.suppressed("left", who)) for who in ("ann@example.com", "eve@example.com")] == [
            True,
            False,
        ]
    finally:
        store.close_now()
    assert give(desk.db, "unsuppress", {**who, "because": "a mistake"}) == {"gone": 2}
