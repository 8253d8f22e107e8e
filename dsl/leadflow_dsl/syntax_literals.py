"""Mistakes inside a literal: texts, numbers, patterns, and signs that the language does not have."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Final

from leadflow_dsl.diagnostics import Edit
from leadflow_dsl.literals import WEEK
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


_WITH_COMMAS: Final = re.compile(r"\d[\d.]*(?:,\d+)+(?:\.\d+)?")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DAY_WORDS: Final = re.compile(r"(?P<first>[A-Za-z]+)(?:\s?[-–]\s?(?P<last>[A-Za-z]+))?(?![\w-])")
_DAYS: Final = {
    **{day: day for day in WEEK},
    "monday": "mon",
    "tues": "tue",
    "tuesday": "tue",
    "wednesday": "wed",
    "thur": "thu",
    "thurs": "thu",
    "thursday": "thu",
    "friday": "fri",
    "saturday": "sat",
    "sunday": "sun",
    "weekdays": "mon-fri",
    "weekend": "sat-sun",
    "weekends": "sat-sun",
    "daily": "mon-sun",
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
    end = place.token.end if ended else _before_brace(place)
    return Mend(rules.BROKEN_TEXT.at(place.span, message, label, help), feed, end)


def _before_brace(place: Place) -> int:
    """Where a text without an end may have ended: before the brace at its line's end, which opens the block."""
    line = place.text.rstrip()
    opens = line.endswith(" {") and "{{" not in line and not line.startswith('"""')
    return place.token.start + len(line) - 1 if opens else place.token.end


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


def comma_in_number(place: Place) -> Mend | None:
    """``12,00``, ``1,200.00``: a comma in a number, which would otherwise be a list of two."""
    entries, text = place.machine.entries, place.source.text
    if place.text != "," or "COMMA" in place.expected or not entries or entries[-1].symbol != "NUMBER":
        return None
    written = _WITH_COMMAS.match(text, entries[-1].start)
    if written is None or written.end() <= place.token.start:
        return None
    thousands = _THOUSANDS.fullmatch(written.group())
    plain = written.group().replace(",", "") if thousands else _decimal(written.group())
    span = place.source.span(*written.span())
    message = "a number has no separator of thousands" if thousands else "a number has a point, not a comma"
    help = f"write `{plain}`" if plain else "write it as a plain decimal such as 1200.00"
    fix = (Edit(span, plain),) if plain else ()
    found = rules.BROKEN_NUMBER.at(span, message, "", help, fix=fix)
    return Mend(found, (("NUMBER", plain or "0"),), written.end(), drop=1)


def _decimal(text: str) -> str:
    """``12,5`` and ``1.200,50`` with a decimal point; empty where it is not certain what was meant."""
    whole, _, places = text.partition(",")
    points = re.fullmatch(r"\d+|\d{1,3}(?:\.\d{3})+", whole)
    return f"{whole.replace('.', '')}.{places}" if points and re.fullmatch(r"\d\d?", places) else ""


def comment(place: Place) -> Mend | None:
    """``// ...``, ``-- ...``, ``/* ... */``: a comment of another language."""
    if place.token.readings[0].terminal != STRANGE or place.text[:2] not in ("//", "--", "/*"):
        return None
    sign = place.text[:2]
    fix = (Edit(place.source.span(place.token.start, place.token.start + 2), "#"),) if sign != "/*" else ()
    found = rules.ODD_CHARACTER.at(
        place.span, f"`{sign}` begins no comment", "", "a comment begins with `#`", fix=fix
    )
    return Mend(found, (), place.token.end)


def days(place: Place) -> Mend | None:
    """``mon-fry``, ``Monday``, ``weekdays``: days in another spelling."""
    written = _DAY_WORDS.match(place.source.text, place.token.start)
    if "DAYS" not in place.expected or written is None or not _day(written["first"], True):
        return None
    parts = [name for name in ("first", "last") if written[name]]
    meant = [_day(written[name], len(parts) == 1) for name in parts]
    wrong = next((index for index, name in enumerate(parts) if written[name].lower() not in _DAYS), None)
    whole = "-".join(meant) if all(meant) else ""
    plain = whole if wrong is None else meant[wrong]
    span = place.source.span(*written.span(0 if wrong is None else parts[wrong]))
    shown = place.source.text[span.start : span.end]
    message = f"`{shown}` is no day" if wrong is not None else f"`{shown}` is not how days are written"
    help = f"write `{plain}`" if plain else f"days are {', '.join(WEEK)}"
    found = rules.UNEXPECTED.at(span, message, "", help, fix=(Edit(span, plain),) if plain else ())
    return Mend(found, (("DAYS", whole or WEEK[0]),), written.end())


def _day(word: str, alone: bool) -> str:
    """The day that a word means (``alone``: or the days): itself, its long form, or what is near; else empty."""
    near = get_close_matches(word.lower(), _DAYS, 1, 0.6)
    meant = _DAYS[near[0]] if near else ""
    return meant if alone or "-" not in meant else ""


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
