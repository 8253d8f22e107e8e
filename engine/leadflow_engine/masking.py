"""What a person may read of a lead: personal and sensitive values masked, also where an answer repeats them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import chain
from typing import Any, TypeAlias

from leadflow_dsl.model import Field
from leadflow_dsl.terms import Read, Term, reads
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.evaluation.kept import Kept
from leadflow_engine.lead import Lead
from leadflow_engine.planned_fields import PlannedField
from leadflow_engine.response.excerpt import Mask
from leadflow_engine.values import Value, is_personal, masked, written
from leadflow_engine.values.spellings import spellings
from leadflow_engine.values.traces import traces


def hidden(field: Field) -> bool:
    """Is this field masked wherever a person can read it?"""
    return field.sensitive or field.transient or is_personal(field.type)


def shown(field: Field, value: object) -> Any:
    """A field's value as people may read it, in JSON."""
    if isinstance(value, Open) or value is None or (isinstance(value, Value) and value.blank):
        return None
    if field.sensitive or field.transient:
        return "***"
    if is_personal(field.type):
        return masked(value, field.type)
    return _plain_json(written(value, "json"))


def _plain_json(value: object) -> Any:
    if isinstance(value, str | bool | int | type(None)):
        return value[:200] if isinstance(value, str) else value
    if isinstance(value, list | tuple):
        return [_plain_json(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain_json(item) for key, item in value.items()}
    return str(value)


def shown_values(lead: Lead) -> dict[str, Any]:
    """All fields of a lead that have a value, as people may read them."""
    found: dict[str, Any] = {}
    given = lead.given
    for planned in lead.plan.planned_fields:
        name = planned.name
        value = given.get(name) or lead.value(name)
        told = None if value is None else shown_of(planned, value)
        if told is not None:
            found[name] = told
        if not planned.computed:
            lead.told[name] = told
    return found


def shown_of(planned: PlannedField, value: object) -> Any:
    """``shown``, the usual values first."""
    if type(value) is Value and value.valid and not planned.hidden:
        normal = value.normal
        if type(normal) is Decimal:
            return str(normal)
        if type(normal) is str and normal.isascii():
            return normal[:200]
        if type(normal) is bool:
            return normal
    elif planned.mask is not None and type(value) is Value and value.valid:
        normal = value.normal
        if type(normal) is str and normal.isascii():
            return planned.mask(normal)
    return shown(planned.field, value)


def shown_read(read: Read, lead: Lead) -> Any:
    """What a term reads, as people may read it. A part of a masked field that tells little (a type, a
    country, an age) is shown."""
    value = lead.read(read)
    planned = lead.plan.planned_field.get(read.name) if read.kind == "field" else None
    if planned is None or (read.part and read.part not in _TELLING):
        return None if isinstance(value, Open) else _plain_json(written(value, "json"))
    if read.part:
        return "***" if planned.hidden and value is not None else value
    return shown_of(planned, value)


_TELLING = frozenset(
    {"raw", "e164", "national", "digits", "line", "user", "last_four", "host", "path", "query", "four"}
)


Reads: TypeAlias = tuple[tuple[str, Read, str], ...]
"""What terms read, each once: its name, the read, the field that it is where it is one whole, else ""."""


def reads_in(terms: Iterable[Term]) -> Reads:
    """What these terms read, in order."""
    found: dict[str, tuple[str, Read, str]] = {}
    for read in chain.from_iterable(map(reads, terms)):
        name = name_of(read)
        found.setdefault(name, (name, read, _whole(read)))
    return tuple(found.values())


def _whole(read: Read) -> str:
    return read.name if read.kind == "field" and not read.part else ""


def shown_in(named: Reads, lead: Lead) -> dict[str, Any]:
    """All of these, by name, as people may read them."""
    told = lead.told  # filters and scores read the same few fields again and again
    return {name: told[field] if field in told else shown_read(read, lead) for name, read, field in named}


def shown_reads(term: Term, lead: Lead) -> dict[str, Any]:
    """Everything that a term reads, by name."""
    return shown_in(_READS.of(term), lead)


def _reads_of(term: Term) -> Reads:
    return reads_in((term,))


_READS = Kept(_reads_of)


def said_of(read: Read, lead: Lead) -> tuple[str, Any]:
    """A read's name, and what it reads as people may read it."""
    name, field = _SAID.of(read)
    return name, lead.told[field] if field in lead.told else shown_read(read, lead)


def _said(read: Read) -> tuple[str, str]:
    return name_of(read), _whole(read)


_SAID = Kept(_said)
"""Of each read its name, and the field that it is where it is one whole."""


def name_of(read: Read) -> str:
    """A read as a flow writes it."""
    first = {"lead": f"lead.{read.name}", "source": "source.name", "now": "now", "random": "random"}
    named = first.get(read.kind) or {"buyer": f"buyer.{read.name}", "ping": f"ping.{read.name}"}.get(
        read.kind, read.name if read.kind not in {"extra", "payload"} else f"{read.kind}.{read.name}"
    )
    return f"{named}.{read.part}" if read.part else named


def mask_of(lead: Lead) -> Mask:
    """What takes out of somebody else's text whatever is personal in this lead, in every spelling."""
    values = [lead.value(name) for name in lead.plan.hidden_fields]
    known = [value for value in values if isinstance(value, Value)]
    return Mask(
        (text for value in known for text in spellings(value)),
        chain.from_iterable(map(traces, known)),
    )
