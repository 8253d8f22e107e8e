"""What operators set beside the flow, without a deploy: which buyer and which cap of a journal's flows is meant."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from leadflow_engine.effects import Json
from leadflow_engine.intake.door import millionths
from leadflow_engine.limits.planned import PlannedCap
from leadflow_engine.limits.windows import UNITS
from leadflow_engine.operations.loading import plan_of_files
from leadflow_engine.plan import Plan
from leadflow_engine.store import SqliteStore

LENGTH = re.compile(r"([0-9]{1,6})([mhdw])")


class OverrideProblem(Exception):
    """What is not known, or not clear, in a sentence."""


def plan_with(store: SqliteStore, buyer: str, flow: str = "") -> Plan:
    """The plan by which leads were last routed that has this buyer. Raises ``OverrideProblem``."""
    rows = store.query(
        "SELECT p.name, p.flow FROM plan p "
        "WHERE p.added_at = (SELECT max(l.added_at) FROM plan l WHERE l.flow = p.flow) "
        "AND (? = '' OR p.flow = ?) AND EXISTS (SELECT 1 FROM plan_buyer b WHERE b.plan = p.name AND b.buyer = ?) "
        "ORDER BY p.flow, p.rowid DESC",
        (flow, flow, buyer),
    )
    found = {of: name for name, of in reversed(rows)}
    if len(found) > 1:
        raise OverrideProblem(f"{buyer} is a buyer of several flows: say --flow {' or '.join(sorted(found))}")
    if not found:
        known = sorted({row[0] for row in store.query("SELECT DISTINCT buyer FROM plan_buyer")})
        raise OverrideProblem(
            f"no flow of this journal has a buyer `{buyer}`; there are {', '.join(known) or 'none'}"
        )
    name = next(iter(found.values()))
    return plan_of_files(store.plan_files(name), store.plan_main(name))


def cap_meant(plan: Plan, buyer: str, said: str) -> PlannedCap:
    """The cap or budget that is written ``N per PERIOD``. Raises ``OverrideProblem``."""
    caps = [cap for cap in plan.buyers[buyer].caps if cap.maximum is not None]
    wanted = " ".join(said.split())
    found = [cap for cap in caps if wanted in (_written(cap), cap.limit)]
    if len(found) == 1:
        return found[0]
    if found:
        raise OverrideProblem(
            f"{buyer} has several: say which, {' or '.join(repr(cap.limit) for cap in found)}"
        )
    known = ", ".join(f'"{_written(cap)}"' for cap in caps) or "none"
    raise OverrideProblem(f"{buyer} has no cap or budget `{wanted}`; it has {known}")


def _written(cap: PlannedCap) -> str:
    return f"{cap.maximum} per {cap.period}"


def number_of(cap: PlannedCap, text: str) -> tuple[int, str]:
    """A cap's new number as the journal counts it, and in words. Raises ``OverrideProblem``."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if number < 0 or not number.is_finite() or (not cap.money and number != int(number)):
        what = "an amount such as 2500.00" if cap.money else "a whole number such as 80"
        raise OverrideProblem(f"`{text}` is not {what}")
    value = millionths(number) if cap.money else int(number)
    return value, f"{'budget' if cap.money else 'cap'} {text} per {cap.period}"


def carry_out(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``override``: ``kind``, ``subject``, ``value`` (None: what the flow says), ``said`` in words, ``by``,
    ``because``, and for how many ``seconds`` (None: until it is undone)."""
    length = datetime.timedelta(seconds=said["seconds"]) if said["seconds"] else None
    store.override(
        said["kind"], said["subject"], said["value"], said["said"], said["by"], said["because"], length
    )
    return {}


def length_of(text: str) -> datetime.timedelta:
    """A length of time as the language writes it (``2h``). Raises ``OverrideProblem``."""
    found = LENGTH.fullmatch(text)
    if found is None or not int(found[1]):
        raise OverrideProblem(f"`{text}` is no length of time: write 30m, 2h or 1d")
    return int(found[1]) * UNITS[found[2]]
