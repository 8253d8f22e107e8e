"""HTTP as it comes in and goes out: a request as a ``Call``, within every limit; an answer as ASGI sends it."""

from __future__ import annotations

import asyncio
import datetime
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from leadflow_engine.intake.bodies import LARGEST
from leadflow_engine.intake.call import Call, Headers, Refused
from leadflow_engine.service.answers import Answer
from leadflow_engine.service.callers import without_key
from leadflow_engine.service.patience import CYCLE, HEADER_BYTES

MOST_HEADERS: Final = 100
LONGEST_URL: Final = 16_384
BODY_SECONDS: Final = 15.0
"""How long the body may take."""
ALWAYS_READ: Final = 16_384
"""Bytes of a body that are read however much is being read: most leads are smaller."""
MOST_HELD: Final = 128 * 1_048_576
"""Bytes of bodies that may be on their way at once, beyond those: slow callers would fill the memory otherwise."""
WITHOUT_LENGTH: Final = frozenset({204, 304})
"""Statuses of which an answer has no body, and says no length."""
CUT_OFF: Final = (("Connection", "close"),)


async def call_of(request: Request, at: datetime.datetime, name: str) -> Call:
    """The request with its body, without a key in its query. Raises ``Refused``: 408, 411, 413, 414, 431."""
    return await with_body(head_of(request, at), request.receive, name)


def head_of(request: Request, at: datetime.datetime) -> Call:
    """The request without its body. Raises ``Refused``."""
    return head_in(request.scope, at)


def head_in(scope: Scope, at: datetime.datetime) -> Call:
    """The call of an ASGI scope, without its body. Raises ``Refused``."""
    raw = scope["headers"]
    if len(raw) > MOST_HEADERS:
        raise Refused(431, f"more than {MOST_HEADERS} headers", CUT_OFF)
    headers = tuple([(key.decode("latin-1"), value.decode("latin-1")) for key, value in raw])
    if sum([len(key) + len(value) for key, value in headers]) > HEADER_BYTES:  # those that came in one piece
        raise Refused(431, f"more than {HEADER_BYTES:,} bytes of headers", CUT_OFF)
    query = scope["query_string"].decode("latin-1")
    path = scope["raw_path"].decode("latin-1")
    url = f"{path}?{query}" if query else path
    if len(url) > LONGEST_URL:
        raise Refused(414, f"the url is longer than {LONGEST_URL:,} characters", CUT_OFF)
    by_name: dict[str, str] = {}
    for key, value in headers:
        by_name[key] = f"{by_name[key]}, {value}" if key in by_name else value
    client = scope["client"]
    remote = client[0] if client else ""
    return Call(scope["method"], url, headers, b"", at, remote, by_name=by_name)


async def with_body(head: Call, receive: Receive, name: str, scope: Scope | None = None) -> Call:
    """A call with its body, without a key in its query. Raises ``Refused``."""
    body = _came(scope) if scope is not None else None
    if body is None:
        body = await _body(head, receive)
    url, at = without_key(head.url), head.received_at
    return Call(head.method, url, head.headers, body, at, head.remote, name, head.by_name)


def _came(scope: Scope) -> bytes | None:
    """The body of a call that has come whole with its head, as nearly all do: it needs no patience, which is 5 us."""
    cycle = scope.get("extensions", {}).get(CYCLE)
    if cycle is None or cycle.more_body or len(cycle.body) > ALWAYS_READ:
        return None
    return bytes(cycle.body)


def whole_url(call: Call, scheme: str) -> Call:
    """The call with the address as it was called: for signatures that are made over it."""
    address = f"{scheme}://{call.header('Host')}{call.url}"
    return Call(call.method, address, call.headers, call.body, call.received_at, call.remote, call.name)


async def _body(head: Call, receive: Receive) -> bytes:
    said = head.header("content-length")
    if said.isascii() and said.isdigit() and int(said[:20]) > LARGEST:
        raise _too_large()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(receive)
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


async def _read(receive: Receive) -> bytes:
    parts, size, held = [], 0, 0
    try:
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise Refused(400, "the call was cut off")  # nobody hears it
            part = message.get("body", b"")
            size += len(part)
            if size > LARGEST:
                raise _too_large()
            if size > ALWAYS_READ:
                before, held = held, size - ALWAYS_READ
                _HELD.more(held - before)
            parts.append(part)
            if not message.get("more_body", False):
                break
    finally:
        _HELD.count -= held
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large() -> Refused:
    return Refused(413, f"the body is over {LARGEST:,} bytes", CUT_OFF)


def response_of(answer: Answer) -> Response:
    """An answer as Starlette sends it."""
    response = Response(answer.body.encode("utf-8", "replace"), answer.status)
    for name, value in answer.headers:
        response.headers.append(name, _in_one_line(value))
    return response


def _encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(_named(name), _in_one_line(value).encode("latin-1", "replace")) for name, value in headers]


@lru_cache(maxsize=256)
def _named(name: str) -> bytes:
    """A header's name as it is sent. Values are not remembered: a reply's may be a lead's."""
    return name.lower().encode("latin-1")


class _AtOnce:
    """The transport of an answer whose head waits for its body: two writes are two packets, and 12 us more."""

    __slots__ = ("_head", "_real")

    def __init__(self, real: Any) -> None:
        self._real, self._head = real, b""

    def write(self, data: bytes) -> None:
        """Keep the head; write it with what comes next."""
        if self._head:
            self._real.write(self._head + data)
            self._head = b""
        else:
            self._head = data

    def is_closing(self) -> bool:
        """Is it closed, or about to be?"""
        closing: bool = self._real.is_closing()
        return closing

    def close(self) -> None:
        """Close it."""
        self._real.close()


async def respond(send: Send, answer: Answer, scope: Scope | None = None) -> None:
    """Send an answer by ASGI; where ``scope`` is of a call that came over a ``PatientProtocol``, in one piece."""
    cycle = scope.get("extensions", {}).get(CYCLE) if scope is not None else None
    if cycle is not None and cycle.scope["method"] != "HEAD":  # to that one no body is written
        cycle.transport = _AtOnce(cycle.transport)
    body = answer.body.encode("utf-8", "replace")
    headers = _encoded(answer.headers)
    if answer.status not in WITHOUT_LENGTH:
        headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _in_one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")
