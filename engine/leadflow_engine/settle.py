"""What came back from a buyer, and what it makes of the delivery: ``docs/delivery.md`` as tables and pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal, TypeAlias

from leadflow_dsl.unguarded import dataclass

State: TypeAlias = Literal["intent", "not_sent", "confirmed", "declined", "pending", "in_doubt", "returned"]
Word: TypeAlias = Literal["sold", "declined"]

OF_VERDICT: Final[Mapping[str, State]] = {
    "accepted": "confirmed",
    "duplicate": "declined",
    "rejected": "declined",
    "error": "declined",
    "retry": "declined",
    "pending": "pending",
}

RESERVATION: Final[Mapping[str, str]] = {
    "intent": "held",
    "pending": "held",
    "in_doubt": "held",
    "confirmed": "counted",
    "not_sent": "released",
    "declined": "released",
    "returned": "released",
}
"""What each state does to the caps, budget and dedupe keys that its intent reserved."""

UNSETTLED: Final = frozenset({"intent", "pending", "in_doubt"})
MAY_HAVE_WORKED: Final = frozenset({408, 409, 425})
"""Client errors that do not say whether the lead was taken."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What an answer means. ``outcome`` is the distribution word, ``again`` that the buyer may be asked again under
    its ``retry`` for ``cause`` (connect, timeout, 5xx, 429, retry). ``of_price``: it was not sent because of the amount
    alone, for which there is no budget or balance."""

    state: State
    outcome: str
    reason: str
    again: str = ""
    of_price: bool = False


@dataclass(frozen=True, slots=True)
class Came:
    """What came back: the transport's part and what was read from it.

    ``verdict`` is "" where no rule matched; ``otherwise`` is what the flow says then; ``readable`` is false
    where the body could not be read as the kind declared.
    """

    phase: str
    failure: str = ""
    status: int | None = None
    verdict: str = ""
    otherwise: str = ""
    readable: bool = True
    reason: str = ""
    retry_after: bool = False
    resend: bool = False


def settle(came: Came) -> Settled:
    """The table of ``docs/delivery.md``, from the top. Whoever asks in answer to a resend that it is made later says
    nothing of the first post."""
    found = _settle(came)
    if came.resend and found.state == "declined" and found.again:
        return replace(found, state="in_doubt", outcome="in_doubt")
    return found


def _settle(came: Came) -> Settled:
    if came.phase == "not_sent":
        return Settled("not_sent", "error", f"not sent: {came.failure}", "connect")
    if came.phase != "answered":
        again = "timeout" if came.failure in {"timeout", "crash"} else ""
        return Settled("in_doubt", "in_doubt", f"no answer: {came.failure}", again)
    if came.verdict:
        return _by_verdict(came)
    return _by_status(came)


def _by_verdict(came: Came) -> Settled:
    if came.verdict == "duplicate" and came.resend:
        return Settled(
            "in_doubt", "in_doubt", "duplicate in answer to a resend: it may be our own first post"
        )
    state = OF_VERDICT[came.verdict]
    words = {"accepted": "sold", "retry": "rejected"}
    again = "retry" if came.verdict == "retry" else ""
    return Settled(state, words.get(came.verdict, came.verdict), came.reason, again)


def _by_status(came: Came) -> Settled:
    status = came.status or 0
    if status == 429 or (status == 503 and came.retry_after):
        return Settled(
            "declined", "rejected", came.reason or f"status {status}: asked to come back later", "429"
        )
    if 400 <= status < 500 and status not in MAY_HAVE_WORKED:
        return Settled("declined", "rejected", came.reason or f"status {status}")
    if 200 <= status < 300 and came.readable and came.otherwise == "rejected":
        return Settled("declined", "rejected", came.reason or "no rule accepts this answer")
    return Settled("in_doubt", "in_doubt", _doubt(came, status), "5xx" if status >= 500 else "")


def _doubt(came: Came, status: int) -> str:
    if 200 <= status < 300:
        return (
            "the answer is not of the kind declared" if not came.readable else "no rule matches this answer"
        )
    return f"status {status} does not say whether the lead was taken"


WORD_OF: Final[Mapping[str, Word]] = {
    "accepted": "sold",
    "rejected": "declined",
    "duplicate": "declined",
}
"""What the verdict of an inquiry or a callback says of the delivery; every other verdict says nothing yet."""

LATER: Final[Mapping[tuple[str, str], State]] = {
    ("in_doubt", "sold"): "confirmed",
    ("in_doubt", "declined"): "declined",
    ("pending", "sold"): "confirmed",
    ("pending", "declined"): "declined",
    ("intent", "sold"): "confirmed",
    ("intent", "declined"): "declined",
    ("confirmed", "sold"): "confirmed",
    ("declined", "declined"): "declined",
    ("returned", "sold"): "returned",
    ("returned", "declined"): "returned",
}


def later_word(state: str, word: str) -> State | None:
    """What a later word makes of a delivery; ``None`` where it contradicts what is settled (a conflict to show)."""
    return LATER.get((state, word))
