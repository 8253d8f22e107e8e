"""Mistakes inside a literal: texts, numbers, patterns, and signs that the language does not have."""

from __future__ import annotations

import re
from typing import Final

from leadflow_dsl.diagnostics import Edit
from leadflow_dsl.rules import syntax as rules
from leadflow_dsl.syntax_places import Mend, Place, replaced
from leadflow_dsl.tokens import BROKEN_NUMBER, BROKEN_TEXT, STRANGE, next_token

_QUOTES: Final = {"“": "”", "”": "”", "„": "“", "'": "'", "‘": "’", "`": "`", "«": "»"}


_TEXTS: Final = (("STRING", 2), ("LONG_STRING", 6))


_SAMPLES: Final = {
    "DURATION": "1s",
    "CLOCK_RANGE": "08:00-20:00",
    "NUMBER": "0",
    "CLOCK": "08:00",
    "DATE": "2026-01-01",
    "PERCENT": "0%",
}


_CURRENCIES: Final = frozenset("$€£")


_UNIT_WORDS: Final = {
    **dict.fromkeys(("sec", "secs", "second", "seconds", "S"), "s"),
    **dict.fromkeys(("min", "mins", "minute", "minutes", "M"), "m"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours", "H"), "h"),
    **dict.fromkeys(("day", "days", "D"), "d"),
    "msec": "ms",
}


def broken_text(place: Place) -> Mend | None:
    """A text that does not end on its line, or with an unknown escape."""
    if place.token.readings[0].terminal != BROKEN_TEXT:
        return None
    ended = len(place.text) > 1 and place.text.endswith('"') and not place.text.startswith('"""')
    if ended:
        message, label = "a text with an unknown escape", 'the escapes are \\" \\\\ \\n \\t'
        help = 'write `\\\\` for a backslash, or put the text in `"""..."""`, where nothing is an escape'
    elif place.text.startswith('"""'):
        message, label, help = 'a text in `"""` that does not end', "opened here", 'close it with `"""`'
    else:
        message, label = "a text that does not end on its line", 'no closing `"`'
        help = 'close it with `"`; text over several lines stands in `"""..."""`'
    feed = next((((kind, '"' * size),) for kind, size in _TEXTS if kind in place.expected), ())
    return Mend(rules.BROKEN_TEXT.at(place.span, message, label, help), feed, place.token.end)


def broken_number(place: Place) -> Mend | None:
    """Digits that are no number, time, date or duration."""
    if place.token.readings[0].terminal != BROKEN_NUMBER:
        return None
    meant = _meant_number(place.text)
    message = f"`{place.text}` is no number, time or date"
    if meant and meant[0] in place.expected:
        fix = replaced(place, meant[1])
        found = rules.BROKEN_NUMBER.at(place.span, message, "", f"write `{meant[1]}`", fix=fix)
        return Mend(found, (meant,), place.token.end)
    help = "numbers are plain decimals (`0.5`, `1000`); durations `5s`, times `08:00`, days `2026-12-24`"
    feed = next(((name, _SAMPLES[name]) for name in _SAMPLES if name in place.expected), None)
    return Mend(
        rules.BROKEN_NUMBER.at(place.span, message, "", help), (feed,) if feed else (), place.token.end
    )


def _meant_number(text: str) -> tuple[str, str] | None:
    """What a broken number was surely meant to be: ``8:00`` without its nought, ``5seconds``."""
    if times := re.fullmatch(r"(\d{1,2}):(\d\d)(?:-(\d{1,2}):(\d\d))?", text):
        first, minute, last, end = times.groups()
        if last is None:
            return "CLOCK", f"{first:0>2}:{minute}"
        return "CLOCK_RANGE", f"{first:0>2}:{minute}-{last:0>2}:{end}"
    amount, unit = re.fullmatch(r"([\d.]*)(.*)", text).groups()  # type: ignore[union-attr]  # matches every text
    return ("DURATION", amount + _UNIT_WORDS[unit]) if unit in _UNIT_WORDS else None


def thousands(place: Place) -> Mend | None:
    """``1,000``: a separator in a number, which would otherwise be a list of two."""
    text, start = place.source.text, place.token.start
    digits = text[start + 1 : start + 4]
    before = text[start - 1 : start].isdigit()
    if (
        not (text[start] == "," and before and len(digits) == 3 and digits.isdigit())
        or "COMMA" in place.expected
    ):
        return None
    end = start + 4
    span = place.source.span(start, end)
    fix = (Edit(place.source.span(start, start + 1), ""),)
    message = "a number has no separator of thousands"
    return Mend(rules.BROKEN_NUMBER.at(span, message, "", "leave the comma out", fix=fix), (), end)


def quotes(place: Place) -> Mend | None:
    """Curly or single quotes around a text."""
    closing = _QUOTES.get(place.text[:1])
    if closing is None or place.token.readings[0].terminal != STRANGE:
        return None
    text = place.source.text
    line_end = text.find("\n", place.token.start)
    found = text.find(closing, place.token.start + 1, line_end if line_end >= 0 else len(text))
    if found < 0:
        return None
    span = place.source.span(place.token.start, found + 1)
    inner = text[place.token.start + 1 : found]
    plain = '"' + inner.replace("\\", "\\\\").replace('"', '\\"') + '"'
    message = f"a text stands in plain double quotes, not in {place.text[0]}...{closing}"
    diagnostic = rules.ODD_CHARACTER.at(span, message, "", f"write {plain}", fix=(Edit(span, plain),))
    return Mend(diagnostic, (("STRING", plain),) if "STRING" in place.expected else (), found + 1)


def spaced_unit(place: Place) -> Mend | None:
    """``30 days``, ``5 s``: a duration is one word."""
    if "DURATION" not in place.expected or place.token.readings[0].terminal != "NUMBER":
        return None
    table, text = place.machine.table, place.source.text
    unit, _ = next_token(place.source, table, place.token.end)
    word = text[unit.start : unit.end]
    short = _UNIT_WORDS.get(word, word if word in _UNIT_WORDS.values() else "")
    if not short or unit.begins_line:
        return None
    span = place.source.span(place.token.start, unit.end)
    plain = place.text + short
    found = rules.BROKEN_NUMBER.at(
        span, "a duration is one word", "", f"write `{plain}`", fix=(Edit(span, plain),)
    )
    return Mend(found, (("DURATION", plain),), unit.end)


def regex(place: Place) -> Mend | None:
    """A pattern that does not end on its line."""
    if place.text != "/" or "REGEX" not in place.expected:
        return None
    text, start = place.source.text, place.token.start
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    found = rules.BROKEN_REGEX.at(
        place.source.span(start, end),
        "a regular expression that does not end on its line",
        "",
        "close it with `/`; a slash inside is `\\/`",
    )
    return Mend(found, (("REGEX", "/x/"),), end)


def odd_character(place: Place) -> Mend | None:
    """A sign that the language does not have at all."""
    if place.token.readings[0].terminal != STRANGE or place.text in "-":
        return None
    shown = place.text if place.text.isprintable() else f"U+{ord(place.text[0]):04X}"
    if place.text in _CURRENCIES and place.source.text[place.token.end : place.token.end + 1].isdigit():
        found = rules.ODD_CHARACTER.at(
            place.span, "money is a plain number", "", f"leave the `{shown}` out", fix=replaced(place, "")
        )
        return Mend(found, (), place.token.end)
    message = f"`{shown}` is no sign of the language"
    return Mend(rules.ODD_CHARACTER.at(place.span, message, "", "remove it"), (), place.token.end)
