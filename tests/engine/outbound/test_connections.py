"""Which bytes are an answer, which belong to nobody, and when a connection may be used again."""

from __future__ import annotations

import asyncio
import os
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow_engine.effects import HttpRequest
from leadflow_engine.outbound import connection, pool
from leadflow_engine.outbound.connection import Connection
from leadflow_engine.outbound.exchange import Exchange
from leadflow_engine.outbound.guard import GuardedResolver

from .conftest import LOOPS, Loop
from .raw_server import Seen, http, outbound, post, read_request, replying, serving

pytestmark = pytest.mark.anyio


@pytest.fixture(params=LOOPS)
def anyio_backend(request: pytest.FixtureRequest) -> Loop:
    found: Loop = request.param
    return found


async def two(first: bytes, method: str = "POST", body: str | None = "x=1") -> tuple[list[str], int]:
    """What two requests, one after the other, are answered; and over how many connections. The server answers the
    first one on a connection with ``first``, others with `second`."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        await read_request(reader, seen)
        writer.write(first if seen.connections == 1 else http(b"second"))
        await read_request(reader, seen)
        writer.write(http(b"second"))

    async with serving(behave) as server, outbound(server.port) as out:
        results = [await out.send(post(server.port, body, method=method))]
        results.append(await out.send(post(server.port)))
    return [result["failure"] or result["body"] for result in results], server.connections


CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nfir\r\n2;x=y\r\nst\r\n0\r\nX-T: 1\r\n\r\n"
)


@pytest.mark.parametrize(
    ("first", "heard"),
    [
        (CHUNKED, "first"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + http(b"first"), "first"),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nfirst", "first"),
        (b"HTTP/1.1 200 OK\nContent-Length: 5\n\nfirst", "first"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", ""),
    ],
    ids=["chunked with a trailer", "interim answers", "an old server that keeps", "bare line ends", "no body"],
)  # fmt: skip
async def test_a_connection_whose_answer_was_whole_is_used_again(first: bytes, heard: str) -> None:
    assert await two(first) == ([heard, "second"], 1)


@pytest.mark.parametrize(
    "first",
    [
        http(b"first", "200 OK", "Connection: close"),
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nfirst",
        http(b"first") + http(b"forged"),
        http(b"first") + b"junk",
        http(b"first", "200 OK", "Connection: close") + http(b"forged"),
    ],
    ids=["it says so", "an old server", "a second answer", "junk behind it", "more behind the last"],
)
async def test_what_comes_behind_an_answer_is_never_the_next_ones(first: bytes) -> None:
    assert await two(first) == (["first", "second"], 2)


async def test_what_comes_while_nobody_waits_is_never_the_next_ones() -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        await read_request(reader, seen)
        writer.write(http(b"first"))
        await asyncio.sleep(0.02)
        writer.write(http(b"forged"))
        await read_request(reader, seen)

    async with serving(behave) as server, outbound(server.port) as out:
        assert (await out.send(post(server.port)))["body"] == "first"
        await asyncio.sleep(0.06)
        again = await out.send(post(server.port, timeout=0.2))
    assert (again["body"], server.connections) != ("forged", 1)


async def test_what_came_and_was_not_read_yet_is_never_the_next_ones() -> None:
    """The loop is held up while the server sends more: nothing has read it when the next request begins."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        await read_request(reader, seen)
        writer.write(http(b"first" if seen.connections == 1 else b"second"))
        await reader.read()

    async with serving(behave) as server, outbound(server.port) as out:
        first = await out.send(post(server.port))
        [idle] = [each for origin in out._pool._origins.values() for each in origin.idle]
        ours, theirs = socket.socketpair()
        theirs.send(http(b"forged"))
        assert idle._transport is not None
        os.dup2(ours.fileno(), idle._transport.get_extra_info("socket").fileno())
        second = await out.send(post(server.port))
        ours.close()
        theirs.close()
    assert [first["body"], second["body"]] == ["first", "second"]


async def test_an_answer_to_a_request_that_was_given_up_is_never_the_next_ones() -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        text = await read_request(reader, seen)
        await asyncio.sleep(0.05)
        writer.write(http(text[-3:].encode()))
        await reader.read()

    async with serving(behave) as server, outbound(server.port) as out:
        late = await out.send(post(server.port, "n=1", timeout=0.02))
        task = asyncio.create_task(out.send(post(server.port, "n=2")))
        await asyncio.sleep(0.03)
        task.cancel()
        await asyncio.sleep(0.05)
        assert (await out.send(post(server.port, "n=3")))["body"] == "n=3"
    assert (late["phase"], late["failure"]) == ("sent", "timeout")


async def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    async with (
        serving(replying(b"HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\nall of it")) as server,
        outbound(server.port) as out,
    ):
        result = await out.send(post(server.port))
    assert (result["phase"], result["body"]) == ("answered", "all of it")


@pytest.mark.parametrize(
    ("coding", "phase"), [("identity", "answered"), ("chunked", "partial"), ("gzip, chunked", "partial")]
)
async def test_a_coding_without_chunks_ends_with_its_connection(coding: str, phase: str) -> None:
    body = b"5\r\nall o" if "chunked" in coding else b"all of it"
    answer = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: {coding}\r\n\r\n".encode() + body
    async with serving(replying(answer)) as server, outbound(server.port) as out:
        assert (await out.send(post(server.port)))["phase"] == phase


@pytest.mark.parametrize(
    "framed",
    [b"Content-Length: 5\r\n\r\nfirst", b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n"],
)
async def test_what_an_interim_answer_says_is_no_part_of_the_answer(framed: bytes) -> None:
    answer = b"HTTP/1.1 150 Hm\r\n" + framed + http(b"second")
    async with serving(replying(answer)) as server, outbound(server.port) as out:
        result = await out.send(post(server.port))
    assert (result["phase"], result["failure"], result["body"]) == ("sent", "protocol", "")


async def test_a_server_that_speaks_before_it_is_asked_was_sent_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = pool.Pool._connect

    async def connect(self: pool.Pool, origin: pool.Origin) -> Connection:
        connection = await made(self, origin)
        connection.data_received(http(b"forged"))
        return connection

    monkeypatch.setattr(pool.Pool, "_connect", connect)
    async with serving(replying(http(b"ok"))) as server, outbound(server.port) as out:
        result = await out.send(post(server.port))
    assert (result["phase"], result["failure"], server.requests) == ("not_sent", "connect", [])


async def test_an_answer_to_head_has_no_body_whatever_it_says() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
    assert await two(head, method="HEAD", body=None) == (["", "second"], 2)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 3_000,
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 70_000 + b"\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=[
        "another protocol",
        "two lengths",
        "two framings",
        "less than nothing",
        "NUL",
        "hints",
        "a long head",
    ],
)
async def test_a_head_that_is_not_to_be_believed(answer: bytes) -> None:
    async with serving(replying(answer)) as server, outbound(server.port) as out:
        result = await out.send(post(server.port))
    assert (result["phase"], result["failure"], result["status"]) == ("sent", "protocol", None)


async def test_a_body_in_crumbs_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "RAW_LIMIT", 60_000)
    crumbs = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 120_000 + b"0\r\n\r\n"
    async with serving(replying(crumbs)) as server, outbound(server.port) as out:
        result = await out.send(post(server.port))
    assert (result["phase"], result["failure"], result["body"]) == ("partial", "too_large", "")


async def test_a_connection_that_the_server_has_closed_while_it_was_idle_is_not_written_to() -> None:
    async with serving(replying(http(b"ok"))) as server, outbound(server.port) as out:
        for _ in range(3):
            assert (await out.send(post(server.port)))["body"] == "ok"
            await asyncio.sleep(0.02)
    assert (len(server.requests), server.connections) == (3, 3)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("timeout=30", 29.0),
        ("max=5, Timeout = 5", 4.0),
        ("timeout=1", 0.0),
        ("timeout=999999", 60.0),
        ("max=5", 4.0),
        ("timeout=soon", 4.0),
    ],
)
async def test_a_connection_is_kept_as_long_as_its_server_says(said: str, seconds: float) -> None:
    home: list[Connection] = []
    loop = asyncio.get_running_loop()
    one = Connection(home, loop)
    one.connection_made(Wire())
    one.ask(b"", Exchange(), 5.0, False, lambda problem: None)
    one.data_received(http(b"", "200 OK", f"Keep-Alive: {said}"))
    assert home == [one] and abs(one.until - loop.time() - seconds) < 1.0


async def test_idle_connections_are_closed_before_their_servers_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "KEEP_ALIVE", 0.05)
    monkeypatch.setattr(pool, "SWEEP", 0.05)
    ended = asyncio.Event()

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        await read_request(reader, seen)
        writer.write(http(b"ok"))
        await reader.read()
        ended.set()

    async with serving(behave) as server, outbound(server.port) as out:
        await out.send(post(server.port))
        await asyncio.wait_for(ended.wait(), 5)


async def test_a_look_up_under_way_when_the_pool_is_closed_is_no_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody cancelled who waits for it: it is told, and nothing stays behind."""
    asked = asyncio.Event()

    async def never(self: object, host: str, port: int) -> list[object]:
        asked.set()
        await asyncio.sleep(60)
        return []

    monkeypatch.setattr(GuardedResolver, "resolve", never)
    before = asyncio.all_tasks()
    async with outbound() as out:
        waiting = [asyncio.create_task(out.send(post(1, url="http://slow.example/"))) for _ in range(2)]
        await asked.wait()
        await out.close()
        for result in await asyncio.wait_for(asyncio.gather(*waiting), 10):
            assert (result["phase"], result["failure"]) == ("not_sent", "connect")
    assert asyncio.all_tasks() <= before


async def test_who_is_cancelled_while_a_name_is_looked_up_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asyncio.Event()

    async def never(self: object, host: str, port: int) -> list[object]:
        asked.set()
        await asyncio.sleep(60)
        return []

    monkeypatch.setattr(GuardedResolver, "resolve", never)
    async with outbound() as out:
        waiting = asyncio.create_task(out.send(post(1, url="http://slow.example/")))
        await asked.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting


async def test_a_connection_whose_pool_was_closed_meanwhile_is_closed_too() -> None:
    asked, answer, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        await read_request(reader, seen)
        asked.set()
        await answer.wait()
        writer.write(http(b"ok"))
        await reader.read()
        ended.set()

    async with serving(behave) as server:
        out = outbound(server.port)
        task = asyncio.create_task(out.send(post(server.port)))
        await asked.wait()
        await out.close()
        answer.set()
        assert (await task)["body"] == "ok"
        await asyncio.wait_for(ended.wait(), 1)


async def test_places_that_cannot_be_reached_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "SWEEP", 0.01)
    monkeypatch.setattr(pool, "NAMES_KEPT", 0.0)
    async with outbound(1, 2) as out:
        for port in (1, 2):
            assert (await out.send(post(port)))["phase"] == "not_sent"
        async with asyncio.timeout(5):
            while out._pool._origins:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)


async def test_no_more_requests_are_under_way_than_may_be() -> None:
    going = most = 0
    full, told = asyncio.Event(), asyncio.Event()
    told.set()

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        nonlocal going, most
        while True:
            await read_request(reader, seen)
            going += 1
            most = max(most, going)
            if going == 3:
                full.set()
            await asyncio.sleep(0.01)
            await told.wait()
            going -= 1
            writer.write(http(b"ok"))

    async with serving(behave) as server, outbound(server.port, connections=3) as out:
        tasks = [asyncio.create_task(out.send(post(server.port))) for _ in range(12)]
        await asyncio.sleep(0.005)
        tasks.pop().cancel()  # one that waits for its turn
        results = await asyncio.gather(*tasks)
        assert ({result["phase"] for result in results}, most) == ({"answered"}, 3)
        full.clear()
        told.clear()
        first = [asyncio.create_task(out.send(post(server.port))) for _ in range(3)]
        await full.wait()
        late = [out.send(post(server.port, timeout=0.002)) for _ in range(6)]
        assert {result["phase"] for result in await asyncio.gather(*late)} == {"not_sent"}
        told.set()
        assert {result["phase"] for result in await asyncio.gather(*first)} == {"answered"}


async def test_the_length_of_a_request_is_the_true_one() -> None:
    headers = (("Content-Length", "1"), ("X-A", "b"))
    async with serving(replying(http(b"ok"))) as server, outbound(server.port) as out:
        await out.send(post(server.port, "four", headers=headers))
        chunked = await out.send(post(server.port, headers=(("Transfer-Encoding", "chunked"),)))
    [request] = server.requests
    assert request.lower().count("content-length: 4") == request.lower().count("content-length") == 1
    assert (chunked["phase"], chunked["failure"]) == ("not_sent", "refused")


async def test_a_url_that_is_not_ascii_is_written_as_it_has_to_be() -> None:
    async with serving(replying(http(b"ok"))) as server, outbound(server.port) as out:
        url = f"http://127.0.0.1:{server.port}/straße/%41?ort=Köln&a=b"
        assert (await out.send(HttpRequest("GET", url)))["body"] == "ok"
    assert server.requests[0].startswith("GET /stra%C3%9Fe/%41?ort=K%C3%B6ln&a=b HTTP/1.1\r\n")


class Wire(asyncio.Transport):
    """A transport that goes nowhere."""

    closing = False

    def write(self, data: object) -> None: ...

    def abort(self) -> None:
        self.closing = True

    close = abort

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return 0


HINTED = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n"
ANSWERS = (
    http(b"first", "200 OK", "X-A: 1"),
    HINTED + b"5\r\nfirst\r\n0\r\nX-T: t\r\n\r\n",
    b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
)


@settings(max_examples=50)
@given(st.sampled_from(ANSWERS), st.lists(st.integers(1, 120), max_size=8), st.booleans())
async def test_an_answer_is_the_same_in_whatever_pieces_it_comes(
    answer: bytes, cuts: list[int], ends: bool
) -> None:
    def read(pieces: list[bytes]) -> tuple[object, ...]:
        home: list[Connection] = []
        one, exchange = Connection(home, loop), Exchange()
        one.connection_made(Wire())
        ended: list[Exception | None] = []
        one.ask(b"", exchange, 5.0, False, ended.append)
        for piece in pieces:
            one.data_received(piece)
        if ends:
            one.connection_lost(None)
        return ended, exchange.status, exchange.headers, bytes(exchange.body), len(home)

    loop = asyncio.get_running_loop()
    places = sorted({cut for cut in cuts if cut < len(answer)})
    pieces = [answer[start:end] for start, end in zip([0, *places], [*places, len(answer)], strict=True)]
    assert read(pieces) == read([answer])
    assert read(pieces)[0] == [None]
