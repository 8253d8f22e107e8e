"""Texts for receivers that know ASCII alone: letters lose what stands on them, signs become those of a typewriter."""

from __future__ import annotations

import unicodedata
from typing import Final

_LETTERS: Final = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "ħ": "h", "Ħ": "H",
}  # fmt: skip
_SIGNS: Final = {
    "'": "\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4",
    '"': "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
}
_TABLE: Final = str.maketrans({**_LETTERS, **{old: new for new, olds in _SIGNS.items() for old in olds}})


def plain_letters(text: str) -> str | None:
    """The text in ASCII: ``José “Łuk”`` is ``Jose "Luk"``. What has no such form goes; None where nothing is left."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_TABLE))
    return apart.encode("ascii", "ignore").decode("ascii") or None
