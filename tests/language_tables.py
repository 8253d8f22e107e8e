"""The tables of docs/language.md that say what the language's own tables say: types with their parts, arithmetic.

``python tests/language_tables.py`` writes what stands on the page between ``<!-- NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from leadflow_dsl.operators import ARITHMETIC
from leadflow_dsl.terms import Type
from leadflow_dsl.types import EVERY_PART, KINDS, described

PAGE = Path(__file__).resolve().parent.parent / "docs" / "language.md"
BLOCK = re.compile(r"(<!-- (\w+) -->\n\n).*?(\n<!-- end -->)", re.S)
SPELT = {"enum": 'enum(a, b, "c d")', "list": "list of text", "record": "list of { name text  born date }"}
"""Types that are more than a name, as one writes them."""
GROUPS = {"number": "number, money", "date": "date, dob"}
"""Types of a group that calculates, where it has more than one."""


def type_table() -> Iterator[str]:
    """Every type of a field: those that have the same parts together."""
    yield "| a type | parts |\n|---|---|\n"
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, kind in KINDS.items():
        if kind.declarable:
            alike.setdefault(tuple(kind.parts), []).append(f"`{SPELT.get(name, name)}`")
    for parts, names in alike.items():
        shown = f"`{' '.join(f'.{part}' for part in parts)}`" if parts else ""
        yield f"| {', '.join(names)} | {shown} |\n"
    yield f"| every type | `{' '.join(f'.{part}' for part in EVERY_PART)}` |\n"


def arithmetic_table() -> Iterator[str]:
    """What may be added to, taken from, multiplied and divided by what."""
    yield "| left | | right | gives |\n|---|---|---|---|\n"
    alike: dict[tuple[str, str, str], list[str]] = {}
    for row in ARITHMETIC:
        alike.setdefault((row.left, row.right, _gives(row.gives)), []).append(row.operator)
    for (left, right, gives), operators in alike.items():
        signs = " ".join(f"`{sign}`" for sign in operators)
        yield f"| {GROUPS.get(left, left)} | {signs} | {GROUPS.get(right, right)} | {gives} |\n"


def _gives(gives: Type | str) -> str:
    words = {"left": "the same as on the left", "wider": "money where either is money, else a number"}
    return described(gives) if isinstance(gives, Type) else words[gives]


TABLES: Mapping[str, Callable[[], Iterator[str]]] = {"types": type_table, "arithmetic": arithmetic_table}


def made(page: str) -> str:
    """The page's text with its tables made anew."""
    return BLOCK.sub(lambda found: f"{found[1]}{''.join(TABLES[found[2]]())}{found[3]}", page)


if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
