"""How a lead that several may have is told: who has it, for how much, and why not the others."""

import pytest
import yaml

from leadflow_engine.reports.setting import setting_of
from leadflow_engine.reports.story import story

from .harness import CASES, dry, plan_of


@pytest.mark.parametrize("name", ["multisell", "auction_several", "best_of", "offers", "reping", "groups"])
def test_story(name, tmp_path, snapshot):
    case = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    plan = plan_of(case["flow"], tmp_path)
    leads = [lead["send"] for lead in case["leads"]]
    run = dry(plan, leads, case["answers"], "2026-11-20T15:00:00+00:00", tmp_path)
    lines = [
        line.plain.rstrip()
        for done in run.leads()
        for line in (*story(run.store.lead_summary(done.lead), setting_of(plan), 100), "")
        if not isinstance(line, str)
    ]
    assert "\n".join(lines) == snapshot
