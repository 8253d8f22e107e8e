"""One comparison as a set of values: which value it asks of, and for which of its values it is true."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from leadflow_dsl.analysis.domain import (
    ANY_ORDERED,
    ANY_WORD,
    Domain,
    above,
    below,
    between,
    folded,
    point,
    points,
    words,
)
from leadflow_dsl.terms import Answer, Const, ListOf, Op, Read, Term
from leadflow_dsl.types import BOOLEAN, NUMBER, kind
from leadflow_dsl.unguarded import dataclass

ORDERED_GROUPS: Final = frozenset(("number", "date", "datetime", "time", "duration"))
WORD_GROUPS: Final = frozenset(("text", "boolean", "any"))
MIRROR: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
OPPOSITE: Final = {"!=": "==", "<=": ">", ">=": "<"}


@dataclass(frozen=True, slots=True)
class Atom:
    """A condition without ``and``, ``or`` and ``not``.

    ``presence`` is "" for a comparison, which is unknown of a blank; else ``is_blank``, ``is_present`` or ``is_valid``,
    which never are.
    """

    subject: Term
    true_of: Domain
    presence: str = ""


def atom(term: Term) -> Atom:
    """What a condition asks. One that is not understood asks for its own truth: nothing is known of it but that it is
    the same wherever it stands."""
    if isinstance(term, Op):
        if term.name in ("is_blank", "is_present", "is_valid"):
            subject = term.args[0]
            return Atom(subject, whole(subject), term.name)
        found = _comparison(term)
        if found is not None:
            return found
        return _opaque(term)
    if isinstance(term, Answer) and term.kind == "status_class":
        return _status_class(term)
    if kind(term.type).group in ORDERED_GROUPS:  # no condition at all, which is told elsewhere
        return _opaque(Op("holds", (term,), BOOLEAN, term.span))
    return Atom(term, words(("true",)))


def whole(subject: Term) -> Domain:
    """Every value of the kind that the subject has."""
    return ANY_ORDERED if kind(subject.type).group in ORDERED_GROUPS else ANY_WORD


def _comparison(term: Op) -> Atom | None:
    if term.name == "between":
        value, low, high = term.args
        if isinstance(low, Const) and isinstance(high, Const) and _ordered(value, low, high):
            return Atom(value, between(low.value, high.value))  # type: ignore[arg-type]
        return None
    if term.name == "in" and isinstance(term.args[1], ListOf):
        return _among(term.args[0], term.args[1])
    if term.name not in MIRROR:
        return None
    left, right = term.args
    name = term.name
    if left == right and not isinstance(left, Const):
        everything = whole(left)
        return Atom(left, everything if "=" in name and name != "!=" else everything.complement())
    if isinstance(left, Const):
        left, right, name = right, left, MIRROR[name]
    if not isinstance(right, Const) or isinstance(left, Const):
        return None
    if _ordered(left, right):
        return Atom(left, _SETS[name](right.value))
    word = _word(left, right)
    if word is None or name not in ("==", "!="):
        return None
    return Atom(left, words((word,)) if name == "==" else words((word,)).complement())


_SETS: Final[dict[str, Callable[..., Domain]]] = {
    "==": point,
    "!=": lambda value: point(value).complement(),
    "<": lambda value: below(value, False),
    "<=": lambda value: below(value, True),
    ">": lambda value: above(value, False),
    ">=": lambda value: above(value, True),
}


def _ordered(subject: Term, *constants: Const) -> bool:
    """Whether the constants are values of one ordered type that the subject has too."""
    group = kind(subject.type).group
    if group not in ORDERED_GROUPS or (isinstance(subject, Read) and subject.name == "local_time"):
        return False  # a lead's local time may be several at once
    return all(_group(constant) == ("date" if group == "datetime" else group) for constant in constants)


def _group(constant: Const) -> str:
    return kind(constant.type).group if not isinstance(constant.value, str | bool) else ""


def _word(subject: Term, constant: Const) -> str | None:
    """The word that the subject is compared with; None where the two do not compare as words."""
    group = kind(subject.type).group
    if isinstance(constant.value, bool):
        return str(constant.value).lower() if group == "boolean" else None
    if group not in ("text", "any") or not isinstance(constant.value, str) or not constant.value.strip():
        return None
    if group == "any" and _may_be_another(constant.value):
        return None
    return constant.value


def _may_be_another(text: str) -> bool:
    """Whether a value of unknown type may equal the text without being written so: ``1`` and ``1.0``."""
    word = folded(text)
    return any(char.isdigit() for char in word) or word in ("true", "false")


def _among(subject: Term, group: ListOf) -> Atom | None:
    constants = [item for item in group.items if isinstance(item, Const)]
    if len(constants) != len(group.items) or not constants:
        return None
    if all(_ordered(subject, constant) for constant in constants):
        return Atom(subject, points(constant.value for constant in constants))  # type: ignore[misc]
    said = [_word(subject, constant) for constant in constants]
    if any(word is None for word in said):
        return None
    return Atom(subject, words(word for word in said if word is not None))


def _opaque(term: Op) -> Atom:
    """A condition by itself, told apart from its opposite: ``a <= b`` is false where ``a > b`` is true."""
    name, args, turned = term.name, term.args, False
    if name in OPPOSITE:
        name, turned = OPPOSITE[name], True
    if name == ">":
        name, args = "<", (args[1], args[0])
    truth = words(("false",)) if turned else words(("true",))
    return Atom(Op(name, args, BOOLEAN, term.span), truth)


def _status_class(term: Answer) -> Atom:
    """``status 2xx`` asks of the same number as ``status == 201``."""
    first = Decimal(term.name[0] + "00")
    return Atom(Answer("status", "", NUMBER, term.span), between(first, first + 99))
