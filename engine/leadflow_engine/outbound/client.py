"""Outbound: the one guarded way out for what a flow sends.

aiohttp carries it: at 16 requests in flight, guard and secrets included, it costs about a fourteenth of httpx's CPU
time (``bench/outbound.py``).
What happened to a request is told truthfully, because a delivery's fate hangs on it: ``not_sent`` means that no byte
of the request was written, ``sent`` that it may have arrived and nothing came back, ``partial`` that an answer began
and could not be taken whole. Nothing is ever repeated here.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from yarl import URL

from leadflow_engine.answers.draw import DRAW_HEADER, draw_key
from leadflow_engine.effects import HttpRequest, Result
from leadflow_engine.outbound.answer import (
    ACCEPTED_ENCODINGS,
    LIMIT,
    AnswerTooLarge,
    AnswerUnreadable,
    decoded,
    decompressed,
    harmless,
)
from leadflow_engine.outbound.guard import Guard, GuardedResolver, Refused, check_url, guard_from
from leadflow_engine.outbound.redirects import Hop, next_hop, told
from leadflow_engine.outbound.tokens import Key, NoToken, Tokens
from leadflow_engine.outbound.ways import WAYS, Ways, scheme_of, ways_from
from leadflow_engine.outbound.ways import send as send_by
from leadflow_engine.outbound.wire import Wire, wire_of
from leadflow_engine.secrets import SecretMissing, Secrets, masked_placeholders

HEADERS_LIMIT = 100
KEEP_ALIVE = 4.0
"""Seconds an idle connection is kept: less than the five after which common servers close theirs, because a post
that meets a closing connection ends in doubt."""

Headers: TypeAlias = list[list[str]]


@dataclass(frozen=True, slots=True)
class OutboundSettings:
    """``connections`` is how many may be open at once; a request that waits for one counts that as connecting.

    ``tls`` replaces the default context (which verifies); for a private authority, never for turning checks off.
    """

    guard: Guard = field(default_factory=Guard)
    secrets: Secrets = field(default_factory=Secrets)
    connections: int = 512
    ways: Ways = field(default_factory=Ways)
    tls: ssl.SSLContext | None = None


def settings_from(environ: Mapping[str, str], secrets: Secrets) -> OutboundSettings:
    """Settings as the environment says. Raises ``guard.SettingsError``."""
    return OutboundSettings(guard_from(environ), secrets, ways=ways_from(environ))


@dataclass(slots=True)
class _Exchange:
    """How far one request came; filled in while it goes, read when it ends, however it ends."""

    started: float
    connected: bool = False
    status: int | None = None
    headers: Headers = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    hops: list[str] = field(default_factory=list)
    done: bool = False
    """Whether an answer was followed behind which the request may have counted."""

    def follow(self, hop: Hop) -> None:
        """Begin the request that an answer asked for."""
        self.hops.append(told(self.status or 0, hop.wire.url))
        self.done = self.done or hop.done
        self.connected, self.status, self.headers = False, None, []
        self.body.clear()


_current: ContextVar[_Exchange] = ContextVar("exchange")


class _Connector(aiohttp.TCPConnector):
    """Notes when a request has a connection: from that moment on its bytes may be under way."""

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's signature
    ) -> aiohttp.connector.Connection:
        connection = await super().connect(req, traces, timeout)
        _current.get().connected = True
        return connection


class AiohttpOutbound:
    """``ports.Outbound`` over aiohttp. Must be used within one event loop; connections are kept between requests."""

    def __init__(self, settings: OutboundSettings | None = None) -> None:
        self._settings = settings or OutboundSettings()
        self._session: aiohttp.ClientSession | None = None
        self._tokens = Tokens()

    async def send(self, request: HttpRequest) -> Result:
        """Make one request, within its time-out. Never raises (but for cancellation): see ``effects.CallOut``.

        Beside the fields named there a failure has ``detail``, a sentence without secrets. A token (``auth oauth``)
        that is answered with 401 is asked for anew, once: what is not authorised was not taken.
        """
        if scheme_of(request) in WAYS:
            return await send_by(request, self._settings.ways, self._settings.guard, self._settings.secrets)
        if self._settings.guard.sandbox is not None or not any(auth.oauth for auth in request.auth):
            return await self._send(request, {})
        try:
            tokens = await self._tokens.of(request, self.send, {})
            result = await self._send(request, tokens)
            if result["phase"] != "answered" or result["status"] != 401:
                return result
            return await self._send(request, await self._tokens.of(request, self.send, tokens))
        except NoToken as problem:
            exchange = _Exchange(started=time.perf_counter())
            failed = self._result(exchange, "not_sent", problem.failure, "", None)
            return {**failed, "detail": self._settings.secrets.mask(masked_placeholders(str(problem)))}

    async def _send(self, request: HttpRequest, tokens: Mapping[Key, str]) -> Result:
        exchange = _Exchange(started=time.perf_counter())
        token = _current.set(exchange)
        wire: Wire | None = None
        try:
            wire = wire_of(request, self._settings.secrets, tokens)
            await self._converse(self._placed(wire, request), _timeout(request.timeout), exchange)
            while len(exchange.hops) < request.redirects:
                hop = next_hop(wire, request, exchange.status or 0, exchange.headers)
                if hop is None:
                    break
                wire = hop.wire
                exchange.follow(hop)
                limits = _timeout(_left(request.timeout, exchange))
                await self._converse(self._placed(wire, request), limits, exchange)
            text = decoded(_plain(exchange), _header(exchange.headers, "content-type"))
            return self._result(exchange, "answered", "", text, wire)
        except (
            Exception
        ) as error:  # every failure is a result: a lead must never hang on an exception's class
            return self._failed(exchange, error, wire)
        finally:
            _current.reset(token)

    async def close(self) -> None:
        """Let go of all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def __aenter__(self) -> AiohttpOutbound:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    def _placed(self, wire: Wire, request: HttpRequest) -> Wire:
        """What goes out: the request itself once the guard has looked at it, or to the sandbox."""
        check_url(wire.url, self._settings.guard)
        return (
            wire if self._settings.guard.sandbox is None else _to_sandbox(wire, request, self._settings.guard)
        )

    async def _converse(self, wire: Wire, limits: aiohttp.ClientTimeout, exchange: _Exchange) -> None:
        session = self._session or self._open()
        async with session.request(
            wire.method,
            URL(wire.url, encoded=wire.url.isascii()),
            headers=wire.headers,
            data=wire.body,
            timeout=limits,
            allow_redirects=False,
        ) as response:
            exchange.status = response.status
            exchange.headers = [[_latin(name), _latin(value)] for name, value in response.raw_headers]
            async for chunk in response.content.iter_any():
                exchange.body += chunk
                if len(exchange.body) > LIMIT:
                    response.close()
                    raise AnswerTooLarge(f"over {LIMIT} bytes")

    def _open(self) -> aiohttp.ClientSession:
        session = aiohttp.ClientSession(
            connector=_Connector(
                resolver=GuardedResolver(self._settings.guard),
                limit=self._settings.connections,
                keepalive_timeout=KEEP_ALIVE,
                ttl_dns_cache=30,
                ssl=self._settings.tls or True,
            ),
            headers={"User-Agent": "leadflow", "Accept-Encoding": ACCEPTED_ENCODINGS},
            skip_auto_headers=("Content-Type",),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_headers=HEADERS_LIMIT,
        )
        # There is no public switch: aiohttp would repeat a GET on a connection that the server had closed.
        session._retry_connection = False
        self._session = session
        return session

    def _result(
        self, exchange: _Exchange, phase: str, failure: str, text: str, wire: Wire | None
    ) -> dict[str, Any]:
        secrets, echoes = self._settings.secrets, wire.echoes if wire else ()
        followed = {"redirects": list(exchange.hops)} if exchange.hops else {}
        return {
            "phase": phase,
            "failure": failure,
            "status": exchange.status,
            "headers": [[name, harmless(value, secrets, echoes)] for name, value in exchange.headers],
            "body": harmless(text, secrets, echoes),
            "ms": round((time.perf_counter() - exchange.started) * 1000, 3),
            **followed,
        }

    def _failed(self, exchange: _Exchange, error: Exception, wire: Wire | None) -> dict[str, Any]:
        phase, failure, detail = _cause(exchange, error)
        phase = "sent" if exchange.done and phase == "not_sent" else phase
        text = (
            ""
            if failure == "too_large"
            else decoded(bytes(exchange.body), _header(exchange.headers, "content-type"))
        )
        masked = self._settings.secrets.mask(detail, wire.echoes if wire else ())
        return {**self._result(exchange, phase, failure, text, wire), "detail": masked}


def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    """Seconds from first look-up to last byte; aiohttp would round long ones up to whole seconds."""
    return aiohttp.ClientTimeout(total=seconds, ceil_threshold=float("inf"))


def _left(seconds: float, exchange: _Exchange) -> float:
    """What is left of a request's time; nothing left is a time-out at once."""
    return max(seconds - (time.perf_counter() - exchange.started), 0.001)


def _plain(exchange: _Exchange) -> bytes:
    encodings = [value for name, value in exchange.headers if name.lower() == "content-encoding"]
    return decompressed(bytes(exchange.body), encodings) if encodings else bytes(exchange.body)


def _header(headers: Headers, wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")


def _latin(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _to_sandbox(wire: Wire, request: HttpRequest, guard: Guard) -> Wire:
    """The same request, to the sandbox: path and query kept, the real host in the Host header."""
    parts = urlsplit(wire.url)
    host, port = guard.sandbox or ("", 0)
    if parts.netloc == f"{host}:{port}":
        real_host: tuple[tuple[str, str], ...] = ()
    else:
        real_host = (("Host", parts.netloc),)
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    kept = tuple(pair for pair in wire.headers if pair[0].lower() != "host")
    draw = (DRAW_HEADER, draw_key(request.method, request.url, request.body))
    return Wire(
        wire.method,
        urlunsplit(("http", authority, parts.path, parts.query, "")),
        (*kept, *real_host, draw),
        wire.body,
        wire.echoes,
    )


# ------------------------------------------------------------------ what became of it


def _cause(exchange: _Exchange, error: Exception) -> tuple[str, str, str]:
    """(phase, failure, detail): by how far the exchange came, then by what ended it."""
    if not exchange.connected:
        return _not_sent(error)
    phase = "sent" if exchange.status is None else "partial"
    for kinds, failure, words in FAILURES:
        if isinstance(error, kinds):
            return phase, failure, f"{words}: {error}" if str(error) else words
    return phase, "protocol", f"{type(error).__name__}: {error}"


FAILURES: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    ((TimeoutError, asyncio.TimeoutError), "timeout", "no whole answer in time"),
    ((AnswerTooLarge,), "too_large", "the answer is too large"),
    ((AnswerUnreadable,), "protocol", "the answer cannot be read"),
    ((aiohttp.ClientResponseError,), "protocol", "the answer is not HTTP"),
    ((aiohttp.ClientPayloadError,), "reset", "the answer was cut short"),
    ((aiohttp.ClientConnectionError, OSError), "reset", "the connection was closed before an answer"),
)


def _not_sent(error: Exception) -> tuple[str, str, str]:
    refusal = _refusal(error)
    if refusal is not None:
        return "not_sent", "refused", refusal
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return "not_sent", "connect", "no connection in time"
    if isinstance(error, (aiohttp.InvalidURL, ValueError)) and not isinstance(error, OSError):
        return "not_sent", "refused", "the url or a header cannot be sent as it is"
    return "not_sent", "connect", str(error) or type(error).__name__


def _refusal(error: BaseException | None) -> str | None:
    """The guard's words, wherever in the chain of causes they stand."""
    while error is not None:
        if isinstance(error, (Refused, SecretMissing)):
            return str(error)
        error = error.__cause__
    return None
