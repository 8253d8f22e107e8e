"""Routes: stages, their options, and the branches around them."""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.nodes.base import Duration, Name, Number, Text
from leadflow_dsl.nodes.expressions import Expression
from leadflow_dsl.nodes.limits import Hold, When
from leadflow_dsl.nodes.wire import Timeout
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class TagRef:
    """``tag first_look`` among buyers, or as an assertion's subject."""

    name: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OrderKey:
    """``price desc``, ``acceptance_rate(30d)``. direction: asc, desc or None."""

    name: Name
    window: Duration | None
    direction: Name | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OrderBy:
    """``order by priority, price desc``."""

    keys: tuple[OrderKey, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Window:
    """``window 750ms``."""

    length: Duration
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Reserve:
    """``reserve 8.00``."""

    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Sell:
    """``sell 3``, ``sell 2 to 3``."""

    low: Number
    high: Number | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class MinMargin:
    """``min margin 2.00``."""

    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Reping:
    """``reping``."""

    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Again:
    """``again``."""

    span: Span = field(default=NOWHERE, compare=False)


StageOption: TypeAlias = OrderBy | Window | Reserve | Sell | MinMargin | Timeout | Reping | Again


@dataclass(frozen=True, slots=True)
class Options:
    """``{ options }`` of a stage."""

    items: tuple[StageOption, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Stage:
    """``waterfall | auction | multisell | fallback BUYERS where C { options }``."""

    kind: Name
    buyers: tuple[Name | TagRef, ...]
    where: Expression | None
    options: Options | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BestOf:
    """``best of { STAGE STAGE }``."""

    stages: tuple[Stage | BestOf, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Branch:
    """``{ items }`` of an ``if`` or an ``else``."""

    items: tuple[RouteItem, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class If:
    """``if C { ... } else ...``; an ``else if`` is an ``If`` in ``otherwise``."""

    condition: Expression
    then: Branch
    otherwise: If | Branch | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Unsold:
    """``unsold hold up to D retry every D``."""

    hold: Hold
    every: Duration | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OnUnsold:
    """``on unsold { deliver NAME }``."""

    delivers: tuple[Name, ...]
    span: Span = field(default=NOWHERE, compare=False)


RouteItem: TypeAlias = (
    When | Reserve | MinMargin | Timeout | Reping | Again | Stage | BestOf | If | Unsold | OnUnsold
)


@dataclass(frozen=True, slots=True)
class Route:
    """``route "Title" { ... }``."""

    title: Text | None
    items: tuple[RouteItem, ...]
    span: Span = field(default=NOWHERE, compare=False)
