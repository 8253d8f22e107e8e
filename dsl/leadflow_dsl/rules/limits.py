"""Rules about caps, hours and time-outs: LF5xx."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

_SENT: Final = """\
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
"""


def _buyer(*statements: str) -> str:
    return "buyer acme {\n" + "".join(f"  {one}\n" for one in statements) + _SENT


CAP: Final = Rule(
    "LF513",
    "cap-never-reached",
    "warning",
    "a cap that another limit always comes before",
    "The budget of the same window is spent before the cap is full, or a cap of a longer window is full before a "
    "shorter one: one of the two numbers is not what was meant.",
    _buyer("price 20.00", "cap 1000 per day", "budget 500.00 per day"),
    _buyer("price 20.00", "cap 25 per day", "budget 500.00 per day"),
)

OVERLAP: Final = Rule(
    "LF514",
    "overlapping-hours",
    "warning",
    "opening hours that lie over one another",
    "The buyer is open in all of them, so that the shorter ones change nothing. Usually other hours were meant for "
    "that day: take the day out of the longer list.",
    _buyer("price 20.00", "hours mon-fri 08:00-20:00, fri 10:00-16:00"),
    _buyer("price 20.00", "hours mon-thu 08:00-20:00, fri 10:00-16:00"),
)

NEVER_OPEN: Final = Rule(
    "LF515",
    "never-open",
    "warning",
    "hours in which nobody is ever served",
    "A call window that is closed everywhere on all days lets no lead through; a buyer whose criteria ask for days on "
    "which it has no `hours` is never open for the leads that it takes.",
    "call_window quiet { default closed }\n" + _buyer("price 20.00", "accept when within call_window quiet"),
    "call_window quiet { default 08:00-21:00 }\n"
    + _buyer("price 20.00", "accept when within call_window quiet"),
)

SLOW: Final = Rule(
    "LF517",
    "slower-than-the-source-waits",
    "info",
    "time-outs that add up to more than the source waits",
    "The source is promised an answer (`answer within`), and a lead that every buyer answers at the last moment takes "
    "longer: look-ups, pings, posts and their retries one after the other, along the longest branch. Shorter "
    "time-outs, fewer retries, or `timeout` in the route end it sooner.",
    "source ads { answer within 3s }",
    "source ads { answer within 8s }",
)

BY_HASH: Final = Rule(
    "LF522",
    "dedupe-by-hash",
    "error",
    "a dedupe that nobody can ask for by hash",
    "`by hash` lets whoever sends leads ask before sending, with the hash of a value, whether a lead with it is known: "
    "of a source's dedupe, and of one field, since a hash of several depends on how they are put together.",
    "source ads { dedupe on email, phone_1 within 30d by hash }",
    "source ads { dedupe on email within 30d by hash  dedupe on phone_1 within 30d by hash }",
)

TOGETHER: Final = Rule(
    "LF523",
    "dedupe-of-several",
    "info",
    "a dedupe on several fields of which one may be missing",
    "`dedupe on email, phone_1` means both together: the same e-mail with another phone is no duplicate, and a lead in "
    "which one of them is blank or not valid is compared with nothing. Where either alone tells who it is, write a "
    "`dedupe` for each; where both are meant, say that they are `required`.",
    "source ads { dedupe on email, phone_1 within 30d }",
    "source ads { dedupe on email within 30d  dedupe on phone_1 within 30d }",
)

RULES: Final = (CAP, OVERLAP, NEVER_OPEN, SLOW, BY_HASH, TOGETHER)
