"""Chains of words such as ``phone_1.e164``: what stands behind a dot, and why it may not."""

from __future__ import annotations

from leadflow_dsl.diagnostics import Diagnostic, Edit, Label, Span
from leadflow_dsl.meaning.suggestions import did_you_mean, listed, slip
from leadflow_dsl.rules.names import UNKNOWN_PART
from leadflow_dsl.rules.rule import Rule
from leadflow_dsl.terms import Each, Member, Term, Type
from leadflow_dsl.types import described, element, list_of, parts
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a chain such as ``phone_1.e164``, and where it stands."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a name means nothing here: what a finding is made of."""

    rule: Rule
    span: Span
    message: str
    label: str = ""
    help: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    fix: tuple[Edit, ...] = ()

    def finding(self) -> Diagnostic:
        """The finding that says so."""
        return self.rule.at(self.span, self.message, self.label, self.help, self.labels, self.fix)


Answered = Term | Problem


def members(base: Term, chain: tuple[Word, ...], span: Span) -> Answered:
    """Parts of a value that is no plain field: of a row, of an element, of a part."""
    for word in chain:
        type_ = base.type
        if type_.name == "any":
            found: Type | None = type_
        elif type_.name == "list" and isinstance(base, Each):
            found = parts(element(type_)).get(word.text)
        else:
            found = parts(type_).get(word.text) if type_.name != "list" else None
        if found is None:
            return no_part(word, f"a value of type {described(type_)}", tuple(parts(type_)))
        if isinstance(base, Each):
            name = f"{base.name}.{word.text}" if base.name else word.text
            base = Each(base.value, name, list_of(found), span)
        else:
            base = Member(base, word.text, found, span)
    return base


def no_part(word: Word, of: str, known_parts: tuple[str, ...]) -> Problem:
    """The problem of a part that there is not."""
    message = f"{of} has no part `{word.text}`"
    help = (*did_you_mean(word.text, known_parts), f"it has {listed(known_parts)}")
    fix = slip(word.text, word.span, known_parts)
    return Problem(UNKNOWN_PART, word.span, message, "no such part", help, fix=fix)


def one_of(root: Word, chain: tuple[Word, ...], table: dict[str, Type]) -> Problem | None:
    """The problem of a word that is read by one of its parts, where none of them stands; None where one does."""
    if len(chain) == 1:
        help = (f"it has {listed(f'{root.text}.{name}' for name in table)}",)
        return Problem(
            UNKNOWN_PART, root.span, f"`{root.text}` is no value of its own", "say which part", help
        )
    if chain[1].text not in table:
        return no_part(chain[1], f"`{root.text}`", tuple(table))
    return None
