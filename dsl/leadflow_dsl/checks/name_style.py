"""Names that are not written as all others are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.meaning.draft import Draft, Symbol
from leadflow_dsl.model import Flow
from leadflow_dsl.rules.names import STYLE

_PLAIN: Final = re.compile(r"[a-z][a-z0-9]*(?:_+[a-z0-9]+)*_*\Z")
_KINDS: Final = frozenset(
    "field list suppression enhance filter score route deliver buyer source table calendar".split()
)


def name_style(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Each name that the flow declares with capital letters in it."""
    for symbol in _symbols(draft):
        if (
            symbol.own
            and symbol.kind in _KINDS
            and not _PLAIN.match(symbol.name)
            and re.search("[A-Z]", symbol.name)
        ):
            meant = snake_case(symbol.name)
            message = f"`{symbol.name}` is not written like other names"
            yield STYLE.at(symbol.span, message, "", f"write `{meant}`")


def _symbols(draft: Draft) -> Iterator[Symbol]:
    yield from draft.words.values()
    for declared in draft.others.values():
        yield from declared.values()


def snake_case(name: str) -> str:
    """A name in small letters, its words apart: ``vetBill`` is ``vet_bill``, ``HTTPCode`` is ``http_code``."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"__+", "_", apart).lower()
