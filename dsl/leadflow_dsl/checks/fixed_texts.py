"""Places in texts that are the same for every lead: reasons and defaults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.texts import idle_places_of
from leadflow_dsl.model import Flow
from leadflow_dsl.walk import walk

_REASON: Final = "a reason is the same for every lead: leave the place out"
_DEFAULT: Final = (
    'a default is the same for every lead; a computed field holds places: `NAME TYPE = "{{ ... }}"`'
)


def fixed_texts(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """``{{ field }}`` in a reason or a default, which is taken as it stands."""
    for file in draft.files:
        for node in walk(file.tree):
            if isinstance(reason := getattr(node, "reason", None), nodes.Text):
                yield from idle_places_of(draft, reason, _REASON)
            if isinstance(node, nodes.Default) and isinstance(node.value, nodes.Text):
                yield from idle_places_of(draft, node.value, _DEFAULT)
