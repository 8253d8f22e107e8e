"""Redirects: an answer like any other, unless the flow says how many are followed; and where none leads."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

import pytest

from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.model import Auth
from leadflow_dsl.terms import SecretRef
from leadflow_dsl.types import SECRET
from leadflow_engine.outbound.guard import Refused
from leadflow_engine.outbound.redirects import next_hop
from leadflow_engine.outbound.wire import Wire
from leadflow_engine.secrets import placeholder

from .raw_server import Behaviour, Seen, http, outbound, post, read_request, serving

pytestmark = pytest.mark.anyio

BEARER = Auth("bearer", SecretRef("KEY", SECRET, NOWHERE))
KEY = {"KEY": "hidden-key-1"}
JSON = (("Content-Type", "application/json"), ("X-Kind", "lead"))


def answering(*answers: bytes) -> Behaviour:
    """Answers one after the other, the last for ever."""
    left = list(answers)

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        while True:
            await read_request(reader, seen)
            writer.write(left.pop(0) if len(left) > 1 else left[0])
            await writer.drain()

    return behave


def moved(status: str, to: str) -> bytes:
    return http(b"moved", status, f"Location: {to}")


async def test_a_redirect_is_an_answer_where_nothing_else_is_said() -> None:
    see_other = answering(moved("303 See Other", "/done"), http(b"sold"))
    async with serving(see_other) as seen, outbound(seen.port) as out:
        result = await out.send(post(seen.port))
    assert (result["status"], result["body"], len(seen.requests)) == (303, "moved", 1)
    assert ["Location", "/done"] in result["headers"]
    assert "redirects" not in result


async def test_see_other_is_got_without_a_body() -> None:
    see_other = answering(moved("303 See Other", "/done?id=7"), http(b"sold"))
    async with serving(see_other) as seen, outbound(seen.port, secrets=KEY) as out:
        request = post(seen.port, '{"a":1}', headers=JSON, auth=(BEARER,), redirects=1)
        result = await out.send(request)
    assert (result["phase"], result["body"]) == ("answered", "sold")
    assert result["redirects"] == [f"303 http://127.0.0.1:{seen.port}"]
    got = seen.requests[1]
    assert got.startswith("GET /done?id=7 HTTP/1.1")
    assert "Authorization: Bearer hidden-key-1" in got
    assert "X-Kind: lead" in got and "Content-Type" not in got and not got.endswith('{"a":1}')


@pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
async def test_the_same_post_again_on_the_same_host(status: str) -> None:
    async with (
        serving(answering(moved(status, "/v2/leads"), http(b"sold"))) as seen,
        outbound(seen.port) as out,
    ):
        result = await out.send(post(seen.port, '{"a":1}', headers=JSON, redirects=1))
    assert result["body"] == "sold"
    assert seen.requests[1].startswith("POST /v2/leads") and seen.requests[1].endswith('{"a":1}')


@pytest.mark.parametrize("status", ["301 Moved", "302 Found"])
async def test_a_post_that_is_only_said_to_be_elsewhere_is_not_made_again(status: str) -> None:
    async with (
        serving(answering(moved(status, "/v2/leads"), http(b"sold"))) as seen,
        outbound(seen.port) as out,
    ):
        result = await out.send(post(seen.port, redirects=3))
    assert (result["body"], len(seen.requests)) == ("moved", 1)


async def test_a_post_never_goes_to_another_host() -> None:
    async with serving(answering(http(b"sold"))) as other:
        to = moved("307 Temporary Redirect", f"http://127.0.0.1:{other.port}/leads")
        async with serving(answering(to)) as seen, outbound(seen.port, other.port) as out:
            result = await out.send(post(seen.port, redirects=3))
    assert (result["status"], other.requests) == (307, [])


async def test_another_host_hears_no_secret() -> None:
    headers = (("X-Kind", "lead"), ("X-Own", placeholder("KEY")), ("Cookie", "a=1"))
    async with serving(answering(http(b"told"))) as other:
        to = moved("302 Found", f"http://127.0.0.1:{other.port}/x")
        async with serving(answering(to)) as seen, outbound(seen.port, other.port, secrets=KEY) as out:
            request = post(seen.port, None, method="GET", headers=headers, auth=(BEARER,), redirects=1)
            result = await out.send(request)
    assert result["body"] == "told"
    assert "hidden-key-1" in seen.requests[0]
    [heard] = other.requests
    assert "hidden-key-1" not in heard and "Cookie" not in heard and "X-Kind: lead" in heard


async def test_what_a_location_says_is_no_secret_of_ours() -> None:
    """A placeholder in it is a text: nothing is put in its place."""
    to = f"/x?k={placeholder('KEY')}"
    see_other = answering(moved("303 See Other", quote(to, safe="/?=")), http(b"told"))
    async with serving(see_other) as seen, outbound(seen.port, secrets=KEY) as out:
        await out.send(post(seen.port, redirects=1))
    assert len(seen.requests) == 2
    hop = next_hop(Wire("GET", "https://b.example/", (), None), post(1, None), 302, [["Location", to]])
    assert hop is not None and hop.wire.url.endswith(to)
    assert "hidden-key-1" not in seen.requests[1]


async def test_no_more_than_said() -> None:
    async with serving(answering(moved("303 See Other", "/again"))) as seen, outbound(seen.port) as out:
        result = await out.send(post(seen.port, redirects=3))
    assert (result["status"], len(seen.requests), len(result["redirects"])) == (303, 4, 3)


@pytest.mark.parametrize(
    ("status", "method", "phase"),
    [
        ("303 See Other", "POST", "sent"),
        ("303 See Other", "GET", "not_sent"),
        ("302 Found", "GET", "not_sent"),
    ],
)
async def test_the_guard_is_asked_at_every_hop(status: str, method: str, phase: str) -> None:
    """A post that may have counted before is in doubt; what was only asked was not."""
    to = moved(status, "http://169.254.169.254/latest")
    async with serving(answering(to)) as seen, outbound(seen.port) as out:
        request = post(seen.port, "x=1" if method == "POST" else None, method=method, redirects=1)
        result = await out.send(request)
    assert (result["phase"], result["failure"]) == (phase, "refused")
    assert len(seen.requests) == 1


async def test_a_post_that_was_sent_on_to_where_nobody_listens_was_sent() -> None:
    """Its first host has had the lead, and says no more than that it is to be had elsewhere."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        await read_request(reader, seen)
        seen.stop()
        writer.write(http(b"moved", "307 Temporary Redirect", "Location: /leads", "Connection: close"))
        await writer.drain()

    async with serving(once) as seen, outbound(seen.port) as out:
        result = await out.send(post(seen.port, redirects=1))
    assert (result["phase"], result["failure"], len(seen.requests)) == ("sent", "connect", 1)


async def test_the_time_is_that_of_all_hops() -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        while True:
            await read_request(reader, seen)
            if len(seen.requests) > 1:
                await asyncio.sleep(30)
            writer.write(moved("303 See Other", "/slow"))
            await writer.drain()

    async with serving(slow) as seen, outbound(seen.port) as out:
        result = await out.send(replace(post(seen.port, redirects=2), timeout=0.3))
    assert (result["phase"], result["failure"]) == ("sent", "timeout")
    assert result["ms"] < 3_000


class TestWhere:
    """Which answers lead on, without a network."""

    WIRE = Wire("GET", "https://b.example/a/b?c=1", (("Accept", "x"),), None)

    def hop(self, status: int, *headers: Sequence[str], wire: Wire = WIRE) -> str | None:
        hop = next_hop(wire, post(1, None), status, headers)
        return None if hop is None else f"{hop.wire.method} {hop.wire.url}"

    @pytest.mark.parametrize(
        ("said", "to"),
        [
            ("/x", "https://b.example/x"),
            ("x#part", "https://b.example/a/x"),
            ("?d=2", "https://b.example/a/b?d=2"),
            ("//c.example/x", "https://c.example/x"),
            ("http://b.example/x", None),
            ("ftp://b.example/x", None),
            ("javascript:alert(1)", None),
            ("", None),
            ("/" + "x" * 9_000, None),
        ],
    )
    def test_locations(self, said: str, to: str | None) -> None:
        assert self.hop(302, ["location", said]) == (to and f"GET {to}")

    @pytest.mark.parametrize("status", [200, 201, 300, 304, 305, 400])
    def test_no_redirects(self, status: int) -> None:
        assert self.hop(status, ["Location", "/x"]) is None

    @pytest.mark.parametrize(
        ("status", "method", "done"),
        [
            (303, "POST", True),
            (307, "POST", True),
            (308, "PUT", True),
            (302, "GET", False),
            (307, "GET", False),
        ],
    )
    def test_whoever_was_sent_a_lead_may_have_counted_it(self, status: int, method: str, done: bool) -> None:
        wire = Wire(method, "https://b.example/a", (), None if method == "GET" else b"x")
        hop = next_hop(wire, post(1, None), status, [["Location", "/x"]])
        assert hop is not None and hop.done is done

    def test_http_may_become_https(self) -> None:
        posted = Wire("POST", "http://b.example/a", (), b"x")
        assert self.hop(308, ["Location", "https://b.example/a"], wire=posted) == "POST https://b.example/a"
        assert self.hop(308, ["Location", "https://b.example:444/a"], wire=posted) is None

    def test_what_is_no_url(self) -> None:
        with pytest.raises(Refused, match="no url"):
            self.hop(302, ["Location", "https://[oops"])
