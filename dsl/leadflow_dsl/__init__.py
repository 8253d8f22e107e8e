"""The flow language: text in, checked flow out. Knows no lead, no network, no engine.

What it offers is loaded when it is first asked for, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadflow_dsl.checking import Checked, check, not_built
    from leadflow_dsl.diagnostics import Diagnostic, Span
    from leadflow_dsl.pages import explain
    from leadflow_dsl.parser import parse
    from leadflow_dsl.printer import format_text

_HOMES = {
    "Checked": "checking",
    "Diagnostic": "diagnostics",
    "Span": "diagnostics",
    "check": "checking",
    "explain": "pages",
    "format_text": "printer",
    "not_built": "checking",
    "parse": "parser",
}

__all__ = [
    "Checked",
    "Diagnostic",
    "Span",
    "check",
    "explain",
    "format_text",
    "not_built",
    "parse",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
