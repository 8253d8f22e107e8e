"""Each case under ``cases/``: run dry, compare, then replay from its own facts and compare again."""

import datetime

import pytest
import yaml

from leadflow_engine.operations.resume import at_once, replay

from .harness import came_of, case_files, compared, dry, plan_of


@pytest.mark.parametrize("file", case_files(), ids=lambda file: file.stem)
def test_case(file, tmp_path):
    case = yaml.safe_load(file.read_text(encoding="utf-8"))
    plan = plan_of(case["flow"], tmp_path, case.get("files"))
    at = case.get("at", "2026-11-20T15:00:00+00:00")
    at = at.isoformat() if isinstance(at, datetime.datetime) else at
    run = dry(plan, [lead["send"] for lead in case["leads"]], case.get("answers", {}), at, tmp_path)
    for wanted, done in zip(case["leads"], run.leads(), strict=True):
        came = came_of(run, done)
        expected = {name: value for name, value in wanted.items() if name != "send"}
        assert compared(wanted, came) == expected, f"lead {done.record.number}\n{yaml.safe_dump(came)}"
        again = at_once(replay(plan, done.lead, run.store.facts(done.lead)))
        assert [ending.records for ending in again] == [done.ending.records]
        assert [fact.key for fact in again[0].facts] == came["keys"]
