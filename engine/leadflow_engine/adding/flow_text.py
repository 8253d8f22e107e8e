"""Lines that are put into a flow, where they belong; nothing else of its text changes."""

from __future__ import annotations

from typing import Final

from leadflow_dsl import nodes, parse
from leadflow_dsl.diagnostics import Edit, Span
from leadflow_dsl.fixing import apply
from leadflow_dsl.parser import normalised

_ABOVE: Final = (nodes.Timezone, nodes.Currency, nodes.Country, nodes.Import)
"""The statements behind which an import stands."""


def with_import(text: str, path: str) -> str:
    """A flow's text with ``import "path"`` behind its head, its settings and its other imports."""
    tree, _ = parse(text, "")
    before = [item for item in (tree.items if tree else ()) if isinstance(item, _ABOVE)]
    last = max((item.span.end, isinstance(item, nodes.Import)) for item in before) if before else None
    behind, is_import = last or (tree.head.span.end if tree and tree.head else 0, False)
    plain = normalised(text)
    end = plain.find("\n", behind)
    end = len(plain) if end < 0 else end
    gap = "" if is_import else "\n"
    blank = "" if plain[end : end + 2] in ("\n\n", "\n", "") else "\n"
    return _inserted(text, end, f'{gap}\nimport "{path}"{blank}')


def with_step(text: str, name: str) -> str:
    """A flow's text with ``step NAME`` before its first route, else at its end."""
    tree, _ = parse(text, "")
    plain = normalised(text)
    route = next((item for item in (tree.items if tree else ()) if isinstance(item, nodes.Route)), None)
    if route is None:
        return _inserted(text, len(plain), f"{'' if plain.endswith(chr(10)) else chr(10)}\nstep {name}\n")
    lines = plain.split("\n")
    first = route.span.line - 1
    while first and lines[first - 1].startswith("#"):
        first -= 1
    return _inserted(text, sum(len(line) + 1 for line in lines[:first]), f"step {name}\n\n")


def _inserted(text: str, offset: int, what: str) -> str:
    return apply(text, (Edit(Span("", 1, 1, 1, 1, offset, offset), what),))
