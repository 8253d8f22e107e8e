"""Common tags are read at once; the tree is the one that the standard parser gives."""

from __future__ import annotations

import re
from typing import Any
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.response import html
from leadflow_engine.response.html import Element, read_html

PIECES = st.sampled_from(
    [
        *(
            '<INPUT id="a" NAME="b" readonly value="x &amp; y">',
            "<td>",
            "</td>",
            "<br/>",
            "<br >",
            "<p class='c'>",
        ),
        *(
            '<a href="u" href="v">',
            "<b\n  x=1>",
            '<i title="a<b">',
            "<script>",
            "</script>",
            "<title>",
            "</title>",
        ),
        *(
            "<",
            ">",
            "text",
            "&lt;",
            '<q a="',
            "<!-- x -->",
            "<!DOCTYPE html>",
            '<x-y z="1">',
            "<é>",
            '<u a="1"b>',
        ),
    ]
)


def tree(element: Element) -> Any:
    children = [one if isinstance(one, str) else tree(one) for one in element.children]
    return element.tag, element.attributes, children


@given(st.lists(PIECES, max_size=12).map("".join))
def test_the_tree_is_the_standard_parsers(text: str) -> None:
    with patch.object(html, "_START", re.compile("(?!)")):
        expected = tree(read_html(text))
    assert tree(read_html(text)) == expected
