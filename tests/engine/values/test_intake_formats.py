"""Payload files: good ones read, broken ones told apart record by record, endless ones in little memory."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.intake.formats import (
    FORMATS,
    IntakeError,
    Record,
    format_of,
    read_form,
    read_json,
    read_records,
)


def told(data: bytes, format: str = "") -> list[Any]:
    """What a file's records hold, an error as its text, what ends the reading behind them with a mark."""
    found: list[Any] = []
    try:
        for record in read_records(io.BytesIO(data), format):
            payload = record.payload
            found.append(str(payload) if isinstance(payload, IntakeError) else payload)
    except IntakeError as problem:
        found.append(f"! {problem}")
    return found


# ------------------------------------------------------------------ JSON, strictly


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1.10}', {"a": Decimal("1.10")}),
        (' [1, "b", null, true] ', [Decimal(1), "b", None, True]),
        ('"\\ud83d\\ude00"', "😀"),
        ("1e308", Decimal("1e308")),
        ("9" * 40, Decimal("9" * 40)),
        ("[" * 64 + "]" * 64, None),
        ("-0.0", Decimal("-0.0")),
    ],
)
def test_what_json_is_read(text: str, value: object) -> None:
    found = read_json(text)
    assert value is None or found == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": NaN}', "line 1: NaN is no number in JSON; leave the field out or send null"),
        ("[-Infinity]", "line 1: -Infinity is no number in JSON; leave the field out or send null"),
        ("1e999", "line 1: the number 1e999 is out of range"),
        ("9" * 41, "line 1: a number of more than 40 digits; send it as a text"),
        ("9" * 5_000, "line 1: a number of more than 40 digits; send it as a text"),
        ('{"zip": 1, "zip": 2}', 'line 1: the key "zip" stands twice in one object; keep one'),
        ('{"a": {"b": 1, "b": 1}}', 'line 1: the key "b" stands twice in one object; keep one'),
        ("[" * 65 + "]" * 65, "line 1: nested deeper than 64 levels"),
        ("[" * 200_000, "line 1, column 1: nested deeper than 64 levels"),
        ('"\\ud83d"', "line 1: half a surrogate pair (such as \\ud83d alone); send the character whole"),
        (
            '"\\ude00\\ud83d"',
            "line 1: half a surrogate pair (such as \\ud83d alone); send the character whole",
        ),
        ('"\ud83d"', "line 1: half a surrogate pair (such as \\ud83d alone); send the character whole"),
        (
            '{"a":\n 1,}',
            "line 2, column 4: this is no JSON (expecting property name enclosed in double quotes)",
        ),
        ('{"a": 1} x', "line 1, column 10: something stands behind the end of the JSON value"),
        ("", "line 1, column 1: there is nothing where JSON should be"),
        ("{'a': 1}", "line 1, column 2: this is no JSON (expecting property name enclosed in double quotes)"),
    ],
    ids=lambda text: text[:30],
)
def test_what_json_is_refused(text: str, message: str) -> None:
    with pytest.raises(IntakeError) as refused:
        read_json(text)
    assert str(refused.value) == message


def test_the_place_of_an_error_is_that_in_the_file() -> None:
    with pytest.raises(IntakeError) as refused:
        read_json('{"a": x}', line=41)
    assert (refused.value.line, refused.value.column) == (41, 7)


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**30), 10**30),
        st.text(st.characters(exclude_categories=["Cs"])),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(JSON, st.booleans())
def test_all_that_is_json_is_read_as_it_was_written(value: Any, ascii_only: bool) -> None:
    try:
        text = json.dumps(value, ensure_ascii=ascii_only)
        text.encode()
    except UnicodeEncodeError:
        return
    assert read_json(text) == value


@given(st.text(alphabet='{}[]",:0123456789.eE+-nulltrfas\\ud \n', max_size=60))
def test_what_is_no_json_is_an_error_and_nothing_worse(text: str) -> None:
    try:
        read_json(text)
    except IntakeError as problem:
        assert problem.message


# ------------------------------------------------------------------ files


def test_a_csv_with_a_mark_and_broken_lines_loses_only_those() -> None:
    data = (
        b"\xef\xbb\xbfname, zip \r\n"
        b"Ann,02134\r\n"
        b'"Bob,1\r\n'
        b'"Eve ""x""","two\r\nlines"\r\n'
        b"\r\n"
        b"Short\r\n"
        b"One,2,3\r\n"
        b"Zo\xeb,1\r\n"
        b"Nul\0,1\r\n"
        b"Last,"
    )
    assert told(data) == [
        {"name": "Ann", "zip": "02134"},
        "line 3: broken row (',' expected after '\"'); quote the cell and double the quotes in it",
        {"name": 'Eve "x"', "zip": "two\r\nlines"},
        "line 7: the header names 2 columns and this row has 1",
        "line 8: the header names 2 columns and this row has 3",
        "line 9: the byte at offset 80 is not UTF-8; save the file as UTF-8",
        "line 10, column 4: a NUL character; remove it",
        {"name": "Last", "zip": ""},
    ]


def test_a_quote_that_nobody_closes_does_not_swallow_the_rest() -> None:
    body = b"".join(b"n%d,%d\n" % (i, i) for i in range(500))
    found = told(b'name,zip\n"open,1\n' + body)
    assert found[0] == "line 2: a quote is opened and never closed"
    assert found[1:] == [{"name": f"n{i}", "zip": str(i)} for i in range(500)]


def test_records_are_numbered_and_placed() -> None:
    records = list(read_records(io.BytesIO(b'a,b\n1,"x\ny"\n\n3,4\n')))
    assert records == [Record(1, 2, {"a": "1", "b": "x\ny"}), Record(2, 5, {"a": "3", "b": "4"})]


@pytest.mark.parametrize(
    ("header", "row"),
    [("name;zip", "Ann;1"), ("name\tzip", "Ann\t1"), ("name|zip", "Ann|1"), ('"name";"zip"', '"Ann";"1"')],
)
def test_other_delimiters_are_known_by_the_header(header: str, row: str) -> None:
    assert told(f"{header}\n{row}\n".encode()) == [{"name": "Ann", "zip": "1"}]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_line_endings_and_encodings(ending: str, encoding: str) -> None:
    assert told(ending.join(["name,zip", "Zoë,1", ""]).encode(encoding)) == [{"name": "Zoë", "zip": "1"}]


@pytest.mark.parametrize(
    ("data", "format", "end"),
    [
        (b"a,b,A\n1,2,3\n", "", "! line 1: the header names 'A' twice (again in column 3); rename one"),
        (b",,\n1,2,3\n", "csv", "! line 1: the header names no column"),
        (b"a,\n1,2\n", "csv", "line 2: column 2 has a value and no name"),
        (
            "n,z\n1,2".encode("utf-16-le"),
            "",
            "! a NUL byte at offset 1: no text, or UTF-16 without its mark; save it as UTF-8",
        ),
        ("n,z\n1,2".encode("utf-32"), "", "! the file is UTF-32; save it as UTF-8"),
        (b"caf\xe9,z\n1,2", "", "! line 1: the byte at offset 3 is not UTF-8; save the file as UTF-8"),
        (b'[{"a": 1}\n', "", "! line 2, column 1: the array is never closed; the file may be cut off"),
        (b'[{"a": 1},\n{"b"', "", "! line 2, column 5: this is no JSON (expecting ':' delimiter)"),
        (b'[{"a": 1} {"a": 2}]', "", "! line 1, column 11: a comma or ] should stand here"),
        (b"[] []", "", "! line 1, column 4: something stands behind the end of the array"),
        (b'{"a":\n\xff}', "json", "! line 2: the byte at offset 6 is not UTF-8; save the file as UTF-8"),
        (b"{}", "yaml", "! no format is called 'yaml'; there are json, jsonl, csv, form, query"),
    ],
)
def test_what_ends_the_reading_says_so(data: bytes, format: str, end: str) -> None:
    assert told(data, format)[-1] == end


def test_an_array_of_leads_loses_only_those_that_break_a_rule() -> None:
    data = b'[{"a": 1},\n {"a": 1, "a": 2},\n 5,\n {"b": NaN}, {"b": "x"}]'
    assert told(data) == [
        {"a": Decimal(1)},
        'line 2: the key "a" stands twice in one object; keep one',
        "line 3: a lead is a JSON object; this is a number",
        "line 4: NaN is no number in JSON; leave the field out or send null",
        {"b": "x"},
    ]


def test_one_object_over_several_lines_is_one_lead() -> None:
    assert told(b'\n{\n  "a": {"b": 1}\n}\n') == [{"a": {"b": Decimal(1)}}]


def test_json_lines_lose_only_the_broken_ones() -> None:
    data = b'{"a": 1}\n\n{"a":\n["x"]\n{"a": "\xff"}\n{"a": 2}'
    assert told(data) == [
        {"a": Decimal(1)},
        "line 3, column 6: this is no JSON (expecting value)",
        "line 4: a lead is a JSON object; this is a list",
        "line 5: the byte at offset 29 is not UTF-8; save the file as UTF-8",
        {"a": Decimal(2)},
    ]


def test_a_line_beyond_the_limit_is_passed_over() -> None:
    data = b'{"a": 1}\n{"a": "' + b"x" * 3_000_000 + b'"}\n{"a": 2}\n'
    assert told(data) == [
        {"a": Decimal(1)},
        "line 2: the line is longer than 1,048,576 bytes",
        {"a": Decimal(2)},
    ]
    assert told(data.decode().encode("utf-16"), "jsonl")[2:] == [{"a": Decimal(2)}]


def test_forms_are_read_line_by_line() -> None:
    data = b"?first=Ann&zip=02134&tag=a&tag=b\nfirst=Zo%C3%AB+M\nfirst=%ff\nbroken\n"
    assert told(data) == [
        {"first": "Ann", "zip": "02134", "tag": ["a", "b"]},
        {"first": "Zoë M"},
        "line 3: a percent-encoded value is not UTF-8",
        "line 4: this is not made of name=value pairs joined by &",
    ]
    assert read_form("a=&b=1=2") == {"a": "", "b": "1=2"}


@pytest.mark.parametrize(
    ("name", "head", "format"),
    [
        ("leads.CSV", b"{", "csv"),
        ("leads.ndjson", b"a,b", "jsonl"),
        ("leads.json", b"", "json"),
        ("leads", b'[{"a":1}]', "json"),
        ("leads", b'\n {"a":1}\n{"a":2}', "jsonl"),
        ("leads", b'{\n"a":1}', "json"),
        ("leads", b"a=1&b=2", "form"),
        ("leads", b"name,url\nAnn,http://x/?a=1", "csv"),
        ("", "\ufeffa;b".encode("utf-16-le"), "csv"),
    ],
)
def test_the_format_is_told_by_the_extension_else_by_the_beginning(
    name: str, head: bytes, format: str
) -> None:
    assert format_of(name, head) == format


def test_files_are_read_by_their_path_and_a_missing_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "leads.jsonl"
    file.write_text('{"a": "1"}\n', "utf-8")
    assert [record.payload for record in read_records(file)] == [{"a": "1"}]
    for missing in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(IntakeError, match=missing.name):
            list(read_records(missing))


def test_standard_input_is_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    given_in = io.TextIOWrapper(io.BytesIO(b"a=1"), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", given_in)
    assert [record.payload for record in read_records("-")] == [{"a": "1"}]


@given(st.binary(max_size=200), st.sampled_from(["", *FORMATS]))
def test_any_bytes_give_records_and_errors_and_nothing_worse(data: bytes, format: str) -> None:
    told(data, format)


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=5))
def test_what_a_csv_writer_writes_is_read_back(cells: list[tuple[str, str]]) -> None:
    import csv

    kept = [pair for pair in cells if "\0" not in "".join(pair) and "".join(pair).isprintable()]
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *kept])
    assert told(text.getvalue().encode(), "csv") == [{"a": a, "b": b} for a, b in kept]


class Endless(io.RawIOBase):
    """A file that is made while it is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while len(self._left) < len(buffer) and (piece := next(self._pieces, b"")):
            self._left += piece
        data, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


@pytest.mark.parametrize(
    ("head", "line"),
    [(b"", b'{"email": "jane@example.com", "zip": "02134"}\n'), (b"email,zip\n", b"j@example.com,1\n")],
)
def test_a_long_file_takes_no_more_memory_than_a_short_one(head: bytes, line: bytes) -> None:
    def file() -> Iterator[bytes]:
        yield head + line * 100
        for _ in range(299):
            yield line * 100

    tracemalloc.start()
    try:
        count = sum(1 for _ in read_records(io.BufferedReader(Endless(file()))))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 30_000
    assert peak < 1_000_000
