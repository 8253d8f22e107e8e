"""Responses: how an answer is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from leadflow_dsl import model, nodes
from leadflow_dsl.diagnostics import Label
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.paths import path
from leadflow_dsl.meaning.typing import type_of
from leadflow_dsl.rules.exchanges import BIDS_WITHOUT_BID, ONLY_IN_PING
from leadflow_dsl.rules.names import DUPLICATE
from leadflow_dsl.rules.requests import SAID_TWICE
from leadflow_dsl.rules.responses import NO_ACCEPTED, PATH_INTO_TEXT
from leadflow_dsl.terms import Answer, Op, Path, Term, Type, children

ONLY_IN: Final = {"bid": ("ping",), "expires": ("ping",), "legal_name": ()}
"""Values that mean something only in the answer to a ping (`legal_name`: only in each of several bids)."""


INSTEAD: Final = {
    "text": 'a piece of the text is `split(text, "|")[1]` or `match(/.../, 1)`; a fixed reason: `because "..."`',
    "html": 'a piece of a page is `css "..."` or `match(/.../, 1)`',
}
"""Where a path is of no use, what is: by the kind of answer that is read as it is."""
COMPARED: Final = {"text": "==", "html": "contains"}
"""How the whole answer is compared with what somebody wrote alone."""
PARSED_BY_NOTHING: Final = frozenset(INSTEAD)


def response(r: Resolver, node: nodes.Response, of: str) -> model.Response:
    """A response block. Values set by ``set`` are known to what stands below them. ``of`` is what it answers: ping,
    deliver, enhance, inquire, callback, postback, fetch."""
    reader = _Reader(r, {}, [], [], [], [], None)
    for item in node.items:
        reader.read(item)
        _check_here(r, item, of)
    if node.kind and node.kind.text in PARSED_BY_NOTHING:
        _check_paths(r, node.kind.text, reader)
    return model.Response(
        kind=node.kind.text if node.kind else "",
        verdicts=tuple(reader.verdicts),
        otherwise=reader.otherwise[0].outcome.text if reader.otherwise else "",
        values=tuple(reader.values),
        sets=tuple(reader.sets),
        bids=reader.bids,
        span=node.span,
    )


def _check_here(r: Resolver, item: Any, of: str) -> None:
    """Report what is read from an answer that nobody takes it from."""
    word = item.name.text if isinstance(item, nodes.Value) else "bids" if isinstance(item, nodes.Bids) else ""
    if (word == "bids" and of != "ping") or of not in ONLY_IN.get(word, (of,)):
        place = "each of several `bids`" if word == "legal_name" else "a ping's answer"
        message = f"`{word}` is read where nothing takes it"
        r.draft.found(ONLY_IN_PING.at(item.span, message, f"it belongs to {place}", "take it out"))


def _check_paths(r: Resolver, kind: str, reader: _Reader) -> None:
    """Report paths into an answer that has no names in it; one from `@`, the text itself, may lead somewhere."""
    said = (*(one.condition for one in reader.verdicts), *(value for _, value in reader.values))
    alone = {id(one) for verdict in reader.verdicts for one in _alone(verdict.condition)}
    for term in (*said, *(one.value for one in reader.sets)):
        for found in _paths(term):
            if "@" not in found.source:
                message = f'"{found.source}" is a path into the answer, and `response {kind}` has none'
                help = (
                    f'write `text {COMPARED[kind]} "{found.source}"`' if id(found) in alone else INSTEAD[kind]
                )
                r.draft.found(PATH_INTO_TEXT.at(found.span, message, "blank in every answer", help))


def _alone(term: Term) -> Iterator[Path]:
    """Paths that are conditions of their own, compared with nothing."""
    if isinstance(term, Path):
        yield term
    elif isinstance(term, Op) and term.name in ("and", "or", "not"):
        for child in term.args:
            yield from _alone(child)


def _paths(term: Term) -> Iterator[Path]:
    if isinstance(term, Path):
        yield term
    for child in children(term):
        yield from _paths(child)


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
                self._once(item, () if self.bids is None else (item,), "bids")
                self.bids = _bids(self.here(), item)

    def _once(self, item: Any, said: Sequence[object], word: str) -> None:
        if said:
            _twice(self.r, item, word)

    def _set(self, item: nodes.SetValue) -> None:
        name = item.name.text
        if name in self.known:
            place = tuple(Label(value.span, "first set here") for value in self.sets if value.name == name)
            message = f"`{name}` is set twice"
            self.r.draft.found(DUPLICATE.at(item.name.span, message, "set again", "rename one", place))
        self.sets.append(_set_value(self.here(), item))
        self.known[name] = self.sets[-1].type


def _twice(r: Resolver, item: Any, word: str) -> None:
    r.draft.found(SAID_TWICE.at(item.span, f"`{word}` is said twice", "said again", "take one out"))


def _set_value(r: Resolver, item: nodes.SetValue) -> model.SetValue:
    type_ = type_of(r.draft, item.type)
    return model.SetValue(item.name.text, type_, r.value(item.value), item.span)


def _verdict(r: Resolver, node: nodes.Verdict) -> model.Verdict:
    condition = r.condition(node.condition)
    return model.Verdict(
        outcome=node.outcome.text,
        condition=condition,
        reason=node.because.reason.value if node.because and node.because.reason else "",
        cause=node.because.cause.text if node.because and node.because.cause else "",
        names_status=_names_status(condition),
        span=node.span,
    )


def _names_status(term: Term) -> bool:
    own = isinstance(term, Answer) and term.kind in ("status", "status_class")
    return own or any(_names_status(child) for child in children(term))


def _bids(r: Resolver, node: nodes.Bids) -> model.Bids:
    reader = _Reader(r, dict(r.scope.sets), [], [], [], [], None)
    for item in node.items:
        reader.read(item)
    if not any(name == "bid" for name, _ in reader.values):
        help = 'write `bid "price"` in each of the bids'
        message = "none of these bids says an amount"
        r.draft.found(BIDS_WITHOUT_BID.at(node.span, message, "nothing to choose by", help))
    return model.Bids(path(r.draft, node.path), tuple(reader.values), tuple(reader.sets), node.span)
