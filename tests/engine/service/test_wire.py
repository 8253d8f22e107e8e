"""What the server itself keeps: patience with heads that do not come, and whose word for an address counts."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import ipaddress
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from leadflow_engine.service import http, patience, server
from leadflow_engine.service.answers import Answer

from .served import within


@contextlib.asynccontextmanager
async def listening(
    here: Path, proxies: tuple[str, ...] = (), said: list[str] | None = None
) -> AsyncIterator[tuple[server.Service, int]]:
    """A service of this process on a real socket."""
    async with within(here, [] if said is None else said, proxies) as (made, _):
        running = server.Listening(made.config())
        task = asyncio.create_task(running.serve())
        await running.begun.wait()
        try:
            yield made, running.servers[0].sockets[0].getsockname()[1]
        finally:
            running.should_exit = True
            await task


def test_a_head_that_does_not_come_is_not_waited_for(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEADER_SECONDS", 0.2)

    async def scene() -> list[bytes]:
        async with listening(here) as (_, port):
            found = []
            for begun in (b"", b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: "):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(begun)
                found.append(await asyncio.wait_for(reader.read(), 5))
                writer.close()
            return found

    assert [answer.split(b"\r\n")[0] for answer in asyncio.run(scene())] == [
        b"HTTP/1.1 408 Request Timeout"
    ] * 2


def test_a_body_that_does_not_come_is_not_waited_for(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BODY_SECONDS", 0.2)

    async def scene() -> bytes:
        async with listening(here) as (_, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(
                b"POST /flows/desk/sources/web/submit HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
            )
            answer = await asyncio.wait_for(reader.read(), 5)
            writer.close()
            return answer

    assert asyncio.run(scene()).startswith(b"HTTP/1.1 408")


def test_a_caller_that_goes_away_in_the_middle_is_no_mistake_of_ours(here: Path) -> None:
    said: list[str] = []

    async def scene() -> None:
        async with listening(here, said=said) as (made, port):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(
                b"POST /flows/desk/sources/web/submit HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
            )
            await writer.drain()
            writer.close()
            async with asyncio.timeout(5):
                while 'status="400"} 1.0' not in made.metrics.text().decode():  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.01)

    asyncio.run(scene())
    assert said == []


@pytest.mark.parametrize(("proxies", "statuses"), [((), [403, 403]), (("127.0.0.1",), [403, 200])])
def test_an_address_is_the_proxys_word_only_where_it_is_trusted(
    here: Path, proxies: tuple[str, ...], statuses: list[int]
) -> None:
    async def scene() -> list[int]:
        async with listening(here, proxies) as (made, port):
            served = made.flows.by_name["desk"]
            settings = dataclasses.replace(
                served.sources["web"].settings, addresses=(ipaddress.ip_network("203.0.113.0/24"),)
            )
            web = dataclasses.replace(served.sources["web"], settings=settings)
            made.flows.by_name["desk"] = dataclasses.replace(served, sources={**served.sources, "web": web})
            async with httpx.AsyncClient(trust_env=False) as client:
                url = f"http://127.0.0.1:{port}/flows/desk/sources/web/submit"
                said = [{}, {"X-Forwarded-For": "203.0.113.7"}]
                found = [await client.post(url, json={"mail": "none"}, headers=each) for each in said]
                return [answer.status_code for answer in found]

    assert asyncio.run(scene()) == statuses


def test_a_service_that_is_full_says_so_on_a_connection_that_stays(here: Path) -> None:
    async def scene() -> list[int]:
        async with listening(here) as (made, port), httpx.AsyncClient(trust_env=False) as client:
            url = f"http://127.0.0.1:{port}"
            path, lead = f"{url}/flows/desk/sources/web/submit", {"mail": "none"}
            found = [await client.post(path, json=lead)]
            made.runs.room.taken += made.runs.room.most
            found += [await client.post(path, json=lead) for _ in range(2)]
            found.append(await client.get(f"{url}/health/live"))
            made.runs.room.taken -= made.runs.room.most
            found.append(await client.post(path, json=lead))
            assert [answer.headers.get("Retry-After") for answer in found] == [None, "1", "1", None, None]
            assert 'leadflow_calls_total{flow="",source="",status="503"} 2.0' in made.metrics.text().decode()
            return [answer.status_code for answer in found]

    assert asyncio.run(scene()) == [200, 503, 503, 200, 200]


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (b"POST /flows/f/sources/s/submit HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", True),
        (b"POST /flows/f/sources/s/submit HTTP/1.1\r\nHost: x\r\ncontent-length:2\r\n\r\n{", False),
        (b"POST /flows/f/sources/s/submit HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}GET", False),
        (b"POST /flows/f/sources/s/submit HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", False),
        (b"GET /leads/L HTTP/1.1\r\nContent-Length: 0\r\n\r\n", False),
        (b"POST /flows/f/buyers/b/callback HTTP/1.1\r\nContent-Length: 0\r\n\r\n", False),
        (b"POST /leads/L/returns HTTP/1.1\r\nContent-Length: 0\r\n\r\n", False),
    ],
)
def test_only_a_whole_call_is_refused_unread(data: bytes, whole: bool) -> None:
    assert patience.is_whole_post(data) is whole


def test_of_what_is_answered_no_value_is_remembered() -> None:
    """A reply's headers may say what is a lead's."""
    sent: list[object] = []

    async def send(message: object) -> None:
        sent.append(message)

    async def scene() -> None:
        for mail in ("ida@mail.example", "max@mail.example"):
            await http.respond(send, Answer(200, (("X-Mail", mail),), ""))

    before = http._named.cache_info().misses
    asyncio.run(scene())
    assert http._named.cache_info().misses - before <= 1
    assert not hasattr(http._encoded, "cache_info")
    assert "max@mail.example" in repr(sent)
