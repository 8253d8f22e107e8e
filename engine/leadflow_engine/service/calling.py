"""Calls to sources, from ASGI to the answer: who calls, how often, what is too much. It is what leads come by, so that
it does without a router and what belongs to one: with them a call costs twice as much."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

from starlette.types import Receive, Scope

from leadflow_dsl.terms import reads
from leadflow_engine.intake.call import Call, Refused
from leadflow_engine.service.answers import Answer, answer_of, busy, problem
from leadflow_engine.service.bounds import Bucket
from leadflow_engine.service.browsers import allowed_headers, preflight
from leadflow_engine.service.http import head_in, whole_url, with_body
from leadflow_engine.service.metrics import NOBODY
from leadflow_engine.service.pinging import ping
from leadflow_engine.service.served import Served, ServedSource
from leadflow_engine.service.submitting import submit

if TYPE_CHECKING:
    from leadflow_engine.service.app import Reception

TO_SOURCE: Final = re.compile(r"/flows/([^/]+)/sources/([^/]+)/(submit|ping)")
NO_SUCH: Final = "there is no such flow or source"
STOPPING: Final = "the service is stopping; send it again"
DEALS: Final = {"submit": submit, "ping": ping}
"""What is done with a call, by the end of its path."""


class Calls:
    """Deals with calls to sources."""

    def __init__(self, reception: Reception) -> None:
        self._here = reception

    async def answer(self, scope: Scope, receive: Receive, flow: str, source: str, deal: str) -> Answer:
        """A call to a source: a lead, or a ping."""
        began = time.perf_counter()
        place = self._here.flows.source(flow, source)
        if place is None:
            self._here.metrics.called(NOBODY, NOBODY, 404, time.perf_counter() - began)
            return problem(404, NO_SUCH)
        answer = await self._submitted(scope, receive, *place, deal)
        self._here.metrics.called(flow, source, answer.status, time.perf_counter() - began)
        return answer

    async def _submitted(
        self, scope: Scope, receive: Receive, served: Served, source: ServedSource, deal: str
    ) -> Answer:
        if self._here.stopping:
            return busy(STOPPING, 5)
        head = head_in(scope, self._here.desk.clock.now())
        if head.method == "OPTIONS":
            return preflight(source.settings, head)
        try:
            answer = await self._called(scope, receive, served, source, head, deal)
        except Refused as refused:
            answer = answer_of(refused)
        allowed = allowed_headers(source.settings, head)
        return Answer(answer.status, (*answer.headers, *allowed), answer.body) if allowed else answer

    async def _called(
        self, scope: Scope, receive: Receive, served: Served, source: ServedSource, head: Call, deal: str
    ) -> Answer:
        name = f"{served.name}/{source.name}"
        if not self._here.desk.runs.room.is_free(name, source.settings.concurrency):
            return busy("more leads are under way than can be taken at once; send it again")
        caller = self._here.gate.submitter(served, source, head)
        wait = self._bucket(name, source).wait(time.monotonic())
        if wait:
            return problem(429, "too many calls; try again later", (("Retry-After", str(wait)),))
        call = await with_body(head, receive, self._here.next_name(), scope)
        call = whole_url(call, scope["scheme"]) if source.source.verify and _signs_urls(source) else call
        return await DEALS[deal](self._here.desk, served, source, call, caller)

    def _bucket(self, name: str, source: ServedSource) -> Bucket:
        bucket = self._here.buckets.get(name)
        if bucket is None or bucket.rate != source.settings.rate:
            bucket = self._here.buckets[name] = Bucket(source.settings.rate, at=time.monotonic())
        return bucket


def _signs_urls(source: ServedSource) -> bool:
    """Is a signature of this source made over the address?"""
    return any(
        (read.kind, read.name) == ("request", "url")
        for said in source.source.verify
        if said.over is not None
        for read in reads(said.over)
    )
