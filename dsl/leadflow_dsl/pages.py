"""The page of a rule, and one page of all rules."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from leadflow_dsl.rules import RULES, Rule, rule_of
from leadflow_dsl.rules.repaired import REPAIRED
from leadflow_dsl.syntax_checks import HIDDEN

GROUPS: Final = {
    "LF1": "Spelling",
    "LF2": "Names and files",
    "LF3": "Types and conditions",
    "LF4": "Requests and answers",
    "LF5": "The whole flow",
    "LF6": "Excuses and settings",
    "LF9": "What cannot run yet",
}
"""What the first digit of a code says."""


FENCES: Final = {"samples": "flow"}
"""What examples are written in, where their rule calls them otherwise."""


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
        textwrap.indent(visible(rule.wrong.strip("\n")), "    "),
        "Right:",
        textwrap.indent(rule.right.strip("\n"), "    "),
    ]
    return "\n\n".join(parts) + "\n"


def visible(text: str) -> str:
    """A text in which signs that nobody sees, and that turn it round, are written out: ``<U+202E>``."""
    return HIDDEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def all_rules() -> str:
    """Every rule as one Markdown page: a table of each group, then each rule with its examples."""
    parts = [f"## {title}\n\n{_table(begin)}" for begin, title in GROUPS.items()]
    return "\n\n".join((*parts, "## Each rule", *map(_section, RULES.values()))) + "\n"


def _table(begin: str) -> str:
    rules = (rule for rule in RULES.values() if rule.code.startswith(begin))
    return "\n".join(
        ("| code | name | severity | finds | `--fix` |", "|---|---|---|---|---|", *map(_row, rules))
    )


def _row(rule: Rule) -> str:
    anchor = f"{rule.code}-{rule.name}".lower()
    repaired = "yes" if rule.code in REPAIRED else ""
    return (
        f"| [{rule.code}](#{anchor}) | {rule.name} | {rule.severity} | {_cell(rule.summary)} | {repaired} |"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _section(rule: Rule) -> str:
    return "\n\n".join(_paragraphs(rule))


def _paragraphs(rule: Rule) -> Iterator[str]:
    yield f"### {rule.code} {rule.name}"
    yield rule.explanation
    for title, example in (("Wrong:", rule.wrong), ("Right:", rule.right)):
        yield title
        yield f"```{FENCES.get(rule.of, rule.of)}\n{visible(example.strip(chr(10)))}\n```"
