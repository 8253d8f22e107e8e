"""Reading an answer: decode it, find the first verdict rule that holds, take the values, say what did not fit."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_engine.evaluation.evaluate import Scope, evaluate, holds
from leadflow_engine.response import convert
from leadflow_engine.response.decode import decode
from leadflow_engine.response.reading import Bid, Reading
from leadflow_engine.response.scope import AnswerScope, Headers
from leadflow_engine.response.selectors import selector
from leadflow_engine.texts import jmes
from leadflow_engine.values import Value, parse

MAX_BIDS = 1_000

REPEATING = frozenset({"xml", "form"})
"""Kinds of body in which a list is a name that stands several times."""

_TEXT = t.Type("text")
_WALKED = object()
"""What has to be looked for by its path."""
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Reader:
    """A compiled response: every path, selector and pattern in it has been checked."""

    response: m.Response
    walks: bool = False
    """Whether a rule's condition walks over the answer as a tree."""
    currency: str = ""
    """The flow's: an amount in another is none. "" takes any."""
    named: tuple[tuple[str, str, t.Term], ...] = ()
    """The values of an answer, each with the name in its body where its path is that alone (else ""), and its term."""

    def read(
        self,
        status: int | None,
        headers: Headers,
        body: str,
        country: str = "US",
        *,
        zone: str = "UTC",
        scope: Scope | None = None,
    ) -> Reading:
        """Read one answer; never raises for what an answer can bring.

        ``country`` and ``zone`` are the flow's: phones and moments without one are read in them. ``scope`` is the
        lead's, for rules that compare with its values.
        """
        declared = self.response.kind
        decoded = decode(declared, "" if declared else _content_type(headers), body)
        if decoded.guess and self.walks:  # a broken tree must not count as one that says no
            decoded = replace(decoded, problem=decoded.guess)
        answer = AnswerScope(status, headers, body, decoded.tree, scope, currency=self.currency)
        answer.once_is_one = decoded.kind in REPEATING
        if decoded.problem:
            answer.note(decoded.problem)
        sets = _sets(self.response.sets, answer, country, zone) if self.response.sets else {}
        rule, verdict = self._verdict(answer, not decoded.problem)
        bids = _bids(self.response.bids, answer, country, zone) if self.response.bids is not None else ()
        values = self._values(answer, decoded.tree)
        best = Reading("", bids=bids).chosen if bids else None
        bid = _amount("bid", values, answer, country) if "bid" in values else None
        expires = _expiry(values, answer, country, zone) if "expires" in values else None
        reason = verdict.reason if verdict else ""
        if not reason and "reason" in values:
            reason = convert.text(values["reason"])
        reference = convert.text(values["reference"]) if "reference" in values else ""
        return Reading(
            decoded.kind,
            verdict.outcome if verdict else self._otherwise(rule),
            rule,
            reason,
            verdict.cause if verdict else "",
            _amount("price", values, answer, country) if "price" in values else None,
            reference or (best.reference if best else ""),
            convert.text(values["redirect"]) if "redirect" in values else "",
            best.bid if best and bid is None else bid,
            best.expires if best and expires is None else expires,
            sets,
            bids,
            not decoded.problem,
            tuple(answer.notes) if answer.notes else (),
            best is not None and bid is None,
        )

    def _values(self, answer: AnswerScope, tree: object) -> dict[str, object]:
        """The answer's values. Most are a text or a number by a name of its object: then no path is walked."""
        values = {}
        is_object = type(tree) is dict
        for name, key, term in self.named:
            found = tree.get(key) if is_object and key else _WALKED  # type: ignore[attr-defined]
            kind = type(found)
            if kind is str or kind is Decimal or found is None:
                values[name] = found
            else:
                values[name] = evaluate(term, answer)
        return values

    def _verdict(self, answer: AnswerScope, readable: bool) -> tuple[int | None, m.Verdict | None]:
        """The first rule that holds; 0 for ``otherwise``, which speaks only of a 2xx read as it should be."""
        status = answer.status or 0
        for number, verdict in enumerate(self.response.verdicts, 1):
            if (verdict.names_status or status < 500) and holds(verdict.condition, answer) is True:
                return number, verdict
        decided = self.response.otherwise and readable and 200 <= status < 300
        return (0 if decided else None), None

    def _otherwise(self, rule: int | None) -> str:
        return self.response.otherwise if rule == 0 else ""


def _content_type(headers: Headers) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "")


def _amount(name: str, values: Mapping[str, object], answer: AnswerScope, country: str) -> Decimal | None:
    value = values.get(name)
    if value is None:
        return None
    read = convert.amount(value, country, answer.currency)
    if read is None and convert.is_foreign(value, answer.currency):
        answer.note(f"`{name}` is blank: the answer says it in another currency than {answer.currency}")
    else:
        _note_unread(name, value, read, answer)
    return read


def _expiry(
    values: Mapping[str, object], answer: AnswerScope, country: str, zone: str
) -> Decimal | datetime.datetime | None:
    value = values.get("expires")
    if value is None:
        return None
    read = convert.expiry(value, country, zone)
    _note_unread("expires", value, read, answer)
    return read


def _note_unread(name: str, value: object, read: object, answer: AnswerScope) -> None:
    if read is None and (convert.text(value) or isinstance(value, list | dict)):
        answer.note(f"`{name}` is blank: what the answer says there cannot be read as one")


def _sets(sets: tuple[m.SetValue, ...], answer: AnswerScope, country: str, zone: str) -> dict[str, Value]:
    """Values in written order, so that each can be read by those after it."""
    for one in sets:
        raw = convert.raw_of(evaluate(one.value, answer))
        answer.sets[one.name] = value = parse(one.type, raw, country, zone)
        if not value.valid and not value.blank:
            answer.note(f"`{one.name}` is not valid: what the answer says there is no {one.type.name}")
    return dict(answer.sets)


def _bids(bids: m.Bids | None, answer: AnswerScope, country: str, zone: str) -> tuple[Bid, ...]:
    if bids is None:
        return ()
    found = answer.tree_at(bids.path)
    items = [found] if isinstance(found, dict) else found if isinstance(found, list) else []
    if not items:
        answer.note(f'"{bids.path.source}" gives no bids')
    return tuple(_bid(bids, item, answer, country, zone) for item in items[:MAX_BIDS])


def _bid(bids: m.Bids, item: object, answer: AnswerScope, country: str, zone: str) -> Bid:
    scope = replace(answer, tree=item, sets={})
    values: Mapping[str, object] = {name: evaluate(term, scope) for name, term in bids.values}
    expires = convert.expiry(values.get("expires"), country, zone)
    return Bid(
        _amount("bid", values, scope, country),
        convert.text(values.get("reference")),
        convert.text(values.get("legal_name")),
        _sets(bids.sets, scope, country, zone),
        expires,
        _is_over(expires, answer),
    )


def _is_over(expires: Decimal | datetime.datetime | None, answer: AnswerScope) -> bool:
    return expires <= answer.now() if isinstance(expires, datetime.datetime) else expires == 0


# ------------------------------------------------------------------ compiling


def compile_response(response: m.Response, currency: str = "") -> Reader:
    """A response ready to read answers; ``currency`` is the flow's, in which amounts are.

    Raises ``ValueError`` for what lint reports: ``jmes.PathError``, ``selectors.SelectorError``, a pattern that RE2
    refuses.
    """
    walks = any(isinstance(term, t.Path) for rule in response.verdicts for term in _all(rule.condition))
    ready = _turned(response, _prepared)
    named = tuple((name, _name_alone(term), term) for name, term in ready.values)
    return Reader(ready, walks, currency, named)


def _name_alone(term: t.Term) -> str:
    return (jmes.compile_path(term.source).name or "") if isinstance(term, t.Path) else ""


def _all(term: t.Term) -> Iterator[t.Term]:
    yield term
    for child in t.children(term):
        yield from _all(child)


def _prepared(part: object) -> object:
    """A part of a response, checked; ``match(/re/, group)`` becomes a piece of the answer."""
    if isinstance(part, t.Path):
        jmes.compile_path(part.source)
    elif isinstance(part, t.Answer) and part.kind == "css":
        selector(part.name)
    elif isinstance(part, t.Call) and part.name == "match":
        return _match(part)
    return part


def _match(call: t.Call) -> t.Answer:
    pattern = next(arg for arg in call.args if isinstance(arg, t.Pattern))
    group = next(
        (arg.value for arg in call.args if isinstance(arg, t.Const) and isinstance(arg.value, Decimal)), 0
    )
    jmes.pattern(pattern.source, pattern.flags)
    return t.Answer("match", f"{int(group)}:{pattern.flags}:{pattern.source}", _TEXT, call.span)


def _turned(part: Part, turn: Callable[[object], Any]) -> Part:
    """The same data with ``turn`` applied to each of its parts, the inner ones first."""
    if isinstance(part, tuple):
        return tuple(_turned(item, turn) for item in part)  # type: ignore[return-value]
    if not is_dataclass(part) or isinstance(part, t.Type | type):
        return part
    inner = {one.name: _turned(getattr(part, one.name), turn) for one in fields(part)}
    return turn(replace(part, **inner))  # type: ignore[no-any-return]
