"""Terms: expressions after names and types are known.

A term is frozen, hashable data. Two terms that mean the same are equal, whatever their places in
the text (``span`` takes no part in comparison), so that a plan can intern them. The front end makes
terms; the engine makes closures of them, beside them; a term never holds one.

Value kinds of a constant: ``str``, ``Decimal`` (numbers, money, percentages as fractions), ``bool``,
``datetime.date``, ``datetime.time``, ``datetime.timedelta`` (durations). Enum and state literals are
``str`` (a state's two-letter code).
"""

from __future__ import annotations

import datetime
from dataclasses import field
from decimal import Decimal
from typing import TypeAlias

from leadflow_dsl.diagnostics import Span
from leadflow_dsl.unguarded import dataclass

Scalar: TypeAlias = str | Decimal | bool | datetime.date | datetime.time | datetime.timedelta


@dataclass(frozen=True, slots=True)
class Type:
    """A type of the language.

    ``name`` is one of the closed set in ``types.py`` (``text``, ``money``, ``phone``, ``enum`` ...),
    ``list`` with ``of``, or ``record`` with ``columns``. ``members`` holds an enum's words.
    """

    name: str
    members: tuple[str, ...] = ()
    of: Type | None = None
    columns: tuple[tuple[str, Type], ...] = ()


@dataclass(frozen=True, slots=True)
class Const:
    """A literal, already converted to the type it is compared with."""

    value: Scalar
    type: Type
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Read:
    """A value looked up while a lead runs.

    | kind     | name                     | part                                    |
    |----------|--------------------------|-----------------------------------------|
    | field    | a field of the lead      | a part of its type (``e164``), or ""    |
    | result   | an enhancement           | a name it sets, ``outcome``, ``reason`` |
    | step     | a filter, route, deliver | ``outcome``, ``reason``                 |
    | score    | a score                  | ""                                      |
    | buyer    | a buyer                  | ``outcome``                             |
    | lead     | ``id``, ``received_at``, ``age``, ``test``, ``outcome`` ... | ""        |
    | source   | ``name``                 | ""                                      |
    | now, random | ""                    | ""                                      |
    | extra    | dotted path in the payload beyond the declared fields | ""       |
    | payload  | dotted path in the payload as it came (in sources) | ""           |
    | ping     | ``reference``, ``bid``, ``expires`` or a name its answer sets | ""  |
    | delivery | ``key``                  | ""                                      |
    | set      | in a response: a value read from this answer earlier | ""         |
    | reply    | in a reply, a postback: ``outcome``, ``price``, ``sales`` ...; ``ping`` | a part of ``ping`` |
    | return   | in a postback: ``reason``, ``at`` | ""                            |
    | conversion | in a postback: ``value``, ``at`` | ""                           |
    | offer    | in a ping or deliver: ``price`` | ""                              |
    | deliver  | in an inquiry: ``reference`` | ""                                 |
    | callback | in a ping or deliver: ``url`` | ""                                |
    | request  | in what a signature is made over: ``body``, ``url``, ``method`` | "" |

    ``result`` and ``set`` may carry a part of their type too, written ``name.part`` in ``part``
    (``phone_check`` / ``"owner_phone.e164"``).
    """

    kind: str
    name: str
    part: str
    type: Type
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Op:
    """An operator on its operands.

    Names: ``and or not`` (``and``/``or`` take two or more), ``== != < <= > >=``, ``between`` (value, low,
    high), ``in`` (value, ``ListOf`` or ``NamedList``), ``contains starts_with ends_with``, ``matches`` (value,
    ``Pattern``), ``is_blank is_present is_valid``, ``near`` (value, miles, place), ``in_window`` (call window
    as ``Const`` text), ``+ - * / %`` and ``neg``. ``not in`` and ``is not`` are ``not`` around the positive one.
    ``usual`` (a share as ``Const``, a figure of ``stats``) stands opposite that figure: the share of what it was in the
    same hour of the last four weeks.
    """

    name: str
    args: tuple[Term, ...]
    type: Type
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function on its arguments. ``keyed`` holds ``condition: value`` pairs of ``case`` and
    ``literal: value`` pairs of ``map``; ``otherwise`` their ``else``.

    A figure is ``stats.NAME`` of whom (a ``Party``, or a ``Read`` of a dimension) and over what time (a ``Const``: a
    duration; of ``cap_used`` the cap's period as a text).
    """

    name: str
    args: tuple[Term, ...]
    keyed: tuple[tuple[Term, Term], ...]
    otherwise: Term | None
    type: Type
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class ListOf:
    """``[a, b, c]``."""

    items: tuple[Term, ...]
    type: Type
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class NamedList:
    """A declared ``list`` or ``suppression`` by name."""

    name: str
    type: Type
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Party:
    """A buyer or a source by name, as what a figure is asked of. kind: buyer, source."""

    kind: str
    name: str
    type: Type
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Exactly:
    """``exactly "Ab"``: the strict comparison of a text."""

    text: str
    type: Type
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression of RE2; ``flags`` is any of ``i m s``."""

    source: str
    flags: str
    type: Type
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Index:
    """``split(text, "|")[1]``: an element of a list, from 0; blank where there is none."""

    value: Term
    index: int
    type: Type
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Member:
    """A part or column of a computed value: ``lookup(zip_facts, postal_code).income``."""

    value: Term
    name: str
    type: Type
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Each:
    """``pets[*].name``: the named part of every element of a list (the element itself where blank). ``name`` is
    dotted for a part of a part: ``pets[*].vet.e164``."""

    value: Term
    name: str
    type: Type
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A text with ``{{ ... }}`` in it: literal pieces and terms, alternating as written."""

    pieces: tuple[str | Term, ...]
    type: Type
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class SecretRef:
    """``env NAME``: never a value here, only its name."""

    name: str
    type: Type
    span: Span = field(compare=False)


# Read only inside `response` (and, for Path, in a source's `map`).


@dataclass(frozen=True, slots=True)
class Path:
    """A JMESPath expression over the parsed body (over the payload, in ``map``)."""

    source: str
    type: Type
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A piece of the answer that is not its parsed body.

    kind: ``status`` (the number), ``status_class`` (name ``2xx``), ``text`` (the body, outer white space
    trimmed), ``header`` (name), ``cookie`` (name), ``css`` (name is the selector, ``@attr`` allowed at its end).
    """

    kind: str
    name: str
    type: Type
    span: Span = field(compare=False)


Term: TypeAlias = (
    Const
    | Read
    | Op
    | Call
    | ListOf
    | NamedList
    | Party
    | Exactly
    | Pattern
    | Index
    | Member
    | Each
    | Text
    | SecretRef
    | Path
    | Answer
)


def children(term: Term) -> tuple[Term, ...]:
    """The terms directly inside a term, in written order."""
    match term:
        case Op(args=args) | ListOf(items=args):
            return args
        case Call(args=args, keyed=keyed, otherwise=otherwise):
            pairs = tuple(part for pair in keyed for part in pair)
            return args + pairs + ((otherwise,) if otherwise else ())
        case Index(value=value) | Member(value=value) | Each(value=value):
            return (value,)
        case Text(pieces=pieces):
            return tuple(piece for piece in pieces if not isinstance(piece, str))
        case _:
            return ()


def reads(term: Term) -> tuple[Read, ...]:
    """Every ``Read`` in a term, depth first, in written order."""
    own = (term,) if isinstance(term, Read) else ()
    return own + tuple(read for child in children(term) for read in reads(child))
