"""Connections that are kept between requests, and how new ones are made: only to addresses that the guard has seen."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeAlias

import aiohappyeyeballs

from leadflow_engine.outbound.connection import Closed, Connection, Ended
from leadflow_engine.outbound.exchange import Exchange
from leadflow_engine.outbound.guard import Guard, GuardedResolver

SWEEP: Final = 2.0
"""Seconds between two looks for connections that were idle too long."""
NAMES_KEPT: Final = 30.0
"""Seconds the checked addresses of a name are kept."""
NEXT_ADDRESS: Final = 0.25
"""Seconds after which the next address of a name is tried beside one that has not answered (RFC 8305)."""

OriginKey: TypeAlias = tuple[bool, str, int]
"""Whether it is https, host, port."""
AddrInfo: TypeAlias = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]


@dataclass(slots=True)
class Origin:
    """A scheme, a host and a port, and what is known of it. ``until`` is how long its addresses hold, in seconds of
    the loop's clock; ``busy`` how many requests it has under way."""

    host: str
    port: int
    tls: bool
    busy: int = 0
    idle: list[Connection] = field(default_factory=list)
    addresses: tuple[AddrInfo, ...] = ()
    until: float = 0.0
    asked: asyncio.Task[None] | None = None


class Pool:
    """All connections of one client. ``limit`` is how many requests may be under way at once: one that waits counts
    that as connecting. To be used within one event loop."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext | None, limit: int) -> None:
        self._resolver, self._tls, self._limit = GuardedResolver(guard), tls, limit
        self._origins: dict[OriginKey, Origin] = {}
        self._busy = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._sweeper: asyncio.TimerHandle | None = None
        self._begun: set[Connection] = set()

    async def exchange(
        self, key: OriginKey, data: bytes, exchange: Exchange, seconds: float, bodiless: bool = False
    ) -> None:
        """Make one request, whose answer goes into ``exchange``: ``seconds`` are for all of it. A connection that is
        kept is taken, else one is made; nothing is ever written twice.

        Raises ``guard.Refused`` and what ``Connection.ask`` raises.
        """
        if self._busy < self._limit:
            self._busy += 1
        else:
            await self._turn(exchange.left(seconds))
        origin = self._origins.get(key) or self._origin(key)
        origin.busy += 1
        try:
            connection = self._kept(origin)
            if connection is None:
                async with asyncio.timeout(exchange.left(seconds)):
                    connection = await self._connect(origin)
                if (
                    not connection.is_open()
                ):  # it was closed, or spoke, before it was asked: nothing was written
                    raise Closed("the server spoke before it was asked, or closed the connection at once")
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            connection.ask(data, exchange, exchange.left(seconds), bodiless, partial(_tell, done))
            try:
                await done
            except asyncio.CancelledError:
                connection.give_up(exchange)
                raise
        finally:
            self._over(key, origin)

    def begin(self, key: OriginKey, data: bytes, exchange: Exchange, seconds: float, ended: Ended) -> bool:
        """Make one request now, over a connection that is kept; ``ended`` is told when it is over. False where it would
        have to wait for something: then nothing was done."""
        origin = self._origins.get(key)
        if origin is None or self._busy >= self._limit:
            return False
        connection = self._kept(origin)
        if connection is None:
            return False
        self._busy += 1
        origin.busy += 1
        begun = self._begun
        begun.add(connection)

        def over(problem: Exception | None) -> None:
            begun.discard(connection)
            self._over(key, origin)
            ended(problem)

        try:
            connection.ask(data, exchange, seconds, False, over)
        except Exception as error:  # nobody may be left waiting
            connection.interrupt(error)
        return True

    def close(self) -> None:
        """Let go of all connections. A request that was begun ends here; one that is waited for ends by itself."""
        for connection in tuple(self._begun):
            connection.interrupt(Closed("the client was closed"))
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        for origin in self._origins.values():
            if origin.asked is not None:
                origin.asked.cancel()
            _let_go(origin)
        self._origins.clear()

    # ------------------------------------------------------------------ its parts

    def _over(self, key: OriginKey, origin: Origin) -> None:
        """A request has ended."""
        origin.busy -= 1
        self._release()
        if self._origins.get(key) is not origin:  # the pool was closed meanwhile: nobody would take it again
            _let_go(origin)

    def _kept(self, origin: Origin) -> Connection | None:
        """The connection that was used last: of all it is the least likely to be closing."""
        idle = origin.idle
        now = asyncio.get_running_loop().time()
        while idle:
            connection = idle.pop()
            if connection.until > now and connection.is_open() and connection.is_quiet():
                return connection
            connection.close()
        return None

    def _origin(self, key: OriginKey) -> Origin:
        tls, host, port = key
        found = self._origins[key] = Origin(host, port, tls)
        if self._sweeper is None:  # also of those to which no connection is ever made
            loop = asyncio.get_running_loop()
            self._sweeper = loop.call_later(SWEEP, self._sweep, loop)
        return found

    async def _connect(self, origin: Origin) -> Connection:
        loop = asyncio.get_running_loop()
        if origin.until <= loop.time():
            await self._look_up(origin, loop)
        found = await aiohappyeyeballs.start_connection(
            origin.addresses, happy_eyeballs_delay=NEXT_ADDRESS, loop=loop
        )
        context = self._context() if origin.tls else None
        name = origin.host.rstrip(".") if origin.tls else None
        _, connection = await loop.create_connection(
            lambda: Connection(origin.idle, loop), sock=found, ssl=context, server_hostname=name
        )
        return connection

    async def _look_up(self, origin: Origin, loop: asyncio.AbstractEventLoop) -> None:
        """Ask for a name's addresses once for all who wait for them. Raises ``Closed`` where the pool was closed
        meanwhile: who waits was not cancelled, and is not to hear that it was."""
        asked = origin.asked
        if asked is None or asked.done():
            asked = origin.asked = loop.create_task(self._asked(origin, loop))
            asked.add_done_callback(_heard)
        await asyncio.wait([asked])
        if asked.cancelled():
            raise Closed("the connections were closed while its name was looked up")
        asked.result()

    async def _asked(self, origin: Origin, loop: asyncio.AbstractEventLoop) -> None:
        found = await self._resolver.resolve(origin.host, origin.port)
        origin.addresses = tuple(_info(each["family"], each["host"], origin.port) for each in found)
        origin.until = loop.time() + NAMES_KEPT

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        return self._tls

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        """Close what was idle for too long, as its server is about to; forget what is not used."""
        now = loop.time()
        for key, origin in list(self._origins.items()):
            old = [each for each in origin.idle if each.until <= now or not each.is_open()]
            for connection in old:
                origin.idle.remove(connection)
                connection.close()
            if not origin.busy and not origin.idle and origin.until <= now:
                del self._origins[key]
        going = bool(self._origins)
        self._sweeper = loop.call_later(SWEEP, self._sweep, loop) if going else None

    async def _turn(self, seconds: float) -> None:
        """Wait until another request has ended, and have its place. Raises ``TimeoutError``."""
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            async with asyncio.timeout(seconds):
                await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._release()  # it was given to who has gone
            raise

    def _release(self) -> None:
        """A request has ended: its place is the next one's that waits, else it is free."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._busy -= 1


def _let_go(origin: Origin) -> None:
    for connection in origin.idle:
        connection.close()
    origin.idle.clear()


def _tell(done: asyncio.Future[None], problem: Exception | None) -> None:
    """Let who waits for an exchange hear that it is over."""
    if not done.done():
        if problem is None:
            done.set_result(None)
        else:
            done.set_exception(problem)


def _heard(task: asyncio.Task[None]) -> None:
    """What became of a look-up is told to those who wait, be there any or none."""
    if not task.cancelled():
        task.exception()


def _info(family: int, host: str, port: int) -> AddrInfo:
    place = (host, port, 0, 0) if family == socket.AF_INET6 else (host, port)
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", place)
