"""What came of returns and feedback, as people read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from leadflow_engine.reports.amounts import money
from leadflow_engine.reports.layout import safe
from leadflow_engine.texts.counted import counted

ORDER: Final = ("returned", "denied", "known", "impossible", "not read")


def return_line(came: Mapping[str, Any], currency: str) -> str:
    """What came of one return (``operations/returning.give_back``), in a line."""
    head = f"{came['lead']}  {came['buyer']}  "
    if came["state"] != "returned":
        word = {"known": "nothing new", "impossible": "not possible"}.get(came["state"], came["state"])
        return f"{head}{word}: {safe(came['said'])}"
    told = [f"credited {money(Decimal(came['credited']), currency)}"]
    told += (
        [f"the source gives back {money(Decimal(came['back']), currency)}"] if Decimal(came["back"]) else []
    )
    told += [f"taken back although {safe(came['said'])}"] if came["said"] else []
    told += [f"goes to others as {came['next']}"] if came["next"] else []
    return f"{head}returned: {'; '.join(told)}"


def feedback_line(came: Mapping[str, Any]) -> str:
    """What came of one event that was told (``operations/feedback.py``), in a line."""
    said = f": {safe(came['said'])}" if came["said"] else ""
    return "  ".join(
        filter(None, (came["lead"], came["buyer"], f"{safe(came['event'])} {came['state']}{said}"))
    )


def states_counted(states: Iterable[str], what: str = "return") -> str:
    """``3 returns: 2 returned, 1 denied``."""
    found = Counter(states)
    parts = [f"{found[state]} {state}" for state in ORDER if found[state]]
    parts += [f"{number} {state}" for state, number in found.items() if state not in ORDER]
    return f"{counted(found.total(), what)}: {', '.join(parts) or 'none'}"
