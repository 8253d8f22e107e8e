"""What people write out of habit: forms of other languages that are a little more than one wrong sign."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from leadflow_dsl.diagnostics import Edit
from leadflow_dsl.rules import syntax as rules
from leadflow_dsl.syntax_places import Mend, Mistake, Place, form, replaced, shown, statement
from leadflow_dsl.tokens import BROKEN_NUMBER

_VARIABLE: Final = re.compile(
    r"(?:(?:\$\{|\{\{|\$\(|\{|\$|%)[ \t]*(?:env[.:][ \t]*|secrets\.)?|env[.:][ \t]*|secrets\.)"
    r"(?P<name>[A-Z][A-Z0-9_]*)[ \t]*(?:\}{1,2}|\)|%)?"
)
_REST: Final = re.compile(r"[^\n}#]*")
_ITEM: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|[A-Za-z_]\w*|\d+(?:\.\d+)?')
_RANGE: Final = re.compile(r"(\d+(?:\.\d+)?)(?:-|\.\.\.?)(\d+(?:\.\d+)?)")
_BETWEEN: Final[Mapping[str, tuple[str, str]]] = {"BETWEEN": ("AND", "and"), "LIMITS": ("TO", "to")}


def secret_written(place: Place) -> Mend | None:
    """A secret, or another way to name its variable, where ``env NAME`` belongs."""
    if statement(place.machine) != "auth" or not {"ENV", "NAME"} & place.expected:
        return None
    last = place.machine.entries[-1].symbol
    if last == "ENV" and place.text.startswith('"') and place.text.strip('"').isidentifier():
        meant = place.text.strip('"')
        found = rules.UNEXPECTED.at(
            place.span, "a variable's name has no quotes", "", f"write `{meant}`", fix=replaced(place, meant)
        )
        return Mend(found, (("NAME", meant),), place.token.end)
    if "ENV" not in place.expected or place.token.begins_line:
        return _no_secret(place)
    word = place.text.isidentifier()
    if word and (place.text.isupper() or "STRING" in place.expected):
        return None  # a variable without `env`, a text without quotes
    named = _VARIABLE.match(place.source.text, place.token.start)
    if named and not (place.text.startswith('"')):
        span, meant = place.source.span(*named.span()), f"env {named['name']}"
        message = "a secret is the name of a variable behind `env`"
        found = rules.UNEXPECTED.at(span, message, "", f"write `{meant}`", fix=(Edit(span, meant),))
        return Mend(found, (("ENV", "env"), ("NAME", named["name"])), named.end())
    rest = _REST.match(place.source.text, place.token.start)
    end = max(place.token.end, rest.end() if rest else 0)
    message, help = "a secret does not stand in the flow", "put it into the environment and write `env NAME`"
    found = rules.UNEXPECTED.at(place.span, message, "would be read by everybody", (help, *form(place)))
    return Mend(found, (("ENV", "env"), ("NAME", "NAME")), end)


def _no_secret(place: Place) -> Mend | None:
    """An ``auth`` that ends before its ``env NAME``: what begins the next line is not part of it."""
    if not place.token.begins_line or "ENV" not in place.expected:
        return None
    at = place.machine.entries[-1].end
    message = "expected `env NAME` at the end of this `auth`"
    found = rules.UNEXPECTED.at(place.source.span(max(at - 1, 0), at), message, "", form(place))
    return Mend(found, (("ENV", "env"), ("NAME", "NAME")), place.token.start)


def auth_kind(place: Place) -> Mend | None:
    """``auth token env X``: a kind of auth that there is not."""
    last = place.machine.entries[-1].symbol if place.machine.entries else ""
    if last != "AUTH" or "BEARER" not in place.expected or not place.text.isidentifier():
        return None
    if place.token.begins_line:
        return None
    message = f"there is no `auth {place.text}`"
    help = (
        "kinds are: bearer, basic, header, query, body, hmac, oauth",
        'a header of your own: `auth header "X-Key" env NAME`',
    )
    trial = place.machine.trial("BEARER")
    found = rules.UNEXPECTED.at(place.span, message, "", help)
    return None if trial is None else Mend(found, (("BEARER", "bearer"),), place.token.end)


def round_list(place: Place) -> Mend | None:
    """``in (dog, cat)``: a list in parentheses."""
    entries = place.machine.entries
    if place.text != "," or not entries:
        return None
    at = next((at for at in range(len(entries) - 1, 0, -1) if entries[at].symbol == "LPAR"), 0)
    text, start = place.source.text, entries[at].start
    if not at or not re.search(r"\bin\s*\Z", text[max(0, start - 8) : start]):
        return None
    written = re.compile(r"\(([^()\[\]\n]*)\)").match(text, start)
    items = _items(written[1]) if written else ()
    if written is None or not items:
        return None
    span = place.source.span(*written.span())
    edits = tuple(
        Edit(place.source.span(where, where + 1), sign)
        for where, sign in ((start, "["), (written.end() - 1, "]"))
    )
    message, help = "a list of values stands in brackets", f"write `[{written[1].strip()}]`"
    found = rules.UNEXPECTED.at(span, message, "", help, fix=edits)
    return Mend(found, (("LSQB", "["), *items, ("RSQB", "]")), written.end(), drop=len(entries) - at)


def square_enum(place: Place) -> Mend | None:
    """``enum[dog, cat]``: an enum's words in brackets or braces."""
    last = place.machine.entries[-1].symbol if place.machine.entries else ""
    if last != "ENUM" or place.text not in ("[", "{", "<", ":"):
        return None
    written = re.compile(r"[\[{<:]([^\[\]{}<>()\n]*)[\]}>]?").match(place.source.text, place.token.start)
    items = _items(written[1]) if written else ()
    if written is None or not items or written.group()[-1] not in "]}>":
        return None
    span, meant = place.source.span(*written.span()), f"({written[1].strip()})"
    found = rules.UNEXPECTED.at(
        span, "an enum's words stand in parentheses", "", f"write `enum{meant}`", fix=(Edit(span, meant),)
    )
    return Mend(found, (("LPAR", "("), *items, ("RPAR", ")")), written.end())


def _items(text: str) -> tuple[tuple[str, str], ...]:
    """The words, texts and numbers of a list with commas between them as what the reader takes; empty for others."""
    feed: list[tuple[str, str]] = []
    for piece in text.split(","):
        item = piece.strip()
        if not _ITEM.fullmatch(item):
            return ()
        kind = "STRING" if item[0] == '"' else "NUMBER" if item[0].isdigit() else "NAME"
        feed += [*([("COMMA", ",")] if feed else []), (kind, item)]
    return tuple(feed)


def hyphened_range(place: Place) -> Mend | None:
    """``between 200-400``, ``limits 0-100``."""
    last = place.machine.entries[-1].symbol if place.machine.entries else ""
    joined = _RANGE.match(place.source.text, place.token.start)
    if place.token.readings[0].terminal != BROKEN_NUMBER or last not in _BETWEEN or joined is None:
        return None
    terminal, word = _BETWEEN[last]
    span, meant = place.source.span(*joined.span()), f"{joined[1]} {word} {joined[2]}"
    message = f"the ends of a range have `{word}` between them"
    found = rules.BROKEN_NUMBER.at(span, message, "", f"write `{meant}`", fix=(Edit(span, meant),))
    return Mend(found, (("NUMBER", joined[1]), (terminal, word), ("NUMBER", joined[2])), joined.end())


def if_for_when(place: Place) -> Mend | None:
    """``price 30.00 if hot``: a condition behind a statement stands behind ``when``."""
    if place.text not in ("if", "where", "unless") or "WHEN" not in place.expected or place.token.begins_line:
        return None
    meant = "when not" if place.text == "unless" else "when"
    if place.text == "unless" and not place.fits_all(("WHEN", "NOT")):
        return None
    message = f"a condition stands behind `when`, not behind {shown(place.text)}"
    fix = replaced(place, meant) if place.text != "unless" else ()
    found = rules.UNEXPECTED.at(place.span, message, "", f"write `{meant}`", fix=fix)
    feed = (("WHEN", "when"), ("NOT", "not")) if place.text == "unless" else (("WHEN", "when"),)
    return Mend(found, feed, place.token.end)


def question_mark(place: Place) -> Mend | None:
    """``a ? b : c``."""
    if place.text not in ("?", "??"):
        return None
    rest = _REST.match(place.source.text, place.token.start)
    end = max(place.token.end, rest.end() if rest else 0)
    if place.text == "??":
        help = "write `coalesce(a, b)`: the first that is there"
    elif statement(place.machine) in ("price", "cost", "priority", "weight"):
        help = f"write two lines: `{statement(place.machine)} A when CONDITION`, then `{statement(place.machine)} B`"
    else:
        help = "write `case(CONDITION: A, else B)`"
    found = rules.UNEXPECTED.at(place.span, f"`{place.text}` chooses nothing here", "", help)
    return Mend(found, (), end)


def margin(place: Place) -> Mend | None:
    """``margin 5.00``: a route's least margin."""
    if place.text != "margin" or not place.token.begins_line or not place.fits_all(("MIN", "MARGIN")):
        return None
    found = rules.UNKNOWN_STATEMENT.at(
        place.span, "a route has a least margin", "", "write `min margin`", fix=replaced(place, "min margin")
    )
    return Mend(found, (("MIN", "min"), ("MARGIN", "margin")), place.token.end)


def field_sign(place: Place) -> Mend | None:
    """``pet_name: text``: a sign between a field's name and its type."""
    last = place.machine.entries[-1].symbol if place.machine.entries else ""
    if place.text not in (":", "=", ",") or last != "FIELD_NAME" or "ENUM" not in place.expected:
        return None
    message = "nothing stands between a field's name and its type"
    help = f"leave the `{place.text}` out"
    found = rules.MAPPING_SIGN.at(place.span, message, "", help, fix=replaced(place, ""))
    return Mend(found, (), place.token.end)


def odd_blank(place: Place) -> Mend | None:
    """A blank that is no plain one: U+00A0 and its like, which come from web pages and word processors."""
    if not place.text.isspace():
        return None
    named = f"U+{ord(place.text[0]):04X}"
    found = rules.ODD_CHARACTER.at(
        place.span,
        f"`{named}` looks like a blank and is none",
        "",
        "write a plain blank",
        fix=replaced(place, " "),
    )
    return Mend(found, (), place.token.end)


HABITS: Final[tuple[Mistake, ...]] = (
    odd_blank,
    hyphened_range,
    secret_written,
    auth_kind,
    round_list,
    square_enum,
    if_for_when,
    question_mark,
    margin,
    field_sign,
)
"""In the order in which they are asked, before the single signs of ``syntax_errors.MISTAKES``."""
