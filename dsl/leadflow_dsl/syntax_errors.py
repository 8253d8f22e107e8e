"""What to say where the text does not fit, and how to read on as if it did.

Each function looks at one kind of mistake and gives a ``Mend``: the diagnostic, and what to feed in the place of the
token (nothing: the token is left out). ``None`` means that this is not that mistake; the reader asks in the order
of ``MISTAKES``, the more particular first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from leadflow_dsl.diagnostics import Diagnostic, Edit, Span
from leadflow_dsl.machine import Machine
from leadflow_dsl.rules import syntax as rules
from leadflow_dsl.rules.rule import Rule
from leadflow_dsl.syntax_forms import FORMS, THINGS
from leadflow_dsl.table import END
from leadflow_dsl.tokens import BROKEN_NUMBER, BROKEN_TEXT, STRANGE, Source, Token, next_token


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reader stands: the token that does not fit, its text, and what would.

    ``declares``: inside a field's declaration, which no other may follow on the line.
    """

    source: Source
    machine: Machine
    token: Token
    text: str
    span: Span
    expected: frozenset[str]
    declares: bool = False

    def fits_all(self, terminals: tuple[str, ...]) -> bool:
        """Whether terminals would be shifted one after the other."""
        if len(terminals) < 2:
            return all(self.machine.fits(terminal) for terminal in terminals)
        trial = self.machine.trial(terminals[0])
        return trial is not None and all(trial.fits(terminal) for terminal in terminals[1:])


@dataclass(frozen=True, slots=True)
class Mend:
    """A diagnostic and what to feed instead: readings from the token's start to ``end``, where reading goes on."""

    diagnostic: Diagnostic
    feed: tuple[tuple[str, str], ...]
    end: int


Mistake = Callable[[Place], Mend | None]

_OPERATORS: Final = frozenset({"EQUAL", "PLUS", "AND", "OR"})
_FOREIGN: Final[Mapping[str, str]] = {
    "=": "==",
    "===": "==",
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "!": "not",
    "<>": "!=",
    "=~": "matches",
    "AND": "and",
    "And": "and",
    "OR": "or",
    "Or": "or",
    "NOT": "not",
    "Not": "not",
    "IN": "in",
    "elseif": "else if",
    "elif": "else if",
    "elsif": "else if",
    "unless": "not",
    "contain": "contains",
    "equals": "==",
}
_QUOTES: Final = {"“": "”", "”": "”", "„": "“", "'": "'", "‘": "’", "`": "`", "«": "»"}


_TEXTS: Final = (("STRING", 2), ("LONG_STRING", 6))
_MODIFIERS: Final = "required, default, between, matches, aliases, sensitive, transient"


def _replace(place: Place, text: str) -> tuple[Edit, ...]:
    return (Edit(place.span, text),)


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
        fix = _replace(place, meant[1])
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


_SAMPLES: Final = {
    "DURATION": "1s",
    "CLOCK_RANGE": "08:00-20:00",
    "NUMBER": "0",
    "CLOCK": "08:00",
    "DATE": "2026-01-01",
    "PERCENT": "0%",
}
_CURRENCIES: Final = frozenset("$€£")
_COMPARISONS: Final = frozenset({"EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL"})
_UNIT_WORDS: Final = {
    **dict.fromkeys(("sec", "secs", "second", "seconds", "S"), "s"),
    **dict.fromkeys(("min", "mins", "minute", "minutes", "M"), "m"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours", "H"), "h"),
    **dict.fromkeys(("day", "days", "D"), "d"),
    "msec": "ms",
}


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


def foreign_sign(place: Place) -> Mend | None:
    """``=`` for ``==``, ``&&``, ``AND``, ``elseif``."""
    plain = _FOREIGN.get(place.text)
    if plain is None:
        return None
    terminals = tuple(place.machine.table.keywords[word] for word in plain.split())
    if not place.fits_all(terminals) or (place.text == "!" and not _goes_on(place, terminals[0])):
        return None
    message = (
        f"`{place.text}` is no operator of the language"
        if plain != "else if"
        else f"`{place.text}` is two words"
    )
    following = place.source.text[place.token.end : place.token.end + 1]
    fixed = plain + " " if plain.isidentifier() and following.isalnum() else plain
    found = rules.FOREIGN_SIGN.at(place.span, message, "", f"write `{plain}`", fix=_replace(place, fixed))
    return Mend(found, tuple(zip(terminals, plain.split(), strict=True)), place.token.end)


def _goes_on(place: Place, terminal: str) -> bool:
    """Whether the next token fits after a terminal in the place of this one."""
    trial = place.machine.trial(terminal)
    following, _ = next_token(place.source, place.machine.table, place.token.end)
    return trial is not None and any(trial.fits(reading.terminal) for reading in following.readings)


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


def mapping_sign(place: Place) -> Mend | None:
    """``:`` for ``=`` in a mapping, ``,`` or ``;`` between pairs or statements."""
    if place.text == ":" and "_ASSIGN" in place.expected:
        found = rules.MAPPING_SIGN.at(
            place.span, "a mapping says `name = value`", "", "write `=`", fix=_replace(place, " =")
        )
        return Mend(found, (("_ASSIGN", "="),), place.token.end)
    block = opened(place.machine)
    if (
        place.text in {":", "="}
        and block
        and block[0] == "map"
        and place.machine.entries[-1].symbol == "NAME"
    ):
        message = "a `map` has no sign between a field and where it comes from"
        found = rules.MAPPING_SIGN.at(
            place.span, message, "", f"leave the `{place.text}` out", fix=_replace(place, "")
        )
        return Mend(found, (), place.token.end)
    if place.text not in {",", ";"} or not ({"RBRACE", END} & place.expected):
        return None
    message = "nothing separates pairs and statements but white space"
    found = rules.MAPPING_SIGN.at(
        place.span, message, "", f"leave the `{place.text}` out", fix=_replace(place, "")
    )
    return Mend(found, (), place.token.end)


def odd_character(place: Place) -> Mend | None:
    """A sign that the language does not have at all."""
    if place.token.readings[0].terminal != STRANGE or place.text in "-":
        return None
    shown = place.text if place.text.isprintable() else f"U+{ord(place.text[0]):04X}"
    if place.text in _CURRENCIES and place.source.text[place.token.end : place.token.end + 1].isdigit():
        found = rules.ODD_CHARACTER.at(
            place.span, "money is a plain number", "", f"leave the `{shown}` out", fix=_replace(place, "")
        )
        return Mend(found, (), place.token.end)
    message = f"`{shown}` is no sign of the language"
    return Mend(rules.ODD_CHARACTER.at(place.span, message, "", "remove it"), (), place.token.end)


def swapped_reason(place: Place) -> Mend | None:
    """``because`` after ``accept``, ``else`` after ``reject``."""
    meant = {"because": "else", "else": "because"}.get(place.text)
    if meant is None or meant.upper() not in place.expected:
        return None
    word = statement(place.machine)
    message = f"the reason of `{word}` stands behind `{meant}`"
    found = rules.UNEXPECTED.at(place.span, message, "", f"write `{meant}`", fix=_replace(place, meant))
    return Mend(found, ((meant.upper(), meant),), place.token.end)


def chained(place: Place) -> Mend | None:
    """``18 < age < 65``: reported, and read as two comparisons would be."""
    if place.token.readings[0].terminal not in _COMPARISONS or not ({"AND"} <= place.expected):
        return None
    help = "write `x between 18 and 65`, or two comparisons with `and` between them"
    found = rules.UNEXPECTED.at(place.span, "comparisons do not chain", "", help)
    return Mend(
        found,
        (("AND", "and"), ("NAME", "_"), (place.token.readings[0].terminal, place.text)),
        place.token.end,
    )


def missing_opening(place: Place) -> Mend | None:
    """A block without its ``{``: what stands here would fit in it."""
    trial = place.machine.trial("LBRACE") if "LBRACE" in place.expected else None
    if trial is None or not any(trial.fits(reading.terminal) for reading in place.token.readings):
        return None
    before = place.source.span(place.token.start, place.token.start)
    message = f"expected `{{` before {_shown(place.text)}"
    found = rules.BRACES.at(place.span, message, "", _form(place), fix=(Edit(before, "{ "),))
    return Mend(found, (("LBRACE", "{"),), place.token.start)


def minus(place: Place) -> Mend | None:
    """A minus without white space after it, between two values."""
    if not (place.text.startswith("-") and "MINUS" in place.expected):
        return None
    help = "a minus between two values has white space on both sides; a sign has none after it"
    found = rules.UNEXPECTED.at(place.span, "a minus between two values", "", help, fix=_replace(place, "- "))
    return Mend(found, (("MINUS", "-"),), place.token.start + 1)


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


def misspelt(place: Place) -> Mend | None:
    """A word near to a keyword that may stand here: ``accept wen``."""
    words = {text: name for text, name in place.machine.table.keywords.items() if name in place.expected}
    if not place.text.isidentifier() or place.text in FORMS:
        return None  # a statement of another block is no slip of the pen
    near = get_close_matches(place.text.lower(), [word for word in words if word.isidentifier()], 3, 0.65)
    if not near:
        return None
    return Mend(_did_you_mean(place, near), ((words[near[0]], near[0]),), place.token.end)


def _did_you_mean(place: Place, near: list[str]) -> Diagnostic:
    certain = _replace(place, near[0]) if len(near) == 1 else ()
    asked = " or ".join(f"`{word}`" for word in near)
    rule, message = _unknown(place)
    return rule.at(place.span, message, "", (f"did you mean {asked}?", *_form(place)), fix=certain)


def wrong_word(place: Place) -> Mend | None:
    """One keyword stands here and no other thing, and what follows fits after it: ``cap 100 a day``."""
    keyword = _only(place)
    if keyword is None or place.text in {"{", "}"}:
        return None
    trial = place.machine.trial(keyword[0])
    if trial is None:
        return None
    found = rules.UNEXPECTED.at(
        place.span,
        f"expected `{keyword[1]}`, found {_shown(place.text)}",
        "",
        _form(place),
    )
    if any(trial.fits(reading.terminal) for reading in place.token.readings):
        before = place.source.span(place.token.start, place.token.start)
        missing = rules.UNEXPECTED.at(
            place.span,
            f"expected `{keyword[1]}` before {_shown(place.text)}",
            "",
            _form(place),
            fix=(Edit(before, keyword[1] + " "),),
        )
        return Mend(missing, (keyword,), place.token.start)
    return Mend(found, (keyword,), place.token.end) if _goes_on(place, keyword[0]) else None


def _only(place: Place) -> tuple[str, str] | None:
    """The terminal and the text of the one keyword or sign that may stand here."""
    if len(place.expected) != 1:
        return None
    (terminal,) = place.expected
    return next(
        ((name, text) for text, name in place.machine.table.keywords.items() if name == terminal), None
    )


MISTAKES: Final[tuple[Mistake, ...]] = (
    broken_text,
    broken_number,
    thousands,
    quotes,
    spaced_unit,
    foreign_sign,
    mapping_sign,
    minus,
    regex,
    odd_character,
    swapped_reason,
    chained,
    missing_opening,
    misspelt,
    wrong_word,
)


def unexpected(place: Place) -> Diagnostic:
    """The plain message: what was found, what could stand here, the statement's form."""
    rule, message = _unknown(place)
    if rule is rules.DECLARATION_LINE:
        help = (f"the modifiers are {_MODIFIERS}", "a further field begins a further line")
        return rule.at(place.span, message, "", help)
    own_line = rule is rules.UNKNOWN_STATEMENT
    return rule.at(
        place.span, message, "", _statements(place) if own_line else _form(place) or _choices(place)
    )


def _unknown(place: Place) -> tuple[Rule, str]:
    block = opened(place.machine)
    if place.text in {"flow", "library"} and not block:
        return rules.ORDER, "a file has one `flow` or `library`, at its beginning"
    if place.declares and place.text.isidentifier():
        return rules.DECLARATION_LINE, f"`{place.text}` is no modifier of a field"
    if place.token.begins_line and "RBRACE" in place.expected and place.text.isidentifier() and block:
        return rules.UNKNOWN_STATEMENT, f"`{place.text}` is no statement of `{block[0]}`"
    if block is None and END in place.expected and place.text.isidentifier():
        return rules.UNKNOWN_STATEMENT, f"`{place.text}` is no declaration of a flow"
    expected = describe(place)
    if expected:
        return rules.UNEXPECTED, f"expected {expected}, found {_shown(place.text)}"
    return rules.UNEXPECTED, f"{_shown(place.text)} does not belong here"


def describe(place: Place) -> str:
    """What may stand at a place, in words; empty where it is too much to say."""
    expected = place.expected
    if {"NAME", "LPAR", "NUMBER", "STRING"} <= expected:
        return "a value"
    if expected & _OPERATORS:
        return "an operator or the next word of the statement"
    keywords = {name: text for text, name in place.machine.table.keywords.items()}
    hidden = {"LONG_STRING"} if "STRING" in expected else set()
    things = [THINGS[name] for name in THINGS if name in expected and name not in hidden]
    words = sorted(f"`{keywords[name]}`" for name in expected if name in keywords)
    shown = [*things, *words]
    return " or ".join(", ".join(shown).rsplit(", ", 1)) if len(shown) <= 8 else ""


def _choices(place: Place) -> tuple[str, ...]:
    if {"NAME", "LPAR"} <= place.expected or place.expected & _OPERATORS:
        return ()
    keywords = place.machine.table.keywords
    words = sorted(text for text, name in keywords.items() if name in place.expected and text.isidentifier())
    return (f"here may stand: {', '.join(words)}",) if 0 < len(words) <= 60 else ()


def _statements(place: Place) -> tuple[str, ...]:
    """The statements that this block has."""
    keywords = place.machine.table.keywords
    words = [word for word in FORMS if keywords[word] in place.expected]
    return (f"here may stand: {', '.join(words)}",) if words else ()


def _shown(text: str) -> str:
    if not text:
        return "the end of the file"
    return f"`{text if len(text) <= 40 else text[:37] + '...'}`"


def _form(place: Place) -> tuple[str, ...]:
    word = statement(place.machine)
    return (f"the form is: {FORMS[word]}",) if word in FORMS else ()


def statement(machine: Machine) -> str:
    """The keyword that opened the statement that is being read, or an empty text."""
    words = set(machine.table.keywords.values())
    opening = ""
    for entry in reversed(machine.entries):
        if entry.symbol == "LBRACE" or entry.symbol.startswith("__") or entry.symbol.endswith("_items"):
            break
        if entry.symbol in words and entry.symbol.isidentifier() and hasattr(entry.value, "text"):
            opening = entry.value.text if entry.value.text.isidentifier() else opening
    return opening


def opened(machine: Machine) -> tuple[str, int, int] | None:
    """The innermost open block: its opening word, the height of the stack in it, and the offset of its brace."""
    index = _innermost(machine)
    if index is None:
        return None
    header = Machine(machine.table, machine.build, machine.states[: index + 1], machine.entries[:index])
    return statement(header) or "block", index + 2, machine.entries[index].start


def _innermost(machine: Machine) -> int | None:
    """The entry of the innermost open brace. A closed block may still lie on the stack, brace and all."""
    closed = 0
    for index in range(len(machine.entries) - 1, -1, -1):
        symbol = machine.entries[index].symbol
        if symbol == "LBRACE" and closed == 0:
            return index
        closed += {"RBRACE": 1, "LBRACE": -1}.get(symbol, 0)
    return None
