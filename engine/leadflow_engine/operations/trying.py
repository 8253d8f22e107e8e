"""Trying a call without a service: what would be read of it, what the door would say, what it would be answered."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.effects import HttpRequest
from leadflow_engine.intake import door
from leadflow_engine.intake.call import Answered, Call, Received
from leadflow_engine.intake.proof import without_secrets
from leadflow_engine.intake.redirects import (
    BadRedirects,
    Redirect,
    allowed_hosts,
    redirect_of,
    with_redirect,
)
from leadflow_engine.intake.replies import Reply, reply_of
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.lead import Lead
from leadflow_engine.mapping import RequestProblem
from leadflow_engine.operations.loading import LoadProblem
from leadflow_engine.operations.receiving import SeenHere, arrivals, receive_from
from leadflow_engine.plan import Plan
from leadflow_engine.secrets import Secrets

_FIRST = re.compile(rb"([A-Z]{3,7}) (\S+) HTTP/\d(?:\.\d)?\r?\n")
_END = re.compile(rb"\r?\n\r?\n")


class NoRequest(ValueError):
    """A text that is no HTTP request."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One lead of a call that was tried. ``problems`` and ``refusal`` are why the door refuses it; ``reply`` is the
    answer then, None where the door takes it. ``fetch`` is the request for a lead that its call only names (or why it
    cannot be made); nothing of such a lead is known here. ``redirect`` is where a browser that posted it would go."""

    lead: Lead
    problems: tuple[str, ...] = ()
    refusal: str = ""
    reply: Reply | None = None
    fetch: HttpRequest | str | None = None
    redirect: Redirect | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """A call that was tried: its leads, or the answer that it got at once (``answered``)."""

    kind: str
    leads: tuple[Tried, ...]
    answered: Answered | None = None


def try_call(plan: Plan, source: m.Source, call: Call, secrets: Secrets | None) -> Trial:
    """What would be read. ``secrets`` None: the call need not prove itself. Nothing is sent, nothing is written."""
    said = source if secrets is not None else replace(source, key=None, verify=())
    found = receive_from(said, call, secrets or Secrets(), SeenHere())
    if isinstance(found, Answered):
        return Trial("", (), found)
    cleaned = [replace(each, own=without_secrets(source, each.own)) for each in found.payloads]
    received = Received(tuple(cleaned), found.kind)
    hosts = hosts_of(plan, source)
    leads = [_tried(plan, source, each, call.received_at) for each in arrivals(plan, source.name, received)]
    return Trial(found.kind, tuple(_redirected(each, found.kind, hosts) for each in leads))


def hosts_of(plan: Plan, source: m.Source) -> tuple[str, ...]:
    """The hosts to which posts of a source may redirect. Raises ``LoadProblem``."""
    try:
        return allowed_hosts(plan.flow.root).get(source.name, ())
    except BadRedirects as problem:
        raise LoadProblem(str(problem)) from None


def _redirected(tried: Tried, kind: str, hosts: tuple[str, ...]) -> Tried:
    redirect = redirect_of(tried.lead.payload, kind, hosts)
    reply = with_redirect(tried.reply, redirect) if tried.reply else None
    return replace(tried, redirect=redirect, reply=reply)


def _tried(plan: Plan, source: m.Source, arrival: Arrival, at: datetime.datetime) -> Tried:
    if source.fetch is not None:
        lead = door.bare_lead(plan, arrival, at, at)
        built = plan.builder(source.fetch).build(lead)
        return Tried(lead, fetch=built.reason if isinstance(built, RequestProblem) else built)
    lead = door.read_lead(plan, arrival, at, at)
    problems = tuple(door.problems(plan, lead))
    refusal = "" if problems else door.refusal(plan, lead)
    reason = "; ".join(problems) or refusal
    reply = reply_of(plan, _refused(lead, reason), lead, ()) if reason else None
    return Tried(lead, problems, refusal, reply)


def _refused(lead: Lead, reason: str) -> Mapping[str, Any]:
    kept = {"cost": Decimal(0), "cost_on": "sale", "test": lead.test}
    return {"lead": kept, "outcome": "refused", "reason": reason, "sales": ()}


# ------------------------------------------------------------------ requests as text


def call_of_text(data: bytes, at: datetime.datetime) -> Call:
    """A call as a text of HTTP: the line with its method, headers, an empty line, the body. Raises ``NoRequest``.

    What stands behind the length that ``Content-Length`` says (an editor's last line end) is cut off.
    """
    first = _FIRST.match(data)
    if first is None:
        raise NoRequest("a request begins with a line such as POST /leads HTTP/1.1")
    rest = data[first.end() :]
    if rest[:1] in {b"\n", b"\r"}:
        head, body = b"", rest.lstrip(b"\r").removeprefix(b"\n")
    else:
        end = _END.search(rest)
        head, body = (rest[: end.start()], rest[end.end() :]) if end else (rest.rstrip(b"\r\n"), b"")
    headers = tuple(header_of(line) for line in head.decode("utf-8", "replace").splitlines())
    length = next((value for name, value in headers if name.lower() == "content-length"), "")
    body = body[: int(length)] if length.isascii() and length.isdigit() and len(length) < 10 else body
    return Call(first[1].decode(), first[2].decode("utf-8", "replace"), headers, body, at)


def header_of(line: str) -> tuple[str, str]:
    """``Name: value``. Raises ``NoRequest``."""
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise NoRequest(f"`{line[:100]}` is no header; write `Content-Type: application/json`")
    return name.strip(), value.strip()


def call_of_body(body: bytes, headers: Sequence[str], query: str, method: str, at: datetime.datetime) -> Call:
    """A call from its parts. Raises ``NoRequest`` for a header that is none."""
    used = method or ("GET" if not body and query else "POST")
    url = f"/?{query.removeprefix('?')}" if query else "/"
    return Call(used, url, tuple(map(header_of, headers)), body, at)
