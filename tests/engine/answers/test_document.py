"""A file of answers is read strictly: what is wrong is said with its place, the rule and the way out."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from leadflow_engine.answers import AnswersError, answers_beside, load_answers, parse_answers
from leadflow_engine.answers.document import SIZE, read_document

WRONG = {
    "unknown word": "buyers:\n  a:\n    deliver:\n      acept: 70%\n      accepted: {body: ok}\n",
    "unknown leg": "buyers:\n  a:\n    post: [{body: ok}]\n",
    "rate without percent": "buyers:\n  a:\n    deliver: {accept: 0.7, accepted: {}, rejected: {}}\n",
    "latency without unit": "buyers:\n  a:\n    deliver: {latency: 20, accepted: {}}\n",
    "bad cap": "buyers:\n  a:\n    deliver: {cap: 40 a day, accepted: {}, rejected: {}}\n",
    "bad status": "buyers:\n  a:\n    deliver:\n      - status: 99\n",
    "bad name": "buyers:\n  A-B:\n    deliver: [{body: ok}]\n",
    "bad cut": "services:\n  lookup:\n    - cut: middle\n",
    "bad condition": "services:\n  lookup:\n    - when: {zip: {under: 3}}\n",
    "parts that need each other": "buyers:\n  a:\n    deliver: {remember: x, cap: 1 total, accept: 5%, accepted: {}}\n",
    "names that are nothing": 'buyers:\n  a:\n    ping:\n      - body: {price: "{{ bid }}", x: "{{ phone }}"}\n',
    "bad regex": "services:\n  lookup:\n    - when: {zip: {matches: '(?<=a)b'}}\n",
    "hang and cut": "services:\n  lookup:\n    - {hang: true, cut: body}\n",
    "no answer": "buyers:\n  a:\n    deliver: {latency: 20ms}\n",
    "duplicate key": "seed: 1\nbuyers: {}\nseed: 2\n",
    "alias": "services:\n  a: &x [{body: ok}]\n  b: *x\n",
    "tag": "seed: !!python/object/apply:os.system [ls]\n",
    "not yaml": "buyers: [\n",
    "tab": "buyers:\n\ta: 1\n",
    "two documents": "seed: 1\n---\nseed: 2\n",
    "empty": "",
    "a list": "- a\n",
    "deep": "[" * 100,
    "control character": "seed: \x07\n",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(text: str, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(AnswersError) as error:
        parse_answers(text, "flows/x.answers.yaml")
    assert str(error.value) == snapshot


@given(st.text(max_size=80) | st.text(st.sampled_from("{}[]:-&*!|>'\"# \n\tab1.%?,")))
def test_any_text_is_answers_or_an_error(text: str) -> None:
    try:
        parse_answers(text)
    except AnswersError as error:
        assert error.problems


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(AnswersError, match="larger than 256 KiB"):
        parse_answers("#" * (SIZE + 1))


def test_only_what_is_certain_is_converted() -> None:
    text = "[NO, ON, yes, 02134, 08:00, 1_000, 1e5, 2026-11-20, 12, -3, 12.50, 'true', true, null, 0x1f]"
    expected = "NO ON yes 02134 08:00 1_000 1e5 2026-11-20".split()
    expected_rest = [12, -3, Decimal("12.50"), "true", True, None, "0x1f"]
    assert read_document(text, "x").data == [*expected, *expected_rest]


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(AnswersError, match="cannot be read: No such file"):
        load_answers(tmp_path / "none.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"seed: \xff")
    with pytest.raises(AnswersError, match=r"not UTF-8 \(byte 6\)"):
        load_answers(tmp_path / "bytes.yaml")


def test_answers_stand_beside_their_flow(tmp_path: Path) -> None:
    flow = tmp_path / "solar.flow"
    assert answers_beside(flow) is None
    (tmp_path / "answers.yaml").touch()
    assert answers_beside(flow) == tmp_path / "answers.yaml"
    (tmp_path / "solar.answers.yaml").touch()
    assert answers_beside(flow) == tmp_path / "solar.answers.yaml"
