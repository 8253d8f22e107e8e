"""What a person may see of a personal value: enough to tell leads apart, not enough to reach anybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from leadflow_dsl.terms import Type
from leadflow_engine.values.value import Value
from leadflow_engine.values.writing import written

HIDDEN: Final = "***"

PERSONAL: Final = frozenset({"first_name", "last_name", "email", "phone", "street", "dob", "ssn", "ip"})
"""Types that are personal without being declared ``sensitive``."""


_PHONE_MARKS: Final = str.maketrans("", "", "+()-. ")


def is_personal(type: Type) -> bool:
    """Whether values of this type are masked wherever a person reads them; lists and records, if anything
    in them is."""
    if type.name == "list":
        return type.of is not None and is_personal(type.of)
    if type.name == "record":
        return any(is_personal(of) for _, of in type.columns)
    return type.name in PERSONAL


def _email(text: str) -> str:
    user, at, domain = text.rpartition("@")
    return f"{user[0]}{HIDDEN}@{domain}" if user and at else HIDDEN


def _phone(text: str) -> str:
    digits = [letter for letter in text if letter.isdigit()]
    return f"{HIDDEN}-{HIDDEN}-{''.join(digits[-4:])}" if len(digits) >= 7 else HIDDEN


def _name(text: str) -> str:
    return f"{text[0]}{HIDDEN}" if text[:1].isalpha() else HIDDEN


def _ip(text: str) -> str:
    pieces = text.split(".")
    return ".".join([*pieces[:2], HIDDEN, HIDDEN]) if len(pieces) == 4 else HIDDEN


MASKS: Final[Mapping[str, Callable[[str], str]]] = {
    "email": _email,
    "phone": _phone,
    "first_name": _name,
    "last_name": _name,
    "ip": _ip,
    "dob": lambda text: "****-**-**",
}
"""What is shown of a type; of every other nothing is."""


def shape_of(text: str) -> Type | None:
    """The type that a text looks like where nobody knows it: an e-mail address, a phone; else None."""
    if "@" in text:
        return Type("email")
    rest = text.translate(_PHONE_MARKS)
    return Type("phone") if rest.isascii() and rest.isdigit() and 10 <= len(rest) <= 15 else None


def masked(value: object, type: Type | None) -> str:
    """A value as a trace shows it when it is personal or ``sensitive``: ``***-***-0147``,
    ``j***@example.com``.

    ``type`` is the field's; for None, and for what is invalid, everything is hidden. Blank is "".
    """
    if isinstance(value, Value):
        return _masked_value(value, type or value.type)
    text = written(value, "text")
    return "" if text is None or text == "" else _mask(str(text), type)


def _mask(text: str, type_: Type | None) -> str:
    mask = MASKS.get(type_.name) if type_ else None
    return mask(text) if mask else HIDDEN


def _masked_value(value: Value, type_: Type) -> str:
    if value.blank:
        return ""
    if value.elements:
        return ", ".join(masked(item, None if type_.of is None else type_.of) for item in value.elements)
    if type_.name == "phone" and value.part("e164"):  # an unassigned phone has its digits all the same
        return _mask(str(value.part("e164")), type_)
    if not value.valid:
        return HIDDEN
    age = value.part("age") if type_.name == "dob" else None
    return _mask(str(written(value, "text")), type_) + (f" (age {age})" if age is not None else "")
