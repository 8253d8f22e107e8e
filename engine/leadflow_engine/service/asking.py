"""What sellers ask by hash before they send a lead: would it be a duplicate?"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request

from leadflow_engine.effects import Json
from leadflow_engine.intake.bodies import read_body
from leadflow_engine.intake.call import Refused
from leadflow_engine.operations.asking_by_hash import Known, asked_by_hash
from leadflow_engine.operations.loading import LoadProblem
from leadflow_engine.service.answers import Answer, busy, json_answer, problem
from leadflow_engine.service.bounds import Bucket
from leadflow_engine.service.http import call_of, head_of
from leadflow_engine.service.served import Served, ServedSource

if TYPE_CHECKING:
    from leadflow_engine.service.app import Reception

MOST: Final = 20
"""Hashes of one question: one lead has no more fields that a source is asked about."""


class FromSellers:
    """The handler of what sellers ask."""

    def __init__(self, reception: Reception) -> None:
        self._here = reception

    async def known(self, request: Request) -> Answer:
        """Whether a lead is new to a source: an object of fields and hashes, by the source's own key. A public key,
        which anybody may read in a page, asks nothing. Nothing is kept of the question."""
        place = self._here.flows.source(request.path_params["flow"], request.path_params["source"])
        if place is None:
            return problem(404, "there is no such flow or source")
        if self._here.stopping:
            return busy("the service is stopping; ask again", 5)
        head = head_of(request, self._here.desk.clock.now())
        self._here.gate.reader(*place, head)
        self._check_rate(*place)
        call = await call_of(request, head.received_at, "")
        asked = _hashes(read_body(call, ("json", "form")).tree)
        found = await asyncio.to_thread(self._known, *place, asked)
        told: dict[str, Json] = {"status": "duplicate" if found.known else "new"}
        return json_answer(200, told | ({"reason": found.reason} if found.reason else {}))

    def _known(self, served: Served, source: ServedSource, asked: dict[str, str]) -> Known:
        """The first of the fields whose value is known decides."""
        store, now = self._here.desk.store, self._here.desk.clock.now()
        found = Known(False)
        for field, said in asked.items():
            try:
                one = asked_by_hash(store, served.plan, source.name, field, said, now)
            except LoadProblem as why:
                raise Refused(400, str(why)) from None
            found = one if one.known and not found.known else found
        return found

    def _check_rate(self, served: Served, source: ServedSource) -> None:
        rate = source.settings.rate
        name = f"{served.name}/{source.name}/known"
        bucket = self._here.buckets.get(name)
        if bucket is None or bucket.rate != rate:
            bucket = self._here.buckets[name] = Bucket(rate, at=time.monotonic())
        wait = bucket.wait(time.monotonic())
        if wait:
            raise Refused(429, "too many calls; try again later", (("Retry-After", str(wait)),))


def _hashes(tree: Any) -> dict[str, str]:
    """What is asked: hashes by field. Raises ``Refused``."""
    if not isinstance(tree, dict) or not tree or not all(isinstance(said, str) for said in tree.values()):
        raise Refused(400, 'one object of fields and hashes is expected: {"email": "sha256:..."}')
    if len(tree) > MOST:
        raise Refused(400, f"a question holds {MOST} hashes at most")
    return {str(field): str(said) for field, said in tree.items()}
