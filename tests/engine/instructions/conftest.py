"""Plans of flows as texts and as files, and the moment at which their examples are sent."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from leadflow_dsl.checking import check, check_files
from leadflow_engine.plan import Plan, make_plan

ROOT = Path(__file__).resolve().parents[3]
MOMENT = datetime.datetime(2026, 11, 20, 15, 0, tzinfo=datetime.UTC)


def plan_of(path: Path) -> Plan:
    """The plan of a flow file."""
    checked = check(path)
    assert checked.flow is not None, checked.errors
    return make_plan(checked.flow)


@pytest.fixture
def moment() -> datetime.datetime:
    return MOMENT


@pytest.fixture(scope="session")
def solar() -> Plan:
    return plan_of(ROOT / "flows" / "solar.flow")


@pytest.fixture
def planned() -> Callable[[str], Plan]:
    """The plan of a flow that is given as text."""

    def make(text: str) -> Plan:
        checked = check_files({"flow.flow": text}, "flow.flow")
        assert checked.flow is not None, [finding.message for finding in checked.errors]
        return make_plan(checked.flow)

    return make
