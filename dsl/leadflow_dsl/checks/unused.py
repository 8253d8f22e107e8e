"""What is declared and read by nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.meaning.draft import Draft, Symbol
from leadflow_dsl.meaning.suggestions import nearest
from leadflow_dsl.model import Enhance, Flow
from leadflow_dsl.rules.names import UNUSED, UNUSED_DATA
from leadflow_dsl.types import TEXT, kind

_HELP: Final = {
    "list": "read it: `reject when {field} in {name}`",
    "suppression": "read it: `reject when {field} in {name}`",
    "enhance": "read one of its results, or say `needs {name}` in a buyer",
}
_DATA: Final = {
    "table": "read it: `lookup({name}, {field})`",
    "calendar": "name it in a buyer: `closed on {name}`",
    "call_window": "ask for it: `accept when within call_window {name}`",
}
STOPS_BY_ITSELF: Final = "do_not_sell"
"""The suppression that stops every sale without being named."""


def unused(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Lists and look-ups of the flow's own file that nothing reads: usually a refusal that somebody forgot.

    A look-up that sets nothing is asked for its own sake, and one that can hold or reject the lead has an effect.
    """
    effective = {
        step.name
        for step in flow.steps
        if isinstance(step, Enhance)
        and not step.on_demand
        and (step.on_error != "continue" or not _tells(step))
    }
    mistakes = _mistakes(draft)
    for symbol in draft.words.values():
        if (
            symbol.kind not in _HELP
            or symbol.name in {*effective, STOPS_BY_ITSELF}
            or not _unread(symbol, draft)
        ):
            continue
        if symbol.kind == "suppression" and mistakes:
            continue
        message = f"nothing reads the {symbol.kind} `{symbol.name}`"
        field = _field_for(symbol, draft)
        help = (_HELP[symbol.kind].format(name=symbol.name, field=field), "or take it out")
        yield UNUSED.at(symbol.span, message, "has no effect", help)


def _field_for(symbol: Symbol, draft: Draft) -> str:
    """A field of the flow that a declaration is probably for: of its type, or of nearly its name."""
    texts = [field.name for field in draft.fields if kind(field.type).group == "text"]
    typed = [
        field.name for field in draft.fields if symbol.type not in (None, TEXT) and field.type == symbol.type
    ]
    near = nearest(symbol.name, texts, 1)
    places = [field.name for field in draft.fields if field.type.name == "postal_code"]
    return next(iter((*typed, *near, *places, *texts)), "postal_code")


def _mistakes(draft: Draft) -> bool:
    """Whether the flow has errors: what would read a declaration may be what could not be made out."""
    return any(finding.severity == "error" for finding in draft.findings)


def _tells(step: Enhance) -> bool:
    return bool(step.leg.response.sets)


def _unread(symbol: Symbol, draft: Draft) -> bool:
    return symbol.own and draft.head is not None and (symbol.kind, symbol.name) not in draft.used


def unused_data(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Tables, calendars and call windows of the flow's own file that nothing names; only where there is no error."""
    for what, help in _DATA.items() if not _mistakes(draft) else ():
        for symbol in draft.of(what).values():
            if _unread(symbol, draft):
                message = f"nothing reads the {what.replace('_', ' ')} `{symbol.name}`"
                ways = (help.format(name=symbol.name, field=_field_for(symbol, draft)), "or take it out")
                yield UNUSED_DATA.at(symbol.span, message, "has no effect", ways)
