"""Keys of the service, as orders: made, revoked, listed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from leadflow_engine.effects import Json
from leadflow_engine.plan import Plan
from leadflow_engine.store import SqliteStore, StoreError, keys


class NoParty(ValueError):
    """A source or a buyer that the flow does not have; its text is for a person."""


def check_party(plan: Plan, kind: str, party: str) -> None:
    """Has the flow this source (of kind source or public) or buyer? Raises ``NoParty``."""
    known = list(plan.buyers if kind == "buyer" else plan.sources)
    if party not in known:
        word = "buyer" if kind == "buyer" else "source"
        raise NoParty(
            f"{plan.flow.file}: the flow has no {word} `{party}`; there are {', '.join(known) or 'none'}"
        )


def make_key(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``key_new``: ``kind``, ``flow``, ``party``, ``by``, and perhaps ``test`` and ``seconds`` (how long it
    lasts). Gives the key's ``id`` and, this once, its text as ``key``."""
    lasts = datetime.timedelta(seconds=said["seconds"]) if said.get("seconds") else None
    if said["kind"] not in keys.PREFIXES:
        raise StoreError(f"`{said['kind']}` is no kind of key")

    def work(core: Any) -> tuple[keys.Key, str]:
        test = bool(said.get("test"))
        return keys.make(core, said["kind"], said["flow"], said["party"], said["by"], test, lasts)

    key, text = store.transact(work)
    return {"id": key.id, "key": text, "expires_at": key.expires_at}


def revoke_key(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``key_revoke``: ``id``, ``by``, ``because``. Gives whose key it was."""
    key = store.transact(lambda core: keys.revoke(core, said["id"], said["by"], said["because"]))
    return {"id": key.id, "kind": key.kind, "flow": key.flow, "party": key.party}
