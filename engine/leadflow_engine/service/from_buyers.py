"""What buyers send of their own accord: verdicts that come later, returns, and what became of a lead."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request

from leadflow_engine.effects import Json
from leadflow_engine.intake.bodies import read_body
from leadflow_engine.intake.call import Call, Refused
from leadflow_engine.operations.calling_back import received
from leadflow_engine.operations.feedback import note_feedback
from leadflow_engine.operations.returning import give_back
from leadflow_engine.operations.statements import time_of
from leadflow_engine.service.answers import Answer, busy, json_answer, problem
from leadflow_engine.service.bounds import Bucket
from leadflow_engine.service.http import call_of, head_of
from leadflow_engine.service.settings import USUAL
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.codec import iso
from leadflow_engine.store.keys import Key

if TYPE_CHECKING:
    from leadflow_engine.service.app import Reception

Order = Callable[[SqliteStore, Mapping[str, Json]], Json]

STATUS: Final = {"returned": 200, "noted": 200, "known": 200, "denied": 409, "impossible": 422}
"""By what came of a return or of feedback."""
NO_SUCH: Final = "there is no such lead"


class FromBuyers:
    """The handlers of what buyers send."""

    def __init__(self, reception: Reception) -> None:
        self._here = reception

    async def callback(self, request: Request) -> Answer:
        """A buyer's verdict: read, and answered, as the flow's ``callback`` says."""
        served = self._here.flows.by_name.get(request.path_params["flow"])
        buyer = request.path_params["buyer"]
        if served is None or buyer not in served.plan.buyers:
            return problem(404, "there is no such flow or buyer")
        if self._here.stopping:
            return busy("the service is stopping; call again", 5)
        self._check_rate(f"{served.name}/buyer/{buyer}")
        call = await call_of(request, self._here.desk.clock.now(), "")
        desk = self._here.desk
        reply = await received(
            desk.store, desk.runs.plans, served.plan, buyer, call, served.buyer_secrets, self._here.patience
        )
        self._here.soon()
        return Answer(reply.status, reply.headers, reply.body)

    async def returns(self, request: Request) -> Answer:
        """A buyer gives a lead back: ``reason`` and perhaps ``at``."""
        key, said = await self._said(request, ("reason", "at"))
        if not str(said.get("reason") or "").strip():
            return problem(400, "`reason` is missing")
        one = self._of_lead(request, key) | {"reason": str(said["reason"]), **_when(said)}
        return await self._done(give_back, {"returns": [one], "by": f"buyer {key.party}"})

    async def feedback(self, request: Request) -> Answer:
        """A buyer tells what became of a lead: ``event`` and perhaps ``value``, ``at``, ``id``."""
        key, said = await self._said(request, ("event", "value", "at", "id"))
        if not str(said.get("event") or "").strip():
            return problem(400, "`event` is missing")
        kept = {
            name: str(said[name]) for name in ("event", "value", "id") if said.get(name) not in (None, "")
        }
        one = self._of_lead(request, key) | kept | _when(said)
        return await self._done(note_feedback, {"told": [one], "by": f"buyer {key.party}"})

    # ------------------------------------------------------------------ how

    async def _said(self, request: Request, known: tuple[str, ...]) -> tuple[Key, Mapping[str, Any]]:
        """Who sends it, and the object that is sent. Raises ``Refused``."""
        head = head_of(request, self._here.desk.clock.now())
        key = self._here.gate.buyer(head)
        if self._here.stopping:
            raise Refused(503, "the service is stopping; send it again", (("Retry-After", "5"),))
        self._check_rate(f"{key.flow}/buyer/{key.party}")
        call = await call_of(request, head.received_at, "")
        tree = read_body(_plain(call), ("json", "form")).tree
        if not isinstance(tree, dict):
            raise Refused(400, "one object is expected")
        unknown = [name for name in tree if name not in known]
        if unknown:
            raise Refused(400, f"there is no `{str(unknown[0])[:40]}` here; there are {', '.join(known)}")
        return key, tree

    def _check_rate(self, name: str) -> None:
        bucket = self._here.buckets.setdefault(name, Bucket(USUAL.rate, at=time.monotonic()))
        wait = bucket.wait(time.monotonic())
        if wait:
            raise Refused(429, "too many calls; try again later", (("Retry-After", str(wait)),))

    def _of_lead(self, request: Request, key: Key) -> dict[str, Json]:
        """The lead, where it went to this buyer. Raises ``Refused`` (404): others hear of no lead."""
        sql = "SELECT 1 FROM delivery d JOIN lead l ON l.id = d.lead WHERE l.id = ? AND l.flow = ? AND d.buyer = ?"
        lead = request.path_params["id"]
        if not self._here.desk.store.query(sql, (lead, key.flow, key.party)):
            raise Refused(404, NO_SUCH)
        return {"lead": lead, "buyer": key.party}

    async def _done(self, order: Order, said: Mapping[str, Json]) -> Answer:
        came = (await asyncio.to_thread(order, self._here.desk.store, said))[0]
        self._here.soon()
        told = {name: came[name] for name in ("lead", "event", "state", "said") if came.get(name) is not None}
        return json_answer(STATUS[came["state"]], told)


def _plain(call: Call) -> Call:
    """The call as one with a body, whatever its query says."""
    return call if call.body else dataclasses.replace(call, body=b" ")


def _when(said: Mapping[str, Any]) -> dict[str, Json]:
    if said.get("at") in (None, ""):
        return {}
    at = time_of(str(said["at"]), "UTC")
    if at is None:
        raise Refused(400, "`at` is no date or time; write 2026-11-20T15:00:00Z")
    return {"at": iso(at)}
