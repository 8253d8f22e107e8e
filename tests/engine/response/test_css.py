"""Pieces of HTML by selector."""

from __future__ import annotations

import time

import pytest

from leadflow_engine.response.html import read_html
from leadflow_engine.response.selectors import SelectorError, selector

PAGE = """<!DOCTYPE html><HTML><BODY class="page wide"><h1 id=top>Result: &amp; more</h1>
<TABLE><TR><TD>Code<TD><INPUT readonly ID="code" name='F9errCode' VALUE="0"><TR><TD class="reason big">Not
  <b>bought</b></TABLE><ul><li>one<li>two<li data-x="a,b]">three</ul><p>last<p>of all</BODY>"""


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("h1", "Result: & more"),
        ("#top", "Result: & more"),
        ("#code@value", "0"),
        ("input[name=F9errCode]@VALUE", "0"),
        ("input[name='F9errCode'][readonly]@value", "0"),
        ('input[name^="F9"]@name', "F9errCode"),
        ("[name$=Code]@value", "0"),
        ("td.reason", "Not bought"),
        (".big.reason > b", "bought"),
        ("body.wide td b", "bought"),
        ("li:first-child", "one"),
        ("li:nth-child(2)", "two"),
        ("li:last-child", "three"),
        ("li + li", "two"),
        ("[data-x='a,b]']", "three"),
        ("h2, p", "last"),
        ("p + p", "of all"),
        ("*@class", None),
        ("nope", None),
        ("h1@title", None),
        ("li[data-x~=zzz]", None),
    ],
)
def test_a_selector(source, text):
    assert selector(source).first(read_html(PAGE)) == text


@pytest.mark.parametrize("source", ["", "a >", "> a", "a[", "a:hover", "a,,b", "a b!", "a ~ b", "#", "a@"])
def test_what_is_no_selector(source):
    with pytest.raises(SelectorError):
        selector(source)


@pytest.mark.parametrize(
    "page", ["<a>" * 20_000, "<" * 1000, "<!" * 1000, "<p>" * 5_000 + "x", "<![CDATA[", "</p></p>", ""]
)
def test_broken_pages_are_read_as_far_as_they_go(page):
    start = time.process_time()
    for source in ("b, p > i", "b p a a a a", "b + p"):
        selector(source).first(read_html(page))
    assert time.process_time() - start < 2.0
