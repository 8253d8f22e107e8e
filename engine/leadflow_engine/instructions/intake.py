"""What the intake over HTTP promises every source: statuses, headers, the answer where a flow says none.

The one place for it: the documents and the OpenAPI description read these tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Json: TypeAlias = Any

DEFAULT_BASE: Final = "https://YOUR-HOST"
KEY_HEADER: Final = "Authorization"
KEY_PREFIX: Final = "Bearer "
YOUR_KEY: Final = "YOUR-KEY"
IDEMPOTENCY_HEADER: Final = "Idempotency-Key"

CONTENT_TYPES: Final[Mapping[str, str]] = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "xml": "application/xml",
    "csv": "text/csv",
    "query": "",
}
"""By the word of ``receive``; a query has no body and no content type."""

STATUSES: Final[Mapping[int, str]] = {
    200: "the lead was read and decided; `outcome` says how",
    202: "the lead is kept and not decided yet; ask for it by its id",
    400: "the body cannot be read; nothing was kept",
    401: "the key is missing or wrong",
    404: "there is no such flow or source",
    413: "the body is too large",
    415: "the content type is not one of those accepted",
    422: "the same idempotency key came with another body",
    429: "too many calls; try again after the time in Retry-After",
    507: "the lead could not be stored and was not taken; send it again",
}
DECIDED: Final = (200, 202)

OUTCOMES: Final[Mapping[str, str]] = {
    "sold": "the lead was bought",
    "fallback": "the lead was taken as a last resort",
    "unsold": "nobody bought the lead",
    "refused": "the lead was refused; `reason` says why",
    "returned": "the lead was bought, and its buyer gave it back",
    "held": "the lead waits to be offered; ask for it by its id",
    "pending": "the lead was not decided within the time to answer; ask for it by its id",
    "in_doubt": "whether the lead was bought is not known yet; ask for it by its id",
    "error": "the lead could not be processed",
}
WAITING: Final = frozenset({"held", "pending", "in_doubt"})


def status_of(outcome: str) -> int:
    """The HTTP status with which an outcome is told, where a source's ``reply`` says none."""
    return 202 if outcome in WAITING else 200


def default_answer(outcome: str, reason: str, lead: str, price: Json) -> dict[str, Json]:
    """The answer to a lead where a source has no ``reply``."""
    return {"outcome": outcome, "reason": reason or None, "lead": {"id": lead}, "price": price}
