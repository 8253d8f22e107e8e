"""Personal values in a ping, which goes to buyers that may never buy the lead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Body, Buyer, Field, Flow, Request
from leadflow_dsl.rules.requests import SENSITIVE_PING
from leadflow_dsl.terms import Call, Read, Term, children
from leadflow_dsl.types import kind

IDENTIFYING: Final = {
    "email": ("", "raw", "user"),
    "phone": ("", "raw", "e164", "national", "digits", "line"),
    "first_name": ("", "raw"),
    "last_name": ("", "raw"),
    "street": ("", "raw"),
    "ssn": ("", "raw", "last_four"),
}
"""Parts that tell who somebody is, by type."""
HIDING: Final = ("sha256", "md5", "mask", "years_since", "days_since")
"""Functions after which nobody can tell who it was."""


def personal_in_ping(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """What a ping's mapping sends that identifies a person."""
    fields = {field.name: field for field in flow.fields}
    for buyer in flow.buyers:
        if buyer.ping is None or buyer.deliver is None:
            continue  # a ping that is itself the sale sends what a post would
        for term in _sent(buyer.ping.request):
            for read in _bare_reads(term):
                if read.kind == "field" and _tells(fields[read.name], read.part):
                    yield _personal(buyer, read)


def _sent(request: Request) -> Iterator[Term]:
    body = request.body or Body("")
    yield from (pair.right for pair in (*request.query, *body.pairs))
    yield from (value for _, value in request.headers)
    yield request.url


def _bare_reads(term: Term) -> Iterator[Read]:
    if isinstance(term, Read):
        yield term
    elif not (isinstance(term, Call) and term.name in HIDING):
        for child in children(term):
            yield from _bare_reads(child)


def _tells(field: Field, part: str) -> bool:
    known = IDENTIFYING.get(field.type.name)
    if known is not None:
        return part in known
    return field.sensitive and part not in (*kind(field.type).open_parts, "valid")


def _personal(buyer: Buyer, read: Read) -> Diagnostic:
    name = f"{read.name}.{read.part}" if read.part else read.name
    message = f"the ping to `{buyer.name}` tells who the lead is: `{name}`"
    help = (
        "send it in the `deliver`, after the buyer has agreed",
        f"or send what tells less: a part, or `sha256({name})`",
    )
    return SENSITIVE_PING.at(read.span, message, "identifies a person", help)
