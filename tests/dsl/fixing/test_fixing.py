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
from leadflow_dsl.rules import RULES
from leadflow_dsl.rules.example import complete
from leadflow_dsl.rules.repaired import REPAIRED

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


DELIVER = """
lead {
  email         email    required
  phone_1       phone    aliases cell
  credit_score  number
  project       enum(purchase, lease, unsure)
}
buyer acme {
  price 20.00
  %s
  deliver {
    post "https://acme.example/leads"
    body json {
      mail = email
      %s
    }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
"""


@pytest.mark.parametrize(
    ("criterion", "wrong", "right"),
    [
        ("accept when {} > 1", "credit_scor", "credit_score"),
        ("accept when {} > 1", "credti_score", "credit_score"),
        ("accept when {} > 1", "credit_acore", "credit_score"),
        ("accept when {} > 1", "credits_score", "credit_score"),
        ("accept when {} is valid", "cell", "phone_1"),
        ("accept when {} is valid", "phone_1.area is valid and cell", "phone_1.area is valid and phone_1"),
        ("accept when phone_1.{} == 512", "aera", None),  # too short: a question
        ("accept when {} is valid", "phone_2", None),  # another field, not yet declared
        ("accept when {} is valid", "emial", "email"),
        ("accept when {} is valid", "smail", None),  # a wrong letter makes another word
        ("accept when project == {}", "purchse", "purchase"),
        ("accept when project == {}", "leasing", None),
        ("accept when {}(credit_score) > 1", "rounde", "round"),
        ("accept when {}(email) > 1", "lenght", "length"),
    ],
)
def test_a_slip_is_mended_and_another_word_is_not(
    criterion: str, wrong: str, right: str | None, tmp_path: Path
) -> None:
    text = complete(DELIVER % (criterion.format(wrong), "score = credit_score"))
    meant = complete(DELIVER % (criterion.format(right or wrong), "score = credit_score"))
    result = repaired(tmp_path / "f.flow", {"f.flow": text})
    assert result.after.get("f.flow", text) == meant
    assert (not result.checked.errors) == (right is not None)


@pytest.mark.parametrize(
    "text",
    [
        'list breeds ["pug"]\nfilter f { accept when breed in breeds }',  # a list is no value
        "lead {\n  email email\n  credit_scores list of number\n}\nfilter f { accept when credit_score > 3 }",
        "filter f { accept when born < 3 }\nlead {\n  borne date\n  email email\n}",
    ],
)
def test_a_name_of_another_kind_than_its_place_needs_is_no_repair(text: str, tmp_path: Path) -> None:
    whole = complete(text)
    assert repaired(tmp_path / "f.flow", {"f.flow": whole}).after == {}


def test_behind_a_text_without_an_end_nothing_is_repaired(tmp_path: Path) -> None:
    text = 'flow f\nsource web "Own page {{\n  accept when consent\n}\n'
    assert repaired(tmp_path / "f.flow", {"f.flow": text}).after == {}


def test_a_slip_in_a_template_is_mended_in_the_template(tmp_path: Path) -> None:
    text = complete(DELIVER % ("", "score = credit_score")).replace(
        "body json {", 'body json from "m.j2"\n#', 1
    )
    text = text[: text.index("#")] + text[text.index("    response json") :]
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "m.j2").write_bytes(b'{"a": {{ credit_scor | tojsn }},\r\n "b": "{{ phone_1.e614 }}"}\r\n')
    (tmp_path / "f.flow").write_text(text)
    result = repaired(tmp_path / "f.flow")
    assert result.after == {"m.j2": '{"a": {{ credit_score | tojson }},\r\n "b": "{{ phone_1.e614 }}"}\r\n'}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (
            DELIVER % ("", "key = env ACME_KEY"),
            "    auth body key env ACME_KEY\n    body json {\n      mail = email\n    }",
        ),
        (
            (DELIVER % ("", "")).replace("mail = email\n      \n", "a.key = env ACME_KEY  mail = email\n"),
            "    auth body a.key env ACME_KEY\n    body json {\n      mail = email\n    }",
        ),
        (
            (DELIVER % ("", "")).replace(
                "mail = email\n      \n", 'mail = email  "a key" = env ACME_KEY  # ours\n'
            ),
            '    auth body "a key" env ACME_KEY\n    body json {\n      mail = email  # ours\n    }',
        ),
    ],
)
def test_a_secret_goes_to_its_own_statement(wrong: str, right: str, tmp_path: Path) -> None:
    result = repaired(tmp_path / "f.flow", {"f.flow": complete(wrong)})
    assert right in result.after["f.flow"]
    assert result.checked.errors == ()


def test_the_library_that_is_missing_is_imported(tmp_path: Path) -> None:
    text = complete("lead {\n  use standard\n  email email required\n}")
    result = repaired(tmp_path / "f.flow", {"f.flow": text})
    assert 'currency USD\n\nimport "library/standard_fields.flow"\n' in result.after["f.flow"]
    assert result.checked.errors == ()


def wrong_texts() -> list[str]:
    """Every text of the language's cases: most have a mistake, some have many."""
    blocks = [
        block for file in CASES for block in re.split(r"^=== .*\n", file.read_text(), flags=re.MULTILINE)[1:]
    ]
    return [complete(re.split(r"^---\n?", block, flags=re.MULTILINE)[0]) for block in blocks]


def test_the_rules_that_are_said_to_have_a_repair_are_those_that_have_one(tmp_path: Path) -> None:
    files = {"m.j2": "{{ emial | tojsn }}"}
    slips = ("phone_1.natinal", "lenght(email)", 'project == purchse and "x"')
    texts = [*wrong_texts(), *(complete(DELIVER % (f"accept when {slip} == 1", "")) for slip in slips)]
    texts.append(
        complete(DELIVER % ("", "")).replace(
            "body json {\n      mail = email\n      \n    }", 'body json from "m.j2"'
        )
    )
    found = {
        one.code for text in texts for one in check(tmp_path / "f.flow", text, files).diagnostics if one.fix
    }
    wrong = [(complete(rule.wrong), dict(rule.files)) for rule in RULES.values() if rule.of == "flow"]
    found |= {
        one.code
        for text, given in wrong
        for one in check(tmp_path / "f.flow", text, given).diagnostics
        if one.fix
    }
    assert found == REPAIRED


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
