"""What became of a request is told truthfully: a delivery's fate hangs on it."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from pathlib import Path

import pytest

from leadflow_engine.effects import HttpRequest
from leadflow_engine.outbound.answer import LIMIT

from .conftest import LOOPS, Loop
from .raw_server import Behaviour, Seen, http, outbound, post, read_request, replying, reset, serving

pytestmark = pytest.mark.anyio


@pytest.fixture(params=LOOPS)
def anyio_backend(request: pytest.FixtureRequest) -> Loop:
    found: Loop = request.param
    return found


def writing(data: bytes, end: str) -> Behaviour:
    """Reads the request, writes some bytes, then closes, resets or hangs."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        await read_request(reader, seen)
        writer.write(data)
        await writer.drain()
        if end == "hang":
            await reader.read()
        if end == "reset":
            await asyncio.sleep(0.02)  # lets what was written arrive: a reset overtakes it
            reset(writer)

    return behave


async def outcome(behaviour: Behaviour, *, seconds: float = 2.0) -> tuple[str, str, int | None]:
    async with serving(behaviour) as server, outbound(server.port) as out:
        result = await out.send(post(server.port, timeout=seconds))
    assert len(server.requests) <= 1, "nothing is ever repeated"
    return result["phase"], result["failure"], result["status"]


WHOLE = http(b'{"result": "success"}')
AT_BODY = WHOLE.index(b"\r\n\r\n") + 4


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (0, ("sent", "reset", None)),
        (5, ("sent", "reset", None)),
        (AT_BODY - 3, ("sent", "reset", None)),
        (AT_BODY, ("partial", "reset", 200)),
        (AT_BODY + 7, ("partial", "reset", 200)),
        (len(WHOLE), ("answered", "", 200)),
    ],
)
@pytest.mark.parametrize("end", ["close", "reset"])
async def test_an_answer_that_ends_early(
    written: int, expected: tuple[str, str, int | None], end: str
) -> None:
    assert await outcome(writing(WHOLE[:written], end)) == expected


@pytest.mark.parametrize(
    ("written", "expected"), [(0, ("sent", "timeout", None)), (AT_BODY + 7, ("partial", "timeout", 200))]
)
async def test_an_answer_that_hangs(written: int, expected: tuple[str, str, int | None]) -> None:
    assert await outcome(writing(WHOLE[:written], "hang"), seconds=0.15) == expected


async def test_a_dripping_answer_has_no_more_than_the_whole_time() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        await read_request(reader, seen)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b".")
            await asyncio.sleep(0.02)

    assert await outcome(drip, seconds=0.2) == ("partial", "timeout", 200)


@pytest.mark.parametrize(
    "junk", [b"SSH-2.0-OpenSSH_9.6\r\n", b"\x16\x03\x01\x02\x00", b"HTTP/1.1 abc\r\n\r\n"]
)
async def test_an_answer_that_is_not_http(junk: bytes) -> None:
    assert await outcome(writing(junk, "close")) == ("sent", "protocol", None)


async def test_too_many_headers() -> None:
    headers = [f"X-{number}: 1" for number in range(300)]
    assert (await outcome(replying(http(b"", "200 OK", *headers))))[:2] == ("sent", "protocol")


async def test_an_unreachable_port_was_not_sent() -> None:
    async with serving(replying(http())) as server:
        pass
    async with outbound(server.port) as out:
        result = await out.send(post(server.port))
    assert (result["phase"], result["failure"]) == ("not_sent", "connect")
    assert str(server.port) in result["detail"]


async def test_a_name_that_nobody_has_was_not_sent() -> None:
    async with outbound() as out:
        result = await out.send(HttpRequest("POST", "http://nobody.invalid/", timeout=5.0))
    assert (result["phase"], result["failure"]) == ("not_sent", "connect")


async def test_a_server_that_accepts_no_connection_in_time() -> None:
    async with outbound(9) as out:
        result = await out.send(HttpRequest("POST", "http://127.0.0.1:9/", timeout=0.0001))
    assert result["phase"] == "not_sent"


async def test_tls_that_cannot_be_verified_was_not_sent() -> None:
    async with (
        serving(replying(http(b"ok")), tls=self_signed()) as server,
        outbound(server.port) as out,
    ):
        result = await out.send(post(server.port, url=f"https://127.0.0.1:{server.port}/"))
    assert (result["phase"], result["failure"]) == ("not_sent", "connect")
    assert "certificate" in result["detail"].lower()
    assert server.requests == []


async def test_tls_of_an_authority_that_the_operator_names() -> None:
    trusting = ssl.create_default_context(cafile=LOOPBACK)
    async with (
        serving(replying(http(b"ok")), tls=self_signed()) as server,
        outbound(server.port, tls=trusting) as out,
    ):
        result = await out.send(post(server.port, url=f"https://127.0.0.1:{server.port}/"))
    assert (result["phase"], result["body"]) == ("answered", "ok")


async def test_plain_http_on_a_tls_url_was_not_sent() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        writer.write(http(b"hello"))

    async with serving(talk) as server, outbound(server.port) as out:
        result = await out.send(post(server.port, url=f"https://127.0.0.1:{server.port}/"))
    assert (result["phase"], result["failure"]) == ("not_sent", "connect")


LOOPBACK = Path(__file__).with_name("loopback.pem")
"""A certificate for 127.0.0.1 that no authority signed, and its key: good for nothing but this test."""


def self_signed() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(LOOPBACK)
    return context


async def test_a_huge_answer_is_cut() -> None:
    assert await outcome(replying(http(b"x" * (LIMIT + 1)))) == ("partial", "too_large", 200)
    assert await outcome(replying(http(b"x" * LIMIT))) == ("answered", "", 200)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, gzip"])
async def test_a_bomb_stays_small(coding: str) -> None:
    bomb = gzip.compress(b"0" * 200_000_000, 9)
    body = gzip.compress(bomb) if "," in coding else bomb
    result = await outcome(replying(http(body, "200 OK", f"Content-Encoding: {coding}")))
    assert result in {("partial", "too_large", 200), ("partial", "protocol", 200)}


@pytest.mark.parametrize(
    ("body", "coding"),
    [(b"not gzip", "gzip"), (gzip.compress(b"a" * 999)[:-9], "gzip"), (b"x", "br"), (b"x", "zstd")],
    ids=["other", "cut", "br", "zstd"],  # gzip writes the time: two processes would not name it alike
)
async def test_a_coding_that_cannot_be_read(body: bytes, coding: str) -> None:
    result = await outcome(replying(http(body, "200 OK", f"Content-Encoding: {coding}")))
    assert result == ("partial", "protocol", 200)


async def test_a_connection_that_the_server_drops_on_its_second_request_is_in_doubt_not_repeated() -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        await read_request(reader, seen)
        writer.write(http(b"first"))
        await read_request(reader, seen)

    for method in ("POST", "GET", "PUT"):
        async with serving(once) as server, outbound(server.port) as out:
            first = await out.send(post(server.port, method=method))
            second = await out.send(post(server.port, method=method))
        assert (first["phase"], second["phase"], second["failure"]) == ("answered", "sent", "reset")
        assert (len(server.requests), server.connections) == (2, 1)


async def test_a_caller_that_gives_up_gives_up_and_the_next_request_is_fine() -> None:
    async with serving(replying(http(b"ok"), keep_alive=True)) as server, outbound(server.port) as out:
        task = asyncio.create_task(out.send(post(server.port)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await out.send(post(server.port)))["phase"] == "answered"
