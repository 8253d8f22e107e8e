"""One connection to a server: HTTP/1.1, one request at a time.

asyncio's protocol over httptools' parser (llhttp, which is Node's and aiohttp's): 9 us of processor time a request
where aiohttp takes 62 (``bench/clients.py``), and a lead has several. What is hard of HTTP is the parser's; here is
what a request needs of it: when an answer is whole, how large it may be, and when a connection may be used again.
"""

from __future__ import annotations

import asyncio
import re
import select
from typing import TYPE_CHECKING, Final

import httptools

from leadflow_engine.outbound.answer import LIMIT, AnswerTooLarge
from leadflow_engine.outbound.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import MutableSequence

HEADERS_LIMIT: Final = 100
HEAD_LIMIT: Final = 65_536
"""Bytes of an answer before its body, those of interim answers (1xx) included."""
RAW_LIMIT: Final = 8 * LIMIT
"""Bytes of an answer as they come: a chunk of one byte takes six."""
KEEP_ALIVE: Final = 4.0
"""Seconds an idle connection is kept where its server says nothing: less than the five after which common servers close
theirs, because a post that meets a closing connection ends in doubt."""
LONGEST: Final = 60.0
"""Seconds it is kept at most."""
MARGIN: Final = 1.0
"""Seconds that we close it before the server does."""
_TEN: Final = len(b"keep-alive")
_TIMEOUT: Final = re.compile(rb"timeout\s*=\s*(\d{1,6})", re.IGNORECASE)
SWITCHING: Final = 101
FINAL: Final = 200


class NotHttp(Exception):
    """The answer is not HTTP, or not one that was asked for."""


class Closed(ConnectionError):
    """The connection ended before the answer did."""


class Connection(asyncio.Protocol):
    """``home`` is where it waits between requests, the one that was used last at the end. ``until`` is how long it
    may be used again (seconds of the loop's clock)."""

    __slots__ = (
        "_bodiless",
        "_done",
        "_exchange",
        "_home",
        "_interim",
        "_keep",
        "_loop",
        "_parser",
        "_problem",
        "_raw",
        "_stays",
        "_timer",
        "_transport",
        "_whole",
        "until",
    )

    def __init__(self, home: MutableSequence[Connection], loop: asyncio.AbstractEventLoop) -> None:
        self._home, self._loop = home, loop
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)
        # As aiohttp takes answers, and browsers do: old servers end lines without a CR.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        self._transport: asyncio.Transport | None = None
        self._exchange: Exchange | None = None
        self._done: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._problem: Exception | None = None
        self._raw = 0
        self._bodiless = self._whole = self._interim = self._keep = False
        self._stays = KEEP_ALIVE
        self.until = 0.0

    # ------------------------------------------------------------------ for who sends

    def is_open(self) -> bool:
        """May a request be written to it?"""
        return self._transport is not None and not self._transport.is_closing()

    def is_quiet(self) -> bool:
        """Has nothing come that the loop has not read yet? What lies there was sent before anybody asked: it must not
        become the next request's answer. Often it is the server's end."""
        sock = self._transport.get_extra_info("socket") if self._transport is not None else None
        return sock is None or not _readable(sock.fileno())

    def ask(self, data: bytes, exchange: Exchange, seconds: float, bodiless: bool) -> asyncio.Future[None]:
        """Write one request; its answer goes into ``exchange``, within so many seconds. ``bodiless``: none comes
        whatever its head says (HEAD).

        The future raises ``TimeoutError``, ``AnswerTooLarge``, ``NotHttp``, ``OSError``.
        """
        assert self._transport is not None
        self._exchange, self._raw, self._problem = exchange, 0, None
        self._bodiless, self._whole, self._interim, self._keep = bodiless, False, False, False
        self._done = done = self._loop.create_future()
        self._timer = self._loop.call_later(seconds, self._late)
        exchange.connected = True
        self._transport.write(data)
        return done

    def give_up(self, exchange: Exchange) -> None:
        """Nobody waits for this exchange any more: what may still come must not become another's answer."""
        if self._exchange is exchange:
            self._end(None)

    def close(self) -> None:
        """Let go of it."""
        if self._transport is not None:
            self._transport.abort()

    # ------------------------------------------------------------------ of the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See ``asyncio.Protocol``."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        exchange, parser = self._exchange, self._parser
        if exchange is None or parser is None:
            self.close()  # nobody asked, so that it is not to be believed
            return
        self._raw += len(data)
        try:
            parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._keep = False  # behind a whole answer it is not this request's
            if not self._whole:
                self._end(self._problem or NotHttp(str(error)))
                return
        if self._whole:
            self._end(None)
        elif exchange.status is None and self._raw > HEAD_LIMIT:
            self._end(_too_long())
        elif self._raw > RAW_LIMIT:
            self._end(AnswerTooLarge(f"over {RAW_LIMIT} bytes as it comes"))

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        if self._exchange is not None:
            self._whole = exc is None and self._ends_with_connection(self._exchange)
            self._keep = False
            self._end(None if self._whole else Closed(str(exc) if exc else ""))
        self._transport = self._parser = None

    @staticmethod
    def _ends_with_connection(exchange: Exchange) -> bool:
        """Does the answer say nothing of where it ends? A coding that is not in chunks (`identity`, of old) says
        nothing of it either."""
        if exchange.status is None:
            return False
        said = [(name.lower(), value.lower()) for name, value in exchange.headers]
        return not any(
            name == b"content-length" or (name == b"transfer-encoding" and b"chunked" in value)
            for name, value in said
        )

    def _late(self) -> None:
        self._end(TimeoutError())

    def _end(self, problem: Exception | None) -> None:
        """The exchange is over: the connection goes home where it can, and who waits hears."""
        assert self._timer is not None and self._done is not None
        self._timer.cancel()
        done, transport = self._done, self._transport
        self._exchange = self._done = self._timer = None
        if self._whole and self._keep and self.is_open() and not transport.get_write_buffer_size():  # type: ignore[union-attr]
            self.until = self._loop.time() + self._stays
            self._home.append(self)
        else:
            self.close()
        if not done.done():
            if problem is None:
                done.set_result(None)
            else:
                done.set_exception(problem)

    # ------------------------------------------------------------------ of the parser

    def on_message_begin(self) -> None:
        """Something begins: behind a whole answer it is nothing that was asked for."""
        if self._whole:
            self._keep = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, or one behind a chunked body, which is left out."""
        exchange = self._exchange
        if exchange is None or exchange.status is not None or self._whole:
            return
        exchange.headers.append((name, value))
        if len(name) == _TEN and name.lower() == b"keep-alive":
            self._stays = _stays(value)
        if len(exchange.headers) > HEADERS_LIMIT:
            self._refuse(NotHttp(f"more than {HEADERS_LIMIT} headers"))
        if b"\0" in value:
            self._refuse(NotHttp("a header holds NUL"))

    def on_headers_complete(self) -> None:
        """The head is whole: an answer's, or that of an interim one, of which nothing is kept."""
        exchange, parser = self._exchange, self._parser
        if exchange is None or parser is None or self._whole:
            return
        status = parser.get_status_code()
        if status == SWITCHING:
            self._refuse(NotHttp("it switches to a protocol that was not asked for"))
        self._interim = status < FINAL
        if self._interim:
            exchange.headers.clear()
            return
        if (
            self._raw > HEAD_LIMIT
            and sum(len(name) + len(value) for name, value in exchange.headers) > HEAD_LIMIT
        ):
            self._refuse(_too_long())
        exchange.status = status
        self._whole = self._bodiless

    def on_body(self, data: bytes) -> None:
        """Some of the body."""
        if self._exchange is None or self._whole:
            return
        if self._interim:
            self._refuse(NotHttp("an interim answer has a body"))
        body = self._exchange.body
        body += data
        if len(body) > LIMIT:
            self._refuse(AnswerTooLarge(f"over {LIMIT} bytes"))

    def on_message_complete(self) -> None:
        """The answer is whole."""
        if self._interim:
            self._interim = False
        elif self._parser is not None and not self._whole:
            self._whole, self._keep = True, self._parser.should_keep_alive()

    def _refuse(self, problem: Exception) -> None:
        self._problem = problem
        raise problem


def _stays(said: bytes) -> float:
    """Seconds, by the header Keep-Alive: a new connection over TLS costs as much as fifty requests, and a stale one a
    delivery in doubt."""
    found = _TIMEOUT.search(said)
    return KEEP_ALIVE if found is None else min(LONGEST, int(found[1]) - MARGIN)


def _too_long() -> NotHttp:
    return NotHttp(f"its head is over {HEAD_LIMIT} bytes")


if hasattr(select, "poll"):

    def _readable(descriptor: int) -> bool:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(0))

else:  # Windows

    def _readable(descriptor: int) -> bool:
        return bool(select.select([descriptor], [], [], 0)[0])
