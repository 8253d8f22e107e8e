"""All rules by code. A page (``leadflow explain``), a severity and two tests come from each record."""

from __future__ import annotations

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
    buyers,
    routes,
    limits,
    sharing,
    forms,
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

    A code is near where two of its digits stand in the other's place; other codes name other rules.
    """
    swapped = [code for code in RULES if sorted(code) == sorted(word.strip().upper())]
    near = [RULES[code] for code in swapped] or [
        rule
        for name in get_close_matches(word.strip().lower(), [rule.name for rule in RULES.values()], 1, 0.65)
        if (rule := rule_of(name))
    ]
    return " or ".join(f"{rule.code} ({rule.name})" for rule in near[:2])


__all__ = ["RULES", "Rule", "nearest_rules", "rule_of"]
