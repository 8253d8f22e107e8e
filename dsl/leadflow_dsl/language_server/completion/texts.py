"""Inside quotes: paths of files, JMESPath, time zones, words of an enum, and expressions between ``{{`` and ``}}``."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final
from zoneinfo import available_timezones

from leadflow_dsl.language_server.completion.items import Item
from leadflow_dsl.language_server.completion.place import Place, place_at
from leadflow_dsl.language_server.completion.values import (
    behind,
    functions,
    literals,
    readable,
    scope_of,
    type_of,
)
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.paths import FUNCTIONS
from leadflow_dsl.project import shipped_libraries

_BEFORE: Final = "flow x filter f { accept when "
_ADDED: Final = frozenset({"as_list", "items", "split", "regex", "lower", "from_json", "from_xml"})


def in_text(draft: Draft, place: Place, file: str, files: Iterable[str]) -> Iterator[Item]:
    """What may stand in the text in which the cursor stands. ``files``: the paths of the project's files."""
    offer = _BY_KEYWORD.get(place.symbols()[0] if place.symbols() else "")
    compared = place.compared()
    if offer is not None:
        yield from _from(place, offer(place, file, files))
    elif "{{" in place.written:
        yield from _expression(draft, place)
    elif compared is not None:
        type_ = type_of(draft, scope_of(draft, place), compared)
        words = literals(type_) if type_ is not None and type_.name == "enum" else ()
        yield from _from(place, (replace(item, insert=item.label) for item in words))
    elif _reads_paths(place):
        yield from _jmespath(place)


def _from(place: Place, items: Iterable[Item]) -> Iterator[Item]:
    """Items that take the place of all that stands between the quote and the cursor."""
    yield from (replace(item, start=place.start + 1) for item in items)


# ------------------------------------------------------------------ files and zones


def _imports(place: Place, file: str, files: Iterable[str]) -> Iterator[Item]:
    folder = posixpath.dirname(file)
    for path in files:
        if path.endswith(".flow") and path != file:
            yield Item(posixpath.relpath(path, folder or "."), "file", "flow file")
    yield from (Item(path, "file", "comes with leadflow") for path in shipped_libraries())


def _ending(*endings: str) -> Callable[[Place, str, Iterable[str]], Iterator[Item]]:
    def offer(place: Place, file: str, files: Iterable[str]) -> Iterator[Item]:
        yield from (Item(path, "file") for path in files if path.endswith(endings))

    return offer


def _zones(place: Place, file: str, files: Iterable[str]) -> Iterator[Item]:
    common = "America/"
    for zone in sorted(available_timezones()):
        if "/" in zone or zone == "UTC":
            yield Item(zone, "constant", "time zone", rank=0 if zone.startswith(common) else 1)


_BY_KEYWORD: Final[dict[str, Callable[[Place, str, Iterable[str]], Iterator[Item]]]] = {
    "IMPORT": _imports,
    "FROM": _ending(".j2", ".jinja", ".jinja2"),
    "CSV": _ending(".csv"),
    "MODEL": _ending(".json"),
    "TIMEZONE": _zones,
}


# ------------------------------------------------------------------ what is read from an answer or a payload


def _reads_paths(place: Place) -> bool:
    """Whether a text here is a JMESPath expression: in an answer, and where a source reads its payload."""
    reads = {"response", "callback", "bids", "map"} & set(place.blocks)
    return bool(reads) or place.statement in ("each", "test", "bids")


def _jmespath(place: Place) -> Iterator[Item]:
    if re.search(r"(?:^|[^\w.\"'`])\w*\Z", place.written[1:]) is None:
        return
    for name in sorted(FUNCTIONS):
        detail = "JMESPath, added by leadflow" if name in _ADDED else "JMESPath"
        yield Item(name, "function", detail, snippet=f"{name}($1)")


# ------------------------------------------------------------------ {{ ... }}


def _expression(draft: Draft, place: Place) -> Iterator[Item]:
    written = place.written
    if written.rfind("}}") > written.rfind("{{"):
        return
    inside = written[written.rfind("{{") + 2 :]
    inner = place_at(_BEFORE + inside, len(_BEFORE + inside))
    scope = scope_of(draft, place)
    if inner.symbols()[0] == "DOT":
        yield from behind(draft, scope, inner.value(1))
    elif {"NAME", "LPAR"} <= inner.expected:
        yield from readable(draft, scope)
        yield from functions(scope)
        yield Item("env", "keyword", "a secret of the environment", rank=3)
