"""What only somebody with the file can do to a journal: change facts, or take them out, with its guards gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

AT: Final = "(SELECT f.key FROM json_each(facts) f WHERE json_extract(f.value, '$[0]') = OLD.key)"
HERE: Final = "lead = OLD.lead AND seq <= OLD.seq AND last >= OLD.seq"
OPEN: Final = (
    f"""CREATE TRIGGER changed INSTEAD OF UPDATE ON fact BEGIN
      UPDATE written SET
        facts = json_set(facts, '$[' || {AT} || ']',
          json_array(NEW.key, NEW.kind, NEW.at, json(NEW.body), NEW.digest, NEW.hash)),
        contents = json_set(contents, '$[' || {AT} || ']', NEW.content)
      WHERE {HERE};
    END""",
    f"""CREATE TRIGGER taken_out INSTEAD OF DELETE ON fact BEGIN
      DELETE FROM written WHERE {HERE} AND json_array_length(facts) = 1;
      UPDATE written SET
        facts = json_remove(facts, '$[' || {AT} || ']'),
        contents = json_remove(contents, '$[' || {AT} || ']'),
        last = last - 1
      WHERE {HERE};
    END""",
)
"""The view of facts takes changes as if it were a table."""

ROW: Final = (
    "NEW.segment, NEW.stage, NEW.buyer, NEW.branch, NEW.outcome, NEW.code, NEW.reason, NEW.cause, NEW.bid, NEW.price, "
    "NEW.position, NEW.ms, NEW.note"
)
SET_CONSIDERED: Final = f"""
  UPDATE written SET considered = (
    SELECT json_group_array(json(value)) FROM json_each(considered)
    WHERE NOT (json_extract(value, '$[0]') = NEW.segment AND json_extract(value, '$[1]') = NEW.stage
               AND json_extract(value, '$[2]') = NEW.buyer))
  WHERE lead = NEW.lead AND considered IS NOT NULL;
  UPDATE written SET considered = json_insert(coalesce(considered, '[]'), '$[#]', json_array({ROW}))
  WHERE lead = NEW.lead AND seq = 0;
"""
CONSIDERED: Final = tuple(
    f"CREATE TEMP TRIGGER {what}_considered INSTEAD OF {what} ON considered BEGIN {SET_CONSIDERED} END"
    for what in ("INSERT", "UPDATE")
)


def changed_considered(connection: sqlite3.Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Carry out a statement on what is said of buyers, once for each of ``rows``, as if it were a table."""
    for trigger in CONSIDERED:
        connection.execute(trigger)
    connection.executemany(statement, rows)
    for what in ("INSERT", "UPDATE"):
        connection.execute(f"DROP TRIGGER {what}_considered")


def tampered(path: str | Path, *statements: str, values: Sequence[Any] = ()) -> None:
    """Carry out these statements on a journal of which the guards are gone, and which takes changes of facts; the last
    one with ``values``."""
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement in (*OPEN, *statements[:-1]):
            connection.execute(statement)
        connection.execute(statements[-1], values)
    connection.close()
