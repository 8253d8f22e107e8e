"""Types as they are written, and what they are."""

from __future__ import annotations

from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Edit
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.suggestions import did_you_mean, listed
from leadflow_dsl.rules.names import DUPLICATE, UNKNOWN
from leadflow_dsl.terms import Type
from leadflow_dsl.types import BROKEN, KINDS, list_of

_COMPOUND = {"enum", "list", "record"}
DECLARABLE = tuple(name for name, kind in KINDS.items() if kind.declarable and name not in _COMPOUND)


FOREIGN: Final = {
    **dict.fromkeys("string str varchar char character nvarchar textarea".split(), "text"),
    **dict.fromkeys("float double decimal numeric int integer bigint long real".split(), "number"),
    **dict.fromkeys("bool bit flag".split(), "boolean"),
    **dict.fromkeys("timestamp timestamptz date_time".split(), "datetime"),
    **dict.fromkeys("currency price amount dollars".split(), "money"),
    **dict.fromkeys("zip zipcode zip_code postcode postal".split(), "postal_code"),
    **dict.fromkeys("telephone mobile cell phone_number".split(), "phone"),
    **dict.fromkeys("birthdate birthday birth_date date_of_birth".split(), "dob"),
    **dict.fromkeys("mail e_mail".split(), "email"),
    "uuid": "id",
    "guid": "id",
    "uri": "url",
    "link": "url",
}
"""What other languages call a type."""


def type_of(draft: Draft, node: nodes.TypeNode) -> Type:
    """The type that a node writes; ``any`` after a finding where there is no such type."""
    if isinstance(node, nodes.EnumType):
        return Type("enum", members=_members(draft, node))
    if isinstance(node, nodes.ListType):
        return list_of(type_of(draft, node.of))
    if isinstance(node, nodes.RecordType):
        return record_of(draft, node.columns)
    return _named(draft, node.name)


def record_of(draft: Draft, columns: tuple[nodes.Column, ...]) -> Type:
    """A record of columns, as in a list's elements and in a table."""
    found: dict[str, Type] = {}
    for column in columns:
        if column.name.text in found:
            message = f"column `{column.name.text}` is declared twice"
            draft.found(DUPLICATE.at(column.name.span, message, "declared again", "rename one of the two"))
        found.setdefault(column.name.text, type_of(draft, column.type))
    return Type("record", columns=tuple(found.items()))


def _named(draft: Draft, name: nodes.Name) -> Type:
    if name.text in DECLARABLE:
        return Type(name.text)
    meant = FOREIGN.get(name.text.casefold(), "")
    help = did_you_mean(name.text, DECLARABLE) or (f"types are {listed(DECLARABLE)}",)
    if meant:
        help = (f"write `{meant}`",)
    if name.text in _COMPOUND:
        help = ("write `enum(a, b)` or `list of TYPE`",)
    fix = (Edit(name.span, meant),) if meant else ()
    draft.found(UNKNOWN.at(name.span, f"unknown type `{name.text}`", "no such type", help, fix=fix))
    return BROKEN


def _members(draft: Draft, node: nodes.EnumType) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for member in node.members:
        word = (
            member.value if isinstance(member, nodes.Text) else getattr(member, "raw", "") or word_of(member)
        )
        if word.casefold() in found:
            draft.found(DUPLICATE.at(member.span, f"`{word}` is in the enum twice", help="take one out"))
        else:
            found[word.casefold()] = word
    return tuple(found.values())


def word_of(node: object) -> str:
    """The text of a name."""
    return node.text if isinstance(node, nodes.Name | nodes.Word) else ""
