"""Stages, and what stands around them."""

from __future__ import annotations

from typing import TypeAlias

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.model.limits import Duration
from leadflow_dsl.model.steps import Deliver, Enhance, Filter, Score
from leadflow_dsl.terms import Term
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class OrderKey:
    """``price desc``, ``acceptance_rate(30d)``, a score's name, ``round_robin`` ... ``window`` is how far back
    ``acceptance_rate`` looks."""

    name: str
    window: Duration | None = None
    descending: bool = True
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Stage:
    """``waterfall | auction | multisell | fallback BUYERS { options }``.

    ``buyers`` is in written order, tags expanded, each once. ``where`` applies to each of them. ``sell_low`` and
    ``sell_high`` are ``sell 2 to 3`` (0, 0 where unsaid). ``id`` is the effect keys' name: ``route.2``.
    """

    kind: str
    buyers: tuple[str, ...]
    where: Term | None = None
    order: tuple[OrderKey, ...] = ()
    window: Duration | None = None
    reserve: Term | None = None
    sell_low: int = 0
    sell_high: int = 0
    min_margin: Term | None = None
    timeout: Duration | None = None
    reping: bool = False
    again: bool = False
    id: str = ""
    written: str = ""  # "waterfall tag first_look": the words, for the trace
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class BestOf:
    """``best of { STAGE STAGE }``."""

    stages: tuple[Stage | BestOf, ...]
    id: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class If:
    """``if C { ... } else { ... }``; an ``else if`` is an ``If`` alone in ``otherwise``. ``written`` is C's text."""

    condition: Term
    then: tuple[RouteItem, ...]
    otherwise: tuple[RouteItem, ...]
    id: str = ""
    written: str = ""
    span: Span = NOWHERE


RouteItem: TypeAlias = Stage | BestOf | If


@dataclass(frozen=True, slots=True)
class Unsold:
    """``unsold hold up to D retry every D``: ``every`` None: tried again only at the end."""

    up_to: Duration
    every: Duration | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A route step. ``name`` is ``route`` for the first, ``route_2`` ... for further ones. After ``timeout`` no further
    buyer is begun with, in whichever stage."""

    name: str
    items: tuple[RouteItem, ...]
    title: str = ""
    when: Term | None = None
    unsold: Unsold | None = None
    on_unsold: tuple[str, ...] = ()
    timeout: Duration | None = None
    span: Span = NOWHERE


Step: TypeAlias = Enhance | Filter | Score | Route | Deliver
