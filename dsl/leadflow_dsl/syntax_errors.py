"""What to say where the text does not fit, and how to read on as if it did.

Each function looks at one kind of mistake and gives a ``Mend``: the diagnostic, and what to feed in the place of the
token (nothing: the token is left out). ``None`` means that this is not that mistake; the reader asks in the order
of ``MISTAKES``, the more particular first.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from leadflow_dsl.diagnostics import Diagnostic, Edit
from leadflow_dsl.rules import syntax as rules
from leadflow_dsl.syntax_forms import FORMS
from leadflow_dsl.syntax_habits import HABITS
from leadflow_dsl.syntax_literals import (
    broken_number,
    broken_text,
    comma_in_number,
    comment,
    days,
    odd_character,
    quotes,
    regex,
    spaced_unit,
)
from leadflow_dsl.syntax_places import (
    OPERATORS,
    Mend,
    Mistake,
    Place,
    choices,
    form,
    form_of,
    goes_on,
    opened,
    replaced,
    shown,
    statement,
    statements,
    unknown,
)
from leadflow_dsl.table import END, load
from leadflow_dsl.tokens import next_token, source

_FOREIGN: Final[Mapping[str, str]] = {
    "=": "==",
    "===": "==",
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "!": "not",
    "<>": "!=",
    "!==": "!=",
    "=>": ">=",
    "=<": "<=",
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
    "startswith": "starts with",
    "startsWith": "starts with",
    "starts_with": "starts with",
    "endswith": "ends with",
    "endsWith": "ends with",
    "ends_with": "ends with",
    **dict.fromkeys(("null", "NULL", "nil", "none", "None", "empty", "missing"), "blank"),
}


_IS_NOT: Final = {"else if": "two words", "blank": "no word of the language"}


_MODIFIERS: Final = "required, default, between, matches, aliases, sensitive, transient"


_COMPARISONS: Final = frozenset({"EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL"})


def foreign_sign(place: Place) -> Mend | None:
    """``=`` for ``==``, ``&&``, ``AND``, ``elseif``."""
    plain = _FOREIGN.get(place.text)
    if plain is None:
        return None
    terminals = tuple(place.machine.table.keywords[word] for word in plain.split())
    if not place.fits_all(terminals) or (place.text == "!" and not goes_on(place, terminals[0])):
        return None
    message = f"`{place.text}` is {_IS_NOT.get(plain, 'no operator of the language')}"
    following = place.source.text[place.token.end : place.token.end + 1]
    fixed = plain + " " if plain.isidentifier() and following.isalnum() else plain
    found = rules.FOREIGN_SIGN.at(place.span, message, "", f"write `{plain}`", fix=replaced(place, fixed))
    return Mend(found, tuple(zip(terminals, plain.split(), strict=True)), place.token.end)


def missing_condition(place: Place) -> Mend | None:
    """``accept when else "..."``: a reason without the condition."""
    if place.text not in _REASONS or not place.machine.entries or place.machine.entries[-1].symbol != "WHEN":
        return None
    message = f"the condition is missing between `when` and `{place.text}`"
    found = rules.UNEXPECTED.at(place.span, message, "", form(place))
    return Mend(found, (("NAME", "_"),), place.token.start)


def missing_comma(place: Place) -> Mend | None:
    """``[IL WI]``: values of a list without a comma between them."""
    trial = place.machine.trial("COMMA") if {"COMMA", "RSQB"} <= place.expected else None
    if trial is None or not any(trial.fits(reading.terminal) for reading in place.token.readings):
        return None
    end = place.machine.entries[-1].end
    between = place.source.span(end, end)
    message = f"expected `,` before {shown(place.text)}"
    fix = (Edit(between, ","),)
    found = rules.UNEXPECTED.at(place.span, message, "", "values in a list have commas between them", fix=fix)
    return Mend(found, (("COMMA", ","),), place.token.start)


def bare_list(place: Place) -> Mend | None:
    """``state in CA, TX``: a list without its brackets."""
    if place.text != "," or "AND" not in place.expected or statement(place.machine) not in _CONDITIONS:
        return None
    text = place.source.text
    rest = re.compile(r"[^\n}]*?(?=\s(?:else|because)\b|[\n}]|\Z)").match(text, place.token.start)
    end = rest.end() if rest else place.token.end
    help = "write `in [CA, TX]`"
    found = rules.UNEXPECTED.at(place.span, "a list of values stands in brackets", "", help)
    return Mend(found, (), max(end, place.token.end))


def mapping_sign(place: Place) -> Mend | None:
    """``:`` for ``=`` in a mapping, ``,`` or ``;`` between pairs or statements."""
    if place.text in {":", "=>"} and "_ASSIGN" in place.expected:
        found = rules.MAPPING_SIGN.at(
            place.span, "a mapping says `name = value`", "", "write `=`", fix=replaced(place, " =")
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
            place.span, message, "", f"leave the `{place.text}` out", fix=replaced(place, "")
        )
        return Mend(found, (), place.token.end)
    if place.text not in {",", ";"} or not ({"RBRACE", END} & place.expected):
        return None
    message = "nothing separates pairs and statements but white space"
    found = rules.MAPPING_SIGN.at(
        place.span, message, "", f"leave the `{place.text}` out", fix=replaced(place, "")
    )
    return Mend(found, (), place.token.end)


def swapped_reason(place: Place) -> Mend | None:
    """``because`` after ``accept``, ``else`` after ``reject``."""
    meant = {"because": "else", "else": "because"}.get(place.text)
    if meant is None or meant.upper() not in place.expected:
        return None
    word = statement(place.machine)
    message = f"the reason of `{word}` stands behind `{meant}`"
    found = rules.UNEXPECTED.at(place.span, message, "", f"write `{meant}`", fix=replaced(place, meant))
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
    """A block without its ``{``: what stands here would fit in it, and its ``}`` is there."""
    trial = place.machine.trial("LBRACE") if "LBRACE" in place.expected else None
    if trial is None or place.token.readings[-1].terminal != "NAME" or not _brace_to_spare(place):
        return None
    if not any(trial.fits(reading.terminal) for reading in place.token.readings):
        return None
    before = place.source.span(place.token.start, place.token.start)
    message = f"expected `{{` before {shown(place.text)}"
    found = rules.BRACES.at(place.span, message, "", form(place), fix=(Edit(before, "{ "),))
    return Mend(found, (("LBRACE", "{"),), place.token.start)


def _brace_to_spare(place: Place) -> bool:
    """Whether the rest of the file closes more blocks than are open."""
    balance = sum(entry.symbol == "LBRACE" for entry in place.machine.entries)
    balance -= sum(entry.symbol == "RBRACE" for entry in place.machine.entries)
    braces = _braces(place.source.text)
    first = bisect_left(braces, (place.token.start, -1))
    return balance + sum(sign for _, sign in braces[first:]) < 0


_SIGNS: Final = {"LBRACE": 1, "RBRACE": -1}


@lru_cache(maxsize=1)
def _braces(text: str) -> tuple[tuple[int, int], ...]:
    """Where a text has braces: 1 for one that opens, -1 for one that closes. Every mistake in it asks for them."""
    whole, table, position = source("", text), load(), 0
    found: list[tuple[int, int]] = []
    while True:
        token, _ = next_token(whole, table, position)
        if token.readings[0].terminal == END:
            return tuple(found)
        if token.readings[0].terminal in _SIGNS:
            found.append((token.start, _SIGNS[token.readings[0].terminal]))
        position = token.end


def missing_name(place: Place) -> Mend | None:
    """``buyer {``: a block without a name."""
    trial = place.machine.trial("NAME") if place.text == "{" and "NAME" in place.expected else None
    if trial is None or not trial.fits("LBRACE"):
        return None
    found = rules.UNEXPECTED.at(place.span, "expected a name before `{`", "", form(place))
    return Mend(found, (("NAME", "_"),), place.token.start)


def hyphen(place: Place) -> Mend | None:
    """``zip-code``: a name has no hyphen; as a mapping's key it stands in quotes."""
    last = place.machine.entries[-1] if place.machine.entries else None
    if last is None or last.symbol not in {"NAME", "name_segment"} or last.end != place.token.start:
        return None
    word = re.compile(r"[\w-]+").match(place.source.text, last.start)
    if place.text[0] != "-" or word is None or word.end() <= place.token.end - 1 or "MINUS" in place.expected:
        return None
    below = len(place.machine.states) - 1
    quoted = "_ASSIGN" in place.expected and place.machine.fits("STRING", below)
    if not quoted and not place.machine.fits("NAME", below):
        return None
    meant = f'"{word.group()}"' if quoted else word.group().replace("-", "_").lower()
    span = place.source.span(*word.span())
    message = "a name has no hyphen" + ("; a key that has one stands in quotes" if quoted else "")
    found = rules.UNEXPECTED.at(span, message, "", f"write `{meant}`", fix=(Edit(span, meant),))
    return Mend(found, (("STRING" if quoted else "NAME", meant),), word.end(), drop=1)


def unquoted(place: Place) -> Mend | None:
    """``header Content-Type``: a text without its quotes."""
    word = re.compile(r"[A-Za-z][\w./-]*").match(place.source.text, place.token.start)
    if "STRING" not in place.expected or "NAME" in place.expected or word is None or place.token.begins_line:
        return None
    if not goes_on(place, "STRING", word.end()):
        return None
    span, meant = place.source.span(*word.span()), f'"{word.group()}"'
    found = rules.UNEXPECTED.at(
        span, "a text stands in quotes", "", f"write `{meant}`", fix=(Edit(span, meant),)
    )
    return Mend(found, (("STRING", meant),), word.end())


def minus(place: Place) -> Mend | None:
    """A minus without white space after it, between two values."""
    if not (place.text.startswith("-") and "MINUS" in place.expected):
        return None
    help = "a minus between two values has white space on both sides; a sign has none after it"
    found = rules.UNEXPECTED.at(place.span, "a minus between two values", "", help, fix=replaced(place, "- "))
    return Mend(found, (("MINUS", "-"),), place.token.start + 1)


def misspelt(place: Place) -> Mend | None:
    """A word near to a keyword that may stand here: ``accept wen``."""
    words = {text: name for text, name in place.machine.table.keywords.items() if name in place.expected}
    if not place.text.isidentifier():
        return None
    cutoff = 0.75 if OPERATORS & place.expected else 0.65
    if place.text in FORMS:
        cutoff = (
            0.85  # a statement of another block is no slip of the pen, unless the two are all but one word
        )
    near = get_close_matches(place.text.lower(), [word for word in words if word.isidentifier()], 3, cutoff)
    if not near:
        return None
    return Mend(_did_you_mean(place, near), ((words[near[0]], near[0]),), place.token.end)


def _did_you_mean(place: Place, near: list[str]) -> Diagnostic:
    certain = replaced(place, near[0]) if len(near) == 1 else ()
    asked = " or ".join(f"`{word}`" for word in near)
    rule, message = unknown(place)
    shown = form_of(place, near[0]) if rule is rules.UNKNOWN_STATEMENT else form(place)
    return rule.at(place.span, message, "", (f"did you mean {asked}?", *shown), fix=certain)


def wrong_word(place: Place) -> Mend | None:
    """One keyword stands here and no other thing, and what follows fits after it: ``cap 100 a day``."""
    keyword = _only(place)
    if keyword is None or place.text in {"{", "}"} or keyword[1] in "([" or place.token.begins_line:
        return None
    trial = place.machine.trial(keyword[0])
    if trial is None:
        return None
    found = rules.UNEXPECTED.at(
        place.span,
        f"expected `{keyword[1]}`, found {shown(place.text)}",
        "",
        form(place),
    )
    if place.text not in _FOR_ANOTHER and any(
        trial.fits(reading.terminal) for reading in place.token.readings
    ):
        before = place.source.span(place.token.start, place.token.start)
        missing = rules.UNEXPECTED.at(
            place.span,
            f"expected `{keyword[1]}` before {shown(place.text)}",
            "",
            form(place),
            fix=(Edit(before, keyword[1] + " "),),
        )
        return Mend(missing, (keyword,), place.token.start)
    return Mend(found, (keyword,), place.token.end) if goes_on(place, keyword[0]) else None


def _only(place: Place) -> tuple[str, str] | None:
    """The terminal and the text of the one keyword or sign that may stand here."""
    if len(place.expected) != 1:
        return None
    (terminal,) = place.expected
    return next(
        ((name, text) for text, name in place.machine.table.keywords.items() if name == terminal), None
    )


_REASONS: Final = frozenset({"else", "because"})
_CONDITIONS: Final = frozenset(
    "accept reject if when add subtract assert accepted duplicate rejected error retry pending".split()
)
# Words that are written for another word, not before a word that is missing.
_FOR_ANOTHER: Final = frozenset({"if", "where", "unless", "whenever", "a", "an", "each", "every", "/"})

MISTAKES: Final[tuple[Mistake, ...]] = (
    comment,
    broken_text,
    *HABITS,
    broken_number,
    comma_in_number,
    days,
    missing_condition,
    missing_comma,
    quotes,
    spaced_unit,
    foreign_sign,
    bare_list,
    mapping_sign,
    minus,
    regex,
    odd_character,
    swapped_reason,
    chained,
    missing_opening,
    missing_name,
    hyphen,
    misspelt,
    unquoted,
    wrong_word,
)


def unexpected(place: Place) -> Diagnostic:
    """The plain message: what was found, what could stand here, the statement's form."""
    rule, message = unknown(place)
    if rule is rules.DECLARATION_LINE:
        help = (f"the modifiers are {_MODIFIERS}", "a further field begins a further line")
        return rule.at(place.span, message, "", help)
    own_line = rule is rules.UNKNOWN_STATEMENT
    return rule.at(place.span, message, "", statements(place) if own_line else form(place) or choices(place))
