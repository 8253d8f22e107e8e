"""What sources, steps and buyers share: criteria, caps, dedupe, prices with conditions."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from leadflow_dsl import model, nodes
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.suggestions import did_you_mean
from leadflow_dsl.rules.conditions import MISMATCH, VALUE
from leadflow_dsl.rules.limits import BY_HASH
from leadflow_dsl.rules.trade import ENDLESS
from leadflow_dsl.terms import Read, Term
from leadflow_dsl.types import MONEY, described, kind

CAP_PERIODS = ("minute", "hour", "day", "week", "month", "total")
THROTTLE_PERIODS = ("second", "minute", "hour", "day")


def criterion(r: Resolver, node: nodes.Accept | nodes.Reject) -> model.Criterion:
    """``accept when`` or ``reject when``; where no reason is written, the condition's own text is one."""
    word = "accept" if isinstance(node, nodes.Accept) else "reject"
    text = r.draft.text_at(node.condition.span)
    reason = node.reason.value if node.reason and node.reason.value.strip() else ""
    made = f"requires {text}" if word == "accept" else f"refused where {text}"
    return model.Criterion(word, r.condition(node.condition), reason or made, node.span)


def conditional(r: Resolver, value: Term | None, when: Any, node: Any) -> model.Conditional:
    """A value with its ``when``."""
    return model.Conditional(value, r.condition(when) if when is not None else None, node.span)


def whole(draft: Draft, node: nodes.Number, what: str, least: int = 1) -> int:
    """A whole number of at least ``least``."""
    if node.value != int(node.value) or node.value < least:
        message = f"{what} is a whole number of at least {least}, not {node.raw}"
        draft.found(VALUE.at(node.span, message, "", f"write a whole number such as {max(least, 1)}"))
        return max(least, int(node.value))
    return int(node.value)


def period(draft: Draft, node: nodes.Name | nodes.Duration, known: tuple[str, ...]) -> str:
    """A period's word, or a duration as it is written."""
    if isinstance(node, nodes.Duration):
        return node.raw
    if node.text not in known:
        help = did_you_mean(node.text, known) or (
            f"periods are {', '.join(known)}, or a duration such as 15m",
        )
        draft.found(VALUE.at(node.span, f"`{node.text}` is no period", "", help))
    return node.text


def field_path(r: Resolver, node: Any) -> Read | None:
    """``phone_1`` or ``email.domain`` in ``by`` and ``dedupe on``: a field or a result, maybe a part of it."""
    term = r.value(node)
    if isinstance(term, Read):
        return term
    if kind(term.type).group != "any":
        message = f"a field stands here, not a value of type {described(term.type)}"
        r.draft.found(MISMATCH.at(node.span, message, "", "name a field"))
    return None


def cap(r: Resolver, node: nodes.Cap) -> model.Cap:
    """``cap N per PERIOD`` with its clauses."""
    draft = r.draft
    counting = node.counting.text if node.counting else "sold"
    word = "total" if getattr(node.period, "text", "") == "total" else ""
    if (word and (node.rolling or node.paced)) or (node.rolling and node.paced):
        said_word = "rolling" if node.rolling else "paced"
        message = (
            f"a cap per {word} has no window to be `{said_word}` in"
            if word
            else "`rolling` cannot be `paced`"
        )
        help = "take the word out, or say a period such as `per day`" if word else "take one of the two out"
        draft.found(ENDLESS.at(node.span, message, "", help))
    return model.Cap(
        maximum=whole(draft, node.maximum, "a cap"),
        period=period(draft, node.period, CAP_PERIODS),
        rolling=node.rolling,
        paced=node.paced,
        when=r.condition(node.when) if node.when is not None else None,
        by=field_path(r, node.by) if node.by is not None else None,
        counting=counting,
        across=node.scope.scope.text if isinstance(node.scope, nodes.Across) else "",
        shared=node.scope.name.text if isinstance(node.scope, nodes.Shared) else "",
        reason=node.reason.value if node.reason else "",
        span=node.span,
    )


def longer_than_nothing(draft: Draft, node: nodes.Duration, what: str) -> datetime.timedelta:
    """A duration that is not zero."""
    if node.value <= datetime.timedelta(0):
        draft.found(VALUE.at(node.span, f"{what} is longer than nothing", "", "write a time such as `30s`"))
    return node.value


def share(draft: Draft, node: nodes.Number | nodes.Percent, what: str) -> Decimal:
    """A number, or a percentage of at most the whole, as a fraction."""
    if isinstance(node, nodes.Percent) and node.value > 1:
        draft.found(VALUE.at(node.span, f"{what} of {node.raw} is more than the whole", "", "100% is all"))
    return node.value


def throttle(draft: Draft, node: nodes.Throttle) -> model.Throttle:
    """``throttle N per second``."""
    maximum = whole(draft, node.maximum, "a throttle")
    return model.Throttle(maximum, period(draft, node.period, THROTTLE_PERIODS), node.span)


def dedupe(r: Resolver, node: nodes.Dedupe, counts: tuple[str, ...], of_source: bool = False) -> model.Dedupe:
    """``dedupe on a, b within D``. ``counts`` is what this place can count; only a source is asked by hash."""
    counting = node.counting.text if node.counting else ""
    if counting and counting not in counts:
        r.draft.not_built(f"dedupe ... counting {counting}", node.span)
    fields = tuple(read for read in (field_path(r, path) for path in node.fields) if read is not None)
    return model.Dedupe(
        fields=fields,
        within=node.within.value,
        across=node.across.scope.text if node.across else "",
        counting=counting,
        reason=node.reason.value if node.reason else "duplicate",
        by_hash=node.by_hash and _one_hash(r, node, of_source),
        span=node.span,
    )


def _one_hash(r: Resolver, node: nodes.Dedupe, of_source: bool) -> bool:
    """Whether somebody can ask so: before a source's door, with the hash of one value."""
    if not of_source:
        help = "say it in the source whose sender asks"
        r.draft.found(BY_HASH.at(node.span, "a buyer is not asked by hash", "", help))
    elif len(node.fields) > 1:
        help = "write a `dedupe` for each field"
        r.draft.found(BY_HASH.at(node.span, "a hash is of one value, and this is of several", "", help))
    return of_source and len(node.fields) == 1


def amount(r: Resolver, node: Any, what: str) -> Term:
    """A money value: a price, a cost, a reserve."""
    term = r.value(node, MONEY)
    if isinstance(node, nodes.Percent):
        message = f"{what} is an amount, and {node.raw} is a share: {node.value:f}"
        help = f"write `{node.raw.rstrip('%')}.00` for the amount"
        r.draft.found(VALUE.at(node.span, message, "not an amount", help))
    if kind(term.type).group not in ("number", "any"):
        message = f"{what} is an amount, not a value of type {described(term.type)}"
        r.draft.found(MISMATCH.at(node.span, message, "not an amount", "write a number such as 12.50"))
    return term


def on_doubt(node: nodes.OnDoubt) -> model.OnDoubt:
    """``on doubt ...``."""
    match node.action:
        case nodes.DoubtAssume(after=after):
            return model.OnDoubt("assume_sold", after.value)
        case nodes.DoubtNext(reason=reason):
            return model.OnDoubt("next", None, reason.value)
        case nodes.DoubtHold(up_to=up_to):
            return model.OnDoubt("hold", up_to.value if up_to else None)
