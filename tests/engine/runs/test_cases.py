"""Each case under ``cases/``: run dry, compare, then replay from its own facts and compare again."""

import pytest
import yaml

from leadflow_engine.operations.resume import at_once, replay

from .harness import came_of, case_files, compared, each, plan_of


@pytest.mark.parametrize("file", case_files(), ids=lambda file: file.stem)
def test_case(file, tmp_path):
    case = yaml.safe_load(file.read_text(encoding="utf-8"))
    plan = plan_of(case["flow"], tmp_path, case.get("files"))
    for number, (wanted, (run, done)) in enumerate(
        zip(case["leads"], each(plan, case, tmp_path), strict=True), 1
    ):
        came = came_of(run, done)
        expected = {
            name: value for name, value in wanted.items() if name not in {"send", "at", "source", "paid"}
        }
        assert compared(wanted, came) == expected, f"lead {number}\n{yaml.safe_dump(came)}"
        again = at_once(replay(plan, done.lead, run.store.facts(done.lead)))
        assert [ending.records for ending in again] == [done.ending.records]
        assert [fact.key for fact in again[0].facts] == came["keys"]
