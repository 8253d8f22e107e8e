"""A trace stands in whatever form of whatever spelling a mask looks for: so a text without any needs no mask."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl.terms import Type
from leadflow_engine.response.excerpt import Mask, _forms
from leadflow_engine.values import Value, parse
from leadflow_engine.values.spellings import spellings
from leadflow_engine.values.traces import trace, traces

WORDS = st.text(st.sampled_from("aA2 é5-'./+~9"), max_size=24)
ANYTHING = WORDS | st.text(max_size=12)
PHONES = st.from_regex(
    r"(\+?1[ .-]?)?\(?[2-9]\d\d\)?[ .-]?\d{3}[ .-]?\d{4}|\+44 ?20 ?\d{8}|\+49\d{6,11}", fullmatch=True
)
DAYS = st.dates().map(str) | st.dates(datetime.date(1900, 1, 1)).map("{:%m/%d/%Y}".format)
VALUES = st.one_of(
    st.builds(parse, st.sampled_from([Type(name) for name in ("first_name", "street", "text", "ssn", "ip")]), ANYTHING),
    st.builds(parse, st.just(Type("phone")), PHONES | ANYTHING),
    st.builds(parse, st.just(Type("email")), st.emails() | ANYTHING),
    st.builds(parse, st.just(Type("dob")), DAYS),
    st.builds(parse, st.just(Type("ssn")), st.from_regex(r"[1-5]\d\d-?[1-9]\d-?[1-9]\d{3}", fullmatch=True)),
    st.builds(parse, st.just(Type("list", of=Type("first_name"))), st.lists(ANYTHING, max_size=3)),
)  # fmt: skip


@given(VALUES)
def test_every_form_has_one(value: Value) -> None:
    found = tuple(traces(value))
    for spelling in spellings(value):
        for form in _forms(spelling):
            assert any(trace in form.lower() for trace in found), (form, found)


@given(VALUES, ANYTHING, ANYTHING, st.integers(3, 40))
def test_a_mask_with_traces_shows_what_it_shows_without(
    value: Value, before: str, after: str, limit: int
) -> None:
    forms = tuple(spellings(value))
    for told in (before + after, *(f"{before}{form}{after}" for form in forms[:3])):
        assert Mask(forms, traces(value)).excerpt(told, limit) == Mask(forms).excerpt(told, limit)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mary Ann", "mary"),
        ("O'Brien", "brien"),
        ("(512) 555-0147", "0147"),
        ("1-512-555-0147", "0147"),
        ("+15125550147", "5125550147"),
        ("ann@x.example", "ann"),
        ("Zoë", "zo"),
        ("李", ""),
    ],
)
def test_it_is_a_piece_that_nobody_has_to_quote(text: str, found: str) -> None:
    assert trace(text) == found


def test_nothing_is_made_ready_where_no_trace_is() -> None:
    asked: list[int] = []

    def texts() -> Iterator[str]:
        asked.append(1)
        yield "Annabel"

    mask = Mask(texts(), ("annabel",))
    assert mask.excerpt("not in our area") == "not in our area" and not asked
    assert mask.excerpt("ANNABEL is known") == "*** is known" and asked
