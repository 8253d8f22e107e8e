"""All rules by code. A page (``leadflow explain``), a severity and two tests come from each record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leadflow_dsl.rules import (
    buyers,
    conditions,
    names,
    requests,
    responses,
    routes,
    syntax,
    templates,
    unbuilt,
)
from leadflow_dsl.rules.rule import Rule

_GROUPS: Final = (syntax, names, conditions, requests, responses, templates, buyers, routes, unbuilt)

RULES: Final[Mapping[str, Rule]] = dict(
    sorted((rule.code, rule) for group in _GROUPS for rule in group.RULES)
)
"""Rules in the order of their codes."""

__all__ = ["RULES", "Rule"]
