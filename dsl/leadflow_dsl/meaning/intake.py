"""What a source says of the calls that bring its leads: its ping, what is fetched, replied and posted back."""

from __future__ import annotations

from typing import Final

from leadflow_dsl import model, nodes
from leadflow_dsl.meaning.bodies import body
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.limits import longer_than_nothing, whole
from leadflow_dsl.meaning.places import ANSWERED_PING, CONVERTED, PAYLOAD, RESULT, RETURNED
from leadflow_dsl.meaning.requests import leg, said
from leadflow_dsl.meaning.scope import Scope
from leadflow_dsl.meaning.suggestions import did_you_mean
from leadflow_dsl.meaning.verification import not_yet
from leadflow_dsl.rules.conditions import VALUE
from leadflow_dsl.rules.names import UNKNOWN
from leadflow_dsl.rules.requests import SAID_TWICE
from leadflow_dsl.terms import Term

AFTERWARDS = Scope().having(PAYLOAD, RESULT)
"""When a source is answered, everything has run."""
TOLD: Final = {"returned": RETURNED, "converted": CONVERTED}
"""The words that a postback has by what it tells of."""


def source_ping(r: Resolver, node: nodes.SourcePing) -> model.SourcePing:
    """``ping { fields a, b  hold D }``."""
    fields: dict[str, None] = {}
    hold = None
    for item in node.items:
        if isinstance(item, nodes.PingHold):
            if hold is not None:
                r.draft.found(SAID_TWICE.at(item.span, "`hold` is said twice", "said again", "take one out"))
            hold = longer_than_nothing(r.draft, item.length, "how long an offer stands")
        else:
            fields.update((name.text, None) for name in item.names if _is_field(r, name))
    return model.SourcePing(tuple(fields), hold, node.span)


def _is_field(r: Resolver, name: nodes.Name) -> bool:
    symbol = r.draft.words.get(name.text)
    if symbol is not None and symbol.kind == "field":
        return True
    fields = [word for word, known in r.draft.words.items() if known.kind == "field"]
    help = did_you_mean(name.text, fields, r.draft)
    message = f"unknown field `{name.text}`"
    r.draft.found(UNKNOWN.at(name.span, message, "not declared in `lead`", help))
    return False


def fetch(r: Resolver, node: nodes.Fetch) -> model.Leg | None:
    """``fetch { request }``: what came is at hand, the lead is not; None after a finding."""
    found = leg(r, said(r, node.items), "fetch", node.span)
    if found is not None:
        not_yet(r, _terms(found.request))
    return found


def _terms(request: model.Request) -> tuple[Term, ...]:
    """What a request is made of, but for its templates."""
    pairs = (*request.query, *(request.body.pairs if request.body else ()))
    return (request.url, *(value for _, value in request.headers), *(pair.right for pair in pairs))


def reply(r: Resolver, node: nodes.Reply) -> model.Reply:
    """``reply [on ping | on callback] [status N] KIND BODY``."""
    on = node.on.text if node.on else ""
    here = r.at(AFTERWARDS.having(ANSWERED_PING).in_reply())
    return model.Reply(body(here, node, "reply"), on, _status(r, node.status), node.span)


def _status(r: Resolver, node: nodes.Number | None) -> int:
    if node is None:
        return 200
    status = whole(r.draft, node, "a status")
    if not 200 <= status <= 599:
        r.draft.found(VALUE.at(node.span, f"`{node.raw}` is no status of an answer", "", "200 to 599"))
    return status


def postback(r: Resolver, node: nodes.Postback) -> tuple[model.Postback, ...]:
    """``postback on EVENTS { request  response }``; nothing after a finding."""
    events = tuple(name.text for name in node.events)
    for place, name in enumerate(node.events):
        if name.text in events[:place]:
            r.draft.found(
                SAID_TWICE.at(name.span, f"`{name.text}` is said twice", "said again", "take one out")
            )
    told = [words for event, words in TOLD.items() if event in events]
    here = r.at(AFTERWARDS.having(*told))
    found = leg(here, said(here, node.items), "postback", node.span)
    return (model.Postback(events, found, node.span),) if found else ()
