"""HTTP as it comes in: a request as a ``Call``, within every limit; and the server's patience with slow callers."""

from __future__ import annotations

import asyncio
import datetime
import re
from dataclasses import dataclass
from typing import Any, Final

import h11
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from leadflow_engine.intake.bodies import LARGEST
from leadflow_engine.intake.call import Call, Refused
from leadflow_engine.service.answers import Answer
from leadflow_engine.service.callers import without_key

HEADER_BYTES: Final = 32_768
MOST_HEADERS: Final = 100
LONGEST_URL: Final = 16_384
HEADER_SECONDS: Final = 10.0
"""How long the head of a request may take, on a connection that is new or was used before."""
BODY_SECONDS: Final = 15.0
"""How long the body may take."""
ALWAYS_READ: Final = 16_384
"""Bytes of a body that are read however much is being read: most leads are smaller."""
MOST_HELD: Final = 128 * 1_048_576
"""Bytes of bodies that may be on their way at once, beyond those: slow callers would fill the memory otherwise."""
CUT_OFF: Final = (("Connection", "close"),)


async def call_of(request: Request, at: datetime.datetime, name: str) -> Call:
    """The request with its body, without a key in its query. Raises ``Refused``: 408, 411, 413, 414, 431."""
    head = head_of(request, at, name)
    body = await _body(request)
    return Call(head.method, without_key(head.url), head.headers, body, at, head.remote, name)


def head_of(request: Request, at: datetime.datetime, name: str = "") -> Call:
    """The request without its body. Raises ``Refused``."""
    raw = request.headers.raw
    if len(raw) > MOST_HEADERS:
        raise Refused(431, f"more than {MOST_HEADERS} headers", CUT_OFF)
    if sum(len(key) + len(value) for key, value in raw) > HEADER_BYTES:  # those that came in one piece
        raise Refused(431, f"more than {HEADER_BYTES:,} bytes of headers", CUT_OFF)
    headers = tuple((key.decode("latin-1"), value.decode("latin-1")) for key, value in raw)
    scope = request.scope
    query = scope["query_string"].decode("latin-1")
    path = scope["raw_path"].decode("latin-1")
    url = f"{path}?{query}" if query else path
    if len(url) > LONGEST_URL:
        raise Refused(414, f"the url is longer than {LONGEST_URL:,} characters", CUT_OFF)
    remote = request.client.host if request.client else ""
    return Call(request.method, url, headers, b"", at, remote, name)


def whole_url(call: Call, scheme: str) -> Call:
    """The call with the address as it was called: for signatures that are made over it."""
    address = f"{scheme}://{call.header('Host')}{call.url}"
    return Call(call.method, address, call.headers, call.body, call.received_at, call.remote, call.name)


async def _body(request: Request) -> bytes:
    said = request.headers.get("content-length", "")
    if said.isascii() and said.isdigit() and int(said[:20]) > LARGEST:
        raise _too_large()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(request)
    except ClientDisconnect:
        raise Refused(400, "the call was cut off") from None  # nobody hears it
    except TimeoutError:
        raise Refused(408, f"the body took longer than {BODY_SECONDS:g} seconds", CUT_OFF) from None


@dataclass(slots=True)
class _Held:
    """Bytes of bodies that this process is reading."""

    count: int = 0

    def more(self, by: int) -> None:
        """So many more. Raises ``Refused`` (503) where they are too many."""
        self.count += by
        if self.count > MOST_HELD:
            raise Refused(
                503, "too much is being read at once; send it again", (*CUT_OFF, ("Retry-After", "5"))
            )


_HELD: Final = _Held()


async def _read(request: Request) -> bytes:
    parts, size, held = [], 0, 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > LARGEST:
                raise _too_large()
            before, held = held, max(0, size - ALWAYS_READ)
            _HELD.more(held - before)
            parts.append(part)
    finally:
        _HELD.count -= held
    return b"".join(parts)


def _too_large() -> Refused:
    return Refused(413, f"the body is over {LARGEST:,} bytes", CUT_OFF)


def response_of(answer: Answer) -> Response:
    """An answer as Starlette sends it."""
    response = Response(answer.body.encode("utf-8", "replace"), answer.status)
    for name, value in answer.headers:
        response.headers.append(name, value.replace("\r", " ").replace("\n", " "))
    return response


FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s"
)
TOO_MANY: Final = b'{"error":"more leads are under way than can be taken at once; send it again"}'
_POST: Final = re.compile(rb"POST /flows/[^/\s]+/sources/\S+ HTTP/1\.1\r\n")
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r\n", re.IGNORECASE)


def is_whole_post(data: bytes) -> bool:
    """Is this one request that brings a lead, from its first byte to its last?"""
    if _POST.match(data) is None:
        return False
    head, end, _ = data.partition(b"\r\n\r\n")
    length = _LENGTH.search(head + b"\r\n")
    return bool(end) and length is not None and len(head) + len(end) + int(length[1]) == len(data)


class PatientProtocol(H11Protocol):
    """Ends a connection whose request's head does not come in time: one byte a second would hold it for ever. Where the
    service is full it says so before anything is read: what is refused must cost little, or nothing is served."""

    _waiting: asyncio.TimerHandle | None = None

    @staticmethod
    def is_full() -> bool:
        """Are as many leads under way as may be? Given by the service."""
        return False

    @staticmethod
    def refused() -> None:
        """A call was refused so. Given by the service."""

    def connection_made(self, transport: Any) -> None:
        """See ``asyncio.Protocol``."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        if self.is_full() and self._is_idle() and is_whole_post(data):
            self._refuse()
        else:
            super().data_received(data)
            self._watch()

    def _is_idle(self) -> bool:
        return self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]

    def _refuse(self) -> None:
        self.refused()
        self._relax()
        self._unset_keepalive_if_required()
        self.transport.write(FULL % (len(TOO_MANY), TOO_MANY))
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        self._relax()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._relax()
        elif self._waiting is None:
            self._waiting = self.loop.call_later(HEADER_SECONDS, self._too_slow)

    def _relax(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_slow(self) -> None:
        self._waiting = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            )
            self.transport.close()
