"""From bytes' text to a tree: kinds, sniffing, the XML rule, and hostile bodies."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from leadflow_engine.response.decode import decode
from leadflow_engine.texts.xml_tree import xml_tree


@pytest.mark.parametrize(
    ("declared", "content_type", "body", "kind", "readable"),
    [
        ("json", "text/html", '{"a": 1}', "json", True),
        ("json", "", "\ufeff [1]", "json", True),
        ("json", "application/json", "", "text", False),
        ("json", "application/json", "<html>", "text", False),
        ("", "application/json; charset=utf-8", "{}", "json", True),
        ("", "application/problem+json", "{}", "json", True),
        ("", "application/json", "<html>", "text", False),
        ("", "text/plain", '{"a": 1}', "json", True),
        ("", "text/plain", "{a: 1}", "text", True),
        ("", "", "<r><a/></r>", "xml", True),
        ("", "text/html", "<r><a/></r>", "xml", True),
        ("", "text/html", "<html><body><p>x</body></html>", "html", True),
        ("", "text/plain", "OK", "text", True),
        ("", "application/x-www-form-urlencoded", "a=1&b=", "form", True),
        ("query", "text/plain", "a=1&a=2", "form", True),
        ("form", "", "no pairs", "text", False),
        ("xml", "text/xml", "<a><b></a>", "text", False),
        ("xml", "", "  \n<?xml version='1.0' encoding='utf-16'?><a/>", "xml", True),
        ("text", "application/json", "{}", "text", True),
        ("html", "application/json", "<p>", "html", True),
    ],
)
def test_what_a_body_is_read_as(declared, content_type, body, kind, readable):
    decoded = decode(declared, content_type, body)
    assert (decoded.kind, not decoded.problem) == (kind, readable)


@pytest.mark.parametrize(
    ("content_type", "body", "guessed"),
    [
        ("", '{"a": 1,}', True),
        ("text/html", '{"a": 1', True),
        ("", "<r><a>&nbsp;</a></r>", True),
        ("", "<!DOCTYPE r><r/>", True),
        ("text/html", "<br>not sold", False),
        ("", "<!DOCTYPE html><p>x", False),
        ("", "not sold", False),
        ("", '{"a": "two\nlines"}', False),
    ],
)
def test_what_is_broken_is_told_by_what_it_begins_like(content_type, body, guessed):
    assert bool(decode("", content_type, body).guess) is guessed


def test_numbers_are_exact():
    assert decode("json", "", '{"a": 0.1, "b": 12345678901234567890.5}').tree == {
        "a": Decimal("0.1"),
        "b": Decimal("12345678901234567890.5"),
    }


def test_a_form_repeats_as_a_list_and_an_empty_value_is_a_text():
    assert decode("form", "", "a=1&b=x+y%26&a=2&c=").tree == {"a": ["1", "2"], "b": "x y&", "c": ""}


@pytest.mark.parametrize(
    ("xml", "tree"),
    [
        ("<r><a>1</a></r>", {"r": {"a": "1"}}),
        ("<r><a>1</a><a>2</a><a/></r>", {"r": {"a": ["1", "2", None]}}),
        ("<r a='1'/>", {"r": {"@a": "1"}}),
        ("<r a='1'> x </r>", {"r": {"@a": "1", "#text": "x"}}),
        ("<r/>", {"r": None}),
        ("<r> </r>", {"r": None}),
        ("<n:r xmlns:n='u' n:a='1'><n:b>x</n:b></n:r>", {"r": {"@a": "1", "b": "x"}}),
        ("<r xmlns='u'><b><![CDATA[<x>&]]></b></r>", {"r": {"b": "<x>&"}}),
        ("<r>one<b>two</b>three</r>", {"r": {"b": "two", "#text": "onethree"}}),
        (
            "<r xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><s xsi:nil='true'/></r>",
            {"r": {"s": None}},
        ),
        ("<r>caf\u00e9 &amp; &#x1F600;</r>", {"r": "caf\u00e9 & \U0001f600"}),
    ],
)
def test_xml_becomes_the_tree_that_json_would_be(xml, tree):
    assert xml_tree(xml) == tree


HOSTILE = {
    "entity bomb": ("xml", '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><r>&b;</r>'),
    "external entity": ("xml", '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'),
    "a document type": ("xml", '<!DOCTYPE r SYSTEM "http://169.254.169.254/"><r/>'),
    "deep xml": ("xml", "<a>" * 50_000 + "</a>" * 50_000),
    "65 levels of xml": ("xml", "<a>" * 65 + "</a>" * 65),
    "many elements": ("xml", "<r>" + "<a/>" * 20_000 + "</r>"),
    "many attributes": ("xml", "<r " + " ".join(f"a{n}='1'" for n in range(20_000)) + "/>"),
    "deep json": ("json", "[" * 100_000 + "]" * 100_000),
    "65 levels of json": ("json", "[" * 66 + "]" * 66),
    "a name twice": ("json", '{"status": "ok", "status": "fail"}'),
    "NaN": ("json", '{"price": NaN}'),
    "Infinity": ("json", '{"price": -Infinity}'),
    "an endless number": ("json", '{"price": ' + "9" * 5_000 + "}"),
    "a huge exponent": ("json", '{"price": 1e999999}'),
    "two values": ("json", "{}{}"),
    "too long": ("json", '"' + "x" * (1 << 20) + '"'),
    "many pairs": ("form", "a=1&" * 20_000 + "a=1"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_text_soon_and_the_note_says_nothing_of_it(name):
    kind, body = HOSTILE[name]
    start = time.process_time()
    decoded = decode(kind, "", body)
    assert decoded.kind == "text"
    assert decoded.problem
    assert "passwd" not in decoded.problem and "fail" not in decoded.problem
    assert time.process_time() - start < 1.0


def test_64_levels_are_fine():
    assert decode("xml", "", "<a>" * 64 + "</a>" * 64).kind == "xml"
    assert decode("json", "", "[" * 64 + "]" * 64).kind == "json"
