"""Every rule finds its wrong example and leaves its right one alone; every rule has its page."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_dsl import check, explain, not_built
from leadflow_dsl.linting import lint
from leadflow_dsl.rules import RULES, Rule
from leadflow_dsl.rules.example import complete

MEANING = [rule for rule in RULES.values() if not rule.code.startswith("LF1") and rule.of != "samples"]
NOT_FLOWS = {"LF901"}


def codes(rule: Rule, example: str, folder: Path) -> set[str]:
    """The codes found in an example; its files stand beside it."""
    files = dict(rule.files)
    if rule.of == "toml":
        files["leadflow.toml"], example = example, ""
    if rule.of == "project":
        return codes_of_project({**files, "example.flow": complete(example)}, folder)
    checked = check(folder / "example.flow", complete(example), files)
    found = {finding.code for finding in checked.diagnostics}
    return found | {finding.code for finding in (not_built(checked.flow) if checked.flow else ())}


def codes_of_project(files: dict[str, str], folder: Path) -> set[str]:
    """The codes found where a whole project is linted."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    linted = lint(sorted(folder.glob("*.flow")), folders=[folder])
    return {finding.code for finding in linted.findings}


@pytest.mark.parametrize("rule", MEANING, ids=lambda rule: f"{rule.code}-{rule.name}")
def test_the_wrong_example_is_found(rule: Rule, tmp_path: Path) -> None:
    assert rule.code in codes(rule, rule.wrong, tmp_path)


@pytest.mark.parametrize("rule", MEANING, ids=lambda rule: f"{rule.code}-{rule.name}")
def test_the_right_example_is_clean(rule: Rule, tmp_path: Path) -> None:
    assert codes(rule, rule.right, tmp_path) - ({"LF901"} - {rule.code}) == set()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_rule_has_a_page(rule: Rule) -> None:
    page = explain(rule.code)
    assert page is not None
    assert rule.name in page and rule.wrong.strip().splitlines()[0] in page
    assert explain(rule.name) == page


def test_codes_and_names_are_unique() -> None:
    assert all(code == rule.code for code, rule in RULES.items())
    assert len({rule.name for rule in RULES.values()}) == len(RULES)


def test_an_unknown_code_has_no_page() -> None:
    assert explain("LF000") is None
