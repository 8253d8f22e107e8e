"""What changed between two versions of a flow for one source or one buyer, by how much it asks of them.

``act``: what was right before is refused or read otherwise now, or will not arrive as before. ``know``: other leads are
taken, other money is paid, another time is kept. ``nothing``: everything that was right before still is.
"""

from __future__ import annotations

from leadflow_engine.instructions.buyer_changes import buyer_changes
from leadflow_engine.instructions.records import BuyerInstructions, Changes, SourceInstructions
from leadflow_engine.instructions.source_changes import source_changes


def changes(
    old: SourceInstructions | BuyerInstructions, new: SourceInstructions | BuyerInstructions
) -> Changes:
    """What to tell a source, or a buyer. Raises ``TypeError`` where one is a source's and the other a buyer's."""
    if isinstance(old, SourceInstructions) and isinstance(new, SourceInstructions):
        found, kind, name = tuple(source_changes(old, new)), "source", new.source
    elif isinstance(old, BuyerInstructions) and isinstance(new, BuyerInstructions):
        found, kind, name = tuple(buyer_changes(old, new)), "buyer", new.buyer
    else:
        raise TypeError("a source and a buyer cannot be compared")
    return Changes(new.flow_title or new.flow, kind, name, new.title, found)
