"""Whatever a lead's value is, it stays in its place, and the same lead makes the same bytes."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_engine.texts.json_text import dumps

NASTY = st.sampled_from(
    ["&", '"', "'", "<", ">", "]]>", "\n", "\r\n", "\t", "\x00", "\x1f", "\\", "😀", "%26", "{{ x }}", "--"]
)
TEXTS = st.lists(st.one_of(st.text(max_size=8), NASTY), max_size=6).map("".join)
SAME = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])

XML_CANNOT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def const(value: str) -> t.Const:
    return t.Const(value, t.Type("text"), NOWHERE)


def without_marks(text: str) -> str:
    return re.sub("[\uf8f0\uf8f1]", "", text)


@SAME
@given(TEXTS, TEXTS)
def test_json(built, one, two):
    body = built("json", {"a": const(one), "b.c[0]": const(two), "d": "end"})
    assert json.loads(body) == {"a": without_marks(one), "b": {"c": [without_marks(two)]}, "d": "end"}
    body.encode("utf-8")


@SAME
@given(TEXTS, TEXTS)
def test_form(built, one, two):
    body = built("form", {"a": const(one), "b[0]": const(two), "c": "end"})
    expected = [("a", without_marks(one)), ("b[0]", without_marks(two)), ("c", "end")]
    assert parse_qsl(body, keep_blank_values=True, strict_parsing=True) == expected
    assert body.isascii()


@SAME
@given(TEXTS, TEXTS)
def test_multipart(built, one, two):
    """What stands between the boundaries is exactly the value, whatever it looks like."""
    body = built("multipart", {"a": const(one), "b[0]": const(two), "c": "end"})
    boundary = body.partition("\r\n")[0]
    parts = body.split(f"{boundary}\r\n")[1:]
    values = [part.partition("\r\n\r\n")[2] for part in parts]
    assert values[0] == without_marks(one) + "\r\n"
    assert values[1] == without_marks(two) + "\r\n"
    assert values[2] == f"end\r\n{boundary}--\r\n"


@SAME
@given(TEXTS, TEXTS)
def test_soap(built, one, two):
    root = fromstring(built("soap", {"L.@a": const(one), "L.b": const(two), "L.c": "end"}))
    lead = root[0][0]
    assert lead.get("a") == XML_CANNOT.sub("\ufffd", without_marks(one))
    assert (lead.findtext("b") or "") == XML_CANNOT.sub("\ufffd", without_marks(two))
    assert [child.tag for child in lead] == ["b", "c"]


@SAME
@given(TEXTS, TEXTS)
def test_xml(built, one, two):
    root = fromstring(built("xml", {"L.@a": const(one), "L.b": const(two), "L.c": "end"}))
    assert root.get("a") == XML_CANNOT.sub("\ufffd", without_marks(one))
    assert (root.findtext("b") or "") == XML_CANNOT.sub("\ufffd", without_marks(two))
    assert [child.tag for child in root] == ["b", "c"]


@SAME
@given(TEXTS)
def test_json_and_xml_within_a_field_of_a_form(built, value):
    def within(before, function, after):
        inner = t.Call(function, (const(value),), (), None, t.Type("text"), NOWHERE)
        return t.Call("concat", (const(before), inner, const(after)), (), None, t.Type("text"), NOWHERE)

    pairs = {"j": within('{"a":', "tojson", "}"), "x": within("<a>", "xml", "</a>"), "c": "end"}
    fields = dict(parse_qsl(built("form", pairs)))
    assert json.loads(fields["j"]) == {"a": without_marks(value)}
    assert (fromstring(fields["x"]).text or "") == XML_CANNOT.sub("\ufffd", without_marks(value))
    assert fields["c"] == "end"


TEMPLATES = {
    "json": '{"a": "{{ one }}", "b": {{ two|tojson }}}',
    "form": "a={{ one }}&b={{ two|urlencode }}",
    "xml": '<L a="{{ one }}"><b>{{ two|xml }}</b></L>',
}


def read_back(kind: str, body: str) -> tuple[str, str]:
    if kind == "json":
        parsed = json.loads(body)
        return parsed["a"], parsed["b"]
    if kind == "form":
        (_, one), (_, two) = parse_qsl(body, keep_blank_values=True)
        return one, two
    root = fromstring(body)
    assert len(root) == 1
    return root.get("a") or "", root.findtext("b") or ""


@pytest.mark.parametrize("kind", TEMPLATES)
@SAME
@given(one=TEXTS, two=TEXTS)
def test_templates(rendered, field, kind, one, two):
    from leadflow_engine.values import parse, written

    came = [str(written(parse(t.Type("text"), text), "text") or "") for text in (one, two)]
    if not all(came):
        return
    expected = tuple(XML_CANNOT.sub("\ufffd", text) if kind == "xml" else text for text in came)
    assert read_back(kind, rendered(kind, TEMPLATES[kind], one=one, two=two)) == expected


@SAME
@given(TEXTS)
def test_a_place_in_a_url_stays_one_piece_of_the_path(request_for, value):
    request = request_for({}, url=("https://buyer.example/a/", term_of(value), "/b"))
    if not hasattr(request, "url"):
        assert without_marks(value) in {"", ".", ".."}
        return
    parts = urlsplit(request.url)
    assert (parts.netloc, parts.query, parts.fragment) == ("buyer.example", "", "")
    assert parts.path.count("/") == 3


def term_of(value: str) -> t.Term:
    return t.Call("concat", (const(value),), (), None, t.Type("text"), NOWHERE)


JSON = st.recursive(
    st.none() | st.booleans() | st.decimals(-(10**12), 10**12, places=4) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@SAME
@given(JSON)
def test_the_writer_of_json_gives_back_what_it_was_given(value):
    assert json.loads(dumps(value), parse_float=Decimal, parse_int=Decimal) == value


@SAME
@given(TEXTS)
def test_equal_leads_make_equal_requests(request_for, as_pairs, field, value):
    for kind in ("json", "form", "xml"):
        body = m.Body(kind, as_pairs({"L.a": field("a"), "L.b": "x"}))
        assert request_for({"a": value}, body=body) == request_for({"a": value}, body=body)
