"""One style for every file: what it looks like, that it stays, that it means the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_dsl.parser import parse
from leadflow_dsl.printer import format_text, format_whole

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


def cases(name: str) -> list[tuple[str, str, str]]:
    """Cases of a file: a name, what was written, what it becomes."""
    found = []
    for case in (Path(__file__).parent / name).read_text(encoding="utf-8").split("=== ")[1:]:
        name, _, rest = case.partition("\n")
        given, _, expected = rest.partition("\n---\n")
        found.append((name, given, expected.rstrip("\n")))
    return found


def styles() -> list[tuple[str, str, str]]:
    """Cases of ``styles.cases``."""
    return cases("styles.cases")


def broken() -> list[tuple[str, str, str]]:
    """Cases of ``broken.cases``: a name, a text with mistakes, what it becomes."""
    return cases("broken.cases")


@pytest.mark.parametrize(
    ("given", "expected"), [(g, e) for _, g, e in broken()], ids=[n for n, _, _ in broken()]
)
def test_around_a_mistake_lines_stay_as_they_are(given: str, expected: str) -> None:
    text, expected = "flow f\n" + given, "flow f\n" + expected + "\n"
    once = format_whole(text, "f.flow")
    assert once.text == expected
    assert once.kept
    assert format_text(expected, "f.flow")[0] == expected


def test_the_lines_that_stay_are_told() -> None:
    once = format_whole("flow  f\nfilter x {\n reject   wen a\n reject   when b\n}\n", "f.flow")
    assert once.text == "flow f\nfilter x {\n reject   wen a\n  reject when b\n}\n"
    assert [(span.line, span.end_line) for span in once.kept] == [(3, 3)]
    assert [finding.code for finding in once.findings] == ["LF101"]


def test_a_statement_at_the_wrong_place_is_read_and_so_it_is_formatted() -> None:
    once = format_whole("flow f\nfilter x {\n reject  when a\n when  b\n}\n", "f.flow")
    assert once.text == "flow f\nfilter x {\n  reject when a\n  when b\n}\n"
    assert once.kept == ()


@pytest.mark.parametrize("text", ["", "(" * 200, "\0", '"'])
def test_what_cannot_be_read_at_all_is_left_alone(text: str) -> None:
    after, found = format_text(text, "f.flow")
    assert after in (None, text, text + "\n")
    assert found


def test_line_ends_tabs_and_a_byte_order_mark_go() -> None:
    once = formatted("\ufeffflow f\r\nfilter x {\r\n\treject when a  \r\n\r\n\r\n\treject when b\r\n}")
    assert once == "flow f\nfilter x {\n  reject when a\n\n  reject when b\n}\n"


def test_a_template_in_the_text_stays_byte_for_byte() -> None:
    template = '"""{\n\t"a":   {{ age }}  \n\n\n# no remark\n   }"""'
    once = formatted(f'flow f\nbuyer b {{ deliver {{\n post "https://x"\n body json {template}\n}} }}\n')
    assert template in once


@pytest.mark.parametrize(
    ("given", "expected"), [(g, e) for _, g, e in styles()], ids=[name for name, _, _ in styles()]
)
def test_style(given: str, expected: str) -> None:
    assert formatted("flow f\n" + given) == "flow f\n" + expected + "\n"
    assert formatted("flow f\n" + expected) == "flow f\n" + expected + "\n"
