"""A piece of an answer that people may see: what is personal or secret in it is gone, and it stays on its line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from leadflow_engine.escapes import json_quote, xml_quote

SHORTEST = 3
"""Texts shorter than this are left: a state or an age would blacken half of every answer."""

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def excerpt(body: str, secrets_or_personal: Iterable[str], limit: int = 500) -> str:
    """The beginning of a body, at most ``limit`` characters, with every occurrence of these texts (of three or more
    characters, in any case, also as JSON, XML or a url writes them) as ``***`` and control characters escaped."""
    texts = {form for text in secrets_or_personal if len(text) >= SHORTEST for form in _forms(text)}
    # What stands at the cut must not survive as a half: mask well beyond it, then cut.
    head = body[: limit + max(map(len, texts), default=0)] if limit < len(body) else body
    if texts:
        longest_first = sorted(texts, key=lambda text: (-len(text), text))
        head = re.sub("|".join(map(re.escape, longest_first)), "***", head, flags=re.IGNORECASE)
    shown = _CONTROLS.sub(lambda found: _SHORT.get(found.group(), f"\\u{ord(found.group()):04x}"), head)
    return shown if len(shown) <= limit and len(body) <= limit else shown[: limit - 1] + "…"


def _forms(text: str) -> set[str]:
    digits = re.sub(r"\D", "", text)
    forms = {
        text,
        json_quote(text),
        xml_quote(text),
        quote(text, safe="", errors="replace"),
        quote_plus(text, errors="replace"),
    }
    if (
        len(digits) >= 7 and len(digits) >= len(text) / 2
    ):  # a phone or a number: its digits, and without country code
        forms |= {digits, digits[-10:]}
    return {form for form in forms if len(form) >= SHORTEST}
