"""Conditions and values of a flow as sentences for somebody who never saw the language.

What may not be told is a table too: ``SECRET_KINDS`` are the reads that a document for outsiders never names. A
condition that has one in it is told as a condition of ours, whole: half of it would be wrong.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from leadflow_dsl import terms as t
from leadflow_engine.instructions.phrases import Name, Phrase, joined, lasting, plain, say

SECRET_KINDS: Final = frozenset({"buyer", "source", "step", "score", "result", "random", "payload"})
"""What tells of our other partners, or of how we judge: for suppliers. ``FOR_BUYERS`` is what a buyer may read."""
FOR_BUYERS: Final = frozenset({"buyer", "source", "random", "payload"})

OURS: Final[Phrase] = ("a condition of ours holds",)

_COMPARE: Final[Mapping[str, tuple[str, str]]] = {
    "==": ("is", "is not"),
    "!=": ("is not", "is"),
    "<": ("is less than", "is at least"),
    "<=": ("is at most", "is more than"),
    ">": ("is more than", "is at most"),
    ">=": ("is at least", "is less than"),
    "contains": ("contains", "does not contain"),
    "starts_with": ("begins with", "does not begin with"),
    "ends_with": ("ends with", "does not end with"),
    "matches": ("fits the pattern", "does not fit the pattern"),
}
_MOMENTS: Final[Mapping[str, str]] = {
    "<": "is before",
    "<=": "is not after",
    ">": "is after",
    ">=": "is not before",
}
_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "is_blank": ("is left out", "is given"),
    "is_present": ("is given", "is left out"),
    "is_valid": ("is given and valid", "is left out or not valid"),
}
_TRUTHS: Final[Mapping[str, tuple[str, str]]] = {
    "is_free": ("is a free-mail address", "is no free-mail address"),
    "is_disposable": ("is a throw-away address", "is no throw-away address"),
    "is_role": ("is the address of an office", "is not the address of an office"),
    "is_tollfree": ("is toll-free", "is not toll-free"),
    "is_private": ("is a private address", "is no private address"),
    "is_bot": ("is a robot's", "is not a robot's"),
    "valid": ("is given and valid", "is left out or not valid"),
}
_PARTS: Final[Mapping[str, str]] = {"raw": "what was sent as", "min": "the least of", "max": "the most of"}
_LEAD: Final[Mapping[str, str]] = {
    "id": "the lead's number",
    "received_at": "the moment at which the lead came",
    "age": "the age of the lead",
    "test": "the lead is a test",
    "fields_present": "the number of fields given",
    "sold_to": "the buyers so far",
    "sold_count": "the number of buyers so far",
    "outcome": "the lead's outcome",
    "local_time": "the time of day where the person lives",
}
_REQUEST: Final[Mapping[str, str]] = {
    "body": "the body as it is sent",
    "url": "the whole URL",
    "method": "the method",
}
_FUNCTIONS: Final[Mapping[str, str]] = {
    "years_since": "the whole years since {}",
    "days_since": "the whole days since {}",
    "weekday": "the weekday of {}",
    "hour": "the hour of {}",
    "date_of": "the day of {}",
    "epoch": "the seconds since 1970 of {}",
    "length": "the length of {}",
    "digits": "the digits of {}",
    "count": "the number of {}",
    "lower": "{}",
    "upper": "{}",
    "trim": "{}",
}


@dataclass(frozen=True, slots=True)
class Wording:
    """How sentences are made for one reader. ``names`` says under which name the reader knows a field; ``hidden``
    are the kinds of reads that are never told; ``lists`` are the values of short lists."""

    hidden: frozenset[str] = SECRET_KINDS
    names: Mapping[str, Phrase] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def may_tell(self, term: t.Term) -> bool:
        """Whether nothing in a term is hidden from the reader."""
        own = isinstance(term, t.SecretRef | t.Party) or (
            isinstance(term, t.Read) and term.kind in self.hidden
        )
        return not own and all(self.may_tell(child) for child in t.children(term))

    def condition(self, term: t.Term) -> Phrase:
        """A condition as part of a sentence: ``homeowner is yes and monthly_bill is at least 100``."""
        return self._truth(term, True) if self.may_tell(term) else OURS

    def value(self, term: t.Term | None) -> Phrase:
        """A value as part of a sentence."""
        if term is None:
            return ()
        return self._value(term) if self.may_tell(term) else ("a value of ours",)

    def signed(self, over: t.Term | None) -> Phrase:
        """What a signature is made over: the body where nothing is said, else texts one after another."""
        if over is None:
            return (_REQUEST["body"],)
        pieces: tuple[str | t.Term, ...] = (over,)
        if isinstance(over, t.Text):
            pieces = over.pieces
        elif isinstance(over, t.Call) and over.name == "concat":
            pieces = over.args
        told = [constant(piece) if isinstance(piece, str) else self.value(piece) for piece in pieces if piece]
        return told[0] if len(told) == 1 else say(joined(told, ", ", " and "), ", one after another,")

    # -------------------------------------------------------------- conditions

    def _truth(self, term: t.Term, holds: bool) -> Phrase:
        if isinstance(term, t.Op):
            if term.name == "not":
                return self._truth(term.args[0], not holds)
            if term.name in {"and", "or"}:
                return self._several(term, holds)
            return self._operator(term, holds)
        if isinstance(term, t.Const) and isinstance(term.value, bool):
            return ("always",) if term.value is holds else ("never",)
        return self._boolean(term, holds)

    def _several(self, term: t.Op, holds: bool) -> Phrase:
        word = term.name if holds else {"and": "or", "or": "and"}[term.name]
        parts = [self._inner(arg, word, holds) for arg in term.args]
        return joined(parts, f" {word} ", f" {word} ")

    def _inner(self, term: t.Term, outside: str, holds: bool) -> Phrase:
        bare, positive = term, holds
        while isinstance(bare, t.Op) and bare.name == "not":
            bare, positive = bare.args[0], not positive
        phrase = self._truth(term, holds)
        if not isinstance(bare, t.Op) or bare.name not in {"and", "or"}:
            return phrase
        word = bare.name if positive else {"and": "or", "or": "and"}[bare.name]
        return phrase if word == outside else say("(", phrase, ")")

    def _boolean(self, term: t.Term, holds: bool) -> Phrase:
        if isinstance(term, t.Read) and term.kind == "lead" and term.name == "test":
            return ("the lead is a test",) if holds else ("the lead is no test",)
        if isinstance(term, t.Answer) and term.kind == "status_class":
            return say("the status is " if holds else "the status is not ", Name(term.name))
        part = term.part.rpartition(".")[2] if isinstance(term, t.Read) else ""
        if isinstance(term, t.Read) and part in _TRUTHS:
            owner = t.Read(term.kind, term.name, term.part.rpartition(".")[0], term.type, term.span)
            return say(self._value(owner), " ", _TRUTHS[part][not holds])
        return say(self._value(term), " is yes" if holds else " is not yes")

    def _operator(self, term: t.Op, holds: bool) -> Phrase:
        subject = self._value(term.args[0])
        if term.name in _STATES:
            return say(subject, " ", _STATES[term.name][not holds])
        if term.name == "between":
            low, high = (self._value(arg) for arg in term.args[1:])
            return say(subject, " is " if holds else " is not ", "between ", low, " and ", high)
        if term.name == "in":
            return self._within(subject, term.args[1], holds)
        if term.name == "near":
            miles, place = self._value(term.args[1]), self._value(term.args[2])
            return say(subject, " is " if holds else " is not ", "within ", miles, " miles of ", place)
        if term.name == "in_window":
            verb = " is " if holds else " is not "
            return say(_LEAD["local_time"], verb, "in the calling hours ", self._value(term.args[-1]))
        if term.name in _COMPARE and len(term.args) > 1:
            return say(subject, f" {self._compared(term, holds)} ", self._value(term.args[1]))
        return say(self._value(term), " is yes" if holds else " is not yes")

    def _compared(self, term: t.Op, holds: bool) -> str:
        word = _COMPARE[term.name][not holds]
        kinds = {arg.type.name for arg in term.args}
        if holds and term.name in _MOMENTS and kinds & {"date", "dob", "datetime", "time"}:
            return _MOMENTS[term.name]
        return word

    def _within(self, subject: Phrase, group: t.Term, holds: bool) -> Phrase:
        verb = " is " if holds else " is not "
        if isinstance(group, t.NamedList):
            values = self.lists.get(group.name, ())
            if values:
                return say(subject, verb, "one of ", joined([(Name(each),) for each in values], ", ", " or "))
            return say(subject, verb, "in our list ", Name(group.name))
        if isinstance(group, t.ListOf):
            if len(group.items) == 1:
                return say(subject, verb, self._value(group.items[0]))
            return say(
                subject, verb, "one of ", joined([self._value(each) for each in group.items], ", ", " or ")
            )
        return say(subject, verb, "in ", self._value(group))

    # -------------------------------------------------------------- values

    def _value(self, term: t.Term) -> Phrase:
        make = _VALUES.get(type(term))
        return make(self, term) if make else ("a computed value",)

    def read(self, read: t.Read) -> Phrase:
        """A name, as the reader knows it."""
        if read.kind == "lead":
            return (_LEAD.get(read.name, f"the lead's {read.name}"),)
        if read.kind == "now":
            return ("the present moment",)
        if read.kind == "request":
            return (_REQUEST.get(read.name, read.name),)
        whole = f"{read.kind}.{read.name}" if read.kind in {"extra", "ping"} else read.name
        owner = self.names.get(read.name, (Name(whole),)) if read.kind == "field" else (Name(whole),)
        if read.kind == "result":
            return say("the ", Name(read.part.replace(".", " ")), " of our look-up ", Name(read.name))
        if read.kind == "score":
            return say("our score ", owner)
        if not read.part:
            return owner
        return say(
            _PARTS.get(read.part, f"the {read.part.replace('_', ' ').replace('.', ' ')} of"), " ", owner
        )


def constant(value: t.Scalar) -> Phrase:
    """A literal as it is said."""
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    if isinstance(value, datetime.timedelta):
        return (lasting(value),)
    if isinstance(value, datetime.time):
        return (Name(value.isoformat("minutes" if not value.second else "seconds")),)
    return (Name(format(value, "f") if isinstance(value, Decimal) else str(value)),)


def _arithmetic(wording: Wording, term: t.Op) -> Phrase:
    if term.name == "neg":
        return say("minus ", wording._value(term.args[0]))
    if term.name in {"+", "-", "*", "/", "%"}:
        inner = [wording._value(arg) for arg in term.args]
        return say("(", joined(inner, f" {term.name} ", f" {term.name} "), ")")
    return wording._truth(term, True)


def _call(wording: Wording, term: t.Call) -> Phrase:
    inner = [wording._value(arg) for arg in term.args]
    if term.name in _FUNCTIONS and len(inner) == 1:
        before, _, behind = _FUNCTIONS[term.name].partition("{}")
        return say(before, inner[0], behind)
    if term.name == "lookup":
        return say("our table ", joined(inner, " at ", " at "))
    if term.keyed:
        pairs = [_choice(wording, term, when, value) for when, value in term.keyed]
        other = [say("else ", wording._value(term.otherwise))] if term.otherwise else []
        return joined([*pairs, *other])
    return say(f"{term.name.replace('_', ' ')} of ", joined(inner, ", ", " and "))


def _choice(wording: Wording, term: t.Call, when: t.Term, value: t.Term) -> Phrase:
    found = wording._value(value)
    if term.name == "case":
        return say(found, " if ", wording._truth(when, True))
    return say(found, " for ", wording._value(when))


def _pieces(wording: Wording, term: t.Text) -> Phrase:
    return say(*(piece if isinstance(piece, str) else wording._value(piece) for piece in term.pieces))


_VALUES: Final[Mapping[type, Callable[..., Phrase]]] = {
    t.Read: lambda wording, term: wording.read(term),
    t.Const: lambda wording, term: constant(term.value),
    t.Op: _arithmetic,
    t.Call: _call,
    t.ListOf: lambda wording, term: joined([wording._value(item) for item in term.items], ", ", " or "),
    t.NamedList: lambda wording, term: say("our list ", Name(term.name)),
    t.Exactly: lambda wording, term: say("exactly ", Name(term.text)),
    t.Pattern: lambda wording, term: (Name(f"/{term.source}/{term.flags}"),),
    t.Member: lambda wording, term: say("the ", Name(term.name), " of ", wording._value(term.value)),
    t.Index: lambda wording, term: say(f"element {term.index} of ", wording._value(term.value)),
    t.Each: lambda wording, term: say("every ", Name(term.name), " of ", wording._value(term.value)),
    t.Text: _pieces,
    t.Path: lambda wording, term: (Name(term.source),),
    t.Answer: lambda wording, term: _answered(term),
}

_ANSWERS: Final[Mapping[str, str]] = {
    "status": "the status",
    "status_class": "the status",
    "text": "the whole answer",
    "header": "the header ",
    "cookie": "the cookie ",
    "css": "what stands at ",
}


def _answered(term: t.Answer) -> Phrase:
    word = _ANSWERS.get(term.kind, term.kind)
    return say(word, Name(term.name)) if term.kind in {"header", "cookie", "css"} else (word,)


def told(wording: Wording, term: t.Term) -> str:
    """A condition as plain text."""
    return plain(wording.condition(term))
