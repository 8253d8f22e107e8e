"""lint, fmt, explain, rules, and what every command says of itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from leadflow_dsl.rules import RULES
from leadflow_engine.cli import COMMANDS

Leadflow = Callable[..., Result]
WRONG = """\
flow f "F"
lead { mail email }
buyer a {
  accept when mial is present
  price 1.00
}
route { waterfall a }
"""


@pytest.mark.parametrize(
    "command", [[], *([name] for name in COMMANDS), ["doubt", "list"], ["doubt", "settle"]]
)
def test_every_command_says_what_it_is_for(command: list[str], leadflow: Leadflow) -> None:
    assert "Usage:" in leadflow(*command, "--help").output
    assert "--help" in leadflow(*command, "-h").output


def test_the_list_of_commands_is_whole_and_short(leadflow: Leadflow) -> None:
    printed = leadflow("--help").output
    assert all(f"  {name} " in printed for name in COMMANDS)
    assert "..." not in printed.split("Commands:")[1]


def test_a_command_that_is_none_is_answered_with_the_nearest(leadflow: Leadflow) -> None:
    assert "no command `lnt`; did you mean `lint`?" in leadflow("lnt", code=2).output
    assert "there are lint, fmt" in leadflow("zzzz", code=2).output


def test_the_version(leadflow: Leadflow) -> None:
    assert leadflow("--version").output.startswith("leadflow ")


def test_help_is_there_at_once() -> None:
    heavy = ("rich", "aiohttp", "lark", "jinja2", "sqlite_utils", "phonenumbers", "yaml")
    code = (
        "import sys; from leadflow_engine.cli import main; main(['--help'], standalone_mode=False); "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


# ------------------------------------------------------------------ lint


def test_a_clean_flow_has_no_findings(market: Path, leadflow: Leadflow) -> None:
    assert leadflow("lint", "flow.flow").output == "no findings in 1 file\n"


def test_a_finding_is_shown_at_its_place_and_ends_with_1(market: Path, leadflow: Leadflow) -> None:
    (market / "wrong.flow").write_text(WRONG)
    printed = leadflow("lint", "wrong.flow", code=1).output
    assert "wrong.flow:4:15: error[LF203]" in printed
    assert "leadflow explain LF203" in printed
    assert "error" in printed.splitlines()[-1]


def test_a_folder_is_checked_with_all_its_flows(market: Path, leadflow: Leadflow) -> None:
    (market / "more").mkdir()
    (market / "more" / "wrong.flow").write_text(WRONG)
    (market / ".hidden").mkdir()
    (market / ".hidden" / "wrong.flow").write_text(WRONG)
    printed = leadflow("lint", ".", code=1).output
    assert "in 2 files" in printed
    assert ".hidden" not in printed


def test_a_folder_without_flows_is_said_to_be_so(tmp_path: Path, leadflow: Leadflow) -> None:
    assert "no flow file (*.flow) is in this folder" in leadflow("lint", tmp_path, code=2).output


@pytest.mark.parametrize(
    ("form", "begins"),
    [("concise", "wrong.flow:"), ("jsonl", '{"code"'), ("json", "[\n"), ("github", "::error ")],
)
def test_the_formats_for_machines_hold_nothing_else(
    form: str, begins: str, market: Path, leadflow: Leadflow
) -> None:
    (market / "wrong.flow").write_text(WRONG)
    printed = leadflow("lint", "wrong.flow", "--format", form, code=1).stdout
    assert printed.startswith(begins)
    if form == "json":
        assert "LF203" in [finding["code"] for finding in json.loads(printed)]
    assert leadflow("lint", "flow.flow", "--format", form).stdout == ("[]\n" if form == "json" else "")


def test_a_path_that_is_none_cannot_start(leadflow: Leadflow) -> None:
    assert "nowhere.flow" in leadflow("lint", "nowhere.flow", code=2).output


# ------------------------------------------------------------------ fmt


def test_fmt_writes_the_one_format_and_then_has_nothing_to_do(market: Path, leadflow: Leadflow) -> None:
    file = market / "flow.flow"
    file.write_text(file.read_text().replace("price 50.00", "price    50.00"))
    file.chmod(0o640)
    assert "would format flow.flow" in leadflow("fmt", "--check", "flow.flow", code=1).output
    assert "-  price    50.00\n+  price 50.00\n" in leadflow("fmt", "--diff", "flow.flow", code=1).output
    assert "price    50.00" in file.read_text()
    assert leadflow("fmt", "flow.flow").output == "formatted flow.flow\n"
    assert "  price 50.00\n" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o640
    assert leadflow("fmt", "--check", "flow.flow").output == ""
    assert [each.name for each in market.iterdir() if "formatted" in each.name] == []


def test_fmt_leaves_alone_what_is_no_flow(market: Path, leadflow: Leadflow) -> None:
    (market / "broken.flow").write_text("flow {{{\n")
    assert "broken.flow:1" in leadflow("fmt", "broken.flow", code=1).output
    assert (market / "broken.flow").read_text() == "flow {{{\n"


def test_fmt_reads_standard_input(market: Path, leadflow: Leadflow) -> None:
    text = (market / "flow.flow").read_text()
    once = leadflow("fmt", "-", stdin=text).stdout
    assert leadflow("fmt", "-", stdin=once).stdout == once


def test_fmt_says_what_is_not_utf8(market: Path, leadflow: Leadflow) -> None:
    (market / "latin.flow").write_bytes(b'flow f "caf\xe9"\n')
    said = leadflow("fmt", "latin.flow", "flow.flow", code=1).output
    assert "latin.flow:1:12: error[LF110]: the file is not UTF-8: byte 0xE9" in said
    assert (market / "latin.flow").read_bytes() == b'flow f "caf\xe9"\n'


def test_fmt_says_which_lines_it_leaves(market: Path, leadflow: Leadflow) -> None:
    (market / "broken.flow").write_text("flow   f\nfilter x {\nreject   wen a\nreject   when b\n}\n")
    said = leadflow("fmt", "broken.flow", code=1).output
    assert "error[LF101]" in said
    assert "broken.flow: left as they are: lines 3\nformatted broken.flow" in said
    assert (market / "broken.flow").read_text() == (
        "flow f\nfilter x {\nreject   wen a\n  reject when b\n}\n"
    )


def test_fmt_takes_a_byte_order_mark_and_foreign_line_ends_away(market: Path, leadflow: Leadflow) -> None:
    (market / "odd.flow").write_bytes(b"\xef\xbb\xbfflow f\r\n")
    assert leadflow("fmt", "odd.flow").output == "formatted odd.flow\n"
    assert (market / "odd.flow").read_bytes() == b"flow f\n"


# ------------------------------------------------------------------ explain, rules


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_rule_has_its_page(code: str, leadflow: Leadflow) -> None:
    printed = leadflow("explain", code.lower()).output
    assert printed.startswith(f"{code}  {RULES[code].name}")


def test_a_code_that_is_none_is_answered_with_the_nearest(leadflow: Leadflow) -> None:
    assert "did you mean LF203?" in leadflow("explain", "unknwn-name", code=2).output
    assert "`leadflow rules` lists them all" in leadflow("explain", "zzz", code=2).output


def test_all_rules_are_listed(leadflow: Leadflow) -> None:
    assert len(leadflow("rules").output.splitlines()) == len(RULES)
    assert {rule["code"] for rule in json.loads(leadflow("rules", "--format", "json").output)} == set(RULES)
