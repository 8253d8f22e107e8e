"""Responses: how an answer is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from leadflow_dsl import model, nodes
from leadflow_dsl.diagnostics import Label
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.paths import path
from leadflow_dsl.meaning.typing import type_of
from leadflow_dsl.rules.names import DUPLICATE
from leadflow_dsl.rules.requests import SAID_TWICE
from leadflow_dsl.rules.responses import CONTAINS_OPPOSITE, NO_ACCEPTED
from leadflow_dsl.terms import Answer, Const, Op, Term, Type, children

POSITIVE: Final = re.compile(
    r"\b(success(ful(ly)?)?|accept(ed|able)?|valid(ated)?|approved?|qualif(y|ied)|match(ed)?|sold|ok|true|"
    r"available|complete[d]?|active|paid|interested|eligible|known|processed)\b",
    re.IGNORECASE,
)
"""Words that the opposite of what they say contains: ``unsuccessful``, ``not accepted``, ``invalid``."""


def response(r: Resolver, node: nodes.Response) -> model.Response:
    """A response block. Values set by ``set`` are known to what stands below them."""
    reader = _Reader(r, {}, [], [], [], [], None)
    for item in node.items:
        reader.read(item)
    return model.Response(
        kind=node.kind.text if node.kind else "",
        verdicts=tuple(reader.verdicts),
        otherwise=reader.otherwise[0].outcome.text if reader.otherwise else "",
        values=tuple(reader.values),
        sets=tuple(reader.sets),
        bids=reader.bids,
        span=node.span,
    )


def check_accepted(r: Resolver, node: nodes.Response, built: model.Response) -> None:
    """Report a response under which no answer means yes."""
    if not any(verdict.outcome in ("accepted", "pending") for verdict in built.verdicts):
        help = 'say which answer means yes: `accepted when "status" == "ok"`'
        r.draft.found(NO_ACCEPTED.at(node.span, "no answer is ever accepted", "no `accepted when`", help))


class _Reader:
    """What a response block said so far."""

    def __init__(
        self,
        r: Resolver,
        known: dict[str, Type],
        verdicts: list[model.Verdict],
        otherwise: list[nodes.Otherwise],
        values: list[tuple[str, Term]],
        sets: list[model.SetValue],
        bids: model.Bids | None,
    ) -> None:
        self.r, self.known = r, known
        self.verdicts, self.otherwise, self.values, self.sets = verdicts, otherwise, values, sets
        self.bids = bids

    def here(self) -> Resolver:
        """The resolver with what was set so far."""
        return self.r.at(self.r.scope.in_response(dict(self.known)))

    def read(self, item: Any) -> None:
        match item:
            case nodes.Verdict():
                self.verdicts.append(_verdict(self.here(), item))
            case nodes.Otherwise():
                self._once(item, self.otherwise, "otherwise")
                self.otherwise.append(item)
            case nodes.Value():
                if any(name == item.name.text for name, _ in self.values):
                    _twice(self.r, item, item.name.text)
                self.values.append((item.name.text, self.here().value(item.value)))
            case nodes.SetValue():
                self._set(item)
            case nodes.Bids():
                self.bids = _bids(self.here(), item)

    def _once(self, item: Any, said: Sequence[object], word: str) -> None:
        if said:
            _twice(self.r, item, word)

    def _set(self, item: nodes.SetValue) -> None:
        name = item.name.text
        if name in self.known:
            place = next(Label(value.span, "first set here") for value in self.sets if value.name == name)
            message = f"`{name}` is set twice"
            self.r.draft.found(DUPLICATE.at(item.name.span, message, "set again", "rename one", (place,)))
        self.sets.append(_set_value(self.here(), item))
        self.known[name] = self.sets[-1].type


def _twice(r: Resolver, item: Any, word: str) -> None:
    r.draft.found(SAID_TWICE.at(item.span, f"`{word}` is said twice", "said again", "take one out"))


def _set_value(r: Resolver, item: nodes.SetValue) -> model.SetValue:
    type_ = type_of(r.draft, item.type)
    return model.SetValue(item.name.text, type_, r.value(item.value), item.span)


def _verdict(r: Resolver, node: nodes.Verdict) -> model.Verdict:
    condition = r.condition(node.condition)
    _check_contains(r, condition)
    return model.Verdict(
        outcome=node.outcome.text,
        condition=condition,
        reason=node.because.reason.value if node.because else "",
        cause=node.because.cause.text if node.because and node.because.cause else "",
        names_status=_names_status(condition),
        span=node.span,
    )


def _names_status(term: Term) -> bool:
    own = isinstance(term, Answer) and term.kind in ("status", "status_class")
    return own or any(_names_status(child) for child in children(term))


def _check_contains(r: Resolver, term: Term) -> None:
    if isinstance(term, Op) and term.name == "contains":
        word = term.args[1]
        if isinstance(word, Const) and isinstance(word.value, str) and POSITIVE.fullmatch(word.value.strip()):
            message = f'`contains "{word.value}"` holds for its opposite as well'
            label = f"`not {word.value}` contains it too"
            help = (
                f'compare the whole text: `== "{word.value}"`',
                f"or match the word: `matches /^{word.value}/i`",
            )
            r.draft.found(CONTAINS_OPPOSITE.at(term.span, message, label, help))
    for child in children(term):
        _check_contains(r, child)


def _bids(r: Resolver, node: nodes.Bids) -> model.Bids:
    r.draft.not_built("bids", node.span)
    values = tuple(
        (item.name.text, r.value(item.value)) for item in node.items if isinstance(item, nodes.Value)
    )
    sets = tuple(_set_value(r, item) for item in node.items if isinstance(item, nodes.SetValue))
    return model.Bids(path(r.draft, node.path), values, sets, node.span)
