"""An e-mail as a request with its answer: what the mail server says is read by its status, as of any call."""

from __future__ import annotations

import datetime
from typing import Final

from leadflow_dsl import model
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.terms import Answer, Term, Text
from leadflow_dsl.types import BOOLEAN, TEXT

METHOD: Final = "MAIL"
"""What stands for a request's method."""
TIMEOUT: Final = datetime.timedelta(seconds=30)
"""A mail server may well look a while before it says yes."""
VERDICTS: Final = (("accepted", "2xx"), ("retry", "4xx"), ("rejected", "5xx"))
"""What a status of SMTP means: a refusal for now (4xx) and one for good (5xx), both before anything is taken."""


def mail(to: Term | None, subject: Term | None, body: model.Body | None, span: Span) -> model.Leg:
    """A mail to these addresses, without a body where a file is added later."""
    said = (("To", to), ("Subject", subject))
    headers = tuple((name, term) for name, term in said if term is not None)
    request = model.Request(
        METHOD, Text(("mailto:",), TEXT, span), (), headers, (), TIMEOUT, body=body, span=span
    )
    return model.Leg(request, _answer(span), span)


def _answer(span: Span) -> model.Response:
    verdicts = tuple(
        model.Verdict(outcome, Answer("status_class", name, BOOLEAN, span), names_status=True, span=span)
        for outcome, name in VERDICTS
    )
    return model.Response(
        "text", verdicts, values=(("reason", Answer("header", "Reason", TEXT, span)),), span=span
    )
