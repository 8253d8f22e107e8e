"""All rules by code. A page (``leadflow explain``), a severity and two tests come from each record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leadflow_dsl.rules import buyers, conditions, names, requests, syntax, unbuilt
from leadflow_dsl.rules.rule import Rule

RULES: Final[Mapping[str, Rule]] = {
    rule.code: rule
    for group in (syntax, names, conditions, requests, buyers, unbuilt)
    for rule in group.RULES
}

__all__ = ["RULES", "Rule"]
