"""Each case under ``cases/``: run dry, compare, then replay from its own facts and compare again; and what the source
hears is the same by the Run and by the journal."""

import pytest
import yaml

from leadflow_engine.operations.resume import at_once, replay
from leadflow_engine.service.told import told_by, told_of

from .harness import SAID, came_of, case_files, compared, each, goes_on, plan_of


@pytest.mark.parametrize("file", case_files(), ids=lambda file: file.stem)
def test_case(file, tmp_path):
    case = yaml.safe_load(file.read_text(encoding="utf-8"))
    plan = plan_of(case["flow"], tmp_path, case.get("files"))
    for number, (wanted, (run, done)) in enumerate(
        zip(case["leads"], each(plan, case, tmp_path), strict=True), 1
    ):
        segments = [done]
        assert _heard(told_by(plan, run.store, done.ending)) == _heard(told_of(run.store, done.lead))
        _compare(run, done, wanted, f"lead {number}")
        for later in wanted.get("later", ()):
            segments.append(goes_on(run, done, later["at"]))
            _compare(run, segments[-1], later, f"lead {number} at {later['at']}")
        again = at_once(replay(plan, done.lead, run.store.facts(done.lead)))
        assert [ending.records for ending in again] == [one.ending.records for one in segments]
        assert [fact.key for ending in again for fact in ending.facts] == [
            fact.key for one in segments for fact in one.ending.facts
        ]


def _heard(summary):
    """What a source hears of a lead, by the Run that has just ended or by the journal."""
    lead = {name: summary["lead"][name] for name in ("id", "test", "cost", "cost_on", "cost_share")}
    sales = [(sale["buyer"], sale["price"], sale["reference"]) for sale in summary["sales"]]
    return lead, summary["outcome"], summary["reason"], sales


def _compare(run, done, wanted, where):
    came = came_of(run, done)
    expected = {name: value for name, value in wanted.items() if name not in SAID}
    assert compared(wanted, came) == expected, f"{where}\n{yaml.safe_dump(came)}"
