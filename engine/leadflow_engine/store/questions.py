"""How a question is asked of a connection to a journal: at one moment, or as plainly as it may."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeAlias, TypeVar

T = TypeVar("T")

How: TypeAlias = Callable[[sqlite3.Connection, Callable[[sqlite3.Connection], T]], T]
"""How a question is asked."""


def at_one_moment(connection: sqlite3.Connection, question: Callable[[sqlite3.Connection], T]) -> T:
    """All of a question in one transaction: nothing is committed between its parts, and SQLite looks once, not once a
    statement at what others have written."""
    if connection.in_transaction:  # a question within another
        return question(connection)
    connection.execute("BEGIN")
    try:
        return question(connection)
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")


def plainly(connection: sqlite3.Connection, question: Callable[[sqlite3.Connection], T]) -> T:
    """A question that is mostly answered without the journal: it begins a transaction itself where it needs one."""
    within = connection.in_transaction
    try:
        return question(connection)
    finally:
        if connection.in_transaction and not within:
            connection.execute("COMMIT")
