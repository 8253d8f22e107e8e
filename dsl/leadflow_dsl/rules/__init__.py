"""All rules by code. A page (``leadflow explain``), a severity and two tests come from each record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from leadflow_dsl.rules import (
    buyers,
    conditions,
    contradictions,
    exchanges,
    excuses,
    forms,
    limits,
    names,
    requests,
    responses,
    routes,
    schemas,
    scores,
    sharing,
    syntax,
    templates,
    trade,
    unbuilt,
)
from leadflow_dsl.rules.rule import Rule

_GROUPS: Final = (
    syntax,
    names,
    conditions,
    contradictions,
    requests,
    responses,
    templates,
    schemas,
    buyers,
    routes,
    limits,
    sharing,
    forms,
    scores,
    trade,
    exchanges,
    excuses,
    unbuilt,
)

RULES: Final[Mapping[str, Rule]] = dict(
    sorted((rule.code, rule) for group in _GROUPS for rule in group.RULES)
)
"""Rules in the order of their codes."""


def rule_of(word: str) -> Rule | None:
    """A rule by its code (``LF203``) or its name, in any case; None where there is none."""
    wanted = word.strip()
    found = RULES.get(wanted.upper())
    return found or next((rule for rule in RULES.values() if rule.name == wanted.lower()), None)


def nearest_rules(word: str) -> str:
    """What a word that names no rule was probably meant to be: ``LF203 (unknown-name)``; empty where nothing is near.

    A code is near where two of its digits stand in the other's place, or where it goes on what is written; other codes
    name other rules.
    """
    wanted = word.strip()
    return " or ".join(f"{RULES[code].code} ({RULES[code].name})" for code in _near(wanted)[:MOST_NEAR])


MOST_NEAR: Final = 4
"""Rules that are offered for a word that names none."""


def _near(word: str) -> list[str]:
    """Codes of the rules that a word may mean, the likeliest first."""
    code = word.upper()
    swapped = [known for known in RULES if sorted(known) == sorted(code)]
    begun = [
        known
        for known in RULES
        if re.fullmatch(r"(?:LF)?\d+", code) and known[2:].startswith(code.lstrip("LF"))
    ]
    if swapped or begun:
        return swapped or begun
    names = {rule.name: rule.code for rule in RULES.values()}
    whole = get_close_matches(word.lower(), list(names), 1, 0.75)
    if whole:
        return [names[name] for name in whole]
    words = {part for name in names for part in name.split("-")}
    parts = get_close_matches(word.lower(), sorted(words), 1, 0.75)
    holding = [names[name] for part in parts for name in names if part in name.split("-")]
    return holding or [names[name] for name in get_close_matches(word.lower(), list(names), 1, 0.6)]


__all__ = ["RULES", "Rule", "nearest_rules", "rule_of"]
