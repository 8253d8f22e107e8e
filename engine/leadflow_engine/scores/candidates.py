"""What a model may look at: what is known when a lead comes in, says nothing of who somebody is, and is no proxy.

Refused are values that name a person or a household (names, addresses, e-mails, phones, ids, free text), values that
the law protects or forbids in lending (gender, age and birth, race, religion, marital status, family, origin, language,
disability, public assistance), and places finer than a state, which stand for origin and income. So is whatever is
computed from one of these, and whatever a lead's way through the flow decides (look-ups on demand, other scores).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from leadflow_dsl import model as m
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.terms import Read, Term, Type, reads
from leadflow_dsl.types import parts

Shape: TypeAlias = Literal["number", "true", "is", "hour", "weekday"]

PERSON: Final = "says who somebody is"
PROTECTED: Final = "is protected, or stands for what is"
PLACE: Final = "is a place finer than a state, a proxy for origin and income"
FREE: Final = "is free text"
LATER: Final = "is not known of every lead when it comes in"
NO_NUMBER: Final = "has no use as a number"

REFUSED: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("first_name", "last_name", "ssn", "id", "ip", "company", "trustedform_url", "url"), PERSON
    ),
    **dict.fromkeys(("street", "city", "postal_code", "timezone"), PLACE),
    **dict.fromkeys(("gender", "dob"), PROTECTED),
    "text": FREE,
    **dict.fromkeys(("list", "record", "date", "time", "datetime"), NO_NUMBER),
}
"""Types of which nothing is used, and why."""

PROTECTED_WORDS: Final = frozenset(
    "race racial ethnic ethnicity origin nationality national citizen citizenship immigrant visa religion religious "
    "faith gender sex sexual pronouns marital married marriage spouse partner family children kids dependents pregnant "
    "age birth birthday birthdate dob born elderly senior language locale disability disabled handicap veteran "
    "military welfare assistance benefits surname maiden".split()
)
"""Words in a field's name that say that it is protected, whatever its type."""

USED: Final[Mapping[str, tuple[tuple[str, Shape], ...]]] = {
    "number": (("", "number"),),
    "money": (("", "number"),),
    "range": (("avg", "number"),),
    "boolean": (("", "true"),),
    "enum": (("", "is"),),
    "state": (("", "is"),),
    "email": (("is_free", "true"), ("is_role", "true")),
    "phone": (("type", "is"), ("is_tollfree", "true")),
    "user_agent": (("device", "is"), ("os", "is")),
}
"""What is used of a type: a part, or the value itself, and how."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that features can be made of. ``field`` is as a model's file writes it."""

    field: str
    read: Read
    shape: Shape


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A value that no model looks at, and why."""

    field: str
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What there is to look at, and what was left out."""

    candidates: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]


def choose(flow: m.Flow, without: frozenset[str] = frozenset()) -> Choice:
    """What a model of this flow may look at; ``without`` are fields (or ``LOOK_UP.VALUE``) that somebody leaves out."""
    found: list[Candidate] = []
    left: list[LeftOut] = []
    declared = {field.name: field for field in flow.fields}
    for field in flow.fields:
        why = "left out by hand" if field.name in without else _why_not(field, declared, flow)
        _take(field.name, "field", field.name, "", field.type, why, found, left)
    for step in flow.steps:
        for each in step.leg.response.sets if isinstance(step, m.Enhance) else ():
            name = f"{step.name}.{each.name}"
            late = isinstance(step, m.Enhance) and (step.on_demand or step.when is not None)
            why = (
                "left out by hand" if name in without else LATER if late else _protected(each.name, each.type)
            )
            _take(name, "result", step.name, each.name, each.type, why, found, left)
    found += [one for one in _built_in(flow) if one.field not in without]
    return Choice(tuple(found), tuple(left))


def _take(
    said: str,
    kind: str,
    name: str,
    part: str,
    type_: Type,
    why: str,
    found: list[Candidate],
    left: list[LeftOut],
) -> None:
    uses = USED.get(type_.name, ())
    if name == said and kind == "field" and type_.name in {"text"} and not why:
        uses = (("", "is"),)
    if why or not uses:
        left.append(LeftOut(said, why or REFUSED.get(type_.name, NO_NUMBER)))
        return
    for inner, shape in uses:
        whole = ".".join(word for word in (part, inner) if word)
        type_read = parts(type_)[inner] if inner else type_
        found.append(
            Candidate(
                f"{said}.{inner}" if inner else said, Read(kind, name, whole, type_read, NOWHERE), shape
            )
        )


def _why_not(field: m.Field, declared: Mapping[str, m.Field], flow: m.Flow, depth: int = 0) -> str:
    if field.sensitive or field.transient:
        return PERSON if field.type.name != "dob" else PROTECTED
    if why := _protected(field.name, field.type):
        return "" if why == FREE and field.name in flow.dimensions else why
    if field.computed is None:
        return ""
    return _made_of(field.computed, declared, flow, depth) if depth < 8 else LATER


def _made_of(term: Term, declared: Mapping[str, m.Field], flow: m.Flow, depth: int) -> str:
    """Why what is computed so cannot be used; "" where it can."""
    for read in reads(term):
        if read.kind == "field" and read.name in declared:
            inner = declared[read.name]
            open_part = (read.part, inner.type.name) in _OPEN
            why = "" if open_part else _why_not(inner, declared, flow, depth + 1)
            if why:
                return f"is made of {read.name}, which {why}"
        elif (read.kind, read.name) not in _AT_ONCE:
            return LATER
    return ""


_OPEN: Final = frozenset((part, type_) for type_, uses in USED.items() for part, _ in uses if part)
_AT_ONCE: Final = frozenset((("lead", "received_at"), ("lead", "fields_present"), ("source", "name")))


def _protected(name: str, type_: Type) -> str:
    if PROTECTED_WORDS.intersection(name.split("_")):
        return PROTECTED
    return REFUSED.get(type_.name, "")


def _built_in(flow: m.Flow) -> Iterator[Candidate]:
    moment = Read("lead", "received_at", "", Type("datetime"), NOWHERE)
    yield Candidate("lead.received_at", moment, "hour")
    yield Candidate("lead.received_at", moment, "weekday")
    yield Candidate(
        "lead.fields_present", Read("lead", "fields_present", "", Type("number"), NOWHERE), "number"
    )
    if len(flow.sources) > 1:
        yield Candidate("source.name", Read("source", "name", "", Type("text"), NOWHERE), "is")
