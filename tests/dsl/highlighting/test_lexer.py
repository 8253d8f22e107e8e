"""The Pygments lexer: nothing is lost, nothing is an error, and words have the colour of the part they play."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.token import Error
from syrupy.assertion import SnapshotAssertion

from leadflow_dsl.highlighting import FlowLexer
from leadflow_dsl.vocabulary import keywords, words

ROOT = Path(__file__).resolve().parents[3]
FLOWS = sorted(
    path for folder in ("flows", "examples", "tests", "dsl") for path in (ROOT / folder).rglob("*.flow")
)


def coloured(text: str) -> Iterator[tuple[str, str]]:
    """Each token that is no white space, with the name of its colour."""
    for colour, word in FlowLexer().get_tokens(text):
        if word.strip():
            yield str(colour).removeprefix("Token."), word


def colour_of(word: str, text: str) -> str:
    return next(colour for colour, each in coloured(text) if each == word)


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_flow_of_the_project_keeps_its_text(path: Path) -> None:
    text = path.read_text("utf-8")
    read = list(FlowLexer(ensurenl=False, stripnl=False).get_tokens(text))
    assert "".join(word for _, word in read) == text.removeprefix("\ufeff").replace("\r\n", "\n").replace(
        "\r", "\n"
    )
    assert [word for colour, word in read if colour is Error] == []


@given(st.text(alphabet='abz019 \n"\\{}#/%|=.-@é漢', max_size=80) | st.text(max_size=40))
def test_whatever_stands_there_is_kept(text: str) -> None:
    read = list(FlowLexer(ensurenl=False, stripnl=False).get_tokens(text))
    assert "".join(word for _, word in read) == text.removeprefix("\ufeff").replace("\r\n", "\n").replace(
        "\r", "\n"
    )
    assert all(colour is not Error for colour, _ in read)


def test_solar_as_it_is_coloured(snapshot: SnapshotAssertion) -> None:
    text = (ROOT / "flows" / "solar.flow").read_text("utf-8")
    assert "\n".join(f"{colour:<24}{word}" for colour, word in coloured(text)) == snapshot


@pytest.mark.parametrize(
    ("word", "text", "colour"),
    [
        ("email", "lead {\n  email  email required\n}", "Name.Variable"),
        ("email", "  dedupe on email within 30d", "Name"),
        ("email", "  deliver email { to x }", "Keyword"),
        ("price", "  price 5.00", "Keyword"),
        ("price", "body json { price = x }", "Name.Attribute"),
        ("source", '  accept when source.name == "a"', "Name"),
        ("name", '  accept when source.name == "a"', "Name.Property"),
        ("acme", 'buyer acme "Acme" {', "Name.Class"),
        ("TX", "state in [CA, TX]", "Name.Constant"),
        ("/a/i", "x matches /a/i", "Literal.String.Regex"),
        ("a", "a / b", "Name"),
        ("upper", '"""{{ a | upper }}"""', "Name.Function"),
        ("# leadflow: allow LF305 because so", "x  # leadflow: allow LF305 because so", "Comment.Special"),
        ("cap", 'reject when x == "never closed\n  cap 5 per day', "Keyword"),
    ],
)
def test_a_word_has_the_colour_of_its_place(word: str, text: str, colour: str) -> None:
    assert colour_of(word, text) == colour


def test_every_keyword_plays_one_part() -> None:
    names = "declaration control operator stage verdict head statement".split()
    parts = [set(words()[name]) for name in names]
    assert set.union(*parts) == keywords()
    assert sum(len(part) for part in parts) == len(keywords())


def test_every_keyword_is_coloured_where_a_line_begins() -> None:
    plain = {word for word in keywords() if colour_of(word, f"  {word} x\n") in {"Name", "Text"}}
    assert plain == set()


def test_pygments_finds_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    module, _, name = project["entry-points"]["pygments.lexers"]["leadflow"].partition(":")
    assert getattr(import_module(module), name) is FlowLexer
    assert (FlowLexer.name, FlowLexer.aliases, FlowLexer.filenames) == (
        "leadflow",
        ["leadflow", "flow"],
        ["*.flow"],
    )


def test_long_lines_take_no_long_time() -> None:
    text = "".join(Random(3).choices('ab "{}/\\#%.', k=20_000))
    assert "".join(word for _, word in FlowLexer(ensurenl=False, stripnl=False).get_tokens(text)) == text
