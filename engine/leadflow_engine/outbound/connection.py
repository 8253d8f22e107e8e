"""One connection to a server: HTTP/1.1, one request at a time.

asyncio's protocol over httptools' parser (llhttp, which is Node's and aiohttp's): 9 us of processor time a request
where aiohttp takes 62 (``bench/clients.py``), and a lead has several. What is hard of HTTP is the parser's; here is
what a request needs of it: when an answer is whole, how large it may be, and when a connection may be used again.
"""

from __future__ import annotations

import asyncio
import re
import select
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

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


Ended: TypeAlias = Callable[[Exception | None], None]
"""Who is told when an exchange is over: with ``TimeoutError``, ``AnswerTooLarge``, ``NotHttp`` or ``OSError`` where
there is no whole answer. The connection may be asked again by then."""


class NotHttp(Exception):
    """The answer is not HTTP, or not one that was asked for."""


class Closed(ConnectionError):
    """The connection ended before the answer did."""


class Connection(asyncio.Protocol):
    """``home`` is where it waits between requests, the one that was used last at the end. ``until`` is how long it
    may be used again (seconds of the loop's clock)."""

    __slots__ = (
        "_bodiless",
        "_ended",
        "_exchange",
        "_home",
        "_interim",
        "_keep",
        "_loop",
        "_parser",
        "_poll",
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
        self._ended: Ended | None = None
        self._poll: Callable[[], bool] | None = None
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
        return self._poll is None or not self._poll()

    def ask(self, data: bytes, exchange: Exchange, seconds: float, bodiless: bool, ended: Ended) -> None:
        """Write one request; its answer goes into ``exchange``, within so many seconds. ``bodiless``: none comes
        whatever its head says (HEAD). ``ended`` is told once, when it is over."""
        assert self._transport is not None
        self._exchange, self._ended, self._raw, self._problem = exchange, ended, 0, None
        self._bodiless, self._whole, self._interim, self._keep = bodiless, False, False, False
        self._timer = self._loop.call_later(seconds, self._late)
        exchange.connected = True
        self._transport.write(data)

    def give_up(self, exchange: Exchange) -> None:
        """Nobody waits for this exchange any more: what may still come must not become another's answer."""
        if self._exchange is exchange:
            self._end(None)

    def interrupt(self, problem: Exception) -> None:
        """End what is under way: who waits for it hears why."""
        if self._exchange is not None:
            self._end(problem)

    def close(self) -> None:
        """Let go of it."""
        if self._transport is not None:
            self._transport.abort()

    # ------------------------------------------------------------------ of the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See ``asyncio.Protocol``."""
        self._transport = transport  # type: ignore[assignment]
        sock = transport.get_extra_info("socket")
        self._poll = _reading(sock.fileno()) if sock is not None else None

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
        ended, transport = self._ended, self._transport
        assert self._timer is not None and ended is not None
        self._timer.cancel()
        self._exchange = self._ended = self._timer = None
        if self._whole and self._keep and self.is_open() and not transport.get_write_buffer_size():  # type: ignore[union-attr]
            self.until = self._loop.time() + self._stays
            self._home.append(self)
        else:
            self.close()
        ended(problem)

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

    def _reading(descriptor: int) -> Callable[[], bool]:
        """Whether something can be read there, to be asked again and again."""
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return lambda: bool(poll.poll(0))

else:  # Windows

    def _reading(descriptor: int) -> Callable[[], bool]:
        """Whether something can be read there, to be asked again and again."""
        return lambda: bool(select.select([descriptor], [], [], 0)[0])
