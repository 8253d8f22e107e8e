"""Did you mean ...?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

from leadflow_dsl.diagnostics import Edit, Span
from leadflow_dsl.meaning.draft import Draft, Symbol
from leadflow_dsl.types import described

SHORTEST_SLIP: Final = 5
"""Letters of a word from which a letter that is missing, too many or misplaced makes no other word."""
SHORTEST_WRONG_LETTER: Final = 8
"""The same for a letter that is another one."""


def nearest(word: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known words that look most like ``word``, best first; none where nothing is near."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), list(by_lower), n=count, cutoff=0.65)
    return [by_lower[name] for name in found]


def did_you_mean(word: str, known: Iterable[str], draft: Draft | None = None) -> tuple[str, ...]:
    """The question as a help line; nothing where nothing is near."""
    names = nearest(word, known)
    if not names:
        return ()
    return (f"did you mean {' or '.join(_named(name, draft) for name in names)}?",)


def slip(word: str, span: Span, known: Iterable[str]) -> tuple[Edit, ...]:
    """The repair of a word that can only be a slip of the pen; nothing where that is not certain.

    One known word is near and no other, a single letter is missing, too many or wrong, or two stand in each other's
    place, and the word is long enough for that to be no other word: ``date`` for ``rate`` is a question, not a slip.
    Digits are never a slip: ``phone_2`` is another field than ``phone_1``. ``span`` is where the word stands, plain.
    """
    near = nearest(word, known)
    if len(near) != 1 or span.end - span.start != len(word) or not _is_slip(word.lower(), near[0].lower()):
        return ()
    return (Edit(span, near[0]),)


def _is_slip(word: str, meant: str) -> bool:
    start = _alike(word, meant)
    end = _alike(word[start:][::-1], meant[start:][::-1])
    wrong, right = word[start : len(word) - end], meant[start : len(meant) - end]
    if any(char.isdigit() for char in wrong + right) or min(len(word), len(meant)) < SHORTEST_SLIP:
        return False
    if len(wrong) == len(right) == 1:
        return len(word) >= SHORTEST_WRONG_LETTER
    return len(wrong) + len(right) <= 1 or (len(wrong) == 2 and wrong == right[::-1])


def _alike(one: str, other: str) -> int:
    """How many letters two words begin with in common."""
    shorter = min(len(one), len(other))
    return next((at for at in range(shorter) if one[at] != other[at]), shorter)


def _named(name: str, draft: Draft | None) -> str:
    symbol = draft.words.get(name) if draft else None
    return f"`{name}`" + (f" ({introduced(symbol)})" if symbol else "")


def introduced(symbol: Symbol) -> str:
    """What a name is and where it stands: ``number, flows/solar.flow:12``."""
    what = described(symbol.type) if symbol.kind == "field" and symbol.type else symbol.kind
    return f"{what}, {symbol.span.file}:{symbol.span.line}"


def listed(names: Iterable[str]) -> str:
    """Names as a message lists them, at most a dozen."""
    known = list(names)
    shown = ", ".join(f"`{name}`" for name in known[:12])
    return shown + (f" and {len(known) - 12} more" if len(known) > 12 else "")
