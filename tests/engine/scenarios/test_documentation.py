"""The files that ``docs/scenarios.md`` shows hold, and its tables name all that there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from leadflow_engine.cli import main
from leadflow_engine.operations.loading import load
from leadflow_engine.scenarios import names, parse_scenarios, play, schema
from leadflow_engine.scenarios.aftermath import BATCH, POLICY, RETURN
from leadflow_engine.scenarios.compare import MATCHERS
from leadflow_engine.scenarios.names import POSTING

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(flow: .*?)^```$", PAGE, re.M | re.S)


def test_the_page_shows_files() -> None:
    assert len(BLOCKS) == 6


@pytest.mark.parametrize("text", BLOCKS, ids=lambda text: text.splitlines()[0].split("/")[1])
def test_what_it_shows_holds(text: str) -> None:
    file = parse_scenarios(text, str(ROOT / "page.scenarios.yaml"))
    plan = load(file.flow).plan
    assert names.problems(plan, file) == ()
    for scenario in file.scenarios:
        played = play(plan, file, scenario)
        assert [(each.differences, each.missing) for each in played.outcomes if not each.passed] == []


def test_the_tables_name_all_words() -> None:
    shape = schema()["$defs"]
    words = [*shape["scenario"]["properties"], *shape["expect"]["properties"], *POSTING, *MATCHERS]
    words += [*shape["part"]["properties"], *RETURN, *BATCH, *POLICY]
    words += [*shape["given"]["properties"], "paused", "down", "spent", "after"]
    prose = re.sub(r"^```.*?^```$", "", PAGE, flags=re.M | re.S)
    told = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`[^`]+`", prose) + BLOCKS)))
    assert [word for word in words if word not in told] == []


def test_a_dry_run_answers_as_the_defaults_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = ROOT / "examples" / "02-two-buyers"
    for name in ("flow.flow", "flow.scenarios.yaml", "leads.jsonl"):
        (tmp_path / name).write_bytes((example / name).read_bytes())
    (tmp_path / "leadflow.toml").touch()
    with pytest.raises(SystemExit) as end:
        main(["dry-run", str(tmp_path / "flow.flow"), str(tmp_path / "leads.jsonl"), "--format", "jsonl"])
    assert end.value.code == 0
    captured = capsys.readouterr()
    assert f"answers from the defaults of {tmp_path / 'flow.scenarios.yaml'}" in captured.err
    postings = [posting for line in captured.out.splitlines() for posting in json.loads(line)["postings"]]
    assert {posting["reference"] for posting in postings if posting["name"] == "clearview"} == {"CV-1"}
