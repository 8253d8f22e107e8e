"""What a call's body may be, and what is said of one that cannot be read."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow_engine.intake.call import Answered, Received
from leadflow_engine.plan import Plan
from tests.engine.intake.calls import call, payloads, plan_with, received, refused

LEAD = {"name": "Ana", "contact": {"city": "Austin"}, "tags": ["a", "b"]}
MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nAna\r\n'
    b'--x\r\nContent-Disposition: form-data; name="contact[city]"\r\n\r\nAustin\r\n'
    b'--x\r\nContent-Disposition: form-data; name="tags"\r\n\r\na\r\n'
    b'--x\r\nContent-Disposition: form-data; name="tags"\r\n\r\nb\r\n'
    b'--x\r\nContent-Disposition: form-data; name="cv"; filename=""\r\n\r\n\r\n--x--\r\n'
)
XML = "<lead xmlns='urn:x'><name>Ana</name><contact><city>Austin</city></contact><tags>a</tags><tags>b</tags></lead>"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_with("", tmp_path_factory.mktemp("intake"))


READ = "UTF-8, UTF-16, ISO-8859-1, ISO-8859-15"
SAY = "say the charset in the content type"
ENTITY = "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"

SAME: dict[str, tuple[bytes | str, str]] = {
    "json": (json.dumps(LEAD), "application/json"),
    "json with a charset": (json.dumps(LEAD), "application/vnd.x+json; charset=UTF-8"),
    "json by its looks": (json.dumps(LEAD), "text/plain"),
    "json without a content type": (json.dumps(LEAD), ""),
    "json in UTF-16": (json.dumps(LEAD).encode("utf-16"), "application/json"),
    "a form": ("name=Ana&contact.city=Austin&tags=a&tags=b", "application/x-www-form-urlencoded"),
    "a form with brackets": (
        "name=Ana&contact[city]=Austin&tags[]=a&tags[]=b",
        "application/x-www-form-urlencoded",
    ),
    "a form with numbers": (
        "name=Ana&contact[city]=Austin&tags[1]=b&tags[0]=a",
        "application/x-www-form-urlencoded",
    ),
    "a form by its looks": ("name=Ana&contact.city=Austin&tags=a&tags=b", ""),
    "multipart": (MULTIPART, "multipart/form-data; boundary=x"),
}


@pytest.mark.parametrize("name", SAME)
def test_one_lead_however_it_is_written(plan: Plan, name: str) -> None:
    body, content_type = SAME[name]
    assert payloads(plan, call(body, content_type)) == [LEAD]


def test_xml_is_the_tree_that_answers_have(plan: Plan) -> None:
    assert payloads(plan, call(XML, "text/xml")) == [{"lead": LEAD}]
    latin = "<?xml version='1.0' encoding='ISO-8859-1'?><lead><name>José</name></lead>".encode("latin-1")
    assert payloads(plan, call(latin, "application/xml")) == [{"lead": {"name": "José"}}]


def test_a_query_is_a_lead(plan: Plan) -> None:
    query = "/leads?name=Ana&contact.city=Austin&tags=a&tags=b"
    assert payloads(plan, call(url=query, method="GET")) == [LEAD]
    assert payloads(plan, call(url=query)) == [LEAD]


def test_a_body_says_it_all_where_there_is_one(plan: Plan) -> None:
    assert payloads(plan, call('{"name": "Ana"}', "application/json", url="/?name=Eve&utm=x")) == [
        {"name": "Ana"}
    ]


def test_compressed(plan: Plan) -> None:
    packed = gzip.compress(json.dumps(LEAD).encode())
    assert payloads(plan, call(packed, "application/json", Content_Encoding="gzip")) == [LEAD]
    bomb = gzip.compress(b" " * 5_000_000)
    assert refused(plan, call(bomb, "application/json", Content_Encoding="gzip")).startswith("413 ")


def test_several_leads(plan: Plan) -> None:
    assert payloads(plan, call('[{"name": "Ana"}, {"name": "Bo"}]', "application/json")) == [
        {"name": "Ana"},
        {"name": "Bo"},
    ]
    found = received(plan, call("name;state\nAna;TX\nBo;CA\n", "text/csv"))
    assert isinstance(found, Received) and found.kind == "csv"
    assert [each.own for each in found.payloads] == [
        {"name": "Ana", "state": "TX"},
        {"name": "Bo", "state": "CA"},
    ]
    first, second = (each.identity for each in found.payloads)
    assert first != second


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        ('{"name": }', "application/json", "400 line 1, column 10: this is no JSON (expecting value)"),
        ('{"a": 1, "a": 2}', "application/json", '400 line 1: the key "a" stands twice in one object; keep one'),
        ("[" * 5000, "application/json", "400 line 1, column 1: nested deeper than 64 levels"),
        ('"Ana"', "application/json", "400 a lead is a JSON object"),
        ("[]", "application/json", "400 the list holds no lead"),
        ("[1]", "application/json", "400 a lead is an object"),
        (" ", "application/json", "400 the call has no body"),
        ("name", "application/x-www-form-urlencoded", "400 this is not made of name=value pairs joined by &"),
        ("<a>", "text/xml", "400 this is no XML: line 1 column 3"),
        (ENTITY, "text/xml", "400 this is no XML: it has a document type or entities"),
        ("a,b\n1\n", "text/csv", "400 line 2: the header names 2 columns and this row has 1"),
        ("a\n--x\n", "multipart/form-data", "400 the content type names no boundary"),
        ("--x\r\n", "multipart/form-data; boundary=x", "400 the body ends before its last boundary"),
        ("<p>", "text/html", "415 text/html is not taken here; this source takes json, form, xml, csv, query"),
        ("{}", "application/json; charset=koi8-r", f"415 the charset is not one of those read: {READ}"),
        (b'{"a": "\xff"}', "application/json", f"400 line 1: the byte at offset 7 is not UTF-8; {SAY}"),
        (b"x" * 1_048_577, "application/json", "413 the body is over 1,048,576 bytes"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_with_its_place(
    plan: Plan, body: bytes, content_type: str, said: str
) -> None:
    assert refused(plan, call(body, content_type)) == said


def test_files_are_refused_by_their_name(plan: Plan) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="cv"; filename="a.pdf"\r\n\r\n%PDF\r\n--x--'
    assert (
        refused(plan, call(body, "multipart/form-data; boundary=x"))
        == "400 `cv` (part 1) is a file; files are not taken"
    )


def test_a_source_says_what_it_takes(tmp_path: Path) -> None:
    plan = plan_with("receive form, query", tmp_path)
    assert payloads(plan, call("name=Ana", "text/plain")) == [{"name": "Ana"}]
    assert (
        refused(plan, call("{}", "application/json"))
        == "415 application/json is not taken here; this source takes form, query"
    )
    assert received(plan, call(method="DELETE")).status == 405  # type: ignore[union-attr]


def test_a_lead_is_the_same_by_its_idempotency_key(plan: Plan) -> None:
    def identity(body: str, **headers: str) -> str:
        found = received(plan, call(body, "application/json", **headers))
        assert isinstance(found, Received)
        return found.payloads[0].identity

    assert identity('{"name": "Ana"}', Idempotency_Key="7") == identity('{"name": "Bo"}', Idempotency_Key="7")
    assert identity('{"name": "Ana"}') != identity('{"name": "Bo"}')
    assert "7" not in identity("{}", Idempotency_Key="7").split("/")


PATHS = {
    "a[0].b=1&a[0].c=2&a[1].b=3": {"a": [{"b": "1", "c": "2"}, {"b": "3"}]},
    "a[999999999]=1&a[5]=0": {"a": ["0", "1"]},
    "a=1&a.b=2": {"a": "1", "a.b": "2"},
    "a.=1&.b=2&[c]=3&d[=4": {"a.": "1", ".b": "2", "[c]": "3", "d[": "4"},
    "a[][b]=1&a[][b]=2": {"a[][b]": ["1", "2"]},
    "a=&b": None,
}


@pytest.mark.parametrize("query", PATHS)
def test_names_with_dots_and_brackets(plan: Plan, query: str) -> None:
    made = call(query, "application/x-www-form-urlencoded")
    wanted = PATHS[query]
    assert payloads(plan, made) == [wanted] if wanted else refused(plan, made).startswith("400")


TYPES = [
    *("", "application/json", "text/xml", "text/csv", "application/x-www-form-urlencoded", "x"),
    *("multipart/form-data; boundary=x", "text/plain; charset=latin1", "application/xml; charset=utf-16"),
]
STARTS = b'{ [ <a> --x\r\n a=1&a.b=2 & \xef\xbb\xbf \xff\xfe " \r\n\r\n ;name=x a[0]= %ff 1e999'.split(b" ")
PIECES: st.SearchStrategy[Any] = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(STARTS),
)


@given(
    body=st.lists(PIECES, max_size=8).map(b"".join),
    content_type=st.sampled_from(TYPES) | st.text(max_size=30),
    encoding=st.sampled_from(["", "gzip", "deflate", "br", "gzip, gzip"]),
    method=st.sampled_from(["GET", "POST", "PUT", "get"]),
    url=st.sampled_from(["/", "/?a=1", "/?%ff=1", "//[", "?a"]) | st.text(max_size=20),
)
@settings(max_examples=300, deadline=None)
def test_no_body_ever_raises(
    plan: Plan, body: bytes, content_type: str, encoding: str, method: str, url: str
) -> None:
    found = received(plan, call(body, content_type, url, method, Content_Encoding=encoding))
    if isinstance(found, Answered):
        assert 400 <= found.status < 500 and found.why
        assert json.loads(found.body)["error"] == found.why
    else:
        assert found.payloads
