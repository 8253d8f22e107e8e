"""What is personal stays hidden when somebody else's answer gives it back, in whatever spelling."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl.terms import Type
from leadflow_engine.response.excerpt import Mask
from leadflow_engine.values import parse
from leadflow_engine.values.spellings import spellings

AREAS = st.sampled_from(["512", "212", "808", "415"])
LETTERS = st.text("bfghjqvz", min_size=5, max_size=12)  # no word of the answers around them
AROUND = st.sampled_from(
    ['{{"duplicate": "{}"}}', "<m>known as {}</m>", "error: {} exists.", "a={}&b=1", "{}", "1234 {} 5678"]
)


def shown(type_: str, raw: object, body: str) -> str:
    """The body as people see it, with this value masked."""
    return Mask(spellings(parse(Type(type_), raw))).excerpt(body)


@given(
    AREAS,
    st.from_regex(r"[2-9]\d\d", fullmatch=True, alphabet="0123456789"),
    st.from_regex(r"\d{4}", fullmatch=True, alphabet="0123456789"),
    st.sampled_from(["{0}{1}{2}", "({0}) {1}-{2}", "{0}-{1}-{2}", "+1{0}{1}{2}"]),
    st.sampled_from(
        ["{0}.{1}.{2}", "+1 {0} {1} {2}", "({0}){1}-{2}", "1-{0}-{1}-{2}", "{0}{1}{2}", "{0}/{1}/{2}"]
    ),
    AROUND,
)
def test_a_phone_in_another_shape(
    area: str, exchange: str, line: str, came: str, back: str, around: str
) -> None:
    told = around.format(back.format(area, exchange, line))
    seen = shown("phone", came.format(area, exchange, line), told)
    assert "".join(filter(str.isdigit, seen)) in {"", "1", "11", "12345678", "112345678", "123415678"}


@given(LETTERS, LETTERS, st.sampled_from([str.upper, str.title, str.lower]), AROUND)
def test_an_address_in_another_case_or_encoded(
    user: str, host: str, spelt: Callable[[str], str], around: str
) -> None:
    address = f"{user}@{host}.com"
    for told in (spelt(address), quote(spelt(address), safe=""), base64.b64encode(address.encode()).decode()):
        seen = shown("email", address, around.format(told))
        assert address not in seen.lower()
        assert told.rstrip("=") not in seen
        assert user not in seen.lower()


@given(LETTERS, LETTERS, st.sampled_from([" ", "  ", "-"]), AROUND)
def test_a_name_of_two_words_given_back_as_one_of_them(
    one: str, other: str, between: str, around: str
) -> None:
    for told in (one, other.upper(), f"{one} {other}", f"{other}, {one}"):
        seen = shown("first_name", f"{one}{between}{other}", around.format(told)).lower()
        assert one not in seen
        assert other not in seen


@given(
    st.dates(datetime.date(1930, 1, 1), datetime.date(2008, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%m/%d/%Y", "%d.%m.%Y", "%Y%m%d", "%d-%m-%Y", "%Y/%m/%d", "%m%d%Y"]),
    AROUND,
)
def test_a_day_of_birth_in_another_order(born: datetime.date, pattern: str, around: str) -> None:
    seen = shown("dob", born.isoformat(), around.format(born.strftime(pattern)))
    assert str(born.year) not in seen.replace("1234 ", "").replace(" 5678", "")


@given(st.from_regex(r"[1-6][0-57-9]\d[1-9]\d[1-9]\d{3}", fullmatch=True, alphabet="0123456789"), AROUND)
def test_a_number_of_social_security(digits: str, around: str) -> None:
    value = f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"
    for told in (digits, value, value.replace("-", " "), value.replace("-", ".")):
        assert told not in shown("ssn", digits, around.format(told))


def test_a_street_whose_end_is_abbreviated() -> None:
    assert "Linden" not in shown("street", "12 Linden Street, Apt 4", "12 LINDEN ST is known").title()
    assert "Oak" not in shown("street", "12 N Oak Street", "12 N Oak St is known")


def test_all_that_is_in_a_list_or_a_record() -> None:
    people = Type("list", of=Type("record", columns=(("name", Type("first_name")), ("phone", Type("phone")))))
    value = parse(people, [{"name": "Annabel", "phone": "5125550147"}, {"name": "Robert", "phone": "bad"}])
    seen = Mask(spellings(value)).excerpt("known: annabel (512) 555-0147, ROBERT")
    assert seen == "known: *** ***, ***"


@pytest.mark.parametrize(
    ("type_", "raw"), [("text", ""), ("phone", None), ("dob", "soon"), ("ssn", "1"), ("street", "?")]
)
def test_what_is_blank_or_invalid_has_no_more_spellings_than_its_own(type_: str, raw: object) -> None:
    assert set(spellings(parse(Type(type_), raw))) <= {str(raw)}
