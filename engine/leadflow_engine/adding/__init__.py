"""Adding a known vendor to a project: its buyer, look-up, copy or source, with its templates and scenarios, renamed.

What is added is a library beside the flow, a small flow of it alone for its scenarios, and a line in the flow. Nothing
here writes: ``add`` gives texts by path, or a sentence why it is not done.
"""

from leadflow_engine.adding.addition import Added, Asked, add, add_known
from leadflow_engine.adding.known import KINDS, Known, Vendor, all_known, known_named
from leadflow_engine.adding.refused import Refused

__all__ = [
    "KINDS",
    "Added",
    "Asked",
    "Known",
    "Refused",
    "Vendor",
    "add",
    "add_known",
    "all_known",
    "known_named",
]
