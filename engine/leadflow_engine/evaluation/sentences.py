"""Conditions as sentences with the lead's values beside the names: ``credit_score 720 >= 700``."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal

from leadflow_dsl import terms as t
from leadflow_engine.figures import USUAL, Figure, as_text, figure_of, usual_of
from leadflow_engine.lead import Lead
from leadflow_engine.masking import said_of

WORDS: Mapping[str, str] = {
    "contains": "contains",
    "starts_with": "starts with",
    "ends_with": "ends with",
    "matches": "matches",
    "in": "in",
    "is_blank": "is blank",
    "is_present": "is present",
    "is_valid": "is valid",
}


def sentence(term: t.Term, lead: Lead) -> str:
    """A term as text; every name is followed by its value, masked where it is personal."""
    say = _SAY.get(type(term))
    return say(term, lead) if say else "..."


def _read(term: t.Read, lead: Lead) -> str:
    name, shown = said_of(term, lead)
    value = "(blank)" if shown is None else str(shown).lower() if isinstance(shown, bool) else str(shown)
    return f"{name} {value}"


def _op(term: t.Op, lead: Lead) -> str:
    parts = [sentence(arg, lead) for arg in term.args]
    if term.name in {"and", "or"}:
        return f" {term.name} ".join(parts)
    if term.name == "not":
        return f"not {parts[0]}"
    if term.name == "neg":
        return f"-{parts[0]}"
    if term.name == "between":
        return f"{parts[0]} between {parts[1]} and {parts[2]}"
    if term.name == "near":
        return f"{parts[0]} within {parts[1]} miles of {parts[2]}"
    if term.name == USUAL and (usual := usual_of(term)) is not None:
        return f"{Decimal(parts[0]) * 100:f}% of usual {_figure(usual, lead)}"
    if term.name == "in_window":
        return f"within call_window {term.args[0].value}"  # type: ignore[union-attr]
    word = WORDS.get(term.name, term.name)
    return f"{parts[0]} {word}" + (f" {parts[1]}" if len(parts) > 1 else "")


def _const(term: t.Const, lead: Lead) -> str:
    value = term.value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal | datetime.date | datetime.time | datetime.timedelta):
        return str(value)
    return value if term.type.name in {"enum", "state"} else f'"{value}"'


def _call(term: t.Call, lead: Lead) -> str:
    if (figure := figure_of(term)) is not None:
        return f"{figure.said} {_figure(figure, lead)}"
    return f"{term.name}({', '.join(sentence(arg, lead) for arg in term.args)})"


def _figure(figure: Figure, lead: Lead) -> str:
    value = lead.figures.get(figure.key)
    return "(unknown)" if value is None else as_text(figure.name, value)


def _list(term: t.ListOf, lead: Lead) -> str:
    words = [sentence(item, lead) for item in term.items]
    more = f", ... {len(words) - 6} more" if len(words) > 6 else ""
    return f"[{', '.join(words[:6])}{more}]"


_SAY: Mapping[type, Callable[..., str]] = {
    t.Read: _read,
    t.Op: _op,
    t.Const: _const,
    t.Call: _call,
    t.ListOf: _list,
    t.NamedList: lambda term, lead: term.name,
    t.Exactly: lambda term, lead: f'exactly "{term.text}"',
    t.Pattern: lambda term, lead: f"/{term.source}/{term.flags}",
    t.Member: lambda term, lead: f"{sentence(term.value, lead)}.{term.name}",
    t.Index: lambda term, lead: f"{sentence(term.value, lead)}[{term.index}]",
}
