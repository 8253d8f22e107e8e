"""Data as YAML that reads back as the same data: numbers exact, texts quoted where they would mean something else."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from leadflow_engine.answers.document import AnswersError, read_document

WIDEST: Final = 90
"""Characters of a mapping or a list on one line."""


def flow_text(value: Any) -> str:
    """On one line: ``{a: 1, b: [x, y]}``."""
    if isinstance(value, Mapping):
        return (
            "{" + ", ".join(f"{flow_text(str(key))}: {flow_text(item)}" for key, item in value.items()) + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow_text(item) for item in value) + "]"
    return _scalar(value)


def block_text(value: Any, indent: int, width: int = WIDEST) -> str:
    """Over several lines, each ``indent`` deep; what fits a line stands on one. The first line is not indented."""
    if not isinstance(value, Mapping) or not value:
        return flow_text(value)
    lines = []
    for key, item in value.items():
        short = f"{flow_text(str(key))}: {flow_text(item)}"
        if len(short) + indent <= width or not (isinstance(item, Mapping) and item):
            lines.append(short)
        else:
            inner = block_text(item, indent + 2, width)
            lines.append(f"{flow_text(str(key))}:\n{' ' * (indent + 2)}{inner}")
    return f"\n{' ' * indent}".join(lines)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str):
        return value if _stands_plain(value) else _quoted(value)
    return str(value)


def _quoted(text: str) -> str:
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    if char in {'"', "\\"}:
        return f"\\{char}"
    return char if char.isprintable() else f"\\U{ord(char):08x}"


@lru_cache(maxsize=1024)
def _stands_plain(text: str) -> bool:
    """Does the bare text, inside brackets, read as itself?"""
    if not text or not text.isprintable():
        return False
    try:
        return bool(read_document(f"- [{text}]\n- {{a: {text}}}", "").data == [[text], {"a": text}])
    except AnswersError:
        return False
