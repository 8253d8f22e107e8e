"""The types of the language: a closed table, and what each allows.

A type is ``terms.Type``; what the language knows about it stands in ``KINDS`` under its name.
To add a type, add a row here (and its reading in the engine's ``values``); nothing else in the front end names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from leadflow_dsl.terms import Type
from leadflow_dsl.unguarded import dataclass

TEXT = Type("text")
NUMBER = Type("number")
MONEY = Type("money")
BOOLEAN = Type("boolean")
DATE = Type("date")
TIME = Type("time")
DATETIME = Type("datetime")
DURATION = Type("duration")
STATE = Type("state")
COUNTRY = Type("country")
POSTAL_CODE = Type("postal_code")
TIMEZONE = Type("timezone")
SECRET = Type("secret")
PATTERN = Type("pattern")
ANY = Type("any")
"""What only a lead or an answer can tell: a payload's value, a JMESPath text. Compares with everything."""
BROKEN = Type("any", members=("broken",))
"""The type of what could not be made out; the finding has been reported, and nothing more is said of it."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY = Type("enum", members=WEEKDAYS)
OUTCOME = Type("enum", members=("success", "failure", "error", "skipped"))
LEAD_OUTCOME = Type(
    "enum",
    members=("sold", "fallback", "unsold", "refused", "returned", "held", "pending", "in_doubt", "error"),
)
BUYER_OUTCOME = Type(
    "enum",
    members=(
        "sold",
        "rejected",
        "duplicate",
        "timeout",
        "error",
        "no_bid",
        "outbid",
        "late",
        "filtered",
        "capped",
        "closed",
        "paused",
        "balance",
        "price",
        "not_asked",
        "held",
        "pending",
        "in_doubt",
    ),
)


def list_of(element: Type) -> Type:
    """The type of a list of ``element``."""
    return Type("list", of=element)


@dataclass(frozen=True, slots=True)
class Kind:
    """What the language knows of a type.

    ``group``: types of one group compare with one another. ``ordered``: whether ``<`` and ``between`` mean
    something. ``parts`` are those beside ``.raw`` and ``.valid``. ``can_be_invalid``: whether a value that is
    there may still be wrong. ``sensitive`` and ``transient`` are what a field of this type is when it does
    not say; ``open_parts`` are those of a sensitive type that are not sensitive themselves. ``declarable``:
    whether a field may have it.
    """

    group: str
    ordered: bool = False
    parts: Mapping[str, Type] = field(default_factory=dict)
    can_be_invalid: bool = False
    sensitive: bool = False
    transient: bool = False
    open_parts: tuple[str, ...] = ()
    declarable: bool = True


_DAY_PARTS = {"year": NUMBER, "month": NUMBER, "day": NUMBER, "weekday": WEEKDAY}
_CLOCK_PARTS = {"hour": NUMBER, "minute": NUMBER}
_URL_PARTS = dict.fromkeys(("scheme", "host", "path", "query"), TEXT)

KINDS: Mapping[str, Kind] = {
    "text": Kind("text"),
    "first_name": Kind("text"),
    "last_name": Kind("text"),
    "street": Kind("text"),
    "city": Kind("text"),
    "company": Kind("text"),
    "gender": Kind("text"),
    "id": Kind("text"),
    "number": Kind("number", ordered=True, can_be_invalid=True),
    "money": Kind("number", ordered=True, can_be_invalid=True),
    "boolean": Kind("boolean", can_be_invalid=True),
    "range": Kind("range", parts={"min": NUMBER, "max": NUMBER, "avg": NUMBER}, can_be_invalid=True),
    "date": Kind("date", ordered=True, parts=_DAY_PARTS, can_be_invalid=True),
    "dob": Kind(
        "date",
        ordered=True,
        parts={"age": NUMBER, **_DAY_PARTS},
        can_be_invalid=True,
        sensitive=True,
        open_parts=("age", "year", "valid"),
    ),
    "time": Kind("time", ordered=True, parts=_CLOCK_PARTS, can_be_invalid=True),
    "datetime": Kind("datetime", ordered=True, parts={**_DAY_PARTS, **_CLOCK_PARTS}, can_be_invalid=True),
    "duration": Kind("duration", ordered=True, declarable=False),
    "email": Kind(
        "text",
        parts={
            "user": TEXT,
            "domain": TEXT,
            "tld": TEXT,
            "is_free": BOOLEAN,
            "is_disposable": BOOLEAN,
            "is_role": BOOLEAN,
        },
        can_be_invalid=True,
    ),
    "phone": Kind(
        "text",
        parts={
            "e164": TEXT,
            "national": TEXT,
            "digits": TEXT,
            "country": COUNTRY,
            "calling_code": TEXT,
            "area": TEXT,
            "exchange": TEXT,
            "line": TEXT,
            "extension": TEXT,
            "type": TEXT,
            "is_tollfree": BOOLEAN,
            "timezones": list_of(TIMEZONE),
        },
        can_be_invalid=True,
    ),
    "state": Kind("text", parts={"code": STATE, "name": TEXT}, can_be_invalid=True),
    "postal_code": Kind(
        "text",
        parts={
            "zip": TEXT,
            "four": TEXT,
            "country": COUNTRY,
            "timezone": TIMEZONE,
            "state": STATE,
            "lat": NUMBER,
            "lng": NUMBER,
        },
        can_be_invalid=True,
    ),
    "url": Kind("text", parts=_URL_PARTS, can_be_invalid=True),
    "trustedform_url": Kind("text", parts={**_URL_PARTS, "cert_id": TEXT}, can_be_invalid=True),
    "country": Kind("text", can_be_invalid=True),
    "ip": Kind("text", parts={"is_private": BOOLEAN, "version": NUMBER}, can_be_invalid=True),
    "user_agent": Kind("text", parts={"device": TEXT, "os": TEXT, "browser": TEXT, "is_bot": BOOLEAN}),
    "ssn": Kind(
        "text",
        parts={"last_four": TEXT},
        can_be_invalid=True,
        sensitive=True,
        transient=True,
        open_parts=("valid",),
    ),
    "timezone": Kind("text", can_be_invalid=True),
    "enum": Kind("text", can_be_invalid=True),
    "list": Kind("list"),
    "record": Kind("record"),
    "any": Kind("any", ordered=True, declarable=False),
    "secret": Kind("secret", declarable=False),
    "pattern": Kind("pattern", declarable=False),
}

EVERY_PART: Mapping[str, Type] = {"raw": TEXT, "valid": BOOLEAN}


def kind(type_: Type) -> Kind:
    """What the language knows of ``type_``."""
    return KINDS[type_.name]


def parts(type_: Type) -> Mapping[str, Type]:
    """Every part that may stand behind a value of ``type_``; a record's are its columns."""
    if type_.name == "record":
        return dict(type_.columns)
    return {**EVERY_PART, **kind(type_).parts}


def element(type_: Type) -> Type:
    """The type of a list's elements; ``any`` where it is not known."""
    return type_.of if type_.name == "list" and type_.of is not None else ANY


def comparable(left: Type, right: Type) -> bool:
    """Whether ``==`` between the two can ever mean something."""
    groups = {kind(left).group, kind(right).group}
    if groups == {"date", "datetime"}:
        return True
    return "any" in groups or (len(groups) == 1 and groups.isdisjoint({"record", "secret", "pattern"}))


def ordered(type_: Type) -> bool:
    """Whether ``<`` and ``between`` mean something for ``type_``."""
    return kind(type_).ordered


def is_text(type_: Type) -> bool:
    """Whether ``contains``, ``starts with`` and ``matches`` work on ``type_``."""
    return kind(type_).group in ("text", "any")


def described(type_: Type) -> str:
    """A type as a person writes it: ``money``, ``enum(a, b)``, ``list of text``."""
    if type_.name == "enum":
        return f"enum({', '.join(type_.members)})"
    if type_.name == "list":
        return f"list of {described(element(type_))}"
    if type_.name == "record":
        return "{ " + "  ".join(f"{name} {described(of)}" for name, of in type_.columns) + " }"
    return {"any": "a value of unknown type"}.get(type_.name, type_.name)
