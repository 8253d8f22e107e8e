"""Escapes are those of the standard library, found in a shorter way."""

from __future__ import annotations

from urllib.parse import quote, quote_plus
from xml.sax.saxutils import unescape

from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.texts.escapes import form_quote, url_quote, xml_quote

TEXTS = st.text() | st.text(st.characters(max_codepoint=127))


@given(TEXTS)
def test_forms_and_urls(text: str) -> None:
    assert form_quote(text) == quote_plus(text, errors="replace")
    assert url_quote(text) == quote(text, safe="", errors="replace")


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_xml(text: str) -> None:
    written = xml_quote(text)
    assert unescape(written, {"&quot;": '"', "&#39;": "'"}) == text
    assert not set(written) & set("<>\"'")
