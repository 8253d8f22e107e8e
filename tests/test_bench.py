"""The frame of the benches: goals, medians, the tables of the page, and that unequal results count for nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def bench() -> Iterator[SimpleNamespace]:
    """The benches' modules, which find each other as scripts do: in their folder."""
    known, sys.path[:0] = set(sys.modules), [str(ROOT / "bench")]
    try:
        yield SimpleNamespace(**{name: _module(name) for name in ("frame", "page", "flame", "costs", "load")})
    finally:
        sys.path.remove(str(ROOT / "bench"))
        for name in set(sys.modules) - known:
            if str(ROOT / "bench") in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]


def _module(name: str) -> ModuleType:
    return __import__(name)


def test_a_goal_is_met_by_enough_or_by_no_more(bench: SimpleNamespace) -> None:
    rate = bench.frame.Goal("leads", "rate", 1500, "leads/s", least=True)
    wait = bench.frame.Goal("wait", "p99", 15, "ms")
    assert (rate.said, wait.said) == ("at least 1,500 leads/s", "at most 15 ms")
    assert [rate.met(1499), rate.met(1500)] == [False, True]
    assert [wait.met(15), wait.met(15.1)] == [True, False]


def test_medians_of_turns_with_the_least_and_the_most(bench: SimpleNamespace) -> None:
    turns = [bench.frame.Turn({"rate": rate}) for rate in (90.0, 1200.0, 100.0)]
    assert bench.frame.spreads(turns)["rate"].said("leads/s") == "100 leads/s (90 to 1,200)"


def test_results_that_differ_count_for_nothing(
    bench: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def once(quick: bool) -> object:
        raise bench.frame.Differs("lead R1 went to b03")

    monkeypatch.setattr(bench.frame.machine, "others_use", lambda: 0.0)
    goal = bench.frame.Goal("leads", "rate", 1, least=True)
    told = bench.frame.measure(bench.frame.Workload("w", once, (goal,)), quick=False)
    [row] = bench.frame.rows(told)
    assert (row["measured"], row["met"]) == ("results differ: lead R1 went to b03", None)


def test_the_page_has_the_figures_that_are_kept(bench: SimpleNamespace) -> None:
    kept = json.loads((ROOT / "docs/performance/figures.json").read_text(encoding="utf-8"))
    page = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    assert bench.page.filled(page, kept) == page


def test_stacks_are_laid_on_each_other(bench: SimpleNamespace) -> None:
    raw = [
        "thread (1): MainThread;run (asyncio/runners.py:118);Rows.flush (leadflow_engine/store/rows.py:20) 3"
    ]
    stacks = bench.costs.collapsed(raw)
    assert stacks == "loop;asyncio/runners:run;store/rows:Rows.flush 3\n"
    assert bench.costs.by_file(stacks.splitlines())["loop"] == {"store/rows": 3}
    picture = bench.flame.picture(bench.flame.tree(iter(stacks.splitlines())), "a <title>")
    assert "store/rows:Rows.flush  100.0%" in picture
    assert "a &lt;title&gt;" in picture


def test_messages_are_taken_whole_and_one_after_the_other(bench: SimpleNamespace) -> None:
    two = bench.load.answer_of(b'{"ok": 1}') + bench.load.answer_of(b"{}")
    head, body, rest = bench.load.message(two)
    assert (head[:15], body) == (b"HTTP/1.1 200 OK", b'{"ok": 1}')
    assert bench.load.message(rest)[1:] == (b"{}", b"")
    assert bench.load.message(two[:-20]) is not None
    assert bench.load.message(rest[:-1]) is None
