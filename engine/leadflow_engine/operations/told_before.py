"""What versions before this one wrote of a lead in other words. A replay and a rebuild that say the same in today's
words differ in nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

BEFORE: Final = "somebody else had its turn before"
TODAY: Final = "its turn did not come"
"""Of a buyer behind the one that took the lead. Each had a row of its own, with its place; in a line as it is written
none has any more: the digits of ``judged`` tell it, without a place."""

_REASON: Final = 7
_KEY: Final = (0, 1, 2, 4)
"""Places in a row of ``considered``: the reason; lead, segment, stage and buyer."""
_SAYS_NO_MORE: Final = ("", "not_asked", "", BEFORE, "", None, None, None, "")
"""What such a row has beside its key and its place."""

Row = tuple[Any, ...]


def rows_today(rows: Iterable[Row], made: Iterable[Row]) -> set[Row]:
    """These rows of ``considered`` as this version, which ``made`` the others, would have written them."""
    today = set(made)
    keys = set(map(_key, today))
    found: set[Row] = set()
    for row in rows:
        if row[_REASON] != BEFORE or row in today:  # what is forgotten is not made again
            found.add(row)
        elif _key(row) in keys:
            found.add((*row[:_REASON], TODAY, *row[_REASON + 1 :]))
        elif (row[3], *row[5:11], *row[12:]) != _SAYS_NO_MORE:
            found.add(row)
    return found


def _key(row: Row) -> Row:
    return tuple(row[place] for place in _KEY)


def differing(stored: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The parts in which two summaries of a lead (``SqliteStore.lead_summary``) differ; ``now`` is told by this
    version."""
    return [part for part in stored if not _alike(part, stored[part], now.get(part))]


def _alike(part: str, stored: Any, now: Any) -> bool:
    if part != "distribution" or not now or all(row["reason"] != BEFORE for row in stored):
        return bool(stored == now)
    return _in_order([_row_today(row, now) for row in stored]) == _in_order(now)


def _row_today(row: Mapping[str, Any], now: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    if row["reason"] != BEFORE:
        return row
    today = {**row, "reason": TODAY}
    return today if today in now else {**today, "position": None}


def _in_order(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """By what a place does not move."""
    return sorted(rows, key=lambda row: (row["segment"], row["stage"], row["buyer"]))
