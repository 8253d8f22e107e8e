"""What a flow says about itself: time zone, currency, country, what to do in doubt."""

from __future__ import annotations

import zoneinfo
from typing import Any, Final

from leadflow_dsl import nodes
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.limits import longer_than_nothing, on_doubt
from leadflow_dsl.meaning.suggestions import did_you_mean
from leadflow_dsl.rules.conditions import VALUE
from leadflow_dsl.rules.requests import SAID_TWICE


def build_head(draft: Draft) -> None:
    """Fill the flow's own settings."""
    seen: set[type] = set()
    for item in draft.own_items():
        if type(item) not in _SETTINGS:
            continue
        if type(item) in seen:
            draft.found(SAID_TWICE.at(_span(item), "this is said twice", "said again", "take one out"))
        seen.add(type(item))
        _SETTINGS[type(item)](draft, item)


def _span(item: Any) -> Any:
    return item.span


def zone_of(draft: Draft, node: nodes.Timezone) -> str:
    """A time zone's name; ``UTC`` after a finding where there is no such zone."""
    name = node.zone.value
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = zoneinfo.available_timezones()
        help = did_you_mean(name.replace(" ", "_"), known) or _ending(name, known)
        message = f"there is no time zone `{name}`"
        draft.found(VALUE.at(node.zone.span, message, "no name of the IANA data", help))
        return "UTC"
    return name


def _ending(name: str, known: set[str]) -> tuple[str, ...]:
    city = "/" + name.strip().replace(" ", "_").lower()
    found = sorted(zone for zone in known if zone.lower().endswith(city))
    return (f"did you mean `{found[0]}`?",) if found else ("names are such as `America/New_York`",)


def _zone(draft: Draft, node: nodes.Timezone) -> None:
    draft.timezone = zone_of(draft, node)


def _currency(draft: Draft, node: nodes.Currency) -> None:
    code = node.code.text
    if len(code) != 3 or not code.isupper():
        draft.found(VALUE.at(node.code.span, f"`{code}` is no currency", "", "write its code: `USD`"))
    draft.currency = code


def _country(draft: Draft, node: nodes.Country) -> None:
    code = node.code.text
    if len(code) != 2 or not code.isupper():
        draft.found(VALUE.at(node.code.span, f"`{code}` is no country", "", "write its code: `US`"))
    draft.country = code


def _doubt(draft: Draft, node: nodes.OnDoubt) -> None:
    draft.on_doubt = on_doubt(node)


def _retain(draft: Draft, node: nodes.Retain) -> None:
    draft.retain = longer_than_nothing(draft, node.length, "how long leads are kept")


_SETTINGS: Final[dict[type, Any]] = {
    nodes.Timezone: _zone,
    nodes.Currency: _currency,
    nodes.Country: _country,
    nodes.OnDoubt: _doubt,
    nodes.Retain: _retain,
}
