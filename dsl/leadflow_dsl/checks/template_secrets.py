"""Secrets that templates put into a body: ``auth body KEY env NAME`` and ``{{ auth.KEY }}`` go together."""

from __future__ import annotations

from collections.abc import Iterator

from leadflow_dsl.checks.template_reads import Templates
from leadflow_dsl.checks.terms_walk import records_of
from leadflow_dsl.diagnostics import Diagnostic, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.suggestions import did_you_mean, listed
from leadflow_dsl.model import Flow, Request
from leadflow_dsl.rules.templates import AUTH


def template_secrets(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Templates that read a secret which their request does not have, and secrets that no template sends."""
    templates, seen = Templates(draft), set[Span]()
    for request in records_of((flow.sources, flow.steps, flow.named_delivers, flow.buyers)):
        if isinstance(request, Request) and request.body is not None and request.span not in seen:
            seen.add(request.span)
            if request.body.template or request.body.inline:
                yield from _in_request(request, templates)


def _in_request(request: Request, templates: Templates) -> Iterator[Diagnostic]:
    known = {auth.name: auth for auth in request.auth if auth.kind == "body"}
    readings = list(templates.readings(request.body))
    read: set[str] = set()
    for use in (use for reading in readings for use in reading.auth):
        key = ".".join(use.path[1:])
        read.add(key)
        if key not in known:
            message = f"this request has no secret `{key}`" if key else "`auth` is no value of its own"
            ways = (
                f"write `auth body {key or 'KEY'} env NAME` beside the body",
                *did_you_mean(key, known),
                *((f"it has {listed(f'auth.{name}' for name in known)}",) if known else ()),
            )
            yield AUTH.at(use.span, message, "no `auth body` of this key", ways)
    for key, auth in known.items() if readings and not any(reading.flaws for reading in readings) else ():
        if key not in read:
            help = f"write `{{{{ auth.{key} }}}}` in the template, where it belongs"
            yield AUTH.at(auth.span, f"the template never sends the secret `{key}`", "not sent", help)
