"""What is declared and read by nothing."""

from __future__ import annotations

from collections.abc import Iterator

from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Flow
from leadflow_dsl.rules.names import UNUSED

_HELP = {
    "list": "read it: `reject when postal_code in {name}`",
    "enhance": "read one of its results, or say `needs {name}` in a buyer",
}


def unused(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Lists and on-demand look-ups of the flow's own file that nothing reads.

    Tables and calendars are only data at hand; a list that nothing reads is a refusal that somebody forgot.
    """
    for symbol in draft.words.values():
        if not symbol.own or symbol.kind not in _HELP or (symbol.kind, symbol.name) in draft.used:
            continue
        if draft.head is None or (symbol.kind == "enhance" and not symbol.on_demand):
            continue
        message = f"nothing reads the {symbol.kind} `{symbol.name}`"
        help = (_HELP[symbol.kind].format(name=symbol.name), "or take it out")
        yield UNUSED.at(symbol.span, message, "has no effect", help)
