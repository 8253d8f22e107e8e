"""Pages of other hosts that post here: what a browser asks before, and what it must hear after."""

from __future__ import annotations

from typing import Final

from leadflow_engine.intake.call import Call, Headers
from leadflow_engine.service.answers import Answer, problem
from leadflow_engine.service.settings import SourceSettings

MAY_SEND: Final = "Authorization, Content-Type, Idempotency-Key, X-Api-Key"
MAY_READ: Final = "Location, Retry-After"
SECONDS: Final = 600


def preflight(settings: SourceSettings, call: Call) -> Answer:
    """The answer to a browser that asks whether a page may post to this source."""
    allowed = allowed_headers(settings, call)
    if not allowed:
        return problem(403, "pages of this origin may not post here")
    more = (
        ("Access-Control-Allow-Methods", "POST, PUT"),
        ("Access-Control-Allow-Headers", MAY_SEND),
        ("Access-Control-Max-Age", str(SECONDS)),
    )
    return Answer(204, (*allowed, *more), "")


def allowed_headers(settings: SourceSettings, call: Call) -> Headers:
    """What lets a page of an allowed origin read the answer; nothing for all others."""
    origin = call.header("Origin")
    if not origin or origin.lower() not in settings.origins:
        return ()
    return (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Expose-Headers", MAY_READ),
        ("Vary", "Origin"),
    )
