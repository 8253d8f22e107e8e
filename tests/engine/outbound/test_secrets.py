"""Secrets: loaded by name, shown never."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.secrets import FORGED, SecretMissing, Secrets, defused, placeholder, placeholders


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# keys\nexport A=from-file\nB='with # sign'\nC=plain # a remark\n\nD=\n", encoding="utf-8"
    )
    secrets = Secrets.load(["A", "B", "C", "D", "E"], tmp_path, {"A": "from-environment", "OTHER": "x"})
    assert [secrets.get(name) for name in "ABC"] == ["from-environment", "with # sign", "plain"]
    assert secrets.missing(["A", "D", "E", "E", "OTHER"]) == ["D", "E", "OTHER"]


def test_a_line_of_the_file_that_cannot_be_read_is_named_but_not_shown(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\nhunter2 without a name\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"\.env:2: this line is not NAME=VALUE") as error:
        Secrets.load(["A"], tmp_path, {})
    assert "hunter2" not in str(error.value)


def test_no_way_of_showing_secrets_shows_one() -> None:
    secrets = Secrets({"KEY": "hunter2"})
    assert repr(secrets) == "Secrets(KEY=***)"
    assert "hunter2" not in f"{secrets} {secrets!r} {secrets:}"
    with pytest.raises(SecretMissing) as error:
        secrets.get("OTHER")
    assert "hunter2" not in str(error.value)


@given(st.text(min_size=4), st.text(), st.text())
def test_no_spelling_of_a_secret_survives_masking(value: str, before: str, after: str) -> None:
    secrets = Secrets({"KEY": value.encode("utf-8", "replace").decode()})
    known = secrets.get("KEY")
    for spelled in (known, base64.b64encode(known.encode()).decode(), quote(known, safe="")):
        assert spelled not in secrets.mask(f"{before} {spelled} {after}") or spelled in "***"


def test_a_very_short_secret_does_not_eat_the_answer() -> None:
    assert Secrets({"PIN": "1"}).mask('{"status": 1}') == '{"status": 1}'


def test_names_of_placeholders_can_be_listed() -> None:
    assert placeholders(f"a {placeholder('ONE')} b {placeholder('TWO')}") == ("ONE", "TWO")
    assert placeholders("nothing") == ()


@given(st.text(st.sampled_from("\uf8f0\uf8f1\\uf8F01&#x;%EFefA3a3B0b6372KEY ")))
def test_what_is_defused_holds_no_placeholder(text: str) -> None:
    assert placeholders(defused(text)) == ()


PIECES = (
    *"\uf8f0 \uf8f1 \\uf8f0 \\uF8F1 \\UF8f1 &#xF8f0; &#x00f8F1 &#63728; &#063729".split(),
    *"%EF%A3%B0 %ef%a3%B1 f8f 6372 %ef a İ ſ".split(),
)


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_no_spelling_is_overlooked(text: str) -> None:
    """What is not worth the expression by a quick look has nothing that the expression would find."""
    assert defused(text) == FORGED.sub("\ufffd", text)
