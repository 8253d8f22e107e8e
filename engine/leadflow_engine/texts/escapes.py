"""Escapes: how a text stands within JSON, XML, a form or a url without ever leaving its place.

What a format cannot hold at all (a lone surrogate, a control character in XML) becomes a replacement character.
"""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus

from leadflow_engine.texts.json_text import quoted

_RESERVED = re.compile(r"[^A-Za-z0-9._~-]")
_PERCENT = {chr(code): f"%{code:02X}" for code in range(128)}
_OF_FORMS = {**_PERCENT, " ": "+"}
"""What the standard library makes of ASCII. It asks for every letter, which takes three times as long."""

_XML_MARKS = re.compile("[&<>\"']")
_XML_BAD = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_ESCAPES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "'": "&#39;",
        "\r": "&#13;",
        "\n": "&#10;",
        "\t": "&#9;",
    }
)


def json_quote(text: str) -> str:
    """A text for the inside of a JSON string, without the quotes."""
    return quoted(text)[1:-1]


def xml_quote(text: str) -> str:
    """A text for XML, in elements and attributes alike."""
    if text.isascii() and text.isprintable() and _XML_MARKS.search(text) is None:
        return text
    return _XML_BAD.sub("\ufffd", text).translate(_XML_ESCAPES)


def form_quote(text: str) -> str:
    """A text as forms encode it, a space as ``+``."""
    if text.isascii():
        return _RESERVED.sub(lambda found: _OF_FORMS[found[0]], text)
    return quote_plus(text, errors="replace")


def url_quote(text: str) -> str:
    """A text percent-encoded whole, a slash too."""
    if text.isascii():
        return _RESERVED.sub(lambda found: _PERCENT[found[0]], text)
    return quote(text, safe="", errors="replace")
