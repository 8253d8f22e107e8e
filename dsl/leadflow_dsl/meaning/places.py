"""Words that exist only at some places of a flow: what they are, and where.

A place says in its ``Scope`` which of them it has. A word with parts (a record) is read by a part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leadflow_dsl.terms import Type
from leadflow_dsl.types import ANY, DATETIME, LEAD_OUTCOME, MONEY, TEXT, list_of


def _record(**columns: Type) -> Type:
    return Type("record", columns=tuple(columns.items()))


_SALE: Final = _record(buyer=TEXT, legal_name=TEXT, price=MONEY, reference=TEXT, redirect=Type("url"))
_OFFERED: Final = _record(id=TEXT, legal_name=TEXT, price=MONEY)

RESULT: Final[Mapping[str, Type]] = {
    "outcome": LEAD_OUTCOME,
    "reason": TEXT,
    "details": list_of(_record(field=TEXT, reason=TEXT)),
    "reference": TEXT,
    "price": MONEY,
    "redirect": Type("url"),
    "sales": list_of(_SALE),
}
"""What became of a lead, in a ``reply`` and a ``postback``."""
ANSWERED_PING: Final[Mapping[str, Type]] = {
    "ping": _record(id=TEXT, price=MONEY, expires=DATETIME, buyers=list_of(_OFFERED))
}
"""What a seller's ping hears, in a ``reply``."""
RETURNED: Final[Mapping[str, Type]] = {"return": _record(reason=TEXT, at=DATETIME)}
CONVERTED: Final[Mapping[str, Type]] = {"conversion": _record(value=MONEY, at=DATETIME)}
OFFER: Final[Mapping[str, Type]] = {"offer": _record(price=MONEY)}
DELIVERED: Final[Mapping[str, Type]] = {"deliver": _record(reference=TEXT)}
CALLBACK: Final[Mapping[str, Type]] = {"callback": _record(url=Type("url"))}
REQUEST: Final[Mapping[str, Type]] = {"request": _record(body=TEXT, url=TEXT, method=TEXT)}
PAYLOAD: Final[Mapping[str, Type]] = {"payload": ANY}

WHERE: Final[Mapping[str, str]] = {
    **dict.fromkeys(RESULT, "in a source's `reply` and `postback`"),
    "return": "in a `postback on returned`",
    "conversion": "in a `postback on converted`",
    "offer": "in the `ping` and the `deliver` of a buyer that says `offer`",
    "deliver": "in a buyer's `inquire`",
    "callback": "in the `ping` and the `deliver` of a buyer that says `callback`",
    "request": "in what an `hmac` is made `over`",
    "payload": "in a source",
}
"""Each of these words, and where it is known."""
DOTTED: Final = frozenset({"return", "conversion", "offer", "deliver", "callback", "request", "payload"})
"""Those that are read by a part."""
