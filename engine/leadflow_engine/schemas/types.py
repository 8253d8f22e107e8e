"""Types as JSON Schema: never stricter than their reader, so that no lead that the door takes fails its schema.

A reader takes many spellings; a schema that named only one would refuse good leads. So texts and numbers stand together
where both are read, ranges bind only JSON numbers, and what a reader decides beyond the kind is told in words.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from leadflow_dsl.terms import Type
from leadflow_dsl.types import described
from leadflow_engine.instructions.types_in_words import in_words

Schema: TypeAlias = dict[str, Any]

MARK: Final = "x-leadflow-type"
_WHITE: Final = r"\s*"
_SPECIAL: Final = frozenset(r"\^$.|?*+()[]{}/-")


def type_schema(type_: Type, blank: bool = True) -> Schema:
    """The schema of a type's values; with ``blank``, null is one too."""
    make = {"enum": _enum, "list": _list, "record": _record}.get(type_.name, _plain)
    return {**make(type_, blank), MARK: described(type_)}


def _kinds(kinds: tuple[str, ...], blank: bool) -> Any:
    found = [*kinds, "null"] if blank else list(kinds)
    return found[0] if len(found) == 1 else found


def _plain(type_: Type, blank: bool) -> Schema:
    return {"type": _kinds(in_words(type_).kinds, blank)}


def _enum(type_: Type, blank: bool) -> Schema:
    """The members as they are declared, for whoever makes a list of them; and their other spellings."""
    spellings = [_any_case(member) for member in type_.members]
    choices: list[Schema] = [
        {"enum": [*type_.members, *_as_numbers(type_)]},
        {"type": "string", "pattern": f"^{_WHITE}(?:{'|'.join(spellings)}){_WHITE}$"},
    ]
    words = {member.casefold() for member in type_.members}
    if words & {"true", "false"}:
        choices.append({"type": "boolean"})
    if any(_numeric(word) for word in words):
        choices.append({"type": "number"})
    blanks: list[Schema] = [{"type": "null"}, {"type": "string", "pattern": f"^{_WHITE}$"}] if blank else []
    return {"anyOf": [*choices, *blanks]}


def _as_numbers(type_: Type) -> list[int]:
    return [
        int(member)
        for member in type_.members
        if member.isascii() and member.isdigit() and str(int(member)) == member
    ]


def _numeric(word: str) -> bool:
    return word.lstrip("-").replace(".", "", 1).isdigit()


def _any_case(member: str) -> str:
    """A pattern for a member in any case, with any white space between its words."""
    return r"\s+".join("".join(map(_letter, word)) for word in member.split())


def _letter(letter: str) -> str:
    cases = sorted({letter, letter.lower(), letter.upper(), letter.casefold()})
    if len(cases) > 1 and all(len(case) == 1 for case in cases):
        return f"[{''.join(cases)}]"
    escaped = ["\\" + case if case in _SPECIAL else case for case in cases]
    return escaped[0] if len(escaped) == 1 else f"(?:{'|'.join(escaped)})"


def _list(type_: Type, blank: bool) -> Schema:
    """A JSON list; or one value, or a text that holds several."""
    kinds = (
        ("array", "object")
        if type_.of and type_.of.name == "record"
        else ("array", "string", "number", "boolean")
    )
    text = ("string",) if "string" not in kinds else ()
    return {"type": _kinds((*kinds, *text), blank), "items": type_schema(type_.of or Type("text"))}


def _record(type_: Type, blank: bool) -> Schema:
    """An object; its columns are found in any case, so that none of them is demanded."""
    columns = {name: type_schema(of) for name, of in type_.columns}
    return {"type": _kinds(("object", "string"), blank), "properties": columns}
