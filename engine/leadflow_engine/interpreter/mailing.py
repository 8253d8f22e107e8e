"""Mails to buyers: how a test lead is told from another."""

from __future__ import annotations

from dataclasses import replace

from leadflow_dsl import model as m
from leadflow_engine.effects import HttpRequest
from leadflow_engine.lead import Lead
from leadflow_engine.mapping.bodies import text_of
from leadflow_engine.texts.leaves import leaf

SUBJECT = "Subject"


def marked(buyer: m.Buyer, lead: Lead, request: HttpRequest) -> HttpRequest:
    """The mail of a test lead: what ``test { field "subject" = "..." }`` says stands before its subject."""
    if buyer.email is None or not lead.test:
        return request
    said = " ".join(text_of(leaf(one.value, lead, "text")) for one in buyer.test_fields)
    headers = tuple(
        (name, f"{said} {value}" if name == SUBJECT else value) for name, value in request.headers
    )
    return replace(request, headers=headers)
