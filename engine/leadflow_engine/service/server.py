"""The life of a service: it opens the journal, goes on with what was left, takes leads, and ends with nothing lost."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import uvicorn

from leadflow_dsl.checking import check
from leadflow_dsl.collecting import no_collecting
from leadflow_engine.drivers.apart import Check
from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.drivers.live import LiveDriver
from leadflow_engine.drivers.public import SETTING as PUBLIC_URL
from leadflow_engine.drivers.shadow import ShadowDriver
from leadflow_engine.effects import Json
from leadflow_engine.operations.chores import CHORES, Hands
from leadflow_engine.operations.loading import LoadProblem, description
from leadflow_engine.operations.orders import carry_out
from leadflow_engine.operations.resume import Plans
from leadflow_engine.outbound.client import HttpOutbound, settings_from
from leadflow_engine.ports import Store
from leadflow_engine.runner import Driver
from leadflow_engine.secrets import LateSecrets
from leadflow_engine.service.app import Reception, application
from leadflow_engine.service.bounds import Room
from leadflow_engine.service.callers import Gate
from leadflow_engine.service.keeping import Health, Keeper
from leadflow_engine.service.log import Log
from leadflow_engine.service.memory import keep_what_is
from leadflow_engine.service.metrics import NOBODY, Metrics
from leadflow_engine.service.orders import listening
from leadflow_engine.service.patience import PatientProtocol
from leadflow_engine.service.reloading import Reloader
from leadflow_engine.service.runs import Runs
from leadflow_engine.service.served import Flows
from leadflow_engine.service.signed import SignedCalls
from leadflow_engine.service.submitting import Desk
from leadflow_engine.store import SqliteStore, calls

KEEP_ALIVE: Final = 15
"""Seconds an idle connection stays open."""
MOST_CONNECTIONS: Final = 8_000
SPARE_FILES: Final = 800
"""Files that stay for the journal and for connections to buyers."""
BACKLOG: Final = 1_024
LAST_ANSWERS: Final = 5
"""Seconds for answers that are being written when everything else has ended."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How to serve. ``concurrency`` is how many leads may be under way at once; ``grace`` how many seconds those may
    have to end when the service stops; ``proxies`` addresses whose ``X-Forwarded-For`` is believed. ``open``: a source
    that says nothing of who calls takes everybody. ``shadow``: it decides and keeps, and contacts nobody. ``apart``: a
    process of its own writes the journal."""

    flows: tuple[str, ...]
    journal: str
    host: str = "127.0.0.1"
    port: int = 8800
    concurrency: int = 256
    grace: float = 30.0
    proxies: tuple[str, ...] = ()
    open: bool = False
    public_url: str = ""
    watch: bool = True
    shadow: bool = False
    apart: bool = False


class CannotListen(Exception):
    """The address cannot be had; its text is for a person."""


async def serve(
    asked: Asked, say: Callable[[str], None], note: Callable[[str], None], look: Check = check
) -> None:
    """Serve until SIGTERM or SIGINT. ``say`` hears one line once leads are taken, ``note`` what happens; ``look``
    checks the flows.

    Raises ``LoadProblem``, ``StoreError``, ``CannotListen`` where it cannot start.
    """
    if asked.public_url:
        os.environ[PUBLIC_URL] = asked.public_url  # of which buyers are told where to call back
    flows = Flows()
    with no_collecting():
        for path in asked.flows:
            flows.add(path, look)
        keep_what_is()
    with _listener(asked) as listener:
        store = SqliteStore.open(asked.journal, RealClock(), shadow=asked.shadow)
        try:
            await Service(asked, flows, store, Log(note)).run(listener, say)
        finally:
            await store.close()


@contextlib.contextmanager
def _listener(asked: Asked) -> Iterator[socket.socket]:
    """The address, taken before anything is opened; calls wait in its queue until the service is ready."""
    family = socket.AF_INET6 if ":" in asked.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((asked.host, asked.port))
        yield listener
    except OSError as error:
        place = f"{asked.host}:{asked.port}"
        raise CannotListen(
            f"{place} cannot be used: {error.strerror or error}; give another --port"
        ) from None
    finally:
        listener.close()


class Service:
    """The parts of a service, put together: what callers meet, and what goes on beside."""

    def __init__(self, asked: Asked, flows: Flows, store: SqliteStore, log: Log) -> None:
        self.asked, self.flows, self.store, self.log = asked, flows, store, log
        self.clock, self.hurry = RealClock(), asyncio.Event()
        self.health = Health(store, asked.journal)
        for served in flows.by_name.values():
            store.add_plan(served.plan.name, description(served.plan))
        self.plans = Plans(store, {served.plan.name: served.plan for served in flows.by_name.values()})
        self.secrets = LateSecrets([served.plan.flow.root for served in flows.by_name.values()])
        self.outbound = HttpOutbound(settings_from(os.environ, self.secrets))
        room = Room(asked.concurrency)
        self.metrics = Metrics(store, room)
        self.runs = Runs(store, self.plans, self.driver, room, self.metrics.ended, self._failed)
        signed = SignedCalls.of(store.ask(calls.signed))
        self.reception = Reception(
            flows,
            Gate(store, asked.open),
            Desk(store, self.runs, self.clock, signed),
            self.metrics,
            log,
            asked.public_url.rstrip("/"),
            trouble=self.health.trouble,
        )
        self.reloader = Reloader(flows, store, self.plans, self.secrets, self.metrics, log)
        hands = Hands(store, self.plans, self.outbound, self.clock)
        self.keeper = Keeper(store, self.runs, hands, signed, log)
        self.reception.soon = self.keeper.soon.set

    def driver(self, lead: str, store: Store) -> Driver:
        """Who answers a Run's effects."""
        if self.asked.shadow:
            return ShadowDriver(lead, store, self.clock)
        return LiveDriver(lead, store, self.outbound, self.clock)

    def _failed(self, lead: str, error: BaseException) -> None:
        self.metrics.failed()
        self.health.note(error)
        self.keeper.failed(lead, error)

    # ------------------------------------------------------------------ its life

    async def run(self, listener: socket.socket, say: Callable[[str], None]) -> None:
        """Serve until somebody says stop."""
        _hush()
        stop = asyncio.Event()
        server = Listening(self.config())
        with _signals(lambda: self.hurry.set() if stop.is_set() else stop.set(), self.reloader.soon):
            async with listening(self.asked.journal, self._carry_out, self.log), self._beside():
                serving = asyncio.create_task(server.serve(sockets=[listener]))
                serving.add_done_callback(lambda _: stop.set())
                begun = asyncio.create_task(server.begun.wait())
                await asyncio.wait([serving, begun], return_when=asyncio.FIRST_COMPLETED)
                if server.begun.is_set():
                    keep_what_is()
                    if self.asked.apart:
                        self.store.write_apart(self.log.line)
                    say(self._described(listener))
                await stop.wait()
                begun.cancel()
                await self._end()
                server.should_exit = True
                await serving

    async def _end(self) -> None:
        self.reception.stopping = True
        self.keeper.stop()
        waiting = asyncio.create_task(self.runs.settled(self.asked.grace))
        hurried = asyncio.create_task(self.hurry.wait())
        await asyncio.wait([waiting, hurried], return_when=asyncio.FIRST_COMPLETED)
        for task in (waiting, hurried):
            task.cancel()
        left = await self.runs.settled(0)
        if left:
            self.log.line(f"{left} leads did not end in time; they go on when the service starts again")
            self.runs.drop()
        await self.outbound.close()

    @contextlib.asynccontextmanager
    async def _beside(self) -> AsyncIterator[None]:
        """What goes on beside calls, while the block runs: orders come through the socket, so that nobody else writes
        the journal."""
        works = [
            *self.keeper.works(() if self.asked.shadow else CHORES),
            self.reloader.work(self.asked.watch),
        ]
        tasks = [asyncio.create_task(work) for work in works]
        try:
            with self.store.alone():
                yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry_out(self, name: str, said: Mapping[str, Json]) -> Json:
        if name == "reload":
            return await self.reloader.reload()
        result = await asyncio.to_thread(carry_out, self.store, name, said)
        self.keeper.soon.set()
        return result

    def _protocol(self) -> type[PatientProtocol]:
        given = {
            "is_full": staticmethod(self.runs.room.is_full),
            "refused": staticmethod(lambda: self.metrics.called(NOBODY, NOBODY, 503, 0.0)),
        }
        return type("Protocol", (PatientProtocol,), given)

    def config(self) -> uvicorn.Config:
        """How the server is set up."""
        return uvicorn.Config(
            application(self.reception),
            http=self._protocol(),
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(self.asked.proxies),
            forwarded_allow_ips=list(self.asked.proxies),
            limit_concurrency=_connections(),
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=LAST_ANSWERS,
        )

    def _described(self, listener: socket.socket) -> str:
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        flows = ", ".join(f"{each.name} (plan {each.plan.short})" for each in self.flows.by_name.values())
        shadow = "  shadow: nobody is contacted" if self.asked.shadow else ""
        return f"serve     http://{shown}:{port}  {flows}  journal {self.asked.journal}{shadow}"


def _connections() -> int:
    """How many connections may be open: as many as the system lets this process have files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return (
        MOST_CONNECTIONS
        if soft == resource.RLIM_INFINITY
        else max(100, min(MOST_CONNECTIONS, soft - SPARE_FILES))
    )


def _hush() -> None:
    """The server's own lines are left out: they tell of strangers' mistakes, as often as those make them."""
    logger = logging.getLogger("uvicorn")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False


class Listening(uvicorn.Server):
    """Leaves the signals to the service, which lets leads end before the server does. ``begun``: it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.begun = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn."""
        await super().startup(sockets)
        self.begun.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def _signals(stop: Callable[[], None], reload: Callable[[], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    wanted = {signal.SIGTERM: stop, signal.SIGINT: stop, signal.SIGHUP: reload}
    for number, hear in wanted.items():
        loop.add_signal_handler(number, hear)
    try:
        yield
    finally:
        for number in wanted:
            loop.remove_signal_handler(number)


__all__ = ["Asked", "CannotListen", "LoadProblem", "serve"]
