"""``leadflow suppress``: values come onto a list in their normal form, and what is on it is never told."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from leadflow_engine.cli import main

FLOW = """\
flow callers
lead { phone_1 phone }
suppression dns of phone expires 90d
source web {}
filter stop { reject when phone_1 in dns  because "asked not to be called" }
buyer acme {
  price 10.00
  deliver {
    post "https://acme.example/"
    body json { p = phone_1.e164 }
    response json { accepted when "ok"  otherwise rejected }
  }
}
route { waterfall acme }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "callers.flow").write_text(FLOW, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def suppress(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["suppress", *words, "--db", "j.db"])
    assert result.exit_code == code, result.output
    return result.output


def test_a_value_is_added_looked_for_and_removed(folder: Path) -> None:
    said = suppress("add", "callers.flow", "dns", "(212) 555-0101", "2125550101", "--because", "she asked")
    assert said == "dns: 1 added, 0 on it before, 0 not read\n"
    assert suppress("list", "callers.flow", "dns", "+1 212 555 0101").startswith("on dns since ")
    assert suppress("remove", "callers.flow", "dns", "212-555-0101", "--because", "a mistake") == (
        "dns: 1 removed, 0 not on it\n"
    )
    assert suppress("list", "callers.flow", "dns", "2125550101") == "not on dns\n"
    told = suppress("list", "callers.flow", "dns").splitlines()
    assert told[0] == "dns: 0 entries"
    assert [line.rpartition("  ")[2].partition(",")[0] for line in told[1:]] == ["remove 1", "add 1"]
    assert told[1].endswith(": a mistake")


def test_a_file_says_what_could_not_be_read_by_its_line(folder: Path) -> None:
    (folder / "dnc.csv").write_text(
        "name,phone\nann,2125550101\nbob,call me\ncy,\ndee,212.555.0102\n", "utf-8"
    )
    said = suppress(
        "import",
        "callers.flow",
        "dns",
        "dnc.csv",
        "--column",
        "phone",
        "--because",
        "the state's list",
        code=1,
    )
    assert said == "dns: 2 added, 0 on it before, 1 not read\nline 3 is not a valid phone\n"


def test_only_digests_are_kept(folder: Path) -> None:
    suppress("add", "callers.flow", "dns", "2125550101", "--because", "she asked")
    connection = sqlite3.connect(folder / "j.db")
    dump = "\n".join(connection.iterdump())
    connection.close()
    assert "she asked" in dump
    assert "5550101" not in dump


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("add", "callers.flow", "dnc", "1", "--because", "x"),
            "has no suppression `dnc`; did you mean `dns`?",
        ),
        (
            ("add", "callers.flow", "dns", "1", "--buyer", "acm", "--because", "x"),
            "has no buyer `acm`; it has acme",
        ),
        (("list", "callers.flow", "dns"), "j.db"),
    ],
)
def test_what_cannot_be_is_a_sentence(folder: Path, words: tuple[str, ...], said: str) -> None:
    assert said in suppress(*words, code=2)


def test_a_dry_run_sees_what_is_on_the_list(folder: Path) -> None:
    (folder / "lead.jsonl").write_text('{"phone_1": "2125550101"}\n', "utf-8")
    suppress("add", "callers.flow", "dns", "2125550101", "--because", "she asked")
    result = CliRunner().invoke(main, ["dry-run", "callers.flow", "lead.jsonl", "--db", "j.db"])
    assert "asked not to be called" in result.output
