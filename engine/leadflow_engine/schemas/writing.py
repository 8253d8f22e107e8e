"""A schema as text: JSON or YAML, numbers exact."""

from __future__ import annotations

import json
from typing import Any, Final, TypeAlias

from leadflow_engine.instructions.requests import pretty
from leadflow_engine.texts.json_text import dumps

Json: TypeAlias = Any

FORMATS: Final = ("json", "yaml")


def written(schema: Json, format: str) -> str:
    """A schema in one of ``FORMATS``; it ends in a line end."""
    if format == "json":
        return pretty(schema) + "\n"
    import yaml  # type: ignore[import-untyped,unused-ignore]

    plain = json.loads(dumps(schema))  # YAML's writer knows no Decimal and would name shared parts
    text: str = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=110)
    return text
