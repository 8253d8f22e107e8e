"""The VS Code extension: its grammar is that of the language, and what it names is there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textmate import TARGET, grammar, text

from leadflow_dsl.functions import FUNCTIONS
from leadflow_dsl.states import STATES
from leadflow_dsl.types import KINDS
from leadflow_dsl.vocabulary import keywords

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "editors" / "vscode"


def patterns(value: Any) -> Iterator[str]:
    """Every regular expression of a grammar."""
    if isinstance(value, dict):
        yield from (value[key] for key in ("match", "begin", "end") if key in value)
        for each in value.values():
            yield from patterns(each)
    elif isinstance(value, list):
        for each in value:
            yield from patterns(each)


def test_the_grammar_is_that_of_the_language() -> None:
    assert TARGET.read_text("utf-8") == text(), "python editors/textmate.py writes it anew"


def test_its_regular_expressions_are_such() -> None:
    for pattern in patterns(grammar()):
        re.compile(pattern)


def test_every_include_is_there() -> None:
    written = text()
    assert set(re.findall(r'"include": "#(\w+)"', written)) <= grammar()["repository"].keys()


def test_it_knows_every_keyword_type_function_and_state() -> None:
    repository = grammar()["repository"]
    matches = list(patterns([repository["words"], repository["heads"], repository["declarations"]]))
    for word in keywords():
        assert any(re.search(pattern, f"{word} x") and word in pattern for pattern in matches), word
    written = json.dumps(grammar())
    for word in (*KINDS, *FUNCTIONS, *STATES):
        assert re.search(rf"\b{word}\b", written), word


def test_what_the_extension_names_is_there() -> None:
    manifest = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    contributes = manifest["contributes"]
    for each in contributes["grammars"]:
        assert json.loads((EXTENSION / each["path"]).read_text("utf-8"))["scopeName"] == each["scopeName"]
    for each in contributes["languages"]:
        json.loads((EXTENSION / each["configuration"]).read_text("utf-8"))
    build = (EXTENSION / "build.mjs").read_text("utf-8")
    schema = Path(contributes["yamlValidation"][0]["url"])
    assert schema.name in build
    assert (ROOT / "engine" / "leadflow_engine" / "scenarios" / schema.name).is_file()
    assert (EXTENSION / "src" / Path(manifest["main"]).name).is_file()


def test_the_lock_names_no_host() -> None:
    lock = json.loads((EXTENSION / "package-lock.json").read_text("utf-8"))
    assert [name for name, each in lock["packages"].items() if "resolved" in each] == []


@pytest.mark.parametrize(
    ("line", "deeper"),
    [
        ("route {", True),
        ("  deliver {  # what is sent", True),
        ("  body json { a = b }", False),
        ('  price 5.00 when x == "{"', False),
        ("# route {", False),
        ("  } else {", True),
    ],
)
def test_lines_are_indented_as_blocks_open(line: str, deeper: bool) -> None:
    rules = json.loads((EXTENSION / "language-configuration.json").read_text("utf-8"))["indentationRules"]
    assert bool(re.search(rules["increaseIndentPattern"], line)) is deeper


@pytest.mark.skipif(
    shutil.which("node") is None or not (EXTENSION / "node_modules" / "vscode-textmate").is_dir(),
    reason="needs node and `npm ci` in editors/vscode",
)
def test_the_grammar_as_an_editor_reads_it() -> None:
    run = subprocess.run(
        ["node", "--test", "test/"], cwd=EXTENSION, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stdout[-4000:]
