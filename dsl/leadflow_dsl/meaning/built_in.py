"""Words that the language itself has: ``lead``, ``source``, ``buyer``, ``ping``, and those of a place alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from leadflow_dsl.diagnostics import Label, Span
from leadflow_dsl.meaning.chains import Answered, Problem, Word, members, no_part, one_of
from leadflow_dsl.meaning.draft import Draft, Reference
from leadflow_dsl.meaning.figures import FIGURES
from leadflow_dsl.meaning.scope import Scope
from leadflow_dsl.meaning.suggestions import did_you_mean, listed
from leadflow_dsl.rules.names import AMBIGUOUS, NOT_HERE, TOO_EARLY, UNKNOWN, UNKNOWN_PART
from leadflow_dsl.rules.responses import NEVER_SET
from leadflow_dsl.terms import Read, Type
from leadflow_dsl.types import (
    ANY,
    BOOLEAN,
    BUYER_OUTCOME,
    DATETIME,
    DURATION,
    LEAD_OUTCOME,
    MONEY,
    NUMBER,
    TEXT,
    described,
    list_of,
    parts,
)

LEAD: Final = {
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
PING: Final = {"reference": TEXT, "bid": MONEY, "expires": DATETIME}


def of_answer(scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    """A value that this response has set above, or a part of it."""
    type_ = scope.sets[chain[0].text]
    if len(chain) == 1 or type_.name == "list":
        return members(Read("set", chain[0].text, "", type_, span), chain[1:], span)
    found = parts(type_).get(chain[1].text)
    if found is None:
        return no_part(chain[1], f"`{chain[0].text}` ({described(type_)})", tuple(parts(type_)))
    return members(Read("set", chain[0].text, chain[1].text, found, span), chain[2:], span)


def ambiguous_here(draft: Draft, word: Word) -> Problem | None:
    """A word of this place that the flow declares, too: neither is taken in silence."""
    symbol = draft.words.get(word.text)
    if symbol is None:
        return None
    place = Label(symbol.span, f"the {symbol.kind}")
    message = f"`{word.text}` could be the word of this place or the {symbol.kind} of the flow"
    help = (f"give the {symbol.kind} another name",)
    if symbol.kind == "field" and symbol.type is not None:
        computed = f"lead_{word.text} {described(symbol.type)} = {word.text}"
        help = (f"for the field declare another name for it: `{computed}`, or rename it",)
    return Problem(AMBIGUOUS, word.span, message, "two meanings", help, (place,))


def here(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    """What a word of this place alone reads (``places``)."""
    word, type_ = chain[0], scope.words[chain[0].text]
    if word.text == "payload":
        return _dotted("payload")(chain, span)
    if type_.name != "record":
        return members(Read("reply", word.text, "", type_, word.span), chain[1:], span)
    columns = dict(type_.columns)
    wrong = one_of(word, chain, columns)
    if wrong is not None:
        return wrong
    name = chain[1].text
    draft.used.add((word.text, name))
    if word.text == "ping":
        return members(Read("reply", "ping", name, columns[name], span), chain[2:], span)
    return members(Read(word.text, name, "", columns[name], span), chain[2:], span)


def _lead(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    wrong = one_of(chain[0], chain, LEAD)
    if wrong:
        name = chain[1].text if len(chain) > 1 else ""
        if name in draft.words:
            return Problem(
                UNKNOWN_PART, wrong.span, wrong.message, "", (f"a field is read by its name alone: `{name}`",)
            )
        return wrong
    return members(Read("lead", chain[1].text, "", LEAD[chain[1].text], span), chain[2:], span)


def _source(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    return one_of(chain[0], chain, {"name": TEXT}) or Read("source", "name", "", TEXT, span)


def _buyer(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    buyers = draft.of("buyer")
    if len(chain) == 1 or chain[1].text not in buyers:
        word = chain[-1] if len(chain) == 1 else chain[1]
        help = did_you_mean(word.text, buyers) if len(chain) > 1 else ("write `buyer.NAME.outcome`",)
        return Problem(UNKNOWN, word.span, f"unknown buyer `{word.text}`", "no buyer of this name", help)
    draft.references.append(Reference(chain[1].span, "buyer", chain[1].text))
    if len(chain) != 3 or chain[2].text != "outcome":
        return no_part(chain[-1], f"the buyer `{chain[1].text}`", ("outcome",))
    if scope.known is not None and not scope.known:
        return Problem(TOO_EARLY, span, "no buyer has been asked when this is read", "always blank here")
    return Read("buyer", chain[1].text, "outcome", BUYER_OUTCOME, span)


def _alone(kind: str, type_: Type) -> Callable[[Draft, Scope, tuple[Word, ...], Span], Answered]:
    def look(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
        return members(Read(kind, "", "", type_, span), chain[1:], span)

    return look


def _dotted(kind: str) -> Callable[[tuple[Word, ...], Span], Answered]:
    def look(chain: tuple[Word, ...], span: Span) -> Answered:
        if len(chain) == 1:
            help = (f"write `{kind}.NAME` for what the source sent as NAME",)
            return Problem(UNKNOWN_PART, span, f"`{kind}` is no value of its own", "say which part", help)
        return Read(kind, ".".join(word.text for word in chain[1:]), "", ANY, span)

    return look


def _extra(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    return _dotted("extra")(chain, span)


def _ping(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    if scope.ping is None:
        help = ("it is known in the `deliver` of a buyer that has a `ping`",)
        return Problem(NOT_HERE, span, "`ping` is not known here", "no ping has been answered", help)
    if len(chain) == 1:
        help = (f"it has {listed(f'ping.{name}' for name in scope.ping)}",)
        return Problem(UNKNOWN_PART, span, "`ping` is no value of its own", "say which part", help)
    name = chain[1].text
    if name == "chosen":
        return _chosen(draft, scope, chain, span)
    if name not in scope.ping:
        says = f'`{name} "..."`' if name in PING else f'`set {name} text "..."`'
        ways = (f"read it in the ping's response: {says}", *did_you_mean(name, scope.ping))
        return Problem(NEVER_SET, span, f"the ping never sets `{name}`", "always blank here", ways)
    return members(Read("ping", name, "", scope.ping[name], span), chain[2:], span)


def _chosen(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    """The bid of several that the route took."""
    bid = (scope.ping or {}).get("chosen")
    if bid is None:
        ways = ('read them in the ping\'s response: `bids "bids[]" { bid "price"  reference "id" }`',)
        return Problem(NEVER_SET, span, "the ping's answer has no `bids`", "no bid to choose from", ways)
    if len(chain) == 2:
        parts_ = (f"it has {listed(f'ping.chosen.{part}' for part, _ in bid.columns)}",)
        return Problem(UNKNOWN_PART, span, "`ping.chosen` is no value of its own", "say which part", parts_)
    return members(Read("ping", "chosen", "", bid, span), chain[2:], span)


def _delivery(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    if not scope.delivery:
        return Problem(NOT_HERE, span, "`delivery` is not known here", "", ("it is known in requests",))
    return one_of(chain[0], chain, {"key": TEXT}) or Read("delivery", "key", "", TEXT, span)


def _stats(draft: Draft, scope: Scope, chain: tuple[Word, ...], span: Span) -> Answered:
    help = ("write `stats.acceptance_rate(BUYER, 30d)`", f"figures are {listed(FIGURES)}")
    return Problem(UNKNOWN_PART, span, "`stats` is asked like a function", "say of whom and how long", help)


BUILT_IN: Final[dict[str, Callable[[Draft, Scope, tuple[Word, ...], Span], Answered]]] = {
    "lead": _lead,
    "source": _source,
    "buyer": _buyer,
    "now": _alone("now", DATETIME),
    "random": _alone("random", NUMBER),
    "extra": _extra,
    "ping": _ping,
    "delivery": _delivery,
    "stats": _stats,
}
"""The first words, and how each is read."""
