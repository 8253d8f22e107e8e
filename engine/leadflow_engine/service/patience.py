"""The server's protocol: uvicorn's on httptools, with what it leaves open. Heads within a size and a time, calls that
are refused before anything is read, answers that arrive though their call was not read to its end.

httptools (llhttp) reads a call in a tenth of h11's processor time, which was 85 us of a lead's.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_BYTES: Final = 32_768
HEADER_SECONDS: Final = 10.0
"""How long the head of a request may take, on a connection that is new or was used before."""
BODY_BYTES: Final = 8 * 1_048_576
"""Bytes of a body as they come: a chunk of one byte takes six. What chunks say beside their length is no body's."""
MOST_WAITING: Final = 32
"""Calls on one connection that may wait for the one before them to be answered."""
LINGER_SECONDS: Final = 2.0
LINGER_BYTES: Final = 4 * 1_048_576
"""How long, and for how much, a caller is heard to whom nobody listens any more: who is cut off while it sends does
not hear why."""
FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s"
)
TOO_MANY: Final = b'{"error":"more leads are under way than can be taken at once; send it again"}'
_LAST: Final = b"Connection: close\r\nContent-Length: 0\r\n\r\n"
NOT_HTTP: Final = b"HTTP/1.1 400 Bad Request\r\n" + _LAST
TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\n" + _LAST
TOO_LARGE: Final = b"HTTP/1.1 413 Content Too Large\r\n" + _LAST
TOO_LONG: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\n" + _LAST
_POST: Final = re.compile(rb"POST /flows/[^/\s]+/sources/\S+ HTTP/1\.1\r\n")
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r\n", re.IGNORECASE)
CYCLE: Final = "leadflow.cycle"
"""The extension of ASGI by which it is seen that a call's body has come with its head."""
_VERSIONS: Final = frozenset({"1.0", "1.1"})
_IDLE, _HEAD, _BODY, _DEAF = range(4)
"""What of a call comes next: its first byte, more of its head, more of its body; or nothing is read any more."""


def is_whole_post(data: bytes) -> bool:
    """Is this one request that brings a lead, from its first byte to its last?"""
    if _POST.match(data) is None:
        return False
    head, end, _ = data.partition(b"\r\n\r\n")
    length = _LENGTH.search(head + b"\r\n")
    return bool(end) and length is not None and len(head) + len(end) + int(length[1]) == len(data)


class _LeftOut(list[tuple[bytes, bytes]]):
    """Where headers go that come behind a body: what looks at heads in front of the service has not seen them."""

    def append(self, pair: tuple[bytes, bytes]) -> None:
        """Leave it out."""


class _Polite:
    """The transport of an answer whose call has not come whole yet: it is closed once the caller can have heard."""

    __slots__ = ("_protocol", "_real")

    def __init__(self, protocol: PatientProtocol, real: asyncio.Transport) -> None:
        self._protocol, self._real = protocol, real

    def write(self, data: bytes) -> None:
        """Write some of the answer."""
        self._real.write(data)

    def is_closing(self) -> bool:
        """Is it closed, or about to be?"""
        return self._real.is_closing()

    def close(self) -> None:
        """Close it, once the rest of the call has come or has taken too long."""
        self._protocol.linger()


class PatientProtocol(HttpToolsProtocol):
    """Ends a connection whose request's head does not come in time: one byte a second would hold it for ever. Where the
    service is full it says so before anything is read: what is refused must cost little, or nothing is served."""

    _state = _IDLE
    _head = _begun = _raw = 0
    _lingers = False
    _waiting: asyncio.TimerHandle | None = None

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=False)

    @staticmethod
    def is_full() -> bool:
        """Are as many leads under way as may be? Given by the service."""
        return False

    @staticmethod
    def refused() -> None:
        """A call was refused so. Given by the service."""

    # ------------------------------------------------------------------ of the transport

    def connection_made(self, transport: Any) -> None:
        """See ``asyncio.Protocol``."""
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        self._state = _DEAF
        self._relax()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        if self._state == _DEAF:
            self._overheard(len(data))
        elif self._state == _IDLE and self.is_full() and self._is_answered() and is_whole_post(data):
            self._refuse()
        else:
            before, begun = self._state, self._begun
            self._unset_keepalive_if_required()
            self._feed(data)
            if self._state == before == _BODY and self._begun == begun:
                self._raw += len(data)
                if self._raw > BODY_BYTES:
                    self._broken(TOO_LARGE)
            self._after(len(data) if before != _BODY and self._begun - begun < 2 else 0)

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._without_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self._broken(TOO_LARGE if str(error) == "Content-Length overflow" else NOT_HTTP)

    def _after(self, size: int) -> None:
        """``size``: bytes of what has come, where it is of one head and no more."""
        if self._state == _BODY:
            self._relax()
            self.cycle.transport = _Polite(self, self.transport)  # type: ignore[assignment]
        elif self._state == _HEAD or (self._state == _IDLE and self._is_answered()):
            self._head += size
            self._watch()
            if self._head > HEADER_BYTES:
                self._deny(TOO_LONG)
        elif self._state != _DEAF:
            self._relax()

    def _is_answered(self) -> bool:
        """Has every call of this connection its answer?"""
        return self.cycle is None or (self.cycle.response_complete and not self.pipeline)

    # ------------------------------------------------------------------ of the parser

    def on_message_begin(self) -> None:
        """A call begins."""
        if len(self.pipeline) >= MOST_WAITING:
            raise ValueError("too many calls wait on this connection")
        self._state, self._head = _HEAD, 0
        self._begun += 1
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its head is whole. One that asks for another protocol is read again without that."""
        if self.parser.should_upgrade():
            return
        hosts, version = 0, self.parser.get_http_version()
        for name, value in self.headers:
            if name == b"host":
                hosts += 1
            elif name == b"transfer-encoding" and value.lower() != b"chunked":
                raise ValueError("a coding that nobody takes off")
        if version not in _VERSIONS or hosts > 1 or (hosts == 0 and version == "1.1"):
            raise ValueError("of another version, or for no host, or for several")
        self.expect_100_continue = self.expect_100_continue and version == "1.1"
        super().on_headers_complete()
        self.headers = _LeftOut()
        self._state, self._head, self._raw = _BODY, 0, 0
        self.scope["extensions"] = {CYCLE: self.cycle}  # type: ignore[dict-item]

    def on_message_complete(self) -> None:
        """It is whole."""
        if self._state == _BODY:
            self._state = _IDLE
            super().on_message_complete()

    def _without_upgrade(self, rest: bytes) -> None:
        """Nobody has to speak another protocol because a caller asked (``Upgrade: h2c`` comes with Java's first call).
        The parser would leave out the body of such a call, so that its head is given to another one, without."""
        method = self.parser.get_method()
        if method == b"CONNECT":
            self._broken(NOT_HTTP)
            return
        version = self.parser.get_http_version().encode()
        kept = [pair for pair in self.headers if pair[0] not in (b"upgrade", b"http2-settings")]
        lines = b"".join([b"%s: %s\r\n" % pair for pair in kept])
        self._state = _IDLE
        self.parser = httptools.HttpRequestParser(self)
        self._feed(b"%s %s HTTP/%s\r\n%s\r\n%s" % (method, self.url, version, lines, rest))

    # ------------------------------------------------------------------ what is refused here

    def _refuse(self) -> None:
        """Say that the service is full."""
        self.refused()
        self._relax()
        self._unset_keepalive_if_required()
        self.transport.write(FULL % (len(TOO_MANY), TOO_MANY))
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def _broken(self, answer: bytes) -> None:
        """What came is not HTTP. Calls before it that were whole still hear their own answers; then it ends."""
        state, self._state = self._state, _DEAF
        if state == _BODY and self.pipeline:
            self.pipeline.popleft()  # the call that is broken; those before it are whole
        elif state == _BODY:
            self._hear_no_more(answer)
        else:
            self._deny(answer)

    def _hear_no_more(self, answer: bytes) -> None:
        cycle = self.cycle
        if not cycle.response_started:
            self.transport.write(answer)
        cycle.disconnected = True
        cycle.message_event.set()
        self.linger()

    def _deny(self, answer: bytes) -> None:
        self._state = _DEAF
        if self._is_answered() and not self.transport.is_closing():
            self.transport.write(answer)
            self.linger()

    def on_response_complete(self) -> None:
        """An answer is written: the last of this connection where its call has not come whole."""
        last = self._state in (_BODY, _DEAF) and not self.pipeline
        super().on_response_complete()
        if last:
            self.linger()

    def linger(self) -> None:
        """Say no more; close once the caller has, or has had its time."""
        if self._lingers or self.transport.is_closing():
            return
        self._lingers, self._state, self._head = True, _DEAF, 0
        self._relax()
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._waiting = self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _overheard(self, size: int) -> None:
        self._head += size
        if self._head > LINGER_BYTES:
            self.transport.close()

    # ------------------------------------------------------------------ patience

    def _watch(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(HEADER_SECONDS, self._too_slow)

    def _relax(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_slow(self) -> None:
        self._waiting = None
        if self._state in (_IDLE, _HEAD):
            self._deny(TOO_SLOW)
