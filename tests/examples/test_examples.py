"""Every example, checked, tried dry and run over real HTTP: each lead must end as its flow says.

What is expected was worked out from the flows by hand; the buyers' answers stand beside each.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leadflow_dsl import check, format_text

ROOT = Path(__file__).resolve().parent.parent.parent
THURSDAY_MORNING = "2026-11-19T15:00:00Z"

ENDS: dict[str, list[str]] = {
    "01-smallest": ["sold ace 12.00", "unsold", "unsold", "refused", "refused"],
    "02-two-buyers": [
        "sold clearview 28.00",
        "sold budget_glass 9.50",
        "sold budget_glass 9.50",
        "sold clearview 28.00",
        "unsold",
        "refused",
        "refused",
    ],
    "03-criteria": [
        "sold prairie 31.00",
        "unsold",
        "sold second_chance 11.00",
        "sold second_chance 11.00",
        "unsold",
        "sold second_chance 11.00",
        "unsold",
        "unsold",
        "unsold",
        "refused",
        "refused",
    ],
    "04-caps-and-hours": [
        "sold swift 15.00",
        "sold swift 15.00",
        "sold swift 15.00",
        "sold night_owl 9.00",
        "refused",
        "unsold",
        "sold night_owl 9.00",
        "sold night_owl 9.00",
        "unsold",
        "unsold",
    ],
    "05-mapping": [
        "sold formpost 20.00",
        "sold nested 25.00",
        "unsold",
        "sold old_xml 30.00",
        "unsold",
        "sold templated 35.00",
        "sold templated 35.00",
    ],
    "06-lookup-on-demand": [
        "sold anyline 18.00",
        "sold mobile_only 26.00",
        "unsold",
        "unsold",
        "unsold",
        "unsold",
        "sold mobile_only 26.00",
    ],
    "07-auction": [
        "sold apex 61.50",
        "sold counsel 40.00",
        "sold borealis 33.00",
        "unsold",
        "sold counsel 40.00",
        "unsold",
    ],
    "08-fallback-and-hold": [
        "sold big_van 45.00",
        "sold big_van 45.00",
        "held",
        "held",
        "fallback call_centre 0.00",
        "in_doubt",
    ],
    "09-in-doubt": [
        "sold first_bank 80.00",
        "in_doubt",
        "in_doubt",
        "sold anybody 4.00",
        "sold careful_bank 50.00",
        "in_doubt",
        "sold anybody 4.00",
        "sold quick_cash 15.00",
    ],
    "10-google-lead-form": ["sold shingle 35.00", "unsold", "refused", "refused"],
    "11-meta-lead-ads": ["sold bright 60.00", "sold bright 60.00", "refused"],
    "12-signed-webhook": ["sold lagoon 55.00", "refused", "unsold", "refused"],
    "13-later-answers": ["pending", "pending", "pending", "sold sure_thing 6.00"],
    "14-money": ["sold prepaid_pro 25.00", "sold gutter_barn 22.00", "unsold"],
    "15-after-the-sale": ["sold slate 50.00", "sold slate 50.00", "pending", "sold shingle 30.00"],
    "16-policies": ["sold clearpane 40.00", "sold glassworks 36.00"],
    "17-clocks": [
        "sold east_desk 20.00",
        "sold central_desk 20.00",
        "held",
        "held",
        "sold west_desk 20.00",
        "sold island_desk 20.00",
    ],
}
FLOWS = ["flows/solar.flow", *(f"examples/{name}/flow.flow" for name in ENDS)]
WHATEVER_THE_HOUR = sorted(set(ENDS) - {"04-caps-and-hours", "08-fallback-and-hold", "14-money", "17-clocks"})
"""Those whose ends do not depend on when they are run, nor on who has paid beforehand."""


@dataclass(frozen=True)
class Program:
    """The command ``leadflow``."""

    path: Path

    def __call__(self, *arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        command = [str(self.path), *map(str, arguments)]
        env = {**os.environ, "NO_COLOR": "1", **environ}
        return subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False
        )

    @contextmanager
    def sandbox(self, answers: Path) -> Iterator[dict[str, str]]:
        """A sandbox with these answers on a port of its own; gives the environment that leads there."""
        command = [str(self.path), "sandbox", str(answers), "--port", "0"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        try:
            line = process.stdout.readline()
            address = re.search(r"127\.0\.0\.1:\d+", line)
            assert address, line
            yield {
                "LEADFLOW_SANDBOX": address.group(),
                "LEADFLOW_ALLOW_HOSTS": address.group(),
                "META_PAGE_TOKEN": "of the page",
                "CALL_HOME_KEY": "of their calls",
                "LEADFLOW_PUBLIC_URL": "https://leads.example",
            }
        finally:
            process.terminate()
            process.communicate(timeout=20)


@pytest.fixture
def leadflow(loaded: Path) -> Program:
    return Program(loaded / "leadflow")


def ends(printed: str) -> list[str]:
    """Each lead's end in a few words: ``sold ace 12.00``, ``unsold``."""
    return [end(json.loads(line)) for line in printed.splitlines()]


def end(lead: dict[str, Any]) -> str:
    sales = [f"{sale['buyer']} {float(sale['price']):.2f}" for sale in lead["sales"]]
    return " ".join([lead["outcome"], *sales])


def test_every_example_is_expected_here() -> None:
    assert {path.parent.name for path in (ROOT / "examples").glob("*/flow.flow")} == set(ENDS)


@pytest.mark.parametrize("flow", FLOWS)
def test_it_has_no_finding(flow: str) -> None:
    assert check(ROOT / flow).diagnostics == ()


@pytest.mark.parametrize("flow", FLOWS)
def test_it_is_in_the_format(flow: str) -> None:
    text = (ROOT / flow).read_text(encoding="utf-8")
    assert format_text(text, flow) == (text, ())


@pytest.mark.parametrize("name", ENDS)
def test_a_dry_run_ends_each_lead_as_the_flow_says(name: str, leadflow: Program) -> None:
    folder = ROOT / "examples" / name
    files = folder / "flow.flow", folder / "leads.jsonl", "--answers", folder / "answers.yaml"
    dry = leadflow("dry-run", *files, "--at", THURSDAY_MORNING, "--format", "jsonl")
    assert dry.returncode == 0, dry.stderr
    assert ends(dry.stdout) == ENDS[name]


@pytest.mark.parametrize("name", WHATEVER_THE_HOUR)
def test_over_real_http_each_lead_ends_the_same(name: str, tmp_path: Path, leadflow: Program) -> None:
    folder = ROOT / "examples" / name
    files = folder / "flow.flow", folder / "leads.jsonl", "--db", tmp_path / "leads.db"
    with leadflow.sandbox(folder / "answers.yaml") as environ:
        real = leadflow("run", *files, "--concurrency", 1, "--format", "jsonl", **environ)
    assert real.returncode == 0, real.stderr
    assert ends(real.stdout) == ENDS[name]


def test_the_solar_leads_meet_every_outcome_that_a_flow_can_give(leadflow: Program) -> None:
    files = "flows/solar.flow", "flows/solar.leads.jsonl", "--answers", "flows/solar.answers.yaml"
    dry = leadflow("dry-run", *files, "--at", THURSDAY_MORNING, "--format", "jsonl")
    assert dry.returncode == 0, dry.stderr
    leads = [json.loads(line) for line in dry.stdout.splitlines()]
    outcomes = Counter(lead["outcome"] for lead in leads)
    assert sum(outcomes.values()) == 640
    assert {"sold", "fallback", "unsold", "refused", "in_doubt"} <= set(outcomes)
    assert {sale["buyer"] for lead in leads for sale in lead["sales"]} == {"sunpath", "brightbid", "in_house"}


def test_a_sale_is_told_to_its_source_by_work(tmp_path: Path, leadflow: Program) -> None:
    folder = ROOT / "examples" / "12-signed-webhook"
    with leadflow.sandbox(folder / "answers.yaml") as environ:
        leadflow(
            "run", folder / "flow.flow", folder / "leads.jsonl", "--db", tmp_path / "leads.db", **environ
        )
        first = leadflow("work", "--drain", "--db", tmp_path / "leads.db", **environ)
        second = leadflow("work", "--drain", "--db", tmp_path / "leads.db", **environ)
    assert first.stdout.count("postback: told partner") == 1, first.stderr
    assert "postback" not in second.stdout
