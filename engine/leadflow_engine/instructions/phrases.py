"""Sentences in which names stay apart from words, so that every way of showing them can mark them its own way."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from leadflow_engine.texts.counted import counted


@dataclass(frozen=True, slots=True)
class Name:
    """A name, a value or a path as it is written: set in the type of code."""

    text: str


Phrase: TypeAlias = tuple[str | Name, ...]
"""Words and names in order. What stands in them came from a flow's author: it is text, never markup."""


def say(*parts: str | Name | Phrase) -> Phrase:
    """One phrase of its parts."""
    found: list[str | Name] = []
    for part in parts:
        found.extend(part) if isinstance(part, tuple) else found.append(part)
    return tuple(piece for piece in found if piece != "")


def joined(phrases: Sequence[Phrase], between: str = ", ", last: str = "") -> Phrase:
    """Phrases in a row: ``a, b or c`` where ``last`` is `` or ``."""
    found: Phrase = ()
    for place, phrase in enumerate(phrases):
        mark = "" if not place else last if last and place == len(phrases) - 1 else between
        found = say(found, mark, phrase)
    return found


def plain(phrase: Phrase) -> str:
    """A phrase as text."""
    return "".join(piece.text if isinstance(piece, Name) else piece for piece in phrase)


def lasting(length: datetime.timedelta) -> str:
    """A duration in words: ``30 days``, ``1 hour 30 minutes``, ``750 milliseconds``."""
    left = length // datetime.timedelta(milliseconds=1)
    words = []
    for unit, size in (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1_000)):
        number, left = divmod(left, size)
        words += [counted(number, unit)] if number else []
    words += [counted(left, "millisecond")] if left else []
    return " ".join(words) or "no time"


def any_of(words: list[str], last: str = "or") -> str:
    """``a, b or c``."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def period(text: str) -> str:
    """The window of a cap as it is said behind a number: ``per day``, ``in total``, ``per 15m``."""
    return "in total" if text == "total" else f"per {text}"
