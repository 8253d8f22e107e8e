"""From an answer's text to a tree: what it is declared to be, or what it says or shows that it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl

from leadflow_dsl.unguarded import dataclass
from leadflow_engine.texts.json_tree import Unreadable, read_json
from leadflow_engine.texts.xml_tree import xml_tree

Json: TypeAlias = Any

MAX_BODY = 1 << 20
MAX_PAIRS = 10_000


@dataclass(frozen=True, slots=True)
class Decoded:
    """``kind`` is what it was read as in the end; ``tree`` what paths walk over (the text itself for text and html);
    ``problem`` says why it was not read as what it should be, "" where it was; ``guess`` why it was not read as what
    it begins like, though nobody said that it is that."""

    kind: str
    tree: Json
    problem: str = ""
    guess: str = ""


def decode(declared: str, content_type: str, body: str) -> Decoded:
    """Read a body. ``declared`` is the flow's word ("" for none: by content type, then by its looks).

    What cannot be read as declared (or as the content type promises) is text, with ``problem`` saying so.
    """
    text = body.lstrip("\ufeff")
    promised = _ALIASES.get(declared, declared) or by_content_type(content_type)
    if len(text) > MAX_BODY:
        return Decoded("text", "", f"the answer is longer than {MAX_BODY} characters")
    if promised in DECODERS:
        return _decoded(promised, text)
    looks = looks_like(text) if not declared else ""
    found = _decoded(looks, text) if looks else None
    if found and not found.problem:
        return found
    return Decoded(
        promised or "text", text, guess=found.problem if found and (not promised or looks == "json") else ""
    )


def _decoded(kind: str, text: str) -> Decoded:
    try:
        return Decoded(kind, DECODERS[kind](text))
    except (Unreadable, ValueError) as problem:
        return Decoded("text", text, f"the answer is not {_NAMES[kind]}, so it is read as text: {problem}")


def by_content_type(content_type: str) -> str:
    """The kind that a content type promises, "" where it promises nothing."""
    media = content_type.partition(";")[0].strip().lower()
    if media.endswith(("/json", "+json")):
        return "json"
    if media.endswith("/html") or media == "application/xhtml+xml":
        return "html"
    if media.endswith(("/xml", "+xml")):
        return "xml"
    return "form" if media == "application/x-www-form-urlencoded" else ""


def looks_like(text: str) -> str:
    """What a body without a telling content type begins like."""
    start = text.lstrip()[:14].lower()
    if start[:1] in {"{", "["}:
        return "json"
    return "xml" if start[:1] == "<" and not start.startswith(("<html", "<!doctype html")) else ""


# ------------------------------------------------------------------ decoders


def read_form(text: str) -> dict[str, Json]:
    """``a=1&b=2``: texts by name; a name that stands several times gives a list."""
    try:
        pairs = parse_qsl(text.strip(), keep_blank_values=True, strict_parsing=True, max_num_fields=MAX_PAIRS)
    except ValueError as problem:
        raise Unreadable("it is not made of name=value pairs") from problem
    tree: dict[str, Json] = {}
    for name, value in pairs:
        tree[name] = value if name not in tree else [*_listed(tree[name]), value]
    return tree


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


DECODERS: Final[Mapping[str, Callable[[str], Json]]] = {"json": read_json, "xml": xml_tree, "form": read_form}
"""Kinds that have a grammar of their own; text and html are read as they are."""

_ALIASES: Final[Mapping[str, str]] = {"query": "form"}
_NAMES: Final[Mapping[str, str]] = {"json": "JSON", "xml": "XML", "form": "a form"}
