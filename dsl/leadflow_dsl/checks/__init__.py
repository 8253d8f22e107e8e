"""Checks on the whole flow, once it is built: each a function in a file of its subject.

A check takes the flow as far as it could be built, and the draft, and gives findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from leadflow_dsl.checks.body_conforms import body_conforms
from leadflow_dsl.checks.body_shapes import body_shapes
from leadflow_dsl.checks.caps import caps
from leadflow_dsl.checks.costs import paid_for_every_lead, sold_below_cost
from leadflow_dsl.checks.deadlines import deadlines
from leadflow_dsl.checks.dedupes import dedupes
from leadflow_dsl.checks.ends import ends
from leadflow_dsl.checks.fixed_texts import fixed_texts
from leadflow_dsl.checks.forms import kept_long_enough, shared_caps, sources, stages, trade
from leadflow_dsl.checks.hours import call_windows, hours
from leadflow_dsl.checks.logic import logic
from leadflow_dsl.checks.lookups import circular_lookups
from leadflow_dsl.checks.name_style import name_style
from leadflow_dsl.checks.opposites import opposites
from leadflow_dsl.checks.policies import policies
from leadflow_dsl.checks.privacy import personal_in_ping
from leadflow_dsl.checks.readers import paid_early
from leadflow_dsl.checks.retries import unsafe_retries
from leadflow_dsl.checks.routing import auctions, bids, fallbacks, never_routed, unreachable_prices
from leadflow_dsl.checks.sharing import exclusives, reserves, twice
from leadflow_dsl.checks.template_secrets import template_secrets
from leadflow_dsl.checks.unused import unused, unused_data
from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Flow

CHECKS: Final[tuple[Callable[[Flow, Draft], Iterable[Diagnostic]], ...]] = (
    unused,
    unused_data,
    never_routed,
    auctions,
    bids,
    fallbacks,
    unreachable_prices,
    circular_lookups,
    paid_for_every_lead,
    sold_below_cost,
    unsafe_retries,
    body_shapes,
    fixed_texts,
    body_conforms,
    personal_in_ping,
    shared_caps,
    trade,
    stages,
    policies,
    sources,
    kept_long_enough,
    logic,
    caps,
    hours,
    call_windows,
    dedupes,
    deadlines,
    paid_early,
    exclusives,
    reserves,
    twice,
    ends,
    opposites,
    template_secrets,
    name_style,
)
