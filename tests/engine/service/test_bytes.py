"""What callers may write on a connection: calls in pieces and in a row, what is no call, what is more than one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from leadflow_engine.service import patience

from .test_wire import listening

PATH = "/flows/desk/sources/web/submit"
LEAD = b'{"mail": "none"}'
LIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"


def call(body: bytes = LEAD, *lines: str, path: str = PATH, framed: bool = True) -> bytes:
    """A call that brings a lead."""
    said = [f"POST {path} HTTP/1.1", "Host: x", "Content-Type: application/json", *lines]
    said += [f"Content-Length: {len(body)}"] if framed else []
    return "\r\n".join(said).encode() + b"\r\n\r\n" + body


def chunked(body: bytes) -> bytes:
    """A body in pieces of three bytes."""
    pieces = [body[start : start + 3] for start in range(0, len(body), 3)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


async def heard(port: int, pieces: Sequence[bytes], answers: int, stays: bool) -> tuple[list[int], bool]:
    """(the statuses of the answers to this, whether the connection stays). So many answers, and the end where it is to
    come, are waited for; then a little, for what should not come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = b""

    async def read() -> None:
        nonlocal found
        while part := await reader.read(65_536):
            found += part

    reading = asyncio.create_task(read())
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0.002)
    async with asyncio.timeout(10):
        while len(STATUS.findall(found)) < answers and not reading.done():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    await asyncio.wait([reading], timeout=0.1 if stays else 5)
    stayed = not reading.done()
    reading.cancel()
    writer.close()
    return [int(status) for status in STATUS.findall(found)], stayed


STATUS = re.compile(rb"HTTP/1\.1 (\d+) ")
SAID: dict[str, tuple[list[bytes], list[int], bool]] = {
    "one call": ([call()], [200], True),
    "byte by byte": ([bytes([byte]) for byte in call()], [200], True),
    "in chunks": ([call(chunked(LEAD), "Transfer-Encoding: chunked", framed=False)], [200], True),
    "three at once": ([call() + LIVE + call()], [200, 200, 200], True),
    "line ends between them": ([b"\r\n" + call() + b"\r\n\r\n" + LIVE], [200, 200], True),
    "junk behind a lead": ([call() + b"}junk"], [200], False),
    "junk behind two": ([call() + LIVE + b"junk\r\n\r\n"], [200, 200], False),
    "a broken call behind a lead": (
        [call() + call(b"zz\r\n", "Transfer-Encoding: chunked", framed=False)],
        [200],
        False,
    ),
    "more than the last call": ([call(LEAD, "Connection: close") + LIVE], [200], False),
    "a length and pieces": (
        [call(chunked(LEAD), "Transfer-Encoding: chunked", "Content-Length: 4", framed=False)],
        [400],
        False,
    ),
    "two lengths": ([call(LEAD, "Content-Length: 2")], [400], False),
    "a length with a sign": ([call(LEAD, "Content-Length: +16", framed=False)], [400], False),
    "a coding that is none": ([call(chunked(LEAD), "Transfer-Encoding: x, chunked, x")], [400], False),
    "a coding beneath the chunks": (
        [call(chunked(LEAD), "Transfer-Encoding: gzip, chunked", framed=False)],
        [400],
        False,
    ),
    "a space before the colon": ([call(LEAD, "Transfer-Encoding : chunked")], [400], False),
    "a head without returns": ([LIVE.replace(b"\r\n", b"\n")], [400], False),
    "a chunk that is none": ([call(b"0x3\r\nabc\r\n", "Transfer-Encoding: chunked", framed=False)], [400], False),
    "no host": ([b"GET /health/live HTTP/1.1\r\n\r\n"], [400], False),
    "two hosts": ([LIVE.replace(b"Host: x", b"Host: x\r\nHost: y")], [400], False),
    "no host of old": ([b"GET /health/live HTTP/1.0\r\n\r\n"], [200], False),
    "another version": ([b"GET /health/live HTTP/2.0\r\nHost: x\r\n\r\n"], [400], False),
    "an upgrade to what nobody speaks": (
        [call(LEAD, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAA") + LIVE],
        [200, 200],
        True,
    ),
    "an upgrade of chunks": (
        [call(chunked(LEAD), "Connection: upgrade", "Upgrade: h2c", "Transfer-Encoding: chunked", framed=False)],
        [200],
        True,
    ),
    "a tunnel": ([b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n"], [400], False),
    "a refusal before the body": ([call(b"", "Content-Length: 2000000", framed=False)], [413], False),
    "it waits to be told": (
        [call(b"", "Expect: 100-continue", f"Content-Length: {len(LEAD)}", framed=False), LEAD],
        [100, 200],
        True,
    ),
    "an old caller is not told to go on": (
        [
            call(b"", "Expect: 100-continue", f"Content-Length: {len(LEAD)}", framed=False).replace(b"1.1", b"1.0", 1),
            LEAD,
        ],
        [200],
        False,
    ),
    "it waits to be told of too much": (
        [call(b"", "Expect: 100-continue", "Content-Length: 2000000", framed=False)],
        [413],
        False,
    ),
}  # fmt: skip


def test_what_comes_on_a_connection_is_answered_call_by_call(here: Path) -> None:
    async def scene() -> list[tuple[list[int], bool]]:
        async with listening(here) as (_, port):
            said = SAID.values()
            return await asyncio.gather(
                *(heard(port, pieces, len(codes), stays) for pieces, codes, stays in said)
            )

    found = dict(zip(SAID, asyncio.run(scene()), strict=True))
    assert found == {name: (codes, stays) for name, (_, codes, stays) in SAID.items()}


def test_what_comes_behind_a_body_is_no_header(here: Path) -> None:
    body = (
        chunked(LEAD)[:-2] + b"X-Api-Key: the-desk-key-of-the-flow\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n"
    )
    lead = call(body, "Transfer-Encoding: chunked", path="/flows/desk/sources/keyed/submit", framed=False)

    async def scene() -> list[tuple[list[int], bool]]:
        async with listening(here) as (_, port):
            return [
                await heard(port, [lead + LIVE], 2, True),
                await heard(port, [lead[:-2], lead[-2:] + LIVE], 2, True),
            ]

    assert asyncio.run(scene()) == [([401, 200], True)] * 2


def test_chunks_that_say_more_than_they_bring_are_cut(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "BODY_BYTES", 100_000)
    begun = call(b"", "Transfer-Encoding: chunked", framed=False)

    async def scene() -> list[tuple[list[int], bool]]:
        async with listening(here) as (_, port):
            said = [begun, b"10;", *[b"a" * 30_000] * 6]
            behind = [begun, b"0\r\n", *[b"X-A: b\r\n" * 4_000] * 6]
            return [await heard(port, said, 1, False), await heard(port, behind, 1, False)]

    assert asyncio.run(scene()) == [([413], False)] * 2


def test_a_head_that_grows_too_long_is_refused(here: Path) -> None:
    begun = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"

    async def scene() -> list[tuple[list[int], bool]]:
        async with listening(here) as (_, port):
            grown = await heard(port, [begun, *[b"X-A: " + b"a" * 9_000 + b"\r\n"] * 4, b"\r\n"], 1, False)
            behind = await heard(port, [call(b'{"a": "' + b"b" * 50_000 + b'"}') + begun, b"\r\n"], 2, True)
            return [grown, behind]

    assert asyncio.run(scene()) == [([431], False), ([200, 200], True)]


def test_who_is_refused_in_the_middle_of_a_body_hears_why(here: Path) -> None:
    async def scene() -> list[bytes]:
        async with listening(here) as (made, port):
            made.reception.stopping = True
            found = []
            for size in (900_000, 1_900_000):
                body = b"a" * size
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(call(body))
                await writer.drain()
                found.append((await reader.read())[:12])
                writer.close()
            return found

    assert asyncio.run(scene()) == [b"HTTP/1.1 503"] * 2


def test_nobody_is_heard_for_ever_behind_an_answer(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LINGER_SECONDS", 0.2)

    async def scene() -> bool:
        async with listening(here) as (_, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(call(b"", "Content-Length: 900000", framed=False, path="/health/live"))
            async with asyncio.timeout(5):
                while not reader.at_eof():
                    writer.write(b"a")
                    await reader.read(4_096)
                try:
                    while True:
                        writer.write(b"a")
                        await writer.drain()
                        await asyncio.sleep(0.02)
                except ConnectionError:
                    return True
            return False

    assert asyncio.run(scene())


def test_so_many_calls_may_wait_for_the_one_before(here: Path) -> None:
    async def scene() -> int:
        async with listening(here) as (_, port):
            return len((await heard(port, [LIVE * 1_000], patience.MOST_WAITING + 1, False))[0])

    assert asyncio.run(scene()) == patience.MOST_WAITING + 1
