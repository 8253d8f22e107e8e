"""Readers of what strangers send, and of what a stranger's pull request brings: what is hostile is refused soon."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from leadflow_engine.answers.document import AnswersError, read_document
from leadflow_engine.intake.strict_json import IntakeError, read_json
from leadflow_engine.response.html import read_html
from leadflow_engine.response.selectors import selector
from leadflow_engine.texts.jmes import PathError, Unfit, compile_path
from leadflow_engine.texts.json_tree import Unreadable
from leadflow_engine.texts.json_tree import read_json as read_answer
from leadflow_engine.texts.patterns import search
from leadflow_engine.texts.xml_tree import xml_tree
from tests.abuse.texts import GROWING, INPUTS, JMESPATH, JSON, PATTERNS, XML, YAML


@contextmanager
def within(seconds: float, megabytes: float = 50) -> Iterator[None]:
    """What the block may cost."""
    tracemalloc.start()
    began = time.process_time()
    try:
        yield
        took = time.process_time() - began
        peak = tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
    assert took < seconds, f"{took:.2f} s"
    assert peak < megabytes, f"{peak:.0f} MB"


def shown(text: str) -> str:
    """A case's name."""
    return repr(text[:24])


@pytest.mark.parametrize("text", XML, ids=shown)
def test_xml(text: str) -> None:
    with within(0.5), pytest.raises(ValueError, match=r"^(?!.*(passwd|169\.254)).+"):
        xml_tree(text)


@pytest.mark.parametrize("text", JSON, ids=shown)
def test_json_of_a_lead_and_of_an_answer(text: str) -> None:
    with within(1.5, 100), pytest.raises(IntakeError) as problem:
        read_json(text)
    assert len(str(problem.value)) < 600
    with within(1.5, 100), pytest.raises(Unreadable) as unread:
        read_answer(text)
    assert len(str(unread.value)) < 600


@pytest.mark.parametrize("text", YAML, ids=shown)
def test_yaml(text: str) -> None:
    with within(3.0), pytest.raises(AnswersError) as problem:
        read_document(text, "answers.yaml")
    assert "answers.yaml:" in str(problem.value)


@pytest.mark.parametrize("path", JMESPATH, ids=shown)
def test_a_path_that_is_none(path: str) -> None:
    with within(0.5), pytest.raises(PathError):
        compile_path(path)


@pytest.mark.parametrize("path", GROWING, ids=shown)
def test_a_path_whose_value_grows(path: str) -> None:
    with within(0.5), pytest.raises(Unfit):
        compile_path(path).of(["y" * 100] * 1_000)


@pytest.mark.parametrize("text", INPUTS, ids=shown)
@pytest.mark.parametrize("pattern", PATTERNS, ids=shown)
def test_patterns_take_no_longer_than_their_text(pattern: str, text: str) -> None:
    """RE2 is asked and nothing else; what it does not take is told, not tried otherwise."""
    try:
        search(pattern, "")
    except ValueError as problem:
        assert str(problem) == "not a regular expression of RE2"
        return
    with within(0.5):
        search(pattern, text)


HTML = (
    "<a",
    "<div>",
    "<",
    "<!--",
    "</p>",
    "&#",
    '<a "',
    "<script>",
    "<table><tr><td>",
    "<![CDATA[",
    "<a b='",
    "<td class=x>",
)


@pytest.mark.parametrize("piece", HTML)
def test_pages(piece: str) -> None:
    page = piece * (120_000 // len(piece))
    with within(1.0):
        selector("table td.x b").first(read_html(page))
