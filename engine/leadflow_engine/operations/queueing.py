"""What people do with the queue: have something tried now, give a lead up; what they do with batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadflow_engine.effects import Json
from leadflow_engine.store import SqliteStore, StoreError, batches, queued
from leadflow_engine.store.batches import Batch
from leadflow_engine.store.core import Core
from leadflow_engine.store.waiting import Waiting, waiting

LEADS = frozenset({"held", "stuck", "postback", "inquiry", "resend"})
"""Kinds of waiting of a lead that can be tried before their time."""


def meant(found: Sequence[Waiting], target: str | None) -> list[Waiting]:
    """What of the queue somebody means who names a lead, a batch or a buyer; all of it for None."""
    return [one for one in found if target is None or target == one.what or target in one.whom]


def retry(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``queue_retry``: ``target`` (None: all) and ``by``. Gives how many leads and batches are due now."""
    chosen = meant(store.ask(waiting), said["target"])
    leads = list(dict.fromkeys(one.what for one in chosen if one.kind in LEADS))
    files = [one.what for one in chosen if one.kind == "batch"]

    def work(core: Core) -> int:
        for lead in leads:
            queued.retry(core, lead, said["by"])
        return sum(batches.hurry(core, batch, said["by"]) for batch in files)

    sent = store.transact(work)
    if not leads and not sent:
        name = said["target"] or "all"
        raise StoreError(
            f"nothing of {name} waits that could be tried now; `leadflow queue --why` shows what waits"
        )
    return {"leads": len(leads), "batches": sent}


def drop(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``queue_drop``: ``lead``, ``by``, ``because``. Raises ``StoreError`` where it cannot be."""
    store.transact(lambda core: queued.drop(core, said["lead"], said["by"], said["because"]))
    return {}


def send(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``batch_send``: ``batch`` and ``by``."""
    return _told(store.transact(lambda core: batches.send_now(core, said["batch"], said["by"])))


def resend(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``batch_resend``: ``batch``, ``by`` and ``because``."""
    return _told(
        store.transact(lambda core: batches.resend(core, said["batch"], said["by"], said["because"]))
    )


def settle(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``batch_settle``: ``batch``, ``by`` and ``because``."""
    return _told(
        store.transact(lambda core: batches.settle(core, said["batch"], said["by"], said["because"]))
    )


def forget(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``batch_forget``: ``batch``, ``by`` and ``because``."""
    return _told(
        store.transact(lambda core: batches.forget(core, said["batch"], said["by"], said["because"]))
    )


def shown(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``batch_shown``: somebody looks at a file; ``batch``, ``by`` and ``because``."""
    store.transact(lambda core: batches.note_shown(core, said["batch"], said["by"], said["because"]))
    return {}


def _told(batch: Batch) -> Json:
    return {"batch": batch.id, "state": batch.state, "leads": batch.leads}
