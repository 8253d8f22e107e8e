"""One style for every file: what it looks like, that it stays, that it means the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_dsl.parser import parse
from leadflow_dsl.printer import format_text

DATA = Path(__file__).parents[1] / "syntax" / "data"


def formatted(text: str) -> str:
    """A text without mistakes in the one style."""
    result, found = format_text(text, "f.flow")
    assert found == ()
    assert result is not None
    return result


def unindented(text: str) -> str:
    """The same file without its layout inside lines: one blank between words, no indent."""
    return "".join(" ".join(line.split()) + "\n" for line in text.splitlines())


@pytest.mark.parametrize("name", ["solar.flow", "every_form.flow"])
def test_formatting_keeps_the_tree_and_is_done_once(name: str) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    once = formatted(text)
    assert formatted(once) == once
    assert parse(once, name)[0] == parse(text, name)[0]


def test_the_whole_flow_of_the_documentation_is_in_the_style_but_for_two_long_lines() -> None:
    text = (DATA / "solar.flow").read_text(encoding="utf-8")
    kept = set(formatted(text).splitlines())
    changed = [line for line in text.splitlines() if line not in kept]
    assert all(len(line) > 100 for line in changed)
    assert len(changed) == 2


def test_layout_comes_from_the_tree_and_not_from_the_blanks_in_the_text() -> None:
    text = formatted((DATA / "solar.flow").read_text(encoding="utf-8"))
    code = "".join(line.partition("  #")[0] + "\n" for line in text.splitlines())
    assert formatted(unindented(code)) == formatted(code)


def test_a_text_with_a_mistake_is_left_alone() -> None:
    result, found = format_text("flow f\nfilter x { reject wen a }\n", "f.flow")
    assert result is None
    assert [finding.code for finding in found] == ["LF101"]


def styles() -> list[tuple[str, str, str]]:
    """Cases of ``styles.cases``: a name, what was written, what it becomes."""
    found = []
    for case in (Path(__file__).parent / "styles.cases").read_text(encoding="utf-8").split("=== ")[1:]:
        name, _, rest = case.partition("\n")
        given, _, expected = rest.partition("\n---\n")
        found.append((name, given, expected.rstrip("\n")))
    return found


@pytest.mark.parametrize(
    ("given", "expected"), [(g, e) for _, g, e in styles()], ids=[name for name, _, _ in styles()]
)
def test_style(given: str, expected: str) -> None:
    assert formatted("flow f\n" + given) == "flow f\n" + expected + "\n"
    assert formatted("flow f\n" + expected) == "flow f\n" + expected + "\n"
