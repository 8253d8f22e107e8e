"""Names: from a word and what stands behind its dots to what it reads.

``look_up`` serves expressions and templates alike; it answers with a term or with a ``Problem``, so that each can
report it in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Edit, Label, Span
from leadflow_dsl.meaning.built_in import BUILT_IN, LEAD, PING, ambiguous_here, here, of_answer
from leadflow_dsl.meaning.chains import Answered, Problem, Word, members, no_part
from leadflow_dsl.meaning.draft import Draft, Reference, Symbol
from leadflow_dsl.meaning.places import DOTTED, WHERE
from leadflow_dsl.meaning.scope import Scope
from leadflow_dsl.meaning.suggestions import did_you_mean, listed, slip
from leadflow_dsl.rules.names import NOT_HERE, TOO_EARLY, UNKNOWN, UNKNOWN_PART
from leadflow_dsl.rules.scores import SHADOW
from leadflow_dsl.terms import Answer, NamedList, Read
from leadflow_dsl.types import (
    ANY,
    NUMBER,
    OUTCOME,
    TEXT,
    described,
    list_of,
    parts,
)

__all__ = [
    "LEAD",
    "PING",
    "STEP_PARTS",
    "Answered",
    "Problem",
    "Word",
    "known",
    "look_up",
    "members",
    "unknown",
]

NO_VALUE = frozenset({"null", "nil", "none", "undefined"})
"""What other languages call a value that is not there."""
STEP_PARTS = {"outcome": OUTCOME, "reason": TEXT}


def look_up(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    """What a chain of words reads at a place, or why it reads nothing."""
    first = chain[0].text
    if first in scope.words:
        return ambiguous_here(draft, chain[0]) or here(draft, scope, chain, span)
    if scope.answer and first in ("status", "text") and len(chain) == 1:
        return Answer(first, "", NUMBER if first == "status" else ANY, span)
    if first in scope.sets:
        return of_answer(scope, chain, span)
    built_in = BUILT_IN.get(first)
    symbol = draft.words.get(first)
    if built_in and not (symbol and (len(chain) == 1 or first != "source" or chain[1].text != "name")):
        return built_in(draft, scope, chain, span)
    if symbol is not None:
        draft.used.add((symbol.kind, symbol.name))
        draft.references.append(Reference(chain[0].span, symbol.kind, symbol.name))
        return _SYMBOLS[symbol.kind](draft, scope, symbol, chain, span)
    return unknown(draft, scope, chain)


def known(draft: Draft, scope: Scope, word: str) -> bool:
    """Whether a bare word names something here (and is not only a literal)."""
    if scope.answer and word in ("status", "text"):
        return True
    return any(word in names for names in (scope.words, draft.words, scope.sets, BUILT_IN))


def unknown(draft: Draft, scope: Scope, chain: tuple[Word, ...]) -> Problem:
    """The problem of a chain whose first word is nothing here."""
    word = chain[0]
    buyer = draft.of("buyer").get(word.text)
    if buyer is not None:
        help: tuple[str, ...] = (f"`buyer.{word.text}.outcome` tells what became of the offer to it",)
        return Problem(UNKNOWN, word.span, f"`{word.text}` is a buyer, not a value", "", help)
    if word.text.lower() in NO_VALUE:
        help = ("whether there is a value is asked with `is blank` or `is present`",)
        return Problem(UNKNOWN, word.span, f"unknown word `{word.text}`", "no value of the language", help)
    aliased = field_of_alias(draft, word.text)
    here_only = word.text in DOTTED or (word.text in WHERE and not scope.paths and len(chain) == 1)
    if here_only and not aliased:
        return _elsewhere(draft, word)
    fitting = [name for name, symbol in draft.words.items() if symbol.kind in _kinds_of(chain)]
    help = did_you_mean(word.text, (*fitting, *scope.sets), draft)
    fix = slip(word.text, word.span, (*fitting, *scope.sets))
    if aliased:
        help = (f"`{word.text}` is an alias of `{aliased}`: an expression reads `{aliased}`",)
        fix = (Edit(word.span, aliased),)
    joined = _joined(draft, word.text) if len(chain) == 1 else ""
    if joined:
        help, fix = (f"write `{joined}`: a part stands behind a dot",), (Edit(word.span, joined),)
    help = (*_in_quotes(scope, chain), *help)
    message = f"unknown field `{word.text}`"
    label = "not declared in `lead`, and no step sets it"
    return Problem(UNKNOWN, word.span, message, label, help, fix=fix)


def _joined(draft: Draft, word: str) -> str:
    """``phone.digits`` for ``phone_digits``, where the field has such a part; "" where it has none."""
    for at in (found.start() for found in re.finditer("_", word)):
        symbol = draft.words.get(word[:at])
        if symbol is not None and symbol.kind == "field" and word[at + 1 :] in parts(symbol.type or ANY):
            return f"{word[:at]}.{word[at + 1 :]}"
    return ""


def _kinds_of(chain: tuple[Word, ...]) -> frozenset[str]:
    """What a word may be: a value where it stands alone, before a dot something that has parts."""
    return _VALUES if len(chain) == 1 else _WITH_PARTS


_VALUES = frozenset({"field", "score"})
_WITH_PARTS = frozenset({"field", "enhance", "filter", "route", "deliver"})


def _elsewhere(draft: Draft, word: Word) -> Problem:
    """The problem of a word that is known at other places."""
    help = did_you_mean(word.text, [name for name in draft.words if name != word.text], draft)
    if word.text not in DOTTED:
        help = (*help, f"a field of the lead is declared in `lead`: `{word.text} text`")
    message = f"`{word.text}` is not known here"
    return Problem(NOT_HERE, word.span, message, f"it is known {WHERE[word.text]}", help)


def field_of_alias(draft: Draft, word: str) -> str:
    """The field that takes what a source sends under this name, or an empty text."""
    return next((field for field, aliases in draft.aliases.items() if word in aliases), "")


def _in_quotes(scope: Scope, chain: tuple[Word, ...]) -> tuple[str, ...]:
    """How a part of the body is written, where this place reads one: the answer's, or the payload's."""
    what = "answer" if scope.answer else "payload"
    path = ".".join(word.text for word in chain)
    return (f'a part of the {what} is written in quotes: `"{path}"`',) if scope.paths else ()


# ------------------------------------------------------------------ what a flow declares


def _field(draft: Draft, scope: Scope, symbol: Symbol, chain: tuple[Word, ...], span: Span) -> Answered:
    type_ = symbol.type or ANY
    if len(chain) == 1 or type_.name == "any":
        return Read("field", symbol.name, "", type_, chain[0].span if len(chain) == 1 else span)
    if type_.name == "list":
        return members(Read("field", symbol.name, "", type_, chain[0].span), chain[1:], span)
    found = parts(type_).get(chain[1].text)
    if found is None:
        wrong = no_part(chain[1], f"`{symbol.name}` ({described(type_)})", tuple(parts(type_)))
        return replace(wrong, help=(*_in_quotes(scope, chain), *wrong.help))
    return members(Read("field", symbol.name, chain[1].text, found, span), chain[2:], span)


def _list(draft: Draft, scope: Scope, symbol: Symbol, chain: tuple[Word, ...], span: Span) -> Answered:
    if len(chain) > 1:
        return no_part(chain[1], f"the list `{symbol.name}`", ())
    return NamedList(symbol.name, list_of(symbol.type or TEXT), span)


def _too_early(scope: Scope, symbol: Symbol, word: Word) -> Problem | None:
    if scope.known is None or symbol.name in scope.known:
        return None
    message = f"`{symbol.name}` has not run when this is read"
    place = Label(symbol.span, f"the {symbol.kind} stands here")
    help = (f"move it below the {symbol.kind}, or the {symbol.kind} above it",)
    if not scope.known:
        help = ("judge it in a `filter` or in a buyer's criteria: those run after the steps",)
    return Problem(TOO_EARLY, word.span, message, "always blank here", help, (place,))


def _score(draft: Draft, scope: Scope, symbol: Symbol, chain: tuple[Word, ...], span: Span) -> Answered:
    if len(chain) > 1:
        return no_part(chain[1], f"the score `{symbol.name}`", ())
    return (
        in_shadow(symbol, chain[0])
        or _too_early(scope, symbol, chain[0])
        or Read("score", symbol.name, "", NUMBER, span)
    )


def in_shadow(symbol: Symbol, word: Word) -> Problem | None:
    """The problem of reading a score that runs as shadow; None where it does not."""
    items = symbol.node.items if isinstance(symbol.node, nodes.Score) else ()
    place = next((item.span for item in items if isinstance(item, nodes.Shadow)), None)
    if place is None:
        return None
    message = f"`{symbol.name}` runs as `shadow`: it is compared, and nothing reads it"
    help = ("take `shadow` out once it is good enough",)
    return Problem(SHADOW, word.span, message, "", help, (Label(place, "said here"),))


def _step(draft: Draft, scope: Scope, symbol: Symbol, chain: tuple[Word, ...], span: Span) -> Answered:
    if len(chain) == 1:
        return _not_alone(symbol, chain[0], tuple(STEP_PARTS))
    found = STEP_PARTS.get(chain[1].text)
    if found is None or len(chain) > 2:
        return no_part(chain[-1], f"the {symbol.kind} `{symbol.name}`", tuple(STEP_PARTS))
    return _too_early(scope, symbol, chain[0]) or Read("step", symbol.name, chain[1].text, found, span)


def _not_alone(symbol: Symbol, word: Word, known_parts: tuple[str, ...]) -> Problem:
    message = f"`{symbol.name}` is a step, not a value"
    help = (f"say which of its results: {listed(f'{symbol.name}.{part}' for part in known_parts)}",)
    return Problem(UNKNOWN_PART, word.span, message, "has no value of its own", help)


def _enhance(draft: Draft, scope: Scope, symbol: Symbol, chain: tuple[Word, ...], span: Span) -> Answered:
    results = {**STEP_PARTS, **symbol.results}
    if len(chain) == 1:
        return _not_alone(symbol, chain[0], tuple({**symbol.results, **STEP_PARTS}))
    found = results.get(chain[1].text)
    if found is None:
        return no_part(chain[1], f"`{symbol.name}` sets no `{chain[1].text}`: it", tuple(results))
    if chain[1].text in symbol.results:
        draft.references.append(Reference(chain[1].span, "result", f"{symbol.name}.{chain[1].text}"))
    early = _too_early(scope, symbol, chain[0])
    if early:
        return early
    part, used = chain[1].text, 2
    if len(chain) > 2 and found.name != "list":
        inner = parts(found).get(chain[2].text)
        if inner is None:
            return no_part(chain[2], f"`{symbol.name}.{part}` ({described(found)})", tuple(parts(found)))
        part, found, used = f"{part}.{chain[2].text}", inner, 3
    return members(Read("result", symbol.name, part, found, span), chain[used:], span)


_SYMBOLS: dict[str, Callable[[Draft, Scope, Symbol, tuple[Word, ...], Span], Answered]] = {
    "field": _field,
    "list": _list,
    "suppression": _list,
    "enhance": _enhance,
    "filter": _step,
    "route": _step,
    "deliver": _step,
    "score": _score,
}
