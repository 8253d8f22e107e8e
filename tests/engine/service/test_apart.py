"""Flows that other processes check: what comes back is what checking them here gives."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from leadflow_dsl.checking import check
from leadflow_engine.drivers.apart import AT_ONCE, Apart, large, packed, unpacked

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted((ROOT / "flows").glob("*.flow"))


@pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.name)
def test_what_is_packed_is_unpacked(flow: Path) -> None:
    checked = check(str(flow))
    assert checked.flow is not None
    assert unpacked(packed(checked)) == checked


@pytest.mark.parametrize("count", [0, 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE])
def test_any_number_of_buyers_comes_back_in_its_order(count: int) -> None:
    checked = check(str(SHIPPED[0]))
    assert checked.flow is not None
    buyers = tuple(replace(checked.flow.buyers[0], name=f"b{number}") for number in range(count))
    many = replace(checked, flow=replace(checked.flow, buyers=buyers))
    assert unpacked(packed(many)) == many


def test_a_flow_with_errors_comes_back_as_its_findings(tmp_path: Path) -> None:
    flow = tmp_path / "wrong.flow"
    flow.write_text('flow wrong "Wrong"\nlead { name txt }\n', encoding="utf-8")
    with Apart([str(flow)]) as apart:
        found = apart.checked(str(flow))
    assert found.flow is None and found == check(str(flow))


def test_a_process_that_is_killed_is_made_good_here() -> None:
    flow = str(SHIPPED[0])
    with Apart([flow]) as apart:
        begun = apart.begin()._pool
        assert begun is not None and begun._processes
        for process in list(begun._processes):
            os.kill(process, signal.SIGKILL)
        assert apart.checked(flow) == check(flow)


def test_what_was_not_named_is_checked_here() -> None:
    flow = str(SHIPPED[0])
    with Apart([]) as apart:
        assert apart.checked(flow) == check(flow)


def test_a_pipe_that_nobody_writes_to_is_no_large_flow(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f.flow")
    assert not large([str(tmp_path / "f.flow")])
