"""Batches in the journal: leads collected by their intents, a file made once, and what came of sending it.

No projections: a rebuild leaves them as they are. States: open (collects), closed (its file waits to be sent), sending
(the sending has begun), sent, refused (the buyer said no), in_doubt (nobody knows), failed (nobody tries any more),
empty (every lead of it came back before it was closed: there is no file)."""

from __future__ import annotations

import datetime
import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leadflow_engine.batches.files import file_of
from leadflow_engine.effects import BatchRow, Intent
from leadflow_engine.limits.batches import closes_at
from leadflow_engine.store.codec import iso, moment, text
from leadflow_engine.store.errors import StoreError

if TYPE_CHECKING:
    from leadflow_engine.store.core import Core
    from leadflow_engine.store.event import Event
from leadflow_engine.store.seal import seal_of

COLUMNS = (
    "id, flow, buyer, test, kind, opened, due, size, leads, state, step, attempts, again, closed, ended, status, "
    "failure, digest"
)


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch but for its content. Times are ISO 8601 in UTC; ``step`` counts the parts of the sending that are done,
    ``again`` is when it is sent or tried again."""

    id: str
    flow: str
    buyer: str
    test: bool
    kind: str
    opened: str
    due: str | None
    size: int | None
    leads: int
    state: str
    step: int
    attempts: int
    again: str | None
    closed: str | None
    ended: str | None
    status: int | None
    failure: str
    digest: str

    @property
    def is_full(self) -> bool:
        """Does it wait for nothing but to be closed?"""
        return self.state == "open" and self.size is not None and self.leads >= self.size

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.id}.{self.kind}"


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to a batch, and who did it where somebody did."""

    at: str
    what: str
    said: str
    by: str
    because: str


@dataclass(frozen=True, slots=True)
class Went:
    """What came of a part of the sending. ``state`` is the batch's now, ``step`` how many parts are done, ``again``
    when it goes on."""

    state: str
    step: int
    said: str
    status: int | None = None
    again: datetime.datetime | None = None


# ------------------------------------------------------------------ collecting


def place_of(connection: sqlite3.Connection, intent: Intent, at: datetime.datetime) -> str:
    """The batch that an intent's row stands in: the buyer's open one that still takes leads, else a new one."""
    row = intent.row
    assert row is not None
    found = connection.execute(
        "SELECT id FROM batch WHERE flow = ? AND buyer = ? AND test = ? AND kind = ? AND state = 'open' "
        "AND (due IS NULL OR due > ?) AND (size IS NULL OR leads < size) ORDER BY opened DESC LIMIT 1",
        (row.flow, intent.buyer, intent.test, row.kind, iso(at)),
    ).fetchone()
    if found:
        return str(found[0])
    count = connection.execute("SELECT count(*) FROM batch WHERE buyer = ?", (intent.buyer,)).fetchone()[0]
    test = "-test" if intent.test else ""
    return f"{intent.buyer}{test}-{at:%Y%m%d-%H%M%S}-{count + 1}"


def collect(event: Event, intent: Intent, row: BatchRow, batch: str) -> None:
    """Put an intent's row into its batch; once, however often it is told."""
    due = closes_at(event.moment, row.every, row.at, row.zone)
    event.connection.execute(
        "INSERT INTO batch (id, flow, buyer, test, kind, opened, due, size, leads, state) "
        "VALUES (?,?,?,?,?,?,?,?,0,'open') ON CONFLICT DO NOTHING",
        (batch, row.flow, intent.buyer, intent.test, row.kind, event.at, iso(due) if due else None, row.size),
    )
    added = event.connection.execute(
        "INSERT INTO batch_row SELECT id, leads + 1, ?, ?, ? FROM batch WHERE id = ? ON CONFLICT DO NOTHING",
        (event.lead, intent.number, _sealed(event.connection, event.lead, batch, text(row.text)), batch),
    )
    if added.rowcount:
        event.connection.execute("UPDATE batch SET leads = leads + 1 WHERE id = ?", (batch,))


def take_out(core: Core, lead: str, buyer: str, number: int) -> str:
    """Take a lead that came back out of the batch that collects it: the others keep their places. Gives a sentence
    where a batch has it, "" where none does."""
    row = batch_of(core.connection, lead, buyer, number)
    if row is None:
        return ""
    batch, state = row
    if state != "open":
        return f"it stands in the file of batch {batch}, which is {said(state)}"
    core.connection.execute(
        "UPDATE batch_row SET row = NULL WHERE batch = ? AND lead = ? AND number = ?", (batch, lead, number)
    )
    _note(core, batch, "taken out", f"lead {lead}, which came back")
    return f"it was taken out of batch {batch}"


def batch_of(connection: sqlite3.Connection, lead: str, buyer: str, number: int) -> tuple[str, str] | None:
    """The batch of a delivery, with its state; None where it is in none."""
    found: tuple[str, str] | None = connection.execute(
        "SELECT b.id, b.state FROM batch_row r JOIN batch b ON b.id = r.batch "
        "WHERE r.lead = ? AND r.number = ? AND b.buyer = ? ORDER BY b.opened DESC LIMIT 1",
        (lead, number, buyer),
    ).fetchone()
    return found


# ------------------------------------------------------------------ reading


def known(connection: sqlite3.Connection, states: Iterable[str] = ()) -> list[Batch]:
    """All batches, or those in some states, the oldest first."""
    wanted = tuple(states)
    where = f"WHERE state IN ({','.join('?' * len(wanted))})" if wanted else ""
    rows = connection.execute(f"SELECT {COLUMNS} FROM batch {where} ORDER BY opened, id", wanted)
    return [_batch(row) for row in rows]


def one(connection: sqlite3.Connection, batch: str) -> Batch:
    """A batch by its id. Raises ``StoreError`` where there is none."""
    row = connection.execute(f"SELECT {COLUMNS} FROM batch WHERE id = ?", (batch,)).fetchone()
    if row is None:
        raise StoreError(f"there is no batch {batch}; `leadflow batch list` shows those that are there")
    return _batch(row)


def to_close(connection: sqlite3.Connection, now: datetime.datetime) -> list[str]:
    """Open batches whose time or size has come."""
    rows = connection.execute(
        "SELECT id FROM batch WHERE state = 'open' AND (due <= ? OR leads >= size) ORDER BY opened, id",
        (iso(now),),
    )
    return [row[0] for row in rows]


def to_send(connection: sqlite3.Connection, now: datetime.datetime) -> list[Batch]:
    """Closed batches that are to be sent now, the oldest first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM batch WHERE state = 'closed' AND again <= ? ORDER BY closed, id", (iso(now),)
    )
    return [_batch(row) for row in rows]


def leads_in(connection: sqlite3.Connection, batch: str) -> list[str]:
    """The leads of a batch in the order of its file."""
    rows = connection.execute("SELECT lead FROM batch_row WHERE batch = ? ORDER BY position", (batch,))
    return [row[0] for row in rows]


def leads_of_due(connection: sqlite3.Connection, now: datetime.datetime) -> list[str]:
    """A lead of each batch that is to be closed or sent: what its plan is found by."""
    batches = [*to_close(connection, now), *(batch.id for batch in to_send(connection, now))]
    batches += [batch.id for batch in known(connection, ("sending",))]
    return [leads_in(connection, batch)[-1] for batch in batches]


def content(connection: sqlite3.Connection, batch: str) -> str | None:
    """The file of a batch; None while it is open, and where it was removed."""
    row = connection.execute("SELECT content FROM batch WHERE id = ?", (batch,)).fetchone()
    return None if row is None or row[0] is None else _opened(connection, _file_key(batch), batch, row[0])


def _file_key(batch: str) -> str:
    """Under which key a file is sealed: it holds several leads, and none of their keys."""
    return f"batch/{batch}"


def _sealed(connection: sqlite3.Connection, lead: str, batch: str, said: str) -> str:
    return seal_of(connection).close(connection, lead, batch, said)


def _opened(connection: sqlite3.Connection, lead: str, batch: str, said: str) -> str:
    return seal_of(connection).open(connection, lead, batch, said)


def history(connection: sqlite3.Connection, batch: str) -> list[Happened]:
    """What happened to a batch, the first first."""
    rows = connection.execute(
        "SELECT at, what, said, by, because FROM batch_event WHERE batch = ? ORDER BY id", (batch,)
    )
    return [Happened(*row) for row in rows]


def _batch(row: tuple[object, ...]) -> Batch:
    said: dict[str, Any] = dict(zip(COLUMNS.split(", "), row, strict=True))
    return Batch(**said | {"test": bool(said["test"])})


# ------------------------------------------------------------------ what happens to one


def close(core: Core, batch: str) -> None:
    """Make the file of an open batch, once; it is to be sent now."""
    if one(core.connection, batch).state != "open":
        return
    rows = [
        _opened(core.connection, lead, batch, row)
        for lead, row in core.connection.execute(
            "SELECT lead, row FROM batch_row WHERE batch = ? AND row IS NOT NULL ORDER BY position", (batch,)
        ).fetchall()
    ]
    if not rows:
        _close_empty(core, batch)
        return
    file = file_of(one(core.connection, batch).kind, rows)
    digest = hashlib.sha256(file.encode("utf-8", "replace")).hexdigest()
    now = iso(core.clock.now())
    core.connection.execute(
        "UPDATE batch SET state = 'closed', closed = ?1, again = ?1, content = ?2, digest = ?3 WHERE id = ?4",
        (now, _sealed(core.connection, _file_key(batch), batch, file), digest, batch),
    )
    _note(core, batch, "closed", f"{len(rows)} leads")


def _close_empty(core: Core, batch: str) -> None:
    """Every lead of it came back: there is nothing to send."""
    core.connection.execute(
        "UPDATE batch SET state = 'empty', closed = ?1, ended = ?1 WHERE id = ?2",
        (iso(core.clock.now()), batch),
    )
    _note(core, batch, "empty", "every lead of it came back before")


def begin(core: Core, batch: str) -> None:
    """The sending begins: from here on a crash leaves a trace."""
    core.connection.execute(
        "UPDATE batch SET state = 'sending', attempts = attempts + 1, again = NULL WHERE id = ?", (batch,)
    )
    _note(core, batch, "sending", "")


def note(core: Core, batch: str, went: Went) -> None:
    """What came of a part of the sending."""
    now = iso(core.clock.now())
    again = iso(went.again) if went.again else None
    ended = now if went.state in ("sent", "refused", "failed") else None
    core.connection.execute(
        "UPDATE batch SET state = ?, step = ?, again = ?, status = ?, failure = ?, ended = ? WHERE id = ?",
        (
            went.state,
            went.step,
            again,
            went.status,
            "" if went.state == "sent" else text(went.said),
            ended,
            batch,
        ),
    )
    if went.state != "sending":
        _note(core, batch, "again" if went.again else went.state, went.said)


def _note(core: Core, batch: str, what: str, said: str, by: str = "", because: str = "") -> None:
    core.connection.execute(
        "INSERT INTO batch_event (batch, at, what, said, by, because) VALUES (?,?,?,?,?,?)",
        (batch, iso(core.clock.now()), what, text(said), text(by), text(because)),
    )


# ------------------------------------------------------------------ what people do


def send_now(core: Core, batch: str, by: str) -> Batch:
    """Close an open batch now, or have a closed one sent at once. Raises ``StoreError`` for any other."""
    state = one(core.connection, batch).state
    if state == "open":
        close(core, batch)
        if one(core.connection, batch).state == "empty":
            return one(core.connection, batch)
    elif state != "closed":
        raise StoreError(
            f"batch {batch} is {said(state)}; `leadflow batch resend {batch}` sends it once more"
        )
    core.connection.execute("UPDATE batch SET again = ? WHERE id = ?", (iso(core.clock.now()), batch))
    _note(core, batch, "asked", "to be sent now", by)
    return one(core.connection, batch)


def hurry(core: Core, batch: str, by: str) -> bool:
    """Have a closed batch, or one that was given up, sent at once. False for any other."""
    if one(core.connection, batch).state not in ("closed", "failed"):
        return False
    core.connection.execute(
        "UPDATE batch SET attempts = CASE WHEN state = 'failed' THEN 0 ELSE attempts END, state = 'closed', "
        "again = ?, ended = NULL WHERE id = ?",
        (iso(core.clock.now()), batch),
    )
    _note(core, batch, "asked", "to be tried now", by)
    return True


def resend(core: Core, batch: str, by: str, because: str) -> Batch:
    """Have the very same file sent once more, whatever came of it before. Raises ``StoreError`` for one that is
    open, under way, or whose file is gone."""
    found = one(core.connection, batch)
    if found.state in ("open", "sending"):
        way = "; `leadflow batch send` sends it" if found.state == "open" else ""
        raise StoreError(f"batch {batch} is {said(found.state)}{way}")
    if content(core.connection, batch) is None:
        raise StoreError(f"the file of batch {batch} was removed")
    core.connection.execute(
        "UPDATE batch SET state = 'closed', step = 0, attempts = 0, again = ?, ended = NULL WHERE id = ?",
        (iso(core.clock.now()), batch),
    )
    _note(core, batch, "asked", "to be sent again", by, because)
    return one(core.connection, batch)


def settle(core: Core, batch: str, by: str, because: str) -> Batch:
    """Say that the buyer has a batch that was in doubt, refused or given up. Raises ``StoreError`` for any other."""
    found = one(core.connection, batch)
    if found.state not in ("in_doubt", "refused", "failed"):
        raise StoreError(f"batch {batch} is {said(found.state)}: there is nothing to settle")
    core.connection.execute(
        "UPDATE batch SET state = 'sent', again = NULL, failure = '', ended = ? WHERE id = ?",
        (iso(core.clock.now()), batch),
    )
    _note(core, batch, "settled", "the buyer has it", by, because)
    return one(core.connection, batch)


def forget(core: Core, batch: str, by: str, because: str) -> Batch:
    """Remove the file and the rows of a batch that was sent: what stays is which leads it held, and the file's digest.
    Raises ``StoreError`` for one that was not."""
    found = one(core.connection, batch)
    if found.state != "sent":
        raise StoreError(f"batch {batch} is {said(found.state)}: its file may still be needed")
    core.connection.execute("UPDATE batch SET content = NULL WHERE id = ?", (batch,))
    core.connection.execute("UPDATE batch_row SET row = NULL WHERE batch = ?", (batch,))
    core.connection.execute("DELETE FROM lead_key WHERE lead = ?", (_file_key(batch),))
    _note(core, batch, "removed", "its file", by, because)
    return found


def note_shown(core: Core, batch: str, by: str, because: str) -> None:
    """Keep that somebody was shown a file."""
    _note(core, one(core.connection, batch).id, "shown", "its file", by, because)


def said(state: str) -> str:
    """A state in words."""
    return {"in_doubt": "in doubt", "sending": "being sent", "failed": "given up"}.get(state, state)


def due_of(batch: Batch) -> datetime.datetime | None:
    """When a batch goes on: when an open one closes, or a closed one is sent."""
    when = batch.opened if batch.is_full else batch.due if batch.state == "open" else batch.again
    return moment(when) if when else None
