"""Certain repairs: what is changed, what is left, and that a repair makes nothing worse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow_dsl import check
from leadflow_dsl.diagnostics import Diagnostic, Edit, Span
from leadflow_dsl.fixing import apply, repaired, together
from leadflow_dsl.rules.example import complete

EXAMPLES = sorted((Path(__file__).resolve().parents[3] / "examples").glob("*/flow.flow"))
CASES = sorted((Path(__file__).resolve().parents[2] / "language").rglob("*.cases"))


def edit(start: int, end: int, text: str) -> Edit:
    return Edit(Span("f.flow", 1, start + 1, 1, end + 1, start, end), text)


def finding(*edits: Edit) -> Diagnostic:
    return Diagnostic("LF000", "error", "", edits[0].span, fix=edits)


def test_edits_are_made_where_they_stand() -> None:
    assert apply("a = b = c", [edit(2, 3, "=="), edit(6, 7, "==")]) == "a == b == c"


def test_of_edits_that_overlap_the_first_wins() -> None:
    assert apply("abcdef", [edit(1, 4, "-"), edit(3, 6, "+"), edit(4, 5, "*")]) == "a-*f"
    assert apply("ab", [edit(1, 1, "x"), edit(1, 1, "y")]) == "axb"


def test_a_finding_is_repaired_whole_or_not_at_all() -> None:
    first, second = finding(edit(2, 3, "x")), finding(edit(0, 1, "y"), edit(2, 3, "z"))
    assert together([first, second]) == (first,)
    assert together([second, first]) == (second,)


@pytest.mark.parametrize(
    ("text", "after"),
    [("\ufeffa\r\nb\r\nc", "\ufeffa\r\nB\r\nc"), ("a\nb\nc", "a\nB\nc"), ("a\rb\rc", "a\rB\rc")],
)
def test_line_ends_and_byte_order_mark_stay(text: str, after: str) -> None:
    assert apply(text, [edit(2, 3, "B")]) == after


def test_an_import_and_a_template_are_repaired_too(tmp_path: Path) -> None:
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "shared.flow").write_text('library shared\nlist blocked ["a" "b"]\n')
    (tmp_path / "f.flow").write_text(
        complete('import "shared.flow"\nfilter f { reject when email in blocked }')
    )
    after = repaired(tmp_path / "f.flow").after
    assert after == {"shared.flow": 'library shared\nlist blocked ["a", "b"]\n'}
    assert (
        tmp_path / "shared.flow"
    ).read_text() == 'library shared\nlist blocked ["a" "b"]\n'  # nothing is written


def wrong_texts() -> list[str]:
    """Every text of the language's cases: most have a mistake, some have many."""
    blocks = [
        block for file in CASES for block in re.split(r"^=== .*\n", file.read_text(), flags=re.MULTILINE)[1:]
    ]
    return [complete(re.split(r"^---\n?", block, flags=re.MULTILINE)[0]) for block in blocks]


@pytest.mark.parametrize("text", wrong_texts()[::3])
def test_a_repair_leaves_no_more_errors_and_is_done_at_once(text: str, tmp_path: Path) -> None:
    file = tmp_path / "f.flow"
    before = check(file, text)
    first = repaired(file, {"f.flow": text})
    assert len(first.checked.errors) <= len(before.errors)
    again = repaired(file, {"f.flow": first.after.get("f.flow", text)})
    assert again.after == {}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_slip_of_the_pen_is_never_made_worse(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = data.draw(st.sampled_from(EXAMPLES)).read_text()
    words = list(re.finditer(r"[A-Za-z_]{3,}|[^\w\s]", text))
    word = data.draw(st.sampled_from(words))
    slip = data.draw(
        st.sampled_from([word.group()[1:], word.group().upper(), word.group() + ",", "=", "&&", ":"])
    )
    wrong = text[: word.start()] + slip + text[word.end() :]
    file = tmp_path_factory.getbasetemp() / "slip.flow"
    before, first = check(file, wrong), repaired(file, {"slip.flow": wrong})
    assert len(first.checked.errors) <= len(before.errors)
    again = repaired(file, {"slip.flow": first.after.get("slip.flow", wrong)})
    assert again.after == {}
