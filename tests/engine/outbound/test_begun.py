"""What is begun at once comes to what it would have come to if it had been waited for."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from leadflow_dsl.model import Auth
from leadflow_dsl.spans import NOWHERE
from leadflow_dsl.terms import SecretRef, Type
from leadflow_engine.effects import HttpRequest, Result
from leadflow_engine.outbound.client import HttpOutbound
from leadflow_engine.secrets import placeholder

from .conftest import LOOPS, Loop
from .raw_server import Behaviour, Seen, http, outbound, post, read_request, reset, serving

pytestmark = pytest.mark.anyio


@pytest.fixture(params=LOOPS)
def anyio_backend(request: pytest.FixtureRequest) -> Loop:
    found: Loop = request.param
    return found


def second(data: bytes, end: str = "") -> Behaviour:
    """Keeps the connection of a first request; of the next one says this, then closes, resets, hangs or goes on."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        await read_request(reader, seen)
        writer.write(http(b"first"))
        await read_request(reader, seen)
        writer.write(data)
        await writer.drain()
        if end == "reset":
            await asyncio.sleep(0.02)
            reset(writer)
        elif end != "close":
            await reader.read()

    return behave


async def begun(out: HttpOutbound, request: HttpRequest) -> Result:
    came: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
    assert out.begin(request, came.set_result), "there is a connection"
    return await came


WHOLE = http(b'{"bid": 5}', "200 OK", "Content-Type: application/json")


@pytest.mark.parametrize(
    ("data", "end"),
    [
        (WHOLE, ""),
        (WHOLE[:20], "close"),
        (WHOLE[:-3], "close"),
        (WHOLE[:-3], "reset"),
        (b"", "hang"),
        (WHOLE[:-3], "hang"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "close"),
        (http(b"not gzip", "200 OK", "Content-Encoding: gzip"), ""),
        (http(b"the key is s3cret", "200 OK", "X-Key: s3cret"), ""),
        (http(b"moved", "302 Found", "Location: /there"), ""),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE, ""),
    ],
)
async def test_it_is_told_the_same(data: bytes, end: str) -> None:
    results: list[Result] = []
    for way in (HttpOutbound.send, begun):
        async with (
            serving(second(data, end)) as server,
            outbound(server.port, secrets={"KEY": "s3cret"}) as out,
        ):
            await out.send(post(server.port))
            result = await way(out, post(server.port, timeout=0.15))
            results.append({**result, "ms": 0.0})
            assert len(server.requests) == 2, "nothing is ever repeated"
    assert results[0] == results[1]


KEY = SecretRef("KEY", Type("text"), NOWHERE)


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"body": None, "method": "GET"},
        {"body": "stra\u00dfe", "headers": (("Content-Type", "text/plain"), ("Host", "else.example"))},
        {"auth": (Auth("bearer", KEY),)},
        {"auth": (Auth("hmac", KEY, name="X-Signature", algorithm="sha256"),)},
        {"body": f'{{"key": "{placeholder("KEY")}"}}'},
        {"headers": (("X-Key", placeholder("KEY")),)},
    ],
)
async def test_it_writes_the_same_whether_its_head_is_remembered_or_not(parts: dict[str, object]) -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        while True:
            await read_request(reader, seen)
            writer.write(http(b"ok"))

    async with serving(behave) as server, outbound(server.port, secrets={"KEY": "s3cret"}) as out:
        request = post(server.port, **parts)
        await out.send(request)
        for each in (request, replace(request, fixed=True), replace(request, fixed=True)):
            assert (await begun(out, each))["body"] == "ok"
    assert len({_lines(text) for text in server.requests}) == 1


def _lines(text: str) -> tuple[tuple[str, ...], str]:
    """A request, whatever the order of its headers."""
    head, _, body = text.partition("\r\n\r\n")
    return tuple(sorted(head.split("\r\n"))), body


async def test_nothing_is_done_where_something_has_to_come_first() -> None:
    """No connection; a redirect that may be followed; a secret that is not set; what cannot be sent; no room."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        while True:
            await read_request(reader, seen)
            writer.write(http(b"ok"))

    async with serving(behave) as server, outbound(server.port, connections=1) as out:
        fine = post(server.port)
        assert not out.begin(fine, print), "no connection is there yet"
        await out.send(fine)
        for wrong in (
            replace(fine, redirects=1),
            replace(fine, headers=(("X-Key", placeholder("KEY")),)),
            replace(fine, body="half \ud800", fixed=True),
            replace(fine, url="http://10.0.0.1/", fixed=True),
            replace(fine, url="mailto:sales@b.example"),
            replace(fine, method="HEAD", body=None),
        ):
            assert not out.begin(wrong, print)
        came: list[Result] = []
        assert out.begin(fine, came.append)
        assert not out.begin(fine, print), "one at a time may be under way"
        assert (await out.send(fine))["body"] == "ok", "and who waits has the next turn"
        assert [one["body"] for one in came] == ["ok"]
    assert len(server.requests) == 3


async def test_what_is_under_way_when_the_client_is_closed_is_told_so() -> None:
    async with serving(second(WHOLE[:30], "hang")) as server, outbound(server.port) as out:
        await out.send(post(server.port))
        came: list[Result] = []
        assert out.begin(post(server.port, timeout=60.0), came.append)
        while len(server.requests) < 2:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)
        await out.close()
    [result] = came
    assert (result["phase"] in {"sent", "partial"}, result["failure"]) == (True, "reset")
    assert result["detail"].endswith("the client was closed")
