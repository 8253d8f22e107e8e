"""The sandbox's server: what a spec says, over real sockets, hangs and cuts included."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import signal
import socket
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from aiohttp import web

from leadflow_engine.answers.draw import DRAW_HEADER
from leadflow_engine.answers.load import load_answers
from leadflow_engine.answers.simulator import Simulated, Simulator, not_given
from leadflow_engine.answers.spec import LegKey, Spec
from leadflow_engine.effects import HttpRequest
from leadflow_engine.outbound.answer import decoded
from leadflow_engine.sandbox.ledger import IDEMPOTENCY_HEADERS, Ledger, as_json
from leadflow_engine.sandbox.routes import Routes

LOOPBACK = "127.0.0.1"
BODY_LIMIT = 4 * 1024 * 1024

Say: TypeAlias = Callable[[str], None]


class SandboxError(RuntimeError):
    """The sandbox cannot start. The text says why and what to do."""


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A sandbox that listens. ``url`` has no slash at its end; ``address`` is what ``LEADFLOW_SANDBOX`` wants."""

    port: int
    ledger: Ledger
    simulator: Simulator

    @property
    def address(self) -> str:
        """HOST:PORT."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def url(self) -> str:
        """Where ``/NAME/LEG`` stands."""
        return f"http://{self.address}"


@contextlib.asynccontextmanager
async def running(
    spec: Spec, port: int = 0, ledger_file: Path | str | None = None
) -> AsyncIterator[RunningSandbox]:
    """Serve a spec on loopback while the block runs; port 0 takes a free one. Raises ``SandboxError``."""
    listener = _listener(port)
    simulator, ledger = Simulator(spec, _utc_now), _open_ledger(ledger_file, listener)
    runner = web.AppRunner(
        _app(simulator, ledger), handler_cancellation=True, access_log=None, shutdown_timeout=0.1
    )
    try:
        await runner.setup()
        await web.SockSite(runner, listener).start()
        yield RunningSandbox(listener.getsockname()[1], ledger, simulator)
    finally:
        await runner.cleanup()
        listener.close()
        ledger.close()


async def run_sandbox(path: Path | str, port: int, out: Say, ledger_file: Path | str | None = None) -> None:
    """Serve a file of answers until SIGINT or SIGTERM, after one line to ``out`` that says so.

    Raises ``AnswersError`` for the file, ``SandboxError`` for the port or the ledger's file.
    """
    spec = load_answers(path)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        async with running(spec, port, ledger_file) as sandbox:
            out(f"sandbox   {described(spec)} on {sandbox.address}, seed {spec.seed}")
            await stop.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def described(spec: Spec) -> str:
    """``6 simulated buyers and 2 services``."""
    buyers = f"{spec.buyers} simulated {'buyer' if spec.buyers == 1 else 'buyers'}"
    services = f"{spec.services} {'service' if spec.services == 1 else 'services'}"
    return f"{buyers} and {services}" if spec.services else buyers


def _utc_now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _listener(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise SandboxError(
            f"port {port} on {LOOPBACK} cannot be used: {error.strerror}. Name a free one with --port."
        ) from error
    return listener


def _open_ledger(file: Path | str | None, listener: socket.socket) -> Ledger:
    try:
        return Ledger(file)
    except OSError as error:
        listener.close()
        raise SandboxError(f"the ledger {file} cannot be written: {error.strerror}") from error


def _app(simulator: Simulator, ledger: Ledger) -> web.Application:
    service = _Service(simulator, ledger)
    app = web.Application(client_max_size=BODY_LIMIT)
    app.router.add_get("/_ledger", service.show)
    app.router.add_post("/_reset", service.reset)
    app.router.add_route("*", "/{path:.*}", service.serve)
    return app


class _Service:
    def __init__(self, simulator: Simulator, ledger: Ledger) -> None:
        self._simulator = simulator
        self._ledger = ledger
        self._routes = Routes(simulator.spec)

    async def show(self, request: web.Request) -> web.Response:
        entries = self._ledger.entries(request.query.get("name", ""), request.query.get("leg", ""))
        return web.json_response([as_json(entry) for entry in entries])

    async def reset(self, request: web.Request) -> web.Response:
        self._simulator.reset()
        self._ledger.reset()
        return web.json_response({"reset": True})

    async def serve(self, request: web.Request) -> web.StreamResponse:
        received = await _received(request)
        key = self._routes.find(request.host, request.path, self._simulator)
        answer = self._answer(key, request, received)
        self._ledger.add(key, received, _idempotency(request), answer)
        if answer.delay:
            await asyncio.sleep(answer.delay)
        if answer.hang:
            await asyncio.Event().wait()  # until the client goes away, or the server ends
        return _cut(request, answer) if answer.cut else _whole(answer)

    def _answer(self, key: LegKey | None, request: web.Request, received: HttpRequest) -> Simulated:
        if key is None:
            return not_given(
                f"the sandbox has nobody at {request.host}{request.path}; see `url:` in the answers"
            )
        return self._simulator.answer_leg(key, received, request.headers.get(DRAW_HEADER, ""))


async def _received(request: web.Request) -> HttpRequest:
    body = await request.read()
    text = decoded(body, request.headers.get("Content-Type", ""))
    url = f"http://{request.host}{request.raw_path}"
    return HttpRequest(request.method, url, tuple(request.headers.items()), text if body else None)


def _idempotency(request: web.Request) -> str:
    return next((request.headers[name] for name in IDEMPOTENCY_HEADERS if name in request.headers), "")


def _whole(answer: Simulated) -> web.Response:
    response = web.Response(status=answer.status, body=answer.body.encode())
    response.headers.pop("Content-Type", None)
    for name, value in answer.headers:
        response.headers.add(name, value)
    return response


def _cut(request: web.Request, answer: Simulated) -> web.StreamResponse:
    """Break the connection: before a byte, within the headers, or in the middle of the body."""
    transport = request.transport
    if transport is not None:
        body = answer.body.encode()
        head = f"HTTP/1.1 {answer.status} Simulated\r\n" + "".join(f"{n}: {v}\r\n" for n, v in answer.headers)
        if answer.cut == "headers":
            transport.write(head.encode()[: len(head) // 2])
        elif answer.cut == "body":
            sent = f"{head}Content-Length: {len(body) + 1}\r\n\r\n".encode() + body[: len(body) // 2]
            transport.write(sent)
        else:
            _reset_on_close(transport)
        transport.close()
    return web.Response()


def _reset_on_close(transport: asyncio.BaseTransport) -> None:
    """Let the close be a reset instead of an orderly end."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
