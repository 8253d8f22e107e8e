"""The functions of the language: what each gives, what it makes of blanks, and that none can be made to
fail."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl import functions as declared
from leadflow_engine.evaluation.functions import FUNCTIONS, NEEDS_NOW
from leadflow_engine.values.reading import LONGEST_TEXT

D = Decimal
DAY = datetime.date(2020, 3, 4)
NEW_YORK = ZoneInfo("America/New_York")
MOMENT = datetime.datetime(2026, 11, 20, 21, 41, 7, tzinfo=NEW_YORK)
NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=NEW_YORK)
BY_THE_EVALUATOR = {"case", "map", "lookup", "match"}


def call(name: str, *arguments: object) -> object:
    return FUNCTIONS[name](*arguments, **({"now": NOW} if name in NEEDS_NOW else {}))


def test_every_function_of_the_language_has_a_body() -> None:
    assert set(FUNCTIONS) == set(declared.FUNCTIONS) - BY_THE_EVALUATOR


NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("name", "arguments", "gives"),
    [
        ("years_since", [datetime.date(1992, 11, 20)], D(34)),
        ("years_since", [datetime.date(1992, 11, 21)], D(33)),
        ("years_since", [datetime.date(2027, 1, 1)], D(-1)),
        ("days_since", [datetime.date(2026, 11, 19)], D(1)),
        ("days_since", [datetime.date(2026, 11, 21)], D(-1)),
        ("days_since", [NOW - datetime.timedelta(hours=23)], D(0)),
        ("days_since", [NOW - datetime.timedelta(hours=25)], D(1)),
        ("epoch", [MOMENT], D(1795228867)),
        ("epoch", [datetime.datetime(1969, 12, 31, 23, 59, 59, 500_000, datetime.UTC)], D(-1)),
        ("epoch", [MOMENT.replace(tzinfo=None)], D(1795228867)),
        ("epoch", [DAY], None),
        ("weekday", [DAY], "wed"),
        ("weekday", [MOMENT], "fri"),
        ("hour", [MOMENT], D(21)),
        ("hour", [datetime.time(8, 30)], D(8)),
        ("hour", [DAY], None),
        ("date_of", [MOMENT], datetime.date(2026, 11, 20)),
        ("date_of", [DAY], DAY),
        ("parse_date", ["03/04/1990", "DD/MM/YYYY"], datetime.date(1990, 4, 3)),
        ("parse_date", ["3.4.1990", "DD.MM.YYYY"], datetime.date(1990, 4, 3)),
        ("parse_date", [" 03 / 04 / 1990 ", "MM / DD / YYYY"], datetime.date(1990, 3, 4)),
        ("parse_date", ["030490", "DDMMYY"], datetime.date(1990, 4, 3)),
        ("parse_date", ["03/04/26", "DD/MM/YY"], datetime.date(2026, 4, 3)),
        ("parse_date", ["03/04/27", "DD/MM/YY"], datetime.date(1927, 4, 3)),
        ("parse_date", ["4-Mar-90", "D-MMM-YY"], datetime.date(1990, 3, 4)),
        ("parse_date", ["March 4, 1990", "MMMM D, YYYY"], datetime.date(1990, 3, 4)),
        ("parse_date", ["31/02/1990", "DD/MM/YYYY"], None),
        ("parse_date", ["03/04/90", "DD/MM/YYYY"], None),
        ("parse_date", ["1990-04-03", "DD/MM/YYYY"], None),
        ("parse_date", ["3490", "DDMMYY"], None),
        ("parse_date", ["03/04", "DD/MM"], None),
        ("parse_date", ["03/03/1990", "DD/DD/YYYY"], None),
        ("lower", ["ÀB"], "àb"),
        ("upper", ["àb"], "ÀB"),
        ("title", ["mary-ann o'brien's DON'T"], "Mary-Ann O'Brien's Don't"),
        ("trim", [" a "], "a"),
        ("ascii", ["José Núñez"], "Jose Nunez"),
        ("ascii", ["Straße, Ærø, Łódź, İzmir"], "Strasse, AEro, Lodz, Izmir"),
        ("ascii", ["“O’Brien” – 5\N{NO-BREAK SPACE}km…"], '"O\'Brien" - 5 km...'),
        ("ascii", ["Ann \N{FIRE}"], "Ann "),
        ("ascii", ["李"], None),
        ("tojson", ['a "b"\n'], '"a \\"b\\"\\n"'),
        ("tojson", [D("1.50")], "1.50"),
        ("tojson", [[True, None, "x"]], '[true,null,"x"]'),
        ("tojson", [None], "null"),
        ("tojson", [D("NaN")], None),
        ("xml", ["a<b & 'c'"], "a&lt;b &amp; &#39;c&#39;"),
        ("urlencode", ["a b/ä&c"], "a%20b%2F%C3%A4%26c"),
        ("urldecode", ["a+b%2F%C3%A4%26c%"], "a b/ä&c%"),
        ("replace", ["St. John St.", "St.", "Saint"], "Saint John Saint"),
        ("replace", ["abc", "", "x"], "abc"),
        ("split", ["a|b|", "|"], ["a", "b", ""]),
        ("split", ["a", ""], None),
        ("join", [["a", None, D("1.50"), True], "; "], "a; 1.50; true"),
        ("join", [["a", "b"]], "a,b"),
        ("join", ["alone", ", "], "alone"),
        ("join", [[None], ","], None),
        ("length", ["abc"], D(3)),
        ("length", [["a", None]], D(2)),
        ("length", [None], None),
        ("digits", ["(512) 555-0147 x٢"], "5125550147"),
        ("concat", ["Jane", None, " ", D(5)], "Jane 5"),
        ("concat", [None], None),
        ("round", [D("2.5")], D(2)),
        ("round", [D("3.5")], D(4)),
        ("round", [D("1.005"), D(2)], D("1.00")),
        ("round", [D("1.015"), D(2)], D("1.02")),
        ("round", [D("1250"), D(-2)], D(1200)),
        ("round", [D(1), D(1_000_000)], None),
        ("floor", [D("-1.5")], D(-2)),
        ("ceil", [D("1.2")], D(2)),
        ("min", [D(3), None, [D(1), D(2)]], D(1)),
        ("max", [DAY, datetime.date(2021, 1, 1)], datetime.date(2021, 1, 1)),
        ("max", [D(1), "2"], None),
        ("max", [None], None),
        ("max", [MOMENT, MOMENT.replace(tzinfo=None)], None),
        ("abs", [D(-3)], D(3)),
        ("coalesce", [None, None, "x", "y"], "x"),
        ("coalesce", [None], None),
        ("text", [D("12.50")], "12.50"),
        ("text", [True], "true"),
        ("text", [DAY], "2020-03-04"),
        ("number", ["$1,234.50"], D("1234.5")),
        ("number", ["70k"], D(70_000)),
        ("number", [True], D(1)),
        ("number", ["x"], None),
        ("sha256", ["abc"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("md5", ["abc"], "900150983cd24fb0d6963f7d28e17f72"),
        ("mask", ["+15125550147"], "***-***-0147"),
        ("mask", ["jane@example.com"], "j***@example.com"),
        ("mask", ["Jane"], "***"),
        ("count", [["a", None, "b"]], D(2)),
        ("count", [None], D(0)),
        ("first", [["a", "b"]], "a"),
        ("last", [["a", "b"]], "b"),
        ("first", [[]], None),
        ("in_zone", [NOON, "Asia/Tokyo"], NOON.astimezone(ZoneInfo("Asia/Tokyo"))),
        ("in_zone", [NOON.replace(tzinfo=None), "Asia/Tokyo"], None),
        ("in_zone", [NOON, "Tokyo"], None),
        ("extract", ["no 77 of 9", re2.compile(r"\d+")], "77"),
        ("extract", ["no 77 of 9", re2.compile(r"no (\d+) (of)?"), D(1)], "77"),
        ("extract", ["no 77", re2.compile(r"(\d+)( of)?"), D(2)], None),
        ("extract", ["no 77", re2.compile(r"(\d+)"), D(2)], None),
        ("extract", ["no 77", re2.compile(r"(\d+)"), D(-1)], None),
        ("extract", ["nothing", re2.compile(r"\d+")], None),
        ("extract", [None, re2.compile(r"\d+")], None),
        ("substring", ["94105", D(0), D(3)], "941"),
        ("substring", ["94105", D(3)], "05"),
        ("substring", ["94105", D(-2)], "05"),
        ("substring", ["94105", D(99)], ""),
        ("substring", ["94105", D("1E+999999")], ""),
    ],
)
def test_what_a_function_gives(name: str, arguments: list[Any], gives: object) -> None:
    result = call(name, *arguments)
    assert result == gives
    assert type(result) is type(gives)


@pytest.mark.parametrize(
    ("value", "pattern", "text"),
    [
        (DAY, "MM/DD/YYYY", "03/04/2020"),
        (DAY, "M/D/YY", "3/4/20"),
        (DAY, "dddd, MMMM D", "Wednesday, March 4"),
        (DAY, "ddd MMM DD", "Wed Mar 04"),
        (DAY, "YYYYMMDD", "20200304"),
        (DAY, "YYYY-MM-DD[T]HH:mm:ss", "2020-03-04T00:00:00"),
        (MOMENT, "YYYY-MM-DD HH:mm:ssZ", "2026-11-20 21:41:07-05:00"),
        (MOMENT, "h:mm A", "9:41 PM"),
        (MOMENT, "hh:mm a", "09:41 pm"),
        (MOMENT, "[at] H", "at 21"),
        (datetime.time(0, 5), "h:mm a", "12:05 am"),
        (datetime.time(8, 5), "H:mm", "8:05"),
        (datetime.time(8, 5), "MM/DD", None),
        (DAY, "Z", None),
        (D("1234.565"), "0,0.00", "1,234.56"),
        (D("-1234.5"), "$0,0.00", "-$1,234.50"),
        (D("0.5"), "0", "0"),
        (D(7), "000", "007"),
        (D("7.5"), "00.00", "07.50"),
        (D("12"), "0.0 USD", "12.0 USD"),
        (D(12), "no number", None),
        (D("1E+60"), "0", None),
        ("2020-03-04", "MM", None),
        (True, "0", None),
    ],
)
def test_what_format_writes(value: object, pattern: str, text: str | None) -> None:
    assert call("format", value, pattern) == text


PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=30),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.integers(),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.datetimes(timezones=st.just(datetime.UTC)),
    st.timedeltas(),
)
VALUES = st.one_of(PLAIN, st.lists(PLAIN, max_size=4), st.lists(PLAIN, max_size=4).map(tuple))
ARITIES = {
    name: (
        sum(not parameter.optional for parameter in function.parameters),
        6 if function.parameters[-1].repeated else len(function.parameters),
    )
    for name, function in declared.FUNCTIONS.items()
    if name in FUNCTIONS
}


@given(st.data())
def test_no_function_fails_whatever_it_is_given(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FUNCTIONS)))
    least, most = ARITIES[name]
    result = call(name, *data.draw(st.lists(VALUES, min_size=least, max_size=most)))
    assert result is None or isinstance(
        result, str | bool | Decimal | datetime.date | datetime.time | datetime.timedelta | list | tuple | int
    )


LEAVE_BLANKS_OUT = {"concat", "join", "min", "max", "coalesce", "count"}
WRITE_BLANKS = {"tojson"}


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - LEAVE_BLANKS_OUT - WRITE_BLANKS))
def test_of_a_blank_every_other_function_is_blank(name: str) -> None:
    assert call(name, *[None] * ARITIES[name][0]) is None


def test_replace_takes_a_pattern_and_its_replacement_as_it_is() -> None:
    assert call("replace", "512-555-0147", re2.compile(r"\d{3}-"), r"\0.") == r"\0.\0.0147"
    assert call("replace", "abc", re2.compile("x*"), "-") == "abc"
    assert call("replace", "a" * 1_000, re2.compile("a"), "b" * 1_000) is None
    assert call("replace", "abc", D(1), "-") is None


def test_no_text_grows_without_limit() -> None:
    long = "a" * LONGEST_TEXT
    assert call("replace", long, "a", "bb") is None
    assert call("replace", "aaaa", "a", long) is None
    assert call("concat", long, "b") is None
    assert call("join", [long, long], ",") is None
    assert call("join", ["a"] * 1_000, "b" * 1_000) is None
    assert call("upper", "ß" * LONGEST_TEXT) is None
    assert call("concat", long) == long
