"""Deliveries that are not one request with its answer, and verdicts that come later."""

from __future__ import annotations

import datetime

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.model.intake import Verification
from leadflow_dsl.model.limits import Duration
from leadflow_dsl.model.requests import Body
from leadflow_dsl.model.responses import Leg, Response
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Inquire:
    """``inquire { every D up to D  request  response }``: what became of a lead is asked until a verdict comes."""

    every: Duration
    up_to: Duration
    leg: Leg
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Callback:
    """``callback { verify ...  response { ... } }``: the buyer calls with the verdict. ``response.values`` holds the
    ``reference`` by which the lead is found, unless the buyer was sent ``callback.url`` (``by_url``)."""

    response: Response
    verify: tuple[Verification, ...] = ()
    by_url: bool = False
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class PendingEnds:
    """``pending ends after D as rejected | accepted``."""

    after: Duration
    outcome: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Batch:
    """``deliver batch``: leads are collected and sent together, when the first of ``every``, ``at`` (local time of
    the buyer) and ``size`` (leads) comes. ``leg`` carries the file (its method is MAIL where it goes by mail); the
    body's pairs are a row."""

    body: Body
    leg: Leg
    every: Duration | None = None
    at: tuple[datetime.time, ...] = ()
    size: int | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class EmailDelivery:
    """``deliver email { to EXPR  subject EXPR  body text ... }``: accepted when the mail server takes it. ``leg`` is
    the mail as a request: its method is MAIL, ``To`` and ``Subject`` are its headers."""

    leg: Leg
    span: Span = NOWHERE
