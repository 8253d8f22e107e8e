"""A service as operators run it: a process of its own, with simulated buyers on real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from leadflow_engine.answers import load_answers
from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.drivers.orders import give
from leadflow_engine.sandbox import RunningSandbox, running
from leadflow_engine.service import server
from leadflow_engine.service.app import application
from leadflow_engine.service.log import Log
from leadflow_engine.service.served import Flows
from leadflow_engine.service.server import Asked
from leadflow_engine.store import SqliteStore

DESK = Path(__file__).resolve().parent / "desk"
LEADFLOW = str(Path(sys.executable).with_name("leadflow"))
SECRETS = {"DESK_KEY": "the-desk-key-of-the-flow", "DESK_SECRET": "what-calls-are-signed-with"}


@contextmanager
def buyers(answers: Path) -> Iterator[RunningSandbox]:
    """Simulated buyers, on a loop of their own."""
    up: Future[tuple[RunningSandbox, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def stay() -> None:
        stop = asyncio.Event()
        async with running(load_answers(answers)) as sandbox:
            up.set_result((sandbox, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(stay()), daemon=True)
    thread.start()
    sandbox, loop, stop = up.result(timeout=20)
    try:
        yield sandbox
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=20)


@dataclass(slots=True)
class Service:
    """A service's process. ``start`` may be called again once it has ended, however it has."""

    folder: Path
    sandbox: RunningSandbox | None
    options: Sequence[str] = ()
    environ: dict[str, str] = field(default_factory=dict)
    flow: str = "desk.flow"
    process: subprocess.Popen[str] | None = None
    keys: dict[str, str] = field(default_factory=dict)
    http: httpx.Client = field(default_factory=httpx.Client)

    @property
    def db(self) -> Path:
        """Its journal."""
        return self.folder / "desk.db"

    @property
    def said(self) -> str:
        """What it has told its operator."""
        return (self.folder / "said.txt").read_text()

    def start(self) -> Service:
        """Start the process; gives back once it takes leads."""
        there = self.sandbox.address if self.sandbox else "127.0.0.1:1"
        environ = {**os.environ, **SECRETS, "LEADFLOW_SANDBOX": there, "LEADFLOW_ALLOW_HOSTS": there}
        environ["LEADFLOW_PUBLIC_URL"] = "https://leads.example"
        with (self.folder / "said.txt").open("a") as said:
            self.process = subprocess.Popen(
                [LEADFLOW, "serve", self.flow, "--db", str(self.db), "--port", "0", *self.options],
                cwd=self.folder,
                env=environ | self.environ,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.startswith("serve "), f"it did not start: {self.said}"
        self.http = httpx.Client(base_url=line.split()[1], timeout=20, trust_env=False)
        return self

    def end(self, how: signal.Signals | None = signal.SIGTERM) -> int:
        """End it by a signal (None: it ends by itself); gives its exit code."""
        self.http.close()
        if self.process is None:
            return 0
        if how is not None:
            self.process.send_signal(how)
        code = self.process.wait(timeout=30)
        if self.process.stdout:
            self.process.stdout.close()
        self.process = None
        return code

    def key(self, party: str, kind: str = "source", **said: Any) -> str:
        """A key, made at the first time that it is asked for."""
        order = {"kind": kind, "flow": "desk", "party": party, "by": "test", **said}
        known = self.keys.get(repr(order))
        if known is None:
            known = self.keys[repr(order)] = str(give(self.db, "key_new", order)["key"])
        return known

    def submit(
        self, source: str, key: str = "", headers: dict[str, str] | None = None, **call: Any
    ) -> httpx.Response:
        """Post to a source."""
        proof = {"Authorization": f"Bearer {key}"} if key else {}
        return self.http.post(f"/flows/desk/sources/{source}/submit", headers=proof | (headers or {}), **call)

    def outcome(self, lead: str) -> str | None:
        """What the journal says of a lead."""
        store = SqliteStore.read_only(self.db, RealClock())
        try:
            summary = store.lead_summary(lead)
            return summary["outcome"] if summary else None
        finally:
            store.close_now()


@contextmanager
def service(
    folder: Path, *options: str, started: bool = True, environ: dict[str, str] | None = None
) -> Iterator[Service]:
    """The desk's service, ended with the block."""
    shutil.copytree(DESK, folder, dirs_exist_ok=True)
    with buyers(folder / "desk.answers.yaml") as sandbox:
        here = Service(folder, sandbox, options, environ or {})
        try:
            yield here.start() if started else here
        finally:
            here.end(signal.SIGKILL)


@contextlib.asynccontextmanager
async def within(
    folder: Path, said: list[str], proxies: tuple[str, ...] = (), shadow: bool = False
) -> AsyncIterator[tuple[server.Service, httpx.AsyncClient]]:
    """A service in this process, without a socket."""
    flows = Flows()
    flows.add(str(folder / "desk.flow"))
    store = SqliteStore.open(folder / "desk.db", RealClock(), shadow=shadow)
    asked = Asked((), str(folder / "desk.db"), port=0, open=True, proxies=proxies, shadow=shadow)
    log = Log(said.append)
    made = server.Service(asked, flows, store, log)
    transport = httpx.ASGITransport(application(made.reception))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        try:
            yield made, client
        finally:
            assert await made.runs.settled(10) == 0
            await made.outbound.close()
            await store.close()
