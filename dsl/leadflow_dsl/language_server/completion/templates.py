"""Inside a Jinja template: names of the flow, their parts, filters, and what a tag may begin with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.language_server.completion.items import Item
from leadflow_dsl.language_server.completion.values import behind, ping_values, readable
from leadflow_dsl.meaning import places
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.scope import Scope
from leadflow_dsl.template_profile import FILTERS
from leadflow_dsl.walk import find

_TAGS: Final = {
    "if": "if CONDITION %}...{% endif",
    "elif": "elif CONDITION",
    "else": "else",
    "endif": "endif",
    "for": "for ITEM in LIST %}...{% endfor",
    "endfor": "endfor",
    "set": "set NAME = VALUE",
    "include": 'include "mappings/part.j2"',
}
_CHAIN: Final = re.compile(r"((?:[A-Za-z_]\w*\s*\.\s*)+)([A-Za-z_]\w*)?\Z")
_OWN: Final = re.compile(r"\{%-?\s*(?:for\s+(\w+)(?:\s*,\s*(\w+))?\s+in\b|set\s+(\w+))")


def in_template(draft: Draft, scope: Scope, before: str, keys: Iterable[str] = ()) -> Iterator[Item]:
    """What may stand where a template's text ``before`` ends; ``keys``: what ``auth.`` has (``auth body KEY``)."""
    code = code_before(before)
    if code is None:
        return
    opening, inside = code
    chain = _CHAIN.search(inside)
    if re.search(r"\|\s*\w*\Z", inside):
        yield from (Item(name, "function", "filter", rank=0) for name in sorted(FILTERS))
    elif chain:
        yield from _members(draft, scope, re.findall(r"\w+", chain[1]), keys)
    elif opening == "{%" and re.fullmatch(r"[-+]?\s*\w*", inside):
        yield from (Item(word, "keyword", form, rank=0) for word, form in _TAGS.items())
    else:
        yield from _own(before)
        yield from readable(draft, scope)
        yield Item("auth", "value", "keys that `auth body` declares", rank=3)


def code_before(before: str) -> tuple[str, str] | None:
    """The bracket of the code in which a template's text ends, and the code after it; None outside of code."""
    opened = max(before.rfind("{{"), before.rfind("{%"))
    if opened < 0 or max(before.rfind("}}"), before.rfind("%}")) > opened:
        return None
    inside = before[opened + 2 :]
    quotes = re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', "", inside)
    return None if '"' in quotes or "'" in quotes else (before[opened : opened + 2], inside)


def _members(draft: Draft, scope: Scope, words: list[str], keys: Iterable[str]) -> Iterator[Item]:
    if words == ["auth"]:
        yield from (Item(key, "field", "set by `auth body`") for key in keys)
        return
    node: nodes.Word | nodes.Attribute = nodes.Word(words[0])
    for word in words[1:]:
        node = nodes.Attribute(node, nodes.Name(word), NOWHERE)
    yield from behind(draft, scope, node)


def _own(before: str) -> Iterator[Item]:
    """Names that the template makes itself, above the cursor."""
    for found in _OWN.finditer(before):
        yield from (Item(name, "value", "of this template", rank=0) for name in found.groups() if name)


def template_scope(draft: Draft, file: str) -> tuple[Scope, tuple[str, ...]]:
    """What a template file may read in the requests that send it, and the keys of their ``auth body``."""
    ping: dict[str, object] = {}
    keys: dict[str, None] = {}
    for symbol in draft.of("buyer").values():
        if any(form.path.value == file for form in find(symbol.node, nodes.TemplateFile)):
            ping.update(ping_values(draft, symbol.name) or {})
            keys.update(dict.fromkeys(auth_keys(symbol.node)))
    scope = Scope(ping=ping or None, delivery=True, places=True)  # type: ignore[arg-type]
    return scope.having(places.OFFER, places.CALLBACK), tuple(keys)


def auth_keys(node: object) -> tuple[str, ...]:
    """The keys that a buyer's ``auth body`` puts into its bodies."""
    return tuple(
        segment.name
        for auth in find(node, nodes.AuthBody)
        for segment in auth.left.segments[:1]
        if segment.name
    )
