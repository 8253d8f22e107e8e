"""What a ping's answer gives to the post: its reference and bid, what it sets, and the bid that was chosen."""

from __future__ import annotations

from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.meaning.declaring import set_types
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.names import PING
from leadflow_dsl.terms import Type
from leadflow_dsl.types import TEXT

CHOSEN: Final = {**PING, "legal_name": TEXT}
"""What each of several bids may say beside what it sets."""


def ping_values(draft: Draft, ping: nodes.Ping) -> dict[str, Type]:
    """The values of a ping's answer by name and type.

    Of several bids the one that the route took is ``chosen``, a record; without an answer-wide ``bid`` the best of them
    is the bid.
    """
    found: dict[str, Type] = {}
    response = next((item for item in ping.items if isinstance(item, nodes.Response)), None)
    for item in response.items if response else ():
        if isinstance(item, nodes.Value) and item.name.text in PING:
            found[item.name.text] = PING[item.name.text]
        elif isinstance(item, nodes.Bids):
            found |= {"chosen": _chosen(draft, item), "bid": PING["bid"]}
    inner = {
        value.name.text
        for item in _bids(response)
        for value in item.items
        if isinstance(value, nodes.SetValue)
    }
    sets = set_types(draft, ping.items)
    return found | {name: type_ for name, type_ in sets.items() if name not in inner}


def _bids(response: nodes.Response | None) -> tuple[nodes.Bids, ...]:
    return tuple(item for item in (response.items if response else ()) if isinstance(item, nodes.Bids))


def _chosen(draft: Draft, bids: nodes.Bids) -> Type:
    said = {item.name.text for item in bids.items if isinstance(item, nodes.Value)}
    columns = [(name, type_) for name, type_ in CHOSEN.items() if name in said]
    return Type("record", columns=(*columns, *set_types(draft, (bids,)).items()))
