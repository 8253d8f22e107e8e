"""Where an answer says price, reference and reason: by values that somebody told, else by name and look."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from leadflow_engine.learning.features import Feature, text_literal
from leadflow_engine.learning.rules import Seen
from leadflow_engine.response import convert

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "price": ("price", "payout", "bid", "max_bid", "cost", "amount", "commission", "revenue"),
    "reference": (
        "lead_id",
        "leadid",
        "ping_id",
        "pingid",
        "id",
        "transaction_id",
        "transactionid",
        "uuid",
        "postid",
    ),
    "reason": (
        "reason",
        "error",
        "errors",
        "message",
        "msg",
        "error_description",
        "details",
        "description",
        "info",
    ),
}
"""How receivers call them, the commonest first."""

_LOOKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "price": lambda text: convert.amount(text, "US") is not None,
    "reference": lambda text: bool(re.fullmatch(r"[\w.:*-]{1,80}", text)),
    "reason": bool,
}
MOST_PLACES: Final = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is read. ``by`` is "value" where told values were found there, "name" where only its name says
    so; ``distinct`` how many different values were found, ``found`` in how many answers; ``instead`` another place that
    fits as well."""

    value: str
    asked: str
    by: str
    found: int
    distinct: int
    instead: str = ""


def find_place(value: str, seen: Sequence[Seen]) -> Place | None:
    """Where the answers say ``price``, ``reference`` or ``reason``; None where nothing looks like it."""
    told = [one for one in seen if one.sample.known.get(value)]
    places = _by_value(value, told, seen) if told else _by_name(value, seen)
    if not places:
        return None
    chosen, instead = places
    having = [one for one in seen if any(asked in one.features for asked in chosen)]
    texts = {one.features[asked].text for one in having for asked in chosen if asked in one.features}
    return Place(value, _joined(chosen, seen), "value" if told else "name", len(having), len(texts), instead)


def _by_value(value: str, told: Sequence[Seen], seen: Sequence[Seen]) -> tuple[list[str], str] | None:
    """The fewest places that give the told values, those that never give another first."""
    chosen: list[tuple[int, str]] = []
    instead, left = "", list(told)
    while left and len(chosen) < MOST_PLACES:
        ranked = sorted(_ranked(value, left, seen))
        if not ranked:
            break
        rank, asked = ranked[0]
        if not chosen and len(ranked) > 1 and ranked[1][0][:2] == rank[:2]:
            instead = ranked[1][1]
        chosen.append((rank[1], asked))
        left = [one for one in left if not _same(value, one, asked)]
    return ([asked for _, asked in sorted(chosen, key=lambda one: one[0])], instead) if chosen else None


def _ranked(
    value: str, left: Sequence[Seen], seen: Sequence[Seen]
) -> list[tuple[tuple[int, int, int, int], str]]:
    found = []
    for asked in dict.fromkeys(asked for one in left for asked in one.features):
        right = sum(_same(value, one, asked) for one in left)
        wrong = sum(
            asked in one.features and value in one.sample.known and not _same(value, one, asked)
            for one in seen
        )
        if right:
            feature = next(one.features[asked] for one in left if asked in one.features)
            found.append(((wrong - right, wrong, _place_in_names(value, feature), len(asked)), asked))
    return found


def _same(value: str, one: Seen, asked: str) -> bool:
    feature, known = one.features.get(asked), one.sample.known.get(value, "")
    if feature is None:
        return False
    if value == "price":
        return convert.amount(convert.text(feature.raw), "US") == convert.amount(known, "US") or (
            not known and _zero(feature)
        )
    return feature.text == known.strip().casefold()


def _zero(feature: Feature) -> bool:
    return convert.amount(convert.text(feature.raw), "US") in {None, Decimal(0)}


def _place_in_names(value: str, feature: Feature) -> int:
    names = NAMES[value]
    return names.index(feature.name) if feature.name in names else len(names)


def _by_name(value: str, seen: Sequence[Seen]) -> tuple[list[str], str] | None:
    found: dict[str, tuple[int, int, int]] = {}
    for asked in dict.fromkeys(asked for one in seen for asked in one.features):
        having = [one.features[asked] for one in seen if asked in one.features]
        place = _place_in_names(value, having[0])
        if place < len(NAMES[value]) and all(
            _LOOKS[value](convert.text(one.raw)) for one in having if one.text
        ):
            found[asked] = (place, -len(having), len(asked))
    ranked = sorted(found, key=found.__getitem__)
    instead = ranked[1] if len(ranked) > 1 and found[ranked[0]][:2] == found[ranked[1]][:2] else ""
    return (ranked[:1], instead) if ranked else None


def _joined(chosen: Sequence[str], seen: Sequence[Seen]) -> str:
    """Several paths as one: what the first gives, else the next."""
    features = [next(one.features[asked] for one in seen if asked in one.features) for asked in chosen]
    paths = [one.path for one in features if one.path]
    if len(paths) < 2:
        return chosen[0]
    return text_literal(" || ".join(paths))
