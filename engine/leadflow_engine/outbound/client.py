"""Outbound: the one guarded way out for what a flow sends.

What happened to a request is told truthfully, because a delivery's fate hangs on it: ``not_sent`` means that no byte
of the request was written, ``sent`` that it may have arrived and nothing came back, ``partial`` that an answer began
and could not be taken whole. Nothing is ever repeated here.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from leadflow_engine.answers.draw import DRAW_HEADER, draw_key
from leadflow_engine.effects import HttpRequest, Result
from leadflow_engine.outbound.answer import AnswerTooLarge, AnswerUnreadable, decoded, decompressed, harmless
from leadflow_engine.outbound.connection import NotHttp
from leadflow_engine.outbound.exchange import Exchange
from leadflow_engine.outbound.guard import Guard, Refused, guard_from
from leadflow_engine.outbound.head import request_bytes
from leadflow_engine.outbound.heads import Heads
from leadflow_engine.outbound.place import Place, Places
from leadflow_engine.outbound.pool import OriginKey, Pool
from leadflow_engine.outbound.redirects import next_hop
from leadflow_engine.outbound.tokens import Key, NoToken, Tokens
from leadflow_engine.outbound.ways import WAYS, Ways, scheme_of, ways_from
from leadflow_engine.outbound.ways import send as send_by
from leadflow_engine.outbound.wire import Wire, wire_of
from leadflow_engine.secrets import OPEN, SecretMissing, Secrets, masked_placeholders

Told: TypeAlias = list[list[str]]
"""Headers of an answer as text, in pairs."""


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


class HttpOutbound:
    """``ports.Outbound``. Must be used within one event loop; connections are kept between requests."""

    def __init__(self, settings: OutboundSettings | None = None) -> None:
        self._settings = settings or OutboundSettings()
        self._places = Places(self._settings.guard)
        self._pool = Pool(self._settings.guard, self._settings.tls, self._settings.connections)
        self._heads = Heads(self._places, self._settings.guard.sandbox is not None)
        self._tokens = Tokens()

    async def send(self, request: HttpRequest) -> Result:
        """Make one request, within its time-out. Never raises (but for cancellation): see ``effects.CallOut``.

        Beside the fields named there a failure has ``detail``, a sentence without secrets. A token (``auth oauth``)
        that is answered with 401 is asked for anew, once: what is not authorised was not taken.
        """
        if scheme_of(request) in WAYS:
            return await send_by(request, self._settings.ways, self._settings.guard, self._settings.secrets)
        if (
            not request.auth
            or self._settings.guard.sandbox is not None
            or not any(auth.oauth for auth in request.auth)
        ):
            return await self._send(request, {})
        try:
            tokens = await self._tokens.of(request, self.send, {})
            result = await self._send(request, tokens)
            if result["phase"] != "answered" or result["status"] != 401:
                return result
            return await self._send(request, await self._tokens.of(request, self.send, tokens))
        except NoToken as problem:
            exchange = Exchange()
            failed = self._result(exchange, "not_sent", problem.failure, [], "", ())
            return {**failed, "detail": self._settings.secrets.mask(masked_placeholders(str(problem)))}

    async def _send(self, request: HttpRequest, tokens: Mapping[Key, str]) -> Result:
        exchange = Exchange()
        wire: Wire | None = None
        try:
            wire = wire_of(request, self._settings.secrets, tokens)
            await self._converse(wire, request, exchange)
            while len(exchange.hops) < request.redirects:
                hop = next_hop(wire, request, exchange.status or 0, _told(exchange))
                if hop is None:
                    break
                wire = hop.wire
                exchange.follow(hop)
                await self._converse(wire, request, exchange)
            return self._answered(exchange, wire.echoes)
        except (
            Exception
        ) as error:  # every failure is a result: a lead must never hang on an exception's class
            return self._failed(exchange, error, wire.echoes if wire else ())

    def begin(self, request: HttpRequest, arrived: Callable[[Result], None]) -> bool:
        """Make one request now, where a connection is ready and nothing has to be asked before: ``arrived`` is told its
        result, which is that of ``send``. False where nothing was done, so that ``send`` is to be waited for.

        An auction makes fifty at once: without a task and the coroutines of ``send`` each takes 18 us instead of 21."""
        if request.redirects or (request.auth and any(auth.oauth for auth in request.auth)):
            return False
        try:
            ready = self._ready(request)
        except (SecretMissing, OSError, ValueError):  # ``send`` says so
            return False
        if ready is None:
            return False
        key, data, echoes = ready
        exchange = Exchange()

        def over(problem: Exception | None) -> None:
            if problem is None:
                try:
                    result = self._answered(exchange, echoes)
                except Exception as error:
                    result = self._failed(exchange, error, echoes)
            else:
                result = self._failed(exchange, problem, echoes)
            arrived(result)

        return self._pool.begin(key, data, exchange, request.timeout, over)

    def _ready(self, request: HttpRequest) -> tuple[OriginKey, bytes, Sequence[str]] | None:
        """To whom a request goes, all that is written, and the spellings of secrets that were made for it; None for one
        whose answer has no body whatever its head says."""
        body = request.body
        if request.fixed and body is not None and not request.auth and OPEN not in body:
            head = self._heads.of(request)
            if head is not None:
                return head.key, head.before(body.encode()), ()
        wire = wire_of(request, self._settings.secrets)
        if wire.method.upper() == "HEAD":
            return None
        return (*self._written(wire, request), wire.echoes)

    async def close(self) -> None:
        """Let go of all connections."""
        self._pool.close()
        await asyncio.sleep(0)  # transports say that they have ended in the loop's next round

    async def __aenter__(self) -> HttpOutbound:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def _converse(self, wire: Wire, request: HttpRequest, exchange: Exchange) -> None:
        """One request and its answer."""
        key, data = self._written(wire, request)
        bodiless = wire.method.upper() == "HEAD"
        await self._pool.exchange(key, data, exchange, request.timeout, bodiless)

    def _written(self, wire: Wire, request: HttpRequest) -> tuple[OriginKey, bytes]:
        """To whom a request goes, and all that is written: where its url leads, or the sandbox."""
        place = self._places.of(wire.url)
        if self._settings.guard.sandbox is not None:
            wire = _to_sandbox(wire, request, place)
        return place.key, request_bytes(wire, place.target, place.host)

    def _answered(self, exchange: Exchange, echoes: Sequence[str]) -> Result:
        headers, raw = _told(exchange), bytes(exchange.body)
        encodings, content_type = [], ""
        for name, value in headers:
            length = len(name)  # most are neither
            if length == _TYPE and not content_type and name.lower() == "content-type":
                content_type = value
            elif length == _CODING and name.lower() == "content-encoding":
                encodings.append(value)
        plain = decompressed(raw, encodings) if encodings else raw
        return self._result(exchange, "answered", "", headers, decoded(plain, content_type), echoes)

    def _result(
        self, exchange: Exchange, phase: str, failure: str, headers: Told, text: str, echoes: Sequence[str]
    ) -> dict[str, Any]:
        secrets = self._settings.secrets
        # All at once: in most answers there is nothing to mask.
        whole = "\n".join([text, *[value for _, value in headers]])
        if harmless(whole, secrets, echoes) != whole:
            headers = [[name, harmless(value, secrets, echoes)] for name, value in headers]
            text = harmless(text, secrets, echoes)
        result: dict[str, Any] = {
            "phase": phase,
            "failure": failure,
            "status": exchange.status,
            "headers": headers,
            "body": text,
            "ms": round((time.perf_counter() - exchange.started) * 1000, 3),
        }
        if exchange.hops:
            result["redirects"] = list(exchange.hops)
        return result

    def _failed(self, exchange: Exchange, error: Exception, echoes: Sequence[str]) -> dict[str, Any]:
        phase, failure, detail = _cause(exchange, error)
        phase = "sent" if exchange.done and phase == "not_sent" else phase
        headers = _told(exchange) if exchange.status is not None else []
        raw = b"" if failure == "too_large" else bytes(exchange.body)
        text = decoded(raw, _header(headers, "content-type"))
        masked = self._settings.secrets.mask(detail, echoes)
        return {**self._result(exchange, phase, failure, headers, text, echoes), "detail": masked}


_TYPE: Final = len("content-type")
_CODING: Final = len("content-encoding")


def _told(exchange: Exchange) -> Told:
    try:
        return [[name.decode(), value.decode()] for name, value in exchange.headers]
    except UnicodeDecodeError:
        return [[_latin(name), _latin(value)] for name, value in exchange.headers]


def _header(headers: Told, wanted: str) -> str:
    for name, value in headers:
        if name.lower() == wanted:
            return value
    return ""


def _to_sandbox(wire: Wire, request: HttpRequest, place: Place) -> Wire:
    """The same request for the sandbox: the real host in the Host header, and what its draws depend on."""
    kept = tuple(pair for pair in wire.headers if pair[0].lower() != "host")
    draw = (DRAW_HEADER, draw_key(request.method, request.url, request.body))
    return Wire(wire.method, wire.url, (*kept, ("Host", place.host), draw), wire.body, wire.echoes)


def _latin(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


# ------------------------------------------------------------------ what became of it


def _cause(exchange: Exchange, error: Exception) -> tuple[str, str, str]:
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
    ((NotHttp,), "protocol", "the answer is not HTTP"),
    ((OSError,), "reset", "the connection was closed before a whole answer"),
)


def _not_sent(error: Exception) -> tuple[str, str, str]:
    refusal = _refusal(error)
    if refusal is not None:
        return "not_sent", "refused", refusal
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return "not_sent", "connect", "no connection in time"
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return "not_sent", "refused", "the url or a header cannot be sent as it is"
    return "not_sent", "connect", str(error) or type(error).__name__


def _refusal(error: BaseException | None) -> str | None:
    """The guard's words, wherever in the chain of causes they stand."""
    while error is not None:
        if isinstance(error, (Refused, SecretMissing)):
            return str(error)
        error = error.__cause__
    return None
