"""Places that are none: as other languages write them (``${phone}``), or in a text that holds no places. The letters
would be taken as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.names import field_of_alias, known
from leadflow_dsl.meaning.scope import Scope

_NAME: Final = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_BRACES: Final = re.compile(
    rf"[$#]\{{\s*(?P<dollar>{_NAME})\s*\}}|%\(\s*(?P<percent>{_NAME})\s*\)s?"
    rf"|(?<![\\{{$#%\w])\{{\s*(?P<single>{_NAME})\s*\}}(?!\}})"
)
_ANGLES: Final = re.compile(rf"<(?P<angle>{_NAME})>")
_COLON: Final = re.compile(rf"(?<=[/=]):(?P<colon>{_NAME})(?=[/?#&]|\Z)")
_PLACE: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_WORDS: Final = re.compile(r"(?<![\w.\"'])[A-Za-z_]\w*")
_OWN: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def foreign_places(draft: Draft, text: str, template: bool = False) -> Iterator[tuple[int, int, str]]:
    """Where a text has such a place, and the name that it means.

    Told is only what names a field or an alias. Angle brackets may be markup, so they count only where nothing closes
    them, and in no template; ``/:name`` counts in URLs.
    """
    plain = _OWN.sub(lambda found: " " * len(found[0]), text)
    patterns = [_BRACES]
    if not template and "</" not in plain and "/>" not in plain:
        patterns.append(_ANGLES)
    if re.match(r"[a-z]+://", plain):
        patterns.append(_COLON)
    for pattern in patterns:
        for found in pattern.finditer(plain):
            name = _meant(draft, next(word for word in found.groups() if word))
            if name:
                yield found.start(), found.end(), name


def idle_places(draft: Draft, text: str) -> Iterator[tuple[int, int]]:
    """Where ``{{ ... }}`` stands with a word that is known, in a text that is taken as it is written."""
    for found in _PLACE.finditer(text):
        if any(known(draft, Scope(), word) for word in _WORDS.findall(found[1])):
            yield found.start(), found.end()


def _meant(draft: Draft, words: str) -> str:
    """The field, with its part, that the words mean; "" where they mean none."""
    first, _, rest = words.partition(".")
    if first in ("lead", "field", "fields") and rest:
        return _meant(draft, rest)
    symbol = draft.words.get(first)
    field = first if symbol is not None and symbol.kind == "field" else field_of_alias(draft, first)
    return field and (f"{field}.{rest}" if rest else field)
