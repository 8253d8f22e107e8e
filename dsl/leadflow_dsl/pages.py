"""The page of a rule."""

from __future__ import annotations

import textwrap

from leadflow_dsl.rules import Rule, rule_of


def explain(code: str) -> str | None:
    """What a rule finds, why, and an example of each side; by code (``LF203``) or name; None where there is none."""
    rule = rule_of(code)
    return page(rule) if rule else None


def page(rule: Rule) -> str:
    """A rule's page as text."""
    parts = [
        f"{rule.code}  {rule.name}  ({rule.severity})",
        f"{rule.summary[:1].upper()}{rule.summary[1:]}.",
        textwrap.fill(rule.explanation, 96),
        "Wrong:",
        textwrap.indent(rule.wrong.strip("\n"), "    "),
        "Right:",
        textwrap.indent(rule.right.strip("\n"), "    "),
    ]
    return "\n\n".join(parts) + "\n"
