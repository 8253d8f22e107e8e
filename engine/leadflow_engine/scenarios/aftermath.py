"""What came after a lead's Run, in the shape in which a scenario says it: only what is asked for is looked up."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from leadflow_engine.scenarios.acting import Scene
from leadflow_engine.store import SqliteStore, batches, policies
from leadflow_engine.store.accounts import buyer_account, source_account
from leadflow_engine.store.batches import Batch
from leadflow_engine.store.codec import money

RETURN: Final = ("outcome", "reason", "said", "credited", "back")
BATCH: Final = ("outcome", "leads", "file", "content", "reason", "attempts")
POLICY: Final = ("outcome", "measured", "done")
"""The words of a row of each."""

NAMED: Final = re.compile(r"(?:^|/)(?:buyer|source)/([^/]+)")
STATES: Final = {True: "returned", False: "denied"}


def afterwards(scene: Scene, summary: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What of these keys of an ``expect`` came; those that speak of the lead itself are left to ``observed``."""
    return {key: look(scene, summary) for key, look in LOOKS.items() if key in wanted}


def _returns(scene: Scene, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Of each buyer its last return, as it was taken or denied."""
    return {
        row["buyer"]: {
            "outcome": STATES[bool(row["accepted"])],
            **{name: row[name] for name in RETURN[1:]},
        }
        for row in summary.get("returns", ())
    }


def _feedback(scene: Scene, summary: Mapping[str, Any]) -> dict[str, Any]:
    told = summary.get("feedback", ())
    return {row["event"]: {"buyer": row["buyer"], "value": row["value"]} for row in told}


def _balance(scene: Scene, summary: Mapping[str, Any]) -> dict[str, Any]:
    """What each buyer has left of what it paid in, less what is held; below nothing what it owes."""
    found = {}
    for name in scene.plan.buyers:
        account = scene.store.ask(partial(buyer_account, buyer=name))
        found[name] = money(account.paid - account.charged - account.held)
    return found


def _owed(scene: Scene, summary: Mapping[str, Any]) -> dict[str, Any]:
    """What each source is still to be paid."""
    found = {}
    for name in scene.plan.sources:
        account = scene.store.ask(partial(source_account, source=name))
        found[name] = money(account.charged - account.paid)
    return found


def _batches(scene: Scene, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Each buyer's files, the oldest first."""
    found: dict[str, Any] = {}
    for batch in scene.store.ask(batches.known):
        found.setdefault(batch.buyer, []).append(_batch(scene, batch))
    return found


def _batch(scene: Scene, batch: Batch) -> dict[str, Any]:
    return {
        "outcome": batch.state,
        "leads": batch.leads,
        "file": batch.file,
        "content": scene.store.ask(partial(batches.content, batch=batch.id)),
        "reason": batch.failure,
        "attempts": batch.attempts,
    }


def _policies(scene: Scene, summary: Mapping[str, Any]) -> dict[str, Any]:
    last = scene.store.ask(partial(policies.last, flow=scene.plan.flow.name))
    return {
        title: {"outcome": event.what, "measured": event.measured, "done": event.done}
        for title, event in last.items()
    }


def _in_force(scene: Scene, summary: Mapping[str, Any]) -> dict[str, Any]:
    """What is set beside the flow, by whom it is of."""
    found: dict[str, Any] = {}
    for one in scene.store.overrides_in_force():
        if one.speaks:
            name = named_in(one.subject)
            found[name] = f"{found[name]}; {one.said}" if name in found else one.said
    return found


def named_in(subject: str) -> str:
    """The buyer or the source in a subject such as ``FLOW/buyer/NAME`` or one of its limits."""
    found = NAMED.search(subject)
    return found[1] if found else subject


LOOKS: Final[Mapping[str, Callable[[Scene, Mapping[str, Any]], dict[str, Any]]]] = {
    "returns": _returns,
    "feedback": _feedback,
    "balance": _balance,
    "owed": _owed,
    "batches": _batches,
    "policies": _policies,
    "in_force": _in_force,
}
"""What comes after a lead's Run, by the word of an ``expect``."""


HAPPENED: Final = (
    "SELECT 'policy/' || policy FROM policy_event WHERE what = 'acted' "
    "UNION SELECT 'batch/' || buyer FROM batch WHERE state = 'sent' "
    "UNION SELECT 'return/' || buyer FROM returned WHERE accepted "
    "UNION SELECT 'callback' || substr(key, length('called_back') + 1) FROM fact WHERE kind = 'called_back' "
    "UNION SELECT 'inquire/' || name FROM posting WHERE leg = 'inquire' "
    "UNION SELECT 'postback/' || l.source || '/' || p.number FROM postback p JOIN lead l ON l.id = p.lead "
    "WHERE p.attempts > 0"
)


def happened(store: SqliteStore) -> frozenset[tuple[str, ...]]:
    """What came after Runs at all, a word and of whom (of a source by the number of its postback, too); and by which
    rule each call was read, also of those that were made later."""
    found = {_said(row[0]) for row in store.query(HAPPENED)}
    for leg, name, rule in store.query("SELECT DISTINCT leg, name, rule FROM posting"):
        side = leg if leg in {"ping", "post"} else "service"
        found |= {("called", side, name), ("rule", side, name, str(rule))}
    return frozenset(found)


def _said(text: str) -> tuple[str, ...]:
    word, _, rest = text.partition("/")
    return (word, rest) if word == "policy" else (word, *rest.split("/")[: 2 if word == "postback" else 1])
