"""What is projected of facts that no Run was fed: a row a kind, live and in a rebuild alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from leadflow_engine.store.event import Event
from leadflow_engine.store.later import project_settled
from leadflow_engine.store.postbacks import project_sent

Projection = Callable[[Event, str, Mapping[str, Any]], None]
"""Takes the moment, the fact's key and its body."""

OUTSIDE: Final[Mapping[str, Projection]] = {"settled": project_settled, "postback": project_sent}
"""``effects.FROM_OUTSIDE`` without ``received``, of which the lead's own row is made by its Run."""
