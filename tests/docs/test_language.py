"""What the page of the language shows is code: the checker takes each piece, and it runs or is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from pages import ROOT

from leadflow_dsl import Checked, check, not_built, parse

PAGE = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
FLOWS = re.compile(r"^```flow\n(.*?)^```$", re.M | re.S)
ROW = re.compile(r"^\| (.*?) \|", re.M)
CODE = re.compile(r"`((?:[^`\\]|\\.)+)`")
TABLE = re.compile(r"^\| ([^|]+) \| ([^|]+) \|\n\|---\|---\|\n((?:\|.*\n)+)", re.M)
CELL = re.compile(r"(?<!\\)\|")
INSTEAD = {**dict.fromkeys(("get", "post", "put", "patch", "delete"), "post"), "offer": "price"}
"""What a statement takes the place of."""

BASE = """\
flow page "The page"
import "library/standard_fields.flow"
import "library/calendars.flow"
lead {
  use standard
  homeowner      boolean
  electric_bill  money
  credit_score   number
  birth_date     dob
  project        enum(purchase, lease)
  age            number = birth_date.age
  pets           list of { name text  born date }
%(lead)s
}
fields more { hat_size number }
list blocked_zips from csv "lists/blocked_zips.csv" column zip
source web "Web" { %(source)s }
enhance phone_check "Carrier" on demand {
  post "https://lookup.example"
  body json { number = phone_1.e164 }
  response json { accepted when "valid"  otherwise rejected  set line_type enum(mobile, landline) "type" }
  %(look_up)s
}
filter suppressed { reject when postal_code in blocked_zips because "blocked" }
score quality { start 50 }
deliver crm { post "https://crm.example"  body json { mail = email } }
buyer sunpath "SunPath" { tag first_look, west  %(buyer)s }
buyer brightbid "BrightBid" {
  idempotent
  price from bid
  ping {
    post "https://b.example/ping"
    body json { zip = postal_code }
    response json { accepted when "ok"  otherwise rejected  bid "price" }
  }
  deliver { %(request)s response json { %(response)s } }
}
%(flow)s
route { %(route)s  waterfall sunpath, brightbid }
"""
USUAL = {
    "buyer": {
        "price": "price 10.00",
        "ping": 'ping { post "https://a.example/ping" response json { accepted when "ok" bid "price" } }',
        "deliver": 'deliver { post "https://a.example" response { accepted when status 2xx } }',
    },
    "request": {"post": 'post "https://b.example"', "body": "body json { city = city }"},
    "response": {"accepted": 'accepted when "ok"', "otherwise": "otherwise rejected"},
}
"""What stands in a block of the flow above beside the piece, unless the piece says it itself."""
FILES = {
    "models/quality.json": '{"format": "leadflow score model 1", "kind": "logistic", "version": "1", "base": 0, '
    '"features": [{"field": "credit_score", "as": "number"}], "weights": [0.01]}',
    "schemas/buyer.json": '{"type": "object"}',
    "mappings/reply.xml.j2": "<r>{{ outcome }} {% for sale in sales %}{{ sale.price }}{% endfor %}</r>",
    "mappings/mail.txt.j2": "A lead: {{ first_name }}",
}
"""What the page's pieces name beside what the project has."""


def in_place(place: str, piece: str) -> str:
    """The flow with a piece of the page at its place."""
    if place == "in a condition":
        return in_place("in a buyer", f"accept when {piece}")
    if place == "a type":
        return in_place("in a lead", f"some_field {piece}")
    if place == "in a stage":
        return in_place("in a route", f"auction brightbid {{ {piece} }}")
    slots = {name: " ".join(usual.values()) for name, usual in USUAL.items()}
    empty = dict.fromkeys(("lead", "source", "look_up", "flow", "route"), "")
    name = place.removeprefix("in a ").replace("-", "_")
    said = {INSTEAD.get(word, word) for word in re.findall(r"(?:^|  )(\w+)", piece)}
    usual = [text for word, text in USUAL.get(name, {}).items() if word not in said]
    return BASE % {**empty, **slots, name: " ".join([*usual, piece])}


def pieces(cell: str) -> list[str]:
    return [found.replace(r"\|", "|") for found in CODE.findall(cell)]


def rows() -> Iterator[tuple[str, str, str]]:
    """The two heads of each row's table, and the row's first cell."""
    for table in TABLE.finditer(PAGE):
        for line in table[3].splitlines():
            yield table[1].strip(), table[2].strip(), CELL.split(line)[1].strip()


NOT_RUN = "means"
"""The second head of a table of forms that do not run yet."""
SHOWN = [(place, head, piece) for place, head, cell in rows() for piece in pieces(cell)]
RUNS = [(place, piece) for place, head, piece in SHOWN if place != "written" and head != NOT_RUN]
UNBUILT = [(place, piece) for place, head, piece in SHOWN if head == NOT_RUN]
WRITTEN = [piece for place, _, piece in SHOWN if place == "written"]


def checked(text: str) -> Checked:
    return check(ROOT / "flows" / "page.flow", text, FILES)


def told(result: Checked) -> list[str]:
    return [f"{error.code} {error.span.line}: {error.message}" for error in result.errors]


@pytest.mark.parametrize("text", FLOWS.findall(PAGE))
def test_a_whole_flow_of_the_page_is_clean(text: str) -> None:
    assert [finding.message for finding in checked(text).diagnostics] == []


@pytest.mark.parametrize(("place", "piece"), RUNS)
def test_what_the_page_says_runs_is_taken_and_runs(place: str, piece: str) -> None:
    result = checked(in_place(place, piece))
    assert told(result) == []
    assert result.flow is not None
    assert [finding.message for finding in not_built(result.flow)] == []


@pytest.mark.parametrize(("place", "piece"), UNBUILT)
def test_what_the_page_says_does_not_run_yet_is_taken_and_refused(place: str, piece: str) -> None:
    result = checked(in_place(place, piece))
    assert told(result) == []
    assert result.flow is not None
    assert not_built(result.flow) != ()


@pytest.mark.parametrize("piece", WRITTEN)
def test_what_is_written_so_is_read(piece: str) -> None:
    _, found = parse(in_place("in a condition", f"city == {piece}"), "page.flow")
    assert found == ()


def test_every_table_of_the_page_is_looked_at() -> None:
    assert len(RUNS) > 150
    assert len(UNBUILT) > 0
    assert len(TABLE.findall(PAGE)) == len(re.findall(r"^\|---\|---\|$", PAGE, re.M))
    assert set(re.findall(r"^```(.+)$", PAGE, re.M)) == {"flow"}


def test_the_flow_without_a_piece_is_taken() -> None:
    assert told(checked(in_place("in a flow", "# nothing"))) == []
    assert told(checked(in_place("in a flow", "nothing"))) != []
