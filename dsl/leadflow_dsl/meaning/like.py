"""``buyer px_west like px_east``: statements taken over from another buyer."""

from __future__ import annotations

from typing import Any, Final

from leadflow_dsl import nodes
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.suggestions import did_you_mean
from leadflow_dsl.rules.names import CYCLE, UNKNOWN
from leadflow_dsl.rules.syntax import TOO_LARGE

MOST_DEPTH: Final = 20
"""Buyers that take from each other, one after the other."""


def with_like(draft: Draft, node: nodes.Buyer, above: tuple[str, ...]) -> tuple[Any, ...]:
    """A buyer's statements with those that it takes from the other: all of a word that it does not say itself."""
    if node.like is None:
        return node.items
    other = draft.of("buyer").get(node.like.text)
    if other is None or not isinstance(other.node, nodes.Buyer):
        help = did_you_mean(node.like.text, draft.of("buyer"))
        message = f"unknown buyer `{node.like.text}`"
        draft.found(UNKNOWN.at(node.like.span, message, "no buyer of this name", help))
        return node.items
    if node.like.text in (*above, node.name.text):
        message = f"`{node.name.text}` is like itself"
        draft.found(CYCLE.at(node.like.span, message, "circular", "take one `like` out"))
        return node.items
    if len(above) >= MOST_DEPTH:
        message = f"buyers are like each other more than {MOST_DEPTH} deep"
        draft.found(TOO_LARGE.at(node.like.span, message, "", "make them like the first one"))
        return node.items
    own = {_word(item) for item in node.items}
    base = with_like(draft, other.node, (*above, node.name.text))
    return (*(item for item in base if _word(item) not in own), *node.items)


def _word(item: Any) -> tuple[object, ...]:
    """What counts as one word for ``like``: a statement's kind, and the state of ``on closed``."""
    kind = nodes.Deliver if isinstance(item, nodes.DeliverBatch | nodes.DeliverEmail) else type(item)
    return (kind, item.state.text) if isinstance(item, nodes.OnState) else (kind,)
