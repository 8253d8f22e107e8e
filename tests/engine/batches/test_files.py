"""The file of a batch: RFC 4180, no formulas, the same rows the same bytes."""

from __future__ import annotations

import csv
import datetime
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.batches.files import file_of, harmless
from leadflow_engine.limits.batches import closes_at


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("+12125550123", "+12125550123"),
        ("-4.50", "-4.50"),
        ("Ann", "Ann"),
        ("", ""),
    ],
)
def test_a_cell_is_no_formula(cell: str, expected: str) -> None:
    assert harmless(cell) == expected


@given(
    st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text(max_size=8), min_size=1), min_size=1)
)
def test_what_is_written_is_read_again(leads: list[dict[str, str]]) -> None:
    leads = [{name: text.replace("\0", "") for name, text in lead.items()} for lead in leads]
    text = file_of("csv", [json.dumps(lead) for lead in leads])
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == list(dict.fromkeys(name for lead in leads for name in lead))
    if len(rows[0]) > 1:  # a row of one blank cell is written as nothing but quotes or nothing at all
        assert rows[1:] == [[harmless(lead.get(name, "")) for name in rows[0]] for lead in leads]


def test_a_quote_a_comma_and_a_line_end() -> None:
    assert file_of("csv", ['{"a":"1,2","b":"say \\"hi\\""}', '{"a":"x\\ny","b":""}']) == (
        'a,b\r\n"1,2","say ""hi"""\r\n"x\ny",\r\n'
    )


NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("opened", "every", "at", "expected"),
    [
        ("2026-11-20T14:30", 3600.0, (), "2026-11-20T15:30"),
        ("2026-11-20T14:30", None, ("18:00",), "2026-11-20T23:00"),
        ("2026-11-20T23:00", None, ("18:00",), "2026-11-21T23:00"),
        ("2026-11-20T14:30", 3600.0, ("09:45", "18:00"), "2026-11-20T14:45"),
        ("2026-03-08T05:00", None, ("02:30",), "2026-03-08T07:30"),  # the clocks skip it: half past three
        ("2026-11-01T04:00", None, ("01:30",), "2026-11-01T05:30"),  # there are two: the first
        ("2026-11-01T05:30", None, ("01:30",), "2026-11-02T06:30"),
        ("2026-11-20T14:30", None, (), None),
    ],
)
def test_when_a_batch_closes(
    opened: str, every: float | None, at: tuple[str, ...], expected: str | None
) -> None:
    moment = datetime.datetime.fromisoformat(f"{opened}+00:00")
    found = closes_at(moment, every, at, NEW_YORK)
    assert (found.strftime("%Y-%m-%dT%H:%M") if found else None) == expected
