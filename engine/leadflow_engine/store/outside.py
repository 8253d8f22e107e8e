"""What is projected of facts that no Run was fed: a row a kind, live and in a rebuild alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from leadflow_engine.store.adjusting import project_adjusted
from leadflow_engine.store.asked import project_asked
from leadflow_engine.store.callbacks import project_called
from leadflow_engine.store.event import Event
from leadflow_engine.store.feedback import project_feedback
from leadflow_engine.store.later import project_settled
from leadflow_engine.store.postbacks import project_sent
from leadflow_engine.store.queued import project_dropped, project_retried
from leadflow_engine.store.resubmissions import project_resubmitted
from leadflow_engine.store.returns import project_returned

Projection = Callable[[Event, str, Mapping[str, Any]], None]
"""Takes the moment, the fact's key and its body."""

OUTSIDE: Final[Mapping[str, Projection]] = {
    "settled": project_settled,
    "retried": project_retried,
    "dropped": project_dropped,
    "resubmitted": project_resubmitted,
    "called_back": project_called,
    "inquired": project_asked,
    "resent": project_asked,
    "postback": project_sent,
    "returned": project_returned,
    "adjusted": project_adjusted,
    "feedback": project_feedback,
}
"""``effects.FROM_OUTSIDE`` without ``received``, of which the lead's own row is made by its Run."""
