"""The service's HTTP surface: which path does what. What is done stands in the modules beside this one."""

from __future__ import annotations

import ipaddress
import itertools
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from leadflow_engine.intake.call import PLAIN, Call, Refused
from leadflow_engine.intake.replies import as_it_stands
from leadflow_engine.service.answers import Answer, answer_of, busy, json_answer, problem
from leadflow_engine.service.asking import FromSellers
from leadflow_engine.service.bounds import Bucket
from leadflow_engine.service.callers import Gate
from leadflow_engine.service.calling import NO_SUCH, STOPPING, TO_SOURCE, Calls
from leadflow_engine.service.documents import MEDIA, Documents, form_of
from leadflow_engine.service.from_buyers import FromBuyers
from leadflow_engine.service.http import head_of, respond, response_of
from leadflow_engine.service.log import Log
from leadflow_engine.service.metrics import Metrics
from leadflow_engine.service.served import Flows, Served, ServedSource
from leadflow_engine.service.submitting import Desk
from leadflow_engine.service.told import told_of
from leadflow_engine.store import StoreError

Handler = Callable[[Request], Awaitable[Answer]]

_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}(?::\d{1,5})?|\[[0-9A-Fa-f:]{2,45}\](?::\d{1,5})?")
_METRICS: Final = (("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),)


@dataclass(slots=True)
class Reception:
    """Everything that callers meet. ``stopping`` is set once the service takes no more leads; ``trouble`` says why
    leads cannot be stored at the moment. ``public_url`` is where the world finds it ("": as it was called). ``soon`` is
    called where something may have freed a lead; ``patience`` is how many seconds a buyer's call may wait for one."""

    flows: Flows
    gate: Gate
    desk: Desk
    metrics: Metrics
    log: Log
    public_url: str = ""
    documents: Documents = field(default_factory=Documents)
    buckets: dict[str, Bucket] = field(default_factory=dict)
    stopping: bool = False
    trouble: Callable[[], str] = lambda: ""
    soon: Callable[[], None] = lambda: None
    patience: float = 20.0
    began: str = field(default_factory=lambda: secrets.token_hex(16))
    count: Iterator[int] = field(default_factory=itertools.count)

    def next_name(self) -> str:
        """What tells one call from every other, of this service and of all there were: nobody can guess it."""
        return f"{self.began}/{next(self.count)}"


def application(reception: Reception) -> ASGIApp:
    """The ASGI application: calls to sources, which are most of all calls, without a router; a router for the rest,
    whose handlers are shielded already."""
    calls, router = Calls(reception), _router(reception)

    async def entrance(scope: Scope, receive: Receive, send: Send) -> None:
        call = TO_SOURCE.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if call is None:
            await router(scope, receive, send)
        else:
            answer = await shielded(
                reception.log, calls.answer(scope, receive, *call.groups()), scope["path"]
            )
            await respond(send, answer, scope)

    return entrance


def _router(reception: Reception) -> Router:
    surface, buyers, sellers = _Surface(reception), FromBuyers(reception), FromSellers(reception)
    any_method = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    source, callback = "/flows/{flow}/sources/{source}", "/flows/{flow}/buyers/{buyer}/callback"
    return Router(
        redirect_slashes=False,
        routes=[
            Route(f"{source}/known", surface.shielded(sellers.known), methods=["POST"]),
            Route("/health/live", surface.shielded(surface.live)),
            Route("/health/ready", surface.shielded(surface.ready)),
            Route("/metrics", surface.shielded(surface.figures)),
            Route("/openapi.json", surface.shielded(surface.openapi)),
            Route(source, surface.shielded(surface.instructions)),
            Route("/leads/{id}", surface.shielded(surface.lead)),
            Route("/leads/{id}/returns", surface.shielded(buyers.returns), methods=["POST"]),
            Route("/leads/{id}/feedback", surface.shielded(buyers.feedback), methods=["POST"]),
            Route(callback, surface.shielded(buyers.callback), methods=any_method),
            Route(f"{callback}/{{token}}", surface.shielded(buyers.callback), methods=any_method),
            Route("/{rest:path}", surface.shielded(surface.nothing), methods=any_method),
        ],
    )


async def shielded(log: Log, work: Awaitable[Answer], shown: str) -> Answer:
    """What a handler answers: its refusals are answers, its mistakes tell nobody anything. ``shown`` is the path as it
    may be logged."""
    try:
        return await work
    except Refused as refused:
        return answer_of(refused)
    except StoreError as error:
        log.trouble(str(error))
        return busy("the journal cannot be read now", 10)
    except Exception as error:
        log.mistake(shown, error)
        return problem(500, "something went wrong here")


class _Surface:
    def __init__(self, reception: Reception) -> None:
        self._here = reception

    def shielded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """The handler, whose refusals are answers, and whose mistakes tell nobody anything."""

        async def handle(request: Request) -> Response:
            return response_of(await shielded(self._here.log, handler(request), _without_token(request)))

        return handle

    async def lead(self, request: Request) -> Answer:
        """A lead as it stands, for the source that sent it."""
        head = head_of(request, self._here.desk.clock.now())
        summary = told_of(self._here.desk.store, request.path_params["id"])
        lead = summary["lead"] if summary else {"flow": "", "source": ""}
        place = self._here.flows.source(lead["flow"], lead["source"])
        if place is None or summary is None:
            return problem(404, "there is no such lead")
        self._here.gate.reader(*place, head)
        reply = as_it_stands(summary)
        return Answer(reply.status, reply.headers, reply.body)

    # -------------------------------------------------------------- documents

    async def instructions(self, request: Request) -> Answer:
        """The posting instructions of a source."""
        place = self._place(request)
        if place is None:
            return problem(404, NO_SUCH)
        head = head_of(request, self._here.desk.clock.now())
        try:
            self._here.gate.reader(*place, head)
        except Refused as refused:
            found = refused.answered
            return Answer(found.status, (*found.headers, ("WWW-Authenticate", "Basic")), found.body)
        form = form_of(head.header("Accept"), request.query_params.get("format", ""))
        at = head.received_at
        text = await self._here.documents.instructions(
            place[0].plan, place[1].name, self._base(request), at, form
        )
        return Answer(200, (("Content-Type", MEDIA[form]), *_NO_SCRIPTS), text)

    async def openapi(self, request: Request) -> Answer:
        """The OpenAPI description of what the caller's key opens."""
        head = head_of(request, self._here.desk.clock.now())
        named = request.query_params.get("flow", "")
        for served in self._here.flows.by_name.values():
            mine = [source for source in served.sources.values() if self._opens(served, source, head)]
            if mine and named in ("", served.name):
                pairs = [(served.plan, source.name) for source in mine]
                text = await self._here.documents.described(pairs, self._base(request), head.received_at)
                return Answer(200, (("Content-Type", "application/json"),), text)
        raise Refused(401, "the key of a source is needed", (("WWW-Authenticate", "Bearer"),))

    def _opens(self, served: Served, source: ServedSource, head: Call) -> bool:
        try:
            self._here.gate.reader(served, source, head)
        except Refused:
            return False
        return True

    def _base(self, request: Request) -> str:
        if self._here.public_url:
            return self._here.public_url
        host = request.headers.get("host", "")
        return f"{request.url.scheme}://{host if _HOST.fullmatch(host) else 'localhost'}"

    # -------------------------------------------------------------- for operators

    async def live(self, request: Request) -> Answer:
        """The process answers."""
        return json_answer(200, {"status": "live"})

    async def ready(self, request: Request) -> Answer:
        """May leads be sent here?"""
        why = STOPPING if self._here.stopping else self._here.trouble()
        if why:
            return json_answer(503, {"status": "not ready", "why": why})
        flows = {served.name: served.plan.short for served in self._here.flows.by_name.values()}
        return json_answer(200, {"status": "ready", "flows": flows})

    async def figures(self, request: Request) -> Answer:
        """Figures for Prometheus; they tell of business, so that only callers of this network have them."""
        if not _is_near(request.client.host if request.client else ""):
            return problem(403, "figures are for callers of this network")
        return Answer(200, _METRICS, self._here.metrics.text().decode())

    async def nothing(self, request: Request) -> Answer:
        """Any other path."""
        return problem(404, "there is nothing here")

    def _place(self, request: Request) -> tuple[Served, ServedSource] | None:
        return self._here.flows.source(request.path_params["flow"], request.path_params["source"])


_NO_SCRIPTS: Final = (
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
    PLAIN[1],
)


def _without_token(request: Request) -> str:
    """The path of a call, without what in it is a secret."""
    token = str(request.path_params.get("token") or "")
    return request.url.path.replace(token, "***") if token else str(request.url.path)


def _is_near(address: str) -> bool:
    try:
        found: Any = ipaddress.ip_address(address)
    except ValueError:
        return False
    return bool(found.is_loopback or found.is_private)
