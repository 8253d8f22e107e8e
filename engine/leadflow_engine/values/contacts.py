"""Phones and e-mails as what a lead is known by to others: in the one form in which two spellings are equal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from leadflow_engine.values.value import Value

KINDS: Final = ("phone", "email")


def contact_of(value: object) -> tuple[str, str] | None:
    """A value's kind and its one form (personal); None for what is neither a phone nor an e-mail, or is none. A phone
    that could be, but is given to nobody, counts: others call the lead by it all the same."""
    if not isinstance(value, Value) or value.type.name not in KINDS or value.blank:
        return None
    form = value.part("e164") if value.type.name == "phone" else value.normal
    return (value.type.name, form) if isinstance(form, str) and form else None


def contacts_of(values: Iterable[object]) -> Iterator[tuple[str, str]]:
    """Those among these values, each once."""
    known = [value for value in values if isinstance(value, Value) and value.type.name in KINDS]
    yield from dict.fromkeys(found for value in known if (found := contact_of(value)) is not None)
