"""lint, fmt, explain, rules, and what every command says of itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
from click.testing import Result

from leadflow_dsl.linting import MANY, lint
from leadflow_dsl.meaning import loading
from leadflow_dsl.pages import all_rules
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
FIXABLE = """\
flow f "F"

lead {
  mail   email  required
  phone  phone
}

buyer a {
  accept when mail = "a@b.example"
  accept when phone is present
  price 1.00
  deliver {
    post "https://a.example/leads"
    body json { mail = mail }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}

route { waterfall a }
"""
LIBRARY = Path(str(resources.files("leadflow_dsl"))) / "library"


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


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("lint flow.flow", 0),
        ("lint wrong.flow", 1),
        ("lint flow.flow wrong.flow", 1),
        ("lint nowhere.flow", 2),
        ("lint empty", 2),
        ("lint", 2),
        ("lint flow.flow --format nonsense", 2),
        ("lint flow.flow --fail-on nonsense", 2),
        ("lint flow.flow --diff", 0),
        ("fmt flow.flow", 0),
        ("fmt --check wrong.flow", 1),
        ("fmt --diff wrong.flow", 1),
        ("fmt broken.flow", 1),
        ("fmt nowhere.flow", 2),
        ("explain LF203", 0),
        ("explain LF000", 2),
        ("rules", 0),
        ("rules --format nonsense", 2),
        ("nonsense", 2),
    ],
)
def test_how_commands_that_check_end(command: str, code: int, market: Path, leadflow: Leadflow) -> None:
    (market / "wrong.flow").write_text(WRONG.replace("lead {", "lead   {"))
    (market / "broken.flow").write_text("flow f {\n")
    (market / "empty").mkdir()
    leadflow(*command.split(), code=code)


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
    [
        ("concise", "wrong.flow:"),
        ("jsonl", '{"code"'),
        ("json", "[\n"),
        ("github", "::error "),
        ("sarif", "{\n"),
        ("junit", "<?xml"),
    ],
)
def test_the_formats_for_machines_hold_nothing_else(
    form: str, begins: str, market: Path, leadflow: Leadflow
) -> None:
    (market / "wrong.flow").write_text(WRONG)
    printed = leadflow("lint", "wrong.flow", "--format", form, code=1).stdout
    assert printed.startswith(begins)
    if form == "json":
        assert "LF203" in [finding["code"] for finding in json.loads(printed)]
    if form not in ("sarif", "junit"):
        assert leadflow("lint", "flow.flow", "--format", form).stdout == ("[]\n" if form == "json" else "")


def test_a_path_that_is_none_cannot_start(leadflow: Leadflow) -> None:
    assert "nowhere.flow" in leadflow("lint", "nowhere.flow", code=2).output


def test_what_is_certain_is_repaired(market: Path, leadflow: Leadflow) -> None:
    file = market / "wrong.flow"
    file.write_bytes(FIXABLE.replace("\n", "\r\n").encode())
    file.chmod(0o640)
    shown = leadflow("lint", "wrong.flow", "--diff", code=1).stdout
    assert '-  accept when mail = "a@b.example"' in shown and "wrong.flow (repaired)" in shown
    assert "mail = " in file.read_text()
    assert "2 can be repaired with --fix" in leadflow("lint", "wrong.flow", code=1).stdout
    done = leadflow("lint", "wrong.flow", "--fix")
    assert done.stderr == "repaired 2 findings in wrong.flow\n"
    assert done.stdout == "no findings in 1 file\n"
    repaired = FIXABLE.replace("when mail = ", "when mail == ").replace("is present", "is valid")
    assert file.read_bytes() == repaired.replace("\n", "\r\n").encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert leadflow("lint", "wrong.flow", "--diff").output == ""
    assert leadflow("lint", "wrong.flow", "--fix").stderr == ""


def test_a_crash_while_repairing_leaves_the_old_file(
    market: Path, leadflow: Leadflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = market / "wrong.flow"
    file.write_text(FIXABLE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "wrong.flow")

    monkeypatch.setattr("shutil.copymode", full)
    assert "no space left" in leadflow("lint", "wrong.flow", "--fix", code=2).output
    assert file.read_text() == FIXABLE
    assert [each.name for each in market.iterdir() if "formatted" in each.name] == []


def test_the_shipped_library_is_never_repaired(market: Path, leadflow: Leadflow) -> None:
    (market / "wrong.flow").write_text(
        FIXABLE.replace("lead {", 'import "library/standard_fields.flow"\nlead {')
    )
    before = {path: path.read_bytes() for path in LIBRARY.iterdir() if path.is_file()}
    leadflow("lint", "wrong.flow", "--fix", code=None)
    assert {path: path.read_bytes() for path in LIBRARY.iterdir() if path.is_file()} == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 1),
        (["--fail-on", "error"], 0),
        (["--severity", "LF307=error", "--fail-on", "error"], 1),
        (["--severity", "LF307=info"], 0),
        (["--severity", "LF307=info", "--fail-on", "info"], 1),
        (["--severity", "present-not-valid=off", "--fail-on", "info"], 0),
        (["--severity", "LF307=loud"], 2),
        (["--severity", "LF370=off"], 2),
        (["--severity", "LF203=off"], 2),
        (["--severity", "LF307"], 2),
        (["--diff"], 1),
        (["--fix"], 0),
    ],
)
def test_how_lint_ends(arguments: list[str], code: int, market: Path, leadflow: Leadflow) -> None:
    (market / "wrong.flow").write_text(FIXABLE.replace("when mail = ", "when mail == "))
    leadflow("lint", "wrong.flow", *arguments, code=code)


def test_what_is_excused_is_counted(market: Path, leadflow: Leadflow) -> None:
    excuse = "is present  # leadflow: allow LF307 because the buyer mends them"
    text = FIXABLE.replace("when mail = ", "when mail == ").replace("is present", excuse)
    (market / "wrong.flow").write_text(text)
    assert leadflow("lint", "wrong.flow").stdout == "no findings, 1 excused in 1 file\n"
    sarif = json.loads(leadflow("lint", "wrong.flow", "--format", "sarif").stdout)
    assert [one["suppressions"][0]["justification"] for one in sarif["runs"][0]["results"]] == [
        "the buyer mends them"
    ]


def test_files_are_named_from_where_lint_was_started(market: Path, leadflow: Leadflow) -> None:
    for name in ("a", "b"):
        (market / name).mkdir()
        (market / name / "leadflow.toml").touch()
        (market / name / "flow.flow").write_text(WRONG if name == "a" else WRONG.replace("mial", "mali"))
    printed = leadflow("lint", "a", "b", code=1).stdout
    assert "a/flow.flow:4:15: error" in printed and "accept when mial" in printed
    assert "b/flow.flow:4:15: error" in printed and "accept when mali" in printed


def test_many_files_are_checked_in_several_processes_with_the_same_result(market: Path) -> None:
    (market / "many").mkdir()
    for number in range(MANY):
        text = WRONG if number % 3 else FIXABLE
        (market / "many" / f"{number:03}.flow").write_text(text.replace("flow f", f"flow f{number}"))
    files = sorted((market / "many").iterdir())
    done: list[None] = []
    several = lint(files, workers=2, done=lambda: done.append(None))
    assert several == lint(files)
    assert len(done) == len(files) == len(several.files)
    assert len(several.findings) >= len(files)


def test_what_many_flows_import_is_parsed_once(market: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    real = loading.parse_whole
    monkeypatch.setattr(loading, "parse_whole", lambda text, file: parsed.append(file) or real(text, file))
    loading.IMPORTS.forget()
    (market / "shared.flow").write_text('library shared\nlist blocked ["a@b.example"]\n')
    for name in ("one", "two", "three"):
        (market / f"{name}.flow").write_text(FIXABLE.replace("lead {", 'import "shared.flow"\nlead {'))
    lint([market / f"{name}.flow" for name in ("one", "two", "three")])
    assert sorted(parsed) == ["one.flow", "shared.flow", "three.flow", "two.flow"]


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
    assert "did you mean LF203 (unknown-name)?" in leadflow("explain", "unknwn-name", code=2).output
    assert "`leadflow rules` lists them all" in leadflow("explain", "zzz", code=2).output


def test_a_rule_that_lint_can_mend_says_so(leadflow: Leadflow) -> None:
    (line,) = (line for line in leadflow("rules").output.splitlines() if line.startswith("LF307"))
    assert " fix " in line and " warning " in line and " present-not-valid " in line
    assert leadflow("rules", "--format", "markdown").output == all_rules()


def test_all_rules_are_listed(leadflow: Leadflow) -> None:
    assert len(leadflow("rules").output.splitlines()) == len(RULES)
    assert {rule["code"] for rule in json.loads(leadflow("rules", "--format", "json").output)} == set(RULES)
