"""docs/rules.md as something that is made: ``python tests/rule_page.py`` writes it from the rules' records."""

from __future__ import annotations

from pathlib import Path

from leadflow_dsl.pages import all_rules

PAGE = Path(__file__).resolve().parent.parent / "docs" / "rules.md"
HEAD = """\
# Rules

Every finding of `leadflow lint` has the code of a rule. `leadflow explain CODE` prints a rule's part of this page, by
code or by name; `leadflow rules` lists them. How severe a rule is can be set, and a line can be excused: see
[lint](commands.md#lint). What is an error here keeps a flow from running and stays an error.

This page is made from the rules themselves: `python tests/rule_page.py`.

"""


def made() -> str:
    """The page as it should be."""
    return HEAD + all_rules()


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
