"""Names: from a word and what stands behind its dots to what it reads.

``look_up`` serves expressions and templates alike; it answers with a term or with a ``Problem``, so that each can
report it in its own way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from leadflow_dsl.diagnostics import Diagnostic, Label, Span
from leadflow_dsl.meaning.draft import Draft, Reference, Symbol
from leadflow_dsl.meaning.scope import Scope
from leadflow_dsl.meaning.suggestions import did_you_mean, listed
from leadflow_dsl.rules.names import NOT_HERE, TOO_EARLY, UNKNOWN, UNKNOWN_PART
from leadflow_dsl.rules.responses import NEVER_SET
from leadflow_dsl.rules.rule import Rule
from leadflow_dsl.terms import Answer, Each, Member, NamedList, Read, Term, Type
from leadflow_dsl.types import (
    ANY,
    BOOLEAN,
    BUYER_OUTCOME,
    DATETIME,
    DURATION,
    LEAD_OUTCOME,
    MONEY,
    NUMBER,
    OUTCOME,
    TEXT,
    described,
    element,
    list_of,
    parts,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a chain such as ``phone_1.e164``, and where it stands."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a name means nothing here: what a finding is made of."""

    rule: Rule
    span: Span
    message: str
    label: str = ""
    help: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()

    def finding(self) -> Diagnostic:
        """The finding that says so."""
        return self.rule.at(self.span, self.message, self.label, self.help, self.labels)


Answered = Term | Problem

LEAD = {
    "id": TEXT,
    "received_at": DATETIME,
    "age": DURATION,
    "test": BOOLEAN,
    "fields_present": NUMBER,
    "sold_to": list_of(TEXT),
    "sold_count": NUMBER,
    "outcome": LEAD_OUTCOME,
    "local_time": Type("time"),
}
STATS = (
    "leads attempts sold acceptance_rate return_rate conversion_rate fraud_rate timeout_rate margin cap_used "
    "days_to_pay"
).split()
NO_VALUE = frozenset({"null", "nil", "none", "undefined"})
"""What other languages call a value that is not there."""
STEP_PARTS = {"outcome": OUTCOME, "reason": TEXT}
PING = {"reference": TEXT, "bid": MONEY, "expires": DATETIME}


def look_up(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    """What a chain of words reads at a place, or why it reads nothing."""
    first = chain[0].text
    if scope.answer and first in ("status", "text") and len(chain) == 1:
        return Answer(first, "", NUMBER if first == "status" else ANY, span)
    if first in scope.sets:
        return _set(scope, chain, span)
    built_in = _BUILT_IN.get(first)
    symbol = draft.words.get(first)
    if built_in and not (symbol and (len(chain) == 1 or first != "source" or chain[1].text != "name")):
        return built_in(draft, scope, chain, span)
    if symbol is not None:
        draft.used.add((symbol.kind, symbol.name))
        draft.references.append(Reference(chain[0].span, symbol.kind, symbol.name))
        return _SYMBOLS[symbol.kind](draft, scope, symbol, chain, span)
    if first in scope.free:
        return Read("extra", ".".join(word.text for word in chain), "", ANY, span)
    return unknown(draft, scope, chain)


def known(draft: Draft, scope: Scope, word: str) -> bool:
    """Whether a bare word names something here (and is not only a literal)."""
    if scope.answer and word in ("status", "text"):
        return True
    return word in draft.words or word in scope.sets or word in _BUILT_IN or word in scope.free


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
    help = did_you_mean(word.text, (*draft.words, *scope.sets), draft)
    if aliased:
        help = (f"`{word.text}` is an alias of `{aliased}`: an expression reads `{aliased}`",)
    help = (*_in_quotes(scope, chain), *help)
    message = f"unknown field `{word.text}`"
    return Problem(UNKNOWN, word.span, message, "not declared in `lead`, and no step sets it", help)


def field_of_alias(draft: Draft, word: str) -> str:
    """The field that takes what a source sends under this name, or an empty text."""
    return next((field for field, aliases in draft.aliases.items() if word in aliases), "")


def _in_quotes(scope: Scope, chain: tuple[Word, ...]) -> tuple[str, ...]:
    """How a part of the body is written, where this place reads one: the answer's, or the payload's."""
    what = "answer" if scope.answer else "payload"
    path = ".".join(word.text for word in chain)
    return (f'a part of the {what} is written in quotes: `"{path}"`',) if scope.paths else ()


def _no_part(word: Word, of: str, known_parts: tuple[str, ...]) -> Problem:
    message = f"{of} has no part `{word.text}`"
    help = (*did_you_mean(word.text, known_parts), f"it has {listed(known_parts)}")
    return Problem(UNKNOWN_PART, word.span, message, "no such part", help)


# ------------------------------------------------------------------ what a flow declares


def _field(draft: Draft, scope: Scope, symbol: Symbol, chain: tuple[Word, ...], span: Span) -> Answered:
    type_ = symbol.type or ANY
    if len(chain) == 1 or type_.name == "any":
        return Read("field", symbol.name, "", type_, chain[0].span if len(chain) == 1 else span)
    if type_.name == "list":
        return members(Read("field", symbol.name, "", type_, chain[0].span), chain[1:], span)
    found = parts(type_).get(chain[1].text)
    if found is None:
        wrong = _no_part(chain[1], f"`{symbol.name}` ({described(type_)})", tuple(parts(type_)))
        return replace(wrong, help=(*_in_quotes(scope, chain), *wrong.help))
    return members(Read("field", symbol.name, chain[1].text, found, span), chain[2:], span)


def members(base: Term, chain: tuple[Word, ...], span: Span) -> Answered:
    """Parts of a value that is no plain field: of a row, of an element, of a part."""
    for word in chain:
        type_ = base.type
        if type_.name == "any":
            found: Type | None = type_
        elif type_.name == "list" and isinstance(base, Each):
            found = parts(element(type_)).get(word.text)
        else:
            found = parts(type_).get(word.text) if type_.name != "list" else None
        if found is None:
            return _no_part(word, f"a value of type {described(type_)}", tuple(parts(type_)))
        if isinstance(base, Each):
            base = Each(base.value, word.text, list_of(found), span)
        else:
            base = Member(base, word.text, found, span)
    return base


def _list(draft: Draft, scope: Scope, symbol: Symbol, chain: tuple[Word, ...], span: Span) -> Answered:
    if len(chain) > 1:
        return _no_part(chain[1], f"the list `{symbol.name}`", ())
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
        return _no_part(chain[1], f"the score `{symbol.name}`", ())
    return _too_early(scope, symbol, chain[0]) or Read("score", symbol.name, "", NUMBER, span)


def _step(draft: Draft, scope: Scope, symbol: Symbol, chain: tuple[Word, ...], span: Span) -> Answered:
    if len(chain) == 1:
        return _not_alone(symbol, chain[0], tuple(STEP_PARTS))
    found = STEP_PARTS.get(chain[1].text)
    if found is None or len(chain) > 2:
        return _no_part(chain[-1], f"the {symbol.kind} `{symbol.name}`", tuple(STEP_PARTS))
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
        return _no_part(chain[1], f"`{symbol.name}` sets no `{chain[1].text}`: it", tuple(results))
    if chain[1].text in symbol.results:
        draft.references.append(Reference(chain[1].span, "result", f"{symbol.name}.{chain[1].text}"))
    early = _too_early(scope, symbol, chain[0])
    if early:
        return early
    part, used = chain[1].text, 2
    if len(chain) > 2 and found.name != "list":
        inner = parts(found).get(chain[2].text)
        if inner is None:
            return _no_part(chain[2], f"`{symbol.name}.{part}` ({described(found)})", tuple(parts(found)))
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


# ------------------------------------------------------------------ what is built in


def _set(scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    type_ = scope.sets[chain[0].text]
    if len(chain) == 1 or type_.name == "list":
        return members(Read("set", chain[0].text, "", type_, span), chain[1:], span)
    found = parts(type_).get(chain[1].text)
    if found is None:
        return _no_part(chain[1], f"`{chain[0].text}` ({described(type_)})", tuple(parts(type_)))
    return members(Read("set", chain[0].text, chain[1].text, found, span), chain[2:], span)


def _one_of(root: Word, chain: tuple[Word, ...], table: dict[str, Type]) -> Problem | None:
    if len(chain) == 1:
        help = (f"it has {listed(f'{root.text}.{name}' for name in table)}",)
        return Problem(
            UNKNOWN_PART, root.span, f"`{root.text}` is no value of its own", "say which part", help
        )
    if chain[1].text not in table:
        return _no_part(chain[1], f"`{root.text}`", tuple(table))
    return None


def _lead(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    wrong = _one_of(chain[0], chain, LEAD)
    if wrong:
        name = chain[1].text if len(chain) > 1 else ""
        if name in draft.words:
            return Problem(
                UNKNOWN_PART, wrong.span, wrong.message, "", (f"a field is read by its name alone: `{name}`",)
            )
        return wrong
    return members(Read("lead", chain[1].text, "", LEAD[chain[1].text], span), chain[2:], span)


def _source(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    return _one_of(chain[0], chain, {"name": TEXT}) or Read("source", "name", "", TEXT, span)


def _buyer(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    buyers = draft.of("buyer")
    if len(chain) == 1 or chain[1].text not in buyers:
        word = chain[-1] if len(chain) == 1 else chain[1]
        help = did_you_mean(word.text, buyers) if len(chain) > 1 else ("write `buyer.NAME.outcome`",)
        return Problem(UNKNOWN, word.span, f"unknown buyer `{word.text}`", "no buyer of this name", help)
    if len(chain) != 3 or chain[2].text != "outcome":
        return _no_part(chain[-1], f"the buyer `{chain[1].text}`", ("outcome",))
    if scope.known is not None and not scope.known:
        return Problem(TOO_EARLY, span, "no buyer has been asked when this is read", "always blank here")
    return Read("buyer", chain[1].text, "outcome", BUYER_OUTCOME, span)


def _alone(kind: str, type_: Type) -> Callable[[Draft, Scope, tuple[Word, ...], Span], Answered]:
    def look(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
        return members(Read(kind, "", "", type_, span), chain[1:], span)

    return look


def _dotted(kind: str) -> Callable[[Draft, Scope, tuple[Word, ...], Span], Answered]:
    def look(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
        if len(chain) == 1:
            help = (f"write `{kind}.NAME` for what the source sent as NAME",)
            return Problem(UNKNOWN_PART, span, f"`{kind}` is no value of its own", "say which part", help)
        return Read(kind, ".".join(word.text for word in chain[1:]), "", ANY, span)

    return look


def _ping(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    if scope.ping is None:
        help = ("it is known in the `deliver` of a buyer that has a `ping`",)
        return Problem(NOT_HERE, span, "`ping` is not known here", "no ping has been answered", help)
    if len(chain) == 1:
        return _one_of(chain[0], chain, dict(scope.ping)) or unknown(draft, scope, chain)
    name = chain[1].text
    if name == "chosen":
        draft.not_built("ping.chosen", span)
        return Read("ping", "chosen", "", ANY, span)
    if name not in scope.ping:
        says = f'`{name} "..."`' if name in PING else f'`set {name} text "..."`'
        ways = (f"read it in the ping's response: {says}", *did_you_mean(name, scope.ping))
        return Problem(NEVER_SET, span, f"the ping never sets `{name}`", "always blank here", ways)
    return members(Read("ping", name, "", scope.ping[name], span), chain[2:], span)


def _delivery(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    if not scope.delivery:
        return Problem(NOT_HERE, span, "`delivery` is not known here", "", ("it is known in requests",))
    return _one_of(chain[0], chain, {"key": TEXT}) or Read("delivery", "key", "", TEXT, span)


def _stats(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    help = ("write `stats.acceptance_rate(BUYER, 30d)`", f"figures are {listed(STATS)}")
    return Problem(UNKNOWN_PART, span, "`stats` is asked like a function", "say of whom and how long", help)


_BUILT_IN: dict[str, Callable[[Draft, Scope, tuple[Word, ...], Span], Answered]] = {
    "lead": _lead,
    "source": _source,
    "buyer": _buyer,
    "now": _alone("now", DATETIME),
    "random": _alone("random", NUMBER),
    "extra": _dotted("extra"),
    "payload": _dotted("payload"),
    "ping": _ping,
    "delivery": _delivery,
    "stats": _stats,
}
