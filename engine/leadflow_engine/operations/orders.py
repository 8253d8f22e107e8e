"""Orders: what people and programs have done to a journal, as data. Whoever holds the journal carries them out: the
command itself, or the service that runs, which takes them through a socket beside the file (``drivers/orders.py``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from leadflow_engine.effects import Json
from leadflow_engine.operations import (
    billing,
    forgetting,
    history,
    overriding,
    paying,
    queueing,
    reconciling,
    resubmitting,
    suppressing,
)
from leadflow_engine.operations.feedback import note_feedback
from leadflow_engine.operations.keys import make_key, revoke_key
from leadflow_engine.operations.returning import give_back
from leadflow_engine.store import SqliteStore, StoreError

Order = Callable[[SqliteStore, Mapping[str, Json]], Json]
"""Takes the journal and what was said, a JSON object; gives JSON. Raises ``StoreError`` where it cannot be done, in
a sentence for whoever asked."""


def carry_out(store: SqliteStore, name: str, said: Mapping[str, Json]) -> Json:
    """Do what an order says. Raises ``StoreError`` for one that this version does not know, too."""
    if name not in ORDERS:
        raise StoreError(f"there is no order `{name}`: is the service of an older version than this command?")
    return ORDERS[name](store, said)


def _settle(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    later = store.settle_delivery(
        said["lead"], said["buyer"], said["number"], said["word"], said["by"], said["because"]
    )
    waits = any(work.lead == said["lead"] for work in store.work())
    return {"state": later.state, "conflict": later.conflict, "waits": waits}


ORDERS: Final[Mapping[str, Order]] = {
    "settle": _settle,
    "resubmit": resubmitting.carry_out,
    "key_new": make_key,
    "key_revoke": revoke_key,
    "payment": paying.carry_out,
    "invoice": billing.carry_out,
    "return": give_back,
    "feedback": note_feedback,
    "queue_retry": queueing.retry,
    "queue_drop": queueing.drop,
    "batch_send": queueing.send,
    "batch_resend": queueing.resend,
    "batch_settle": queueing.settle,
    "batch_shown": queueing.shown,
    "batch_forget": queueing.forget,
    "forget": forgetting.carry_out,
    "master_key_rotate": forgetting.rotate,
    "reconcile": reconciling.carry_out,
    "override": overriding.carry_out,
    "suppress": suppressing.add,
    "unsuppress": suppressing.take_off,
    "import": history.carry_out,
    "import_undo": history.carry_out_undo,
}
