"""Blocks proposed from samples: the rules that a person would write; whatever the samples are, a block that is true."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow_engine.learning.doubts import doubts
from leadflow_engine.learning.propose import propose, reader_of
from leadflow_engine.learning.samples import OUTCOMES, Sample


def samples(*said: tuple[str, str] | tuple[str, str, dict[str, str]], status: int = 200) -> list[Sample]:
    """``(body, outcome, what is known)`` each, numbered from 1."""
    return [
        Sample(str(number), status, (), body, outcome, dict(*known))
        for number, (body, outcome, *known) in enumerate(said, 1)
    ]


def lines(found: list[Sample], ping: bool = False) -> list[str]:
    """The lines of the block, single blanks between words."""
    proposal = propose(found, ping)
    assert not any(one.wrong for one in proposal.tried), proposal.block
    return [" ".join(line.split()) for line in proposal.block.splitlines()[1:-1]]


def test_a_telling_name_goes_before_another_that_would_do() -> None:
    found = samples(
        ('{"kind": "a", "status": "Matched"}', "accepted"),
        ('{"kind": "b", "status": "Unmatched"}', "rejected"),
    )
    assert lines(found) == [
        'accepted when "status" == "Matched"',
        'rejected when "status" == "Unmatched"',
        "otherwise error",
    ]


def test_a_word_is_never_looked_for_within_its_opposite() -> None:
    found = samples(
        ("Success|884213|17.50", "accepted", {"price": "17.5"}), ("Unsuccessful|No coverage", "rejected")
    )
    assert lines(found, ping=True)[:3] == [
        'accepted when split(text, "|")[0] == "Success"',
        'rejected when split(text, "|")[0] == "Unsuccessful"',
        "otherwise error",
    ]


def test_a_refusal_within_a_success_is_looked_for_first() -> None:
    found = samples(
        ('{"success": true, "data": {"id": "x1"}}', "accepted"),
        ('{"success": false}', "rejected"),
        ('{"success": true, "data": {"status": "REJECTED"}}', "rejected"),
    )
    assert lines(found)[:3] == [
        'rejected when "success" == false',
        'rejected when "data.status" == "REJECTED"',
        'accepted when "success" == true',
    ]


def test_a_duplicate_told_by_a_word_for_any_refusal_is_told_by_its_reason() -> None:
    found = samples(
        ('{"outcome": "success"}', "accepted"),
        ('{"outcome": "failure", "reason": "Duplicate lead"}', "duplicate"),
    )
    assert lines(found)[0] == 'duplicate when "reason" contains "duplicate"'


def test_refusals_in_many_words_are_what_is_left() -> None:
    found = samples(
        ("SUCCESS", "accepted"), ("Invalid email address", "rejected"), ("No such campaign", "rejected")
    )
    assert lines(found)[:2] == ['accepted when text == "SUCCESS"', "otherwise rejected"]


def test_a_5xx_is_read_by_its_status_and_says_nothing_of_the_rest() -> None:
    found = [
        *samples(('{"code": 0}', "accepted"), ('{"code": 1}', "rejected")),
        Sample("3", 503, (), "busy", "error"),
    ]
    assert lines(found)[:2] == ["error when status 5xx", 'accepted when "code" == 0']


def test_several_places_of_a_price_are_tried_one_after_the_other() -> None:
    found = samples(
        ('{"status": "Matched", "price": "24.50", "age": 7}', "accepted", {"price": "24.50"}),
        ('{"status": "Matched", "cost": "$1,030"}', "accepted", {"price": "1030"}),
        ('{"status": "No", "price": "0.00"}', "rejected", {"price": ""}),
    )
    assert 'price "price || cost"' in lines(found)


def test_what_is_told_nowhere_is_found_by_its_name_and_said_to_be_a_guess() -> None:
    proposal = propose(
        samples(('{"status": "ok", "lead_id": "a1"}', "accepted"), ('{"status": "no"}', "rejected"))
    )
    assert 'reference "lead_id"' in " ".join(proposal.block.split())
    assert 'reference: "lead_id" only looks like it by its name; no sample tells its reference' in doubts(
        proposal
    )


def test_what_cannot_be_told_apart_is_said() -> None:
    proposal = propose(samples(('{"ok": 1}', "accepted"), ('{"ok": 1}', "rejected")))
    assert doubts(proposal)[1].startswith("nothing tells these samples from others of another outcome: 1, 2")
    assert {name for one in proposal.tried if one.wrong for name in one.wrong} == {"outcome"}


@pytest.mark.parametrize(
    ("body", "outcome"),
    [('{"status": "unmatched"}', "rejected"), ("not this one", ""), ('{"status": "MATCHED"}', "accepted")],
)
def test_a_block_reads_answers_that_were_no_samples(body: str, outcome: str) -> None:
    found = samples(('{"status": "Matched"}', "accepted"), ('{"status": "Unmatched"}', "rejected"))
    verdict = reader_of(propose(found).block).read(200, (), body).verdict
    assert verdict == (outcome or "error")


def test_no_rule_accepts_what_was_refused() -> None:
    """The refusals are of many words, so the next one is unknown: a 2xx would sell it."""
    proposal = propose(
        samples(
            ('{"mail": "x@example.com"}', "accepted"),
            ('{"note": "thanks, we will see"}', "accepted"),
            ('{"note": "Invalid email address"}', "rejected"),
            ('{"note": "No such campaign"}', "rejected"),
        )
    )
    assert "2xx" not in proposal.block
    assert [one.sample.name for one in proposal.tried if one.wrong] == ["1"]
    assert doubts(proposal)[0] == (
        "sample 1 cannot be told apart from what was not accepted, so no rule accepts it: "
        "`accepted when status 2xx` would take both"
    )


def test_a_status_of_its_own_is_told_by_its_number() -> None:
    found = [Sample("1", 201, (), "", "accepted"), Sample("2", 200, (), "", "rejected")]
    assert lines(found)[0] == "accepted when status == 201"
    found = [Sample("1", 201, (), "", "accepted"), Sample("2", 200, (), "", "accepted")]
    assert lines(found) == ["accepted when status 2xx", "otherwise error"]


def within_xml(result: str) -> str:
    return f"<Envelope><Body><Result>{escape(result)}</Result></Body></Envelope>"


def test_an_answer_within_an_answer_is_read_as_one() -> None:
    found = samples(
        (
            within_xml('<R Status="1"><No>99017</No><Price>1,045.00</Price></R>'),
            "accepted",
            {"price": "1045", "reference": "99017"},
        ),
        (within_xml('<R Status="2"/>'), "duplicate"),
        (within_xml('<R Status="3"><Reason>LTV too high</Reason></R>'), "rejected"),
    )
    assert lines(found) == [
        'accepted when "from_xml(Envelope.Body.Result).R.@Status" == "1"',
        'duplicate when "from_xml(Envelope.Body.Result).R.@Status" == "2"',
        'rejected when "from_xml(Envelope.Body.Result).R.@Status" == "3"',
        "otherwise error",
        'price "from_xml(Envelope.Body.Result).R.Price"',
        'reference "from_xml(Envelope.Body.Result).R.No"',
        'reason "from_xml(Envelope.Body.Result).R.Reason"',
    ]
    found = samples(('{"d": "{\\"ok\\": true}"}', "accepted"), ('{"d": "{\\"ok\\": false}"}', "rejected"))
    assert lines(found)[0] == 'accepted when "from_json(d).ok" == true'


SCALARS = st.one_of(
    st.sampled_from(["ok", "no", "Duplicate lead", "{{ x }}", 'say "no"', "a\\b", "1e5", "é\n"]),
    st.text(max_size=5),
    st.booleans(),
    st.integers(-3, 3),
    st.none(),
)
NAMES = st.sampled_from(
    ["status", "code", "lead-id", "@x", "#text", 'q"', "reason", "errors", "price", "{{a}}"]
)
TREES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=5,
)
BODIES = st.one_of(
    TREES.map(json.dumps),
    st.sampled_from(
        [
            "",
            "<a>&lt;b x='1'>no&lt;/b></a>",
            '{"a": "{}", "status": "[1]"}',
            "<a><b x='1'>no</b></a>",
            "<p id='s'>no</p>",
            "a|b|c",
            "ok=1&x=2",
            "{ a: 1, b = 2 }",
        ]
    ),
    st.text(max_size=12),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(BODIES, st.sampled_from(OUTCOMES), st.sampled_from([200, 201, 404, 500])),
        min_size=1,
        max_size=5,
    )
)
def test_a_block_is_always_one_that_lint_takes_and_tells_what_it_reads_wrong(
    said: list[tuple[str, str, int]],
) -> None:
    found = [Sample(str(n), status, (), body, outcome) for n, (body, outcome, status) in enumerate(said)]
    proposal = propose(found)
    assert len(proposal.tried) == len(found), (proposal.block, proposal.findings)
    reader = reader_of(proposal.block)
    for one in proposal.tried:
        read = reader.read(one.sample.status, one.sample.headers, one.sample.body).verdict
        assert (read != one.sample.outcome) == ("outcome" in one.wrong)
        assert read != "accepted" or one.sample.outcome == "accepted", "no sample is sold that was not"


def test_of_two_that_tell_as_well_both_are_shown() -> None:
    found = samples(('{"code": 0, "status": "ok"}', "accepted"), ('{"code": 1, "status": "no"}', "rejected"))
    assert '`accepted`: "status" would tell as well as `"code" == 0`' in doubts(propose(found))
