"""A buyer's deliveries that are not one request with its answer, and the verdicts that come later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from leadflow_dsl import model, nodes
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.meaning.bodies import body
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.limits import longer_than_nothing, whole
from leadflow_dsl.meaning.mail import mail
from leadflow_dsl.meaning.places import DELIVERED
from leadflow_dsl.meaning.requests import TIMEOUTS, Said, leg, request, said
from leadflow_dsl.meaning.responses import response
from leadflow_dsl.meaning.verification import verification
from leadflow_dsl.rules.conditions import MISMATCH, VALUE
from leadflow_dsl.rules.exchanges import NO_TRIGGER, TOO_RARE
from leadflow_dsl.rules.names import NOT_HERE
from leadflow_dsl.rules.requests import NO_REQUEST, SAID_TWICE
from leadflow_dsl.terms import Const, Term, Text, reads
from leadflow_dsl.types import TEXT, described, kind

OF_A_LEAD: Final = frozenset(
    ("field", "result", "step", "score", "buyer", "ping", "lead", "source", "random", "extra")
)
"""Reads that only a lead can answer."""
_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def inquire(r: Resolver, node: nodes.Inquire) -> model.Inquire | None:
    """``inquire { every D up to D  request  response }``; None after a finding."""
    every = next((item for item in node.items if isinstance(item, nodes.InquireEvery)), None)
    here = r.at(r.scope.having(DELIVERED))
    found = leg(here, said(here, node.items), "inquire", node.span)
    if every is None:
        help = "write `every 5s up to 2m`"
        message = "this `inquire` does not say how often it asks"
        r.draft.found(VALUE.at(node.span, message, "", help))
        return None
    pause = longer_than_nothing(r.draft, every.interval, "the time between two inquiries")
    not_longer(r, every.interval, every.up_to)
    return model.Inquire(pause, every.up_to.value, found, node.span) if found else None


def not_longer(r: Resolver, every: nodes.Duration, up_to: nodes.Duration) -> None:
    """Report an interval that is longer than the time in which it repeats."""
    if every.value > up_to.value:
        message = f"`every {every.raw}` does not fit into {up_to.raw}"
        help = "turn them round, or make the whole time longer"
        r.draft.found(TOO_RARE.at(every.span, message, "over before it begins", help))


def callback(r: Resolver, node: nodes.Callback) -> model.Callback | None:
    """``callback { verify ...  response { ... } }``; None after a finding."""
    checks = tuple(verification(r, item) for item in node.items if not isinstance(item, nodes.Response))
    answers = [item for item in node.items if isinstance(item, nodes.Response)]
    for again in answers[1:]:
        r.draft.found(SAID_TWICE.at(again.span, "`response` is said twice", "said again", "take one out"))
    if not answers:
        help = 'write `response form { reference "id"  accepted when "status" == "ok"  otherwise rejected }`'
        r.draft.found(NO_REQUEST.at(node.span, "this callback does not say how a call is read", "", help))
        return None
    return model.Callback(response(r, answers[0], "callback"), checks, span=node.span)


# ------------------------------------------------------------------ batches and mail


def batch(r: Resolver, node: nodes.DeliverBatch) -> model.Batch | None:
    """``deliver batch { ... }``; None after a finding without which there is no batch."""
    every, at, size = (_one(r, node, kind) for kind in (nodes.BatchEvery, nodes.BatchAt, nodes.BatchSize))
    to, subject = _mail(r, node)
    block = said(r, node.items)
    if not (every or at or size):
        help = "write `every 60m`, `at 18:00` or `size 500`"
        r.draft.found(NO_TRIGGER.at(node.span, "nothing says when this batch is sent", "", help))
    if block.retry is not None:
        help = "take it out: a file that is not taken is sent again by itself, ever later"
        r.draft.found(NO_REQUEST.at(block.retry.span, "a batch has no `retry`", "", help))
    if block.body is None or (block.method is None and to is None):
        lacks = (
            "what is sent: `body csv { ... }`"
            if block.body is None
            else 'where to: `put "sftp://..."` or `to "..."`'
        )
        r.draft.found(NO_REQUEST.at(node.span, "this batch sends nothing", "", f"say {lacks}"))
        return None
    for term in (to, subject):
        _no_lead(r, (term,) if term else ())
    return model.Batch(
        body=body(r.at(r.scope.in_request()), block.body, "batch"),
        every=longer_than_nothing(r.draft, every.interval, "the time between two batches") if every else None,
        at=tuple(clock.value for clock in at.times) if at else (),
        size=whole(r.draft, size.leads, "a number of leads") if size else None,
        leg=_sent_whole(r, block, node.span) or mail(to, subject, None, node.span),
        span=node.span,
    )


def _one(r: Resolver, node: Any, kind_: type) -> Any:
    found: list[Any] = [item for item in node.items if isinstance(item, kind_)]
    for again in found[1:]:
        r.draft.found(SAID_TWICE.at(again.span, "this is said twice", "said again", "take one out"))
    return found[0] if found else None


def _sent_whole(r: Resolver, block: Any, span: Span) -> model.Leg | None:
    """The request that carries a batch: only its body knows the leads."""
    if block.method is None:
        return None
    sent = request(r, replace(block, body=None), block.method, TIMEOUTS["batch"], span, "batch")
    _no_lead(r, (sent.url, *(value for _, value in sent.headers), *(pair.right for pair in sent.query)))
    answer = response(r, block.response, "deliver") if block.response else model.Response()
    return model.Leg(sent, answer, span)


def _no_lead(r: Resolver, terms: tuple[Term, ...]) -> None:
    for read in (read for term in terms for read in reads(term) if read.kind in OF_A_LEAD):
        message = f"`{r.draft.text_at(read.span)}` is of one lead, and a batch has many"
        r.draft.found(NOT_HERE.at(read.span, message, "", "what is of a lead stands in the body"))


def email(r: Resolver, node: nodes.DeliverEmail) -> model.EmailDelivery | None:
    """``deliver email { to EXPR  subject EXPR  body text ... }``; None after a finding."""
    to, subject = _mail(r, node)
    block = said(r, node.items)
    for item in _of_http(block):
        help = "a mail has `to`, `subject` and `body text`"
        r.draft.found(NO_REQUEST.at(item.span, "this belongs to a request, not to an e-mail", "", help))
    if to is None or subject is None or block.body is None:
        lacks = [
            word
            for word, term in (("to", to), ("subject", subject), ("body text", block.body))
            if term is None
        ]
        message = f"this e-mail has no {' and no '.join(f'`{word}`' for word in lacks)}"
        r.draft.found(
            NO_REQUEST.at(node.span, message, "", 'write `to "leads@acme.example"  subject "A lead"`')
        )
        return None
    written = body(r.at(r.scope.in_request()), block.body, "email")
    return model.EmailDelivery(mail(to, subject, written, node.span), node.span)


def _of_http(block: Said) -> Iterator[Any]:
    one = (block.method, block.query, block.timeout, block.retry, block.idempotency, block.follow)
    several: tuple[Any, ...] = (*one, *block.headers, *block.auth)
    yield from (item for item in several if item is not None)


def _mail(r: Resolver, node: nodes.DeliverBatch | nodes.DeliverEmail) -> tuple[Term | None, Term | None]:
    here = r.at(r.scope.in_request())
    to, subject = _one(r, node, nodes.EmailTo), _one(r, node, nodes.EmailSubject)
    terms = [here.value(item.value, TEXT) if item else None for item in (to, subject)]
    for item, term in zip((to, subject), terms, strict=True):
        if term is not None and kind(term.type).group not in ("text", "any"):
            message = f"a text stands here, not a value of type {described(term.type)}"
            r.draft.found(MISMATCH.at(item.value.span, message, "", "`text(...)` writes a value as a text"))
    if terms[0] is not None:
        check_address(r, terms[0])
    return terms[0], terms[1]


def check_address(r: Resolver, term: Term) -> None:
    """Report a fixed text that is no address of e-mail."""
    written = _fixed(term)
    if written is not None and not all(_ADDRESS.fullmatch(one.strip()) for one in written.split(",")):
        help = 'write `"leads@acme.example"`; several are parted by commas'
        r.draft.found(VALUE.at(term.span, f"`{written}` is no e-mail address", "", help))


def _fixed(term: Term) -> str | None:
    """The text that a term always is; None where a lead decides."""
    match term:
        case Const(value=str() as written):
            return written
        case Text(pieces=pieces) if all(isinstance(piece, str) for piece in pieces):
            return "".join(str(piece) for piece in pieces)
        case _:
            return None
