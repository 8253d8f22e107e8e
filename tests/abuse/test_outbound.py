"""What leaves: lead data never becomes a header, a host or a path of its own, and no answer leads a request inside."""

# ruff: noqa: E501

from __future__ import annotations

import asyncio
import datetime
import socket
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from leadflow_dsl.checking import check_files
from leadflow_engine.effects import HttpRequest
from leadflow_engine.intake.door import read_lead
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.mapping import RequestProblem
from leadflow_engine.outbound.client import HttpOutbound, OutboundSettings
from leadflow_engine.outbound.guard import Guard, GuardedResolver, Refused
from leadflow_engine.plan import make_plan
from tests.engine.outbound.raw_server import Behaviour, http, outbound, post, replying, serving

NOW = datetime.datetime(2026, 11, 20, 15, 4, tzinfo=datetime.UTC)
FLOW = """
flow injected "Injected"
lead {
  city text
}
source s { }
buyer b {
  price 1.00
  deliver {
    post "http://127.0.0.1:%d/leads/{{ city }}/end?q={{ city }}"
    header "X-City" city
    body %s { city = city }
    response { accepted when status 2xx  otherwise error }
  }
}
route { waterfall b }
"""

INJECTED = (
    *("a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n", "\r\nX-Evil: 1"),
    *("a\x00b", "a\x0bX-Evil: 1", "a\x85X-Evil: 1", "a\u2028X-Evil: 1", "a\u560aX-Evil: 1", "a%0d%0aX-Evil: 1", "..", "../../evil"),
    *("..%2fevil", "/evil", "//evil.example/x", "@evil.example", "?q=evil", "#evil", "a&q=evil", "\\..\\evil", "{{ 7*7 }}"),
)  # fmt: skip


def built(port: int, value: str, kind: str) -> HttpRequest | RequestProblem:
    """The request of the flow for a lead with this city."""
    checked = check_files({"flow.flow": FLOW % (port, kind)}, "flow.flow")
    assert checked.flow is not None
    plan = make_plan(checked.flow)
    lead = read_lead(plan, Arrival("01J0SIGNED0000000000000000", "page:1", "s", {"city": value}), NOW, NOW)
    deliver = plan.buyers["b"].buyer.deliver
    assert deliver is not None
    return plan.builder(deliver).build(lead)


async def received(value: str, kind: str) -> tuple[list[str], int]:
    """What a server got of it, and over how many connections."""
    async with serving(replying(http())) as server, outbound(server.port) as out:
        request = built(server.port, value, kind)
        if isinstance(request, HttpRequest):
            await out.send(request)
        return server.requests, server.connections


@pytest.mark.parametrize("kind", ["json", "form", "xml"])
@pytest.mark.parametrize("value", INJECTED, ids=repr)
def test_a_lead_stays_within_its_place(value: str, kind: str) -> None:
    requests, connections = asyncio.run(received(value, kind))
    assert len(requests) == connections
    assert len(requests) < 2
    for request in requests:
        head = request.partition("\r\n\r\n")[0].encode("latin-1").decode("utf-8")
        first, *headers = head.split("\r\n")
        method, target, version = first.split(" ")
        assert (method, version) == ("POST", "HTTP/1.1")
        parts = urlsplit(target)
        before, there, end = parts.path.lstrip("/").split("/")
        assert (before, end, parse_qs(parts.query)["q"]) == ("leads", "end", [unquote(there)])
        names = [line.partition(":")[0].lower() for line in headers]
        assert len(names) == len(set(names))
        assert "x-evil" not in names
        assert all(line.isprintable() for line in headers)


INSIDE = (
    *("http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:%d/again", "http://[::ffff:10.0.0.1]/", "//2130706433/"),
    *("http://metadata.google.internal/", "http://user@127.0.0.1/", "ftp://127.0.0.1/x", "http://localhost:6379/"),
)  # fmt: skip


@pytest.mark.parametrize("to", INSIDE)
def test_no_redirect_leads_inside(to: str) -> None:
    """The first server is allowed, and it points elsewhere; the second, where it points inside, hears nothing."""

    async def scene() -> int:
        async with serving(replying(http())) as inside:
            there = to % inside.port if "%d" in to else to
            moved: Behaviour = replying(http(b"", "302 Found", f"Location: {there}"))
            async with serving(moved) as seen, outbound(seen.port) as out:
                request = HttpRequest("GET", f"http://127.0.0.1:{seen.port}/", timeout=2.0, redirects=3)
                result = await out.send(request)
            assert result["failure"] == "refused"
            return len(inside.requests)

    assert asyncio.run(scene()) == 0


REBINDING = (
    (["93.184.216.34"], ["127.0.0.1"]),
    (["93.184.216.34", "127.0.0.1"], ["93.184.216.34"]),
    (["127.0.0.1"], ["93.184.216.34"]),
    (["::ffff:169.254.169.254"], ["93.184.216.34"]),
)


@pytest.mark.parametrize(("first", "then"), REBINDING)
def test_a_name_that_changes_its_mind(
    first: list[str], then: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name is asked once a request; what it gave then is what is connected to, or nothing is."""
    answers = [first, then]
    asked: list[str] = []

    async def getaddrinfo(self: object, host: str, port: int, **more: object) -> list[object]:
        asked.append(host)
        found = answers[min(len(asked), 2) - 1]
        kinds = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in found]
        return [
            (kind, socket.SOCK_STREAM, 6, "", (address, port))
            for kind, address in zip(kinds, found, strict=True)
        ]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)

    async def resolved() -> list[str]:
        return [each["host"] for each in await GuardedResolver(Guard()).resolve("rebind.example", 80)]

    if first == ["93.184.216.34"]:
        assert asyncio.run(resolved()) == first
        with pytest.raises(Refused):
            asyncio.run(resolved())
        return

    async def sent() -> dict[str, object]:
        async with HttpOutbound(OutboundSettings()) as out:
            return dict(await out.send(post(80, url="http://rebind.example/")))

    result = asyncio.run(sent())
    assert (result["phase"], result["failure"], len(asked)) == ("not_sent", "refused", 1)
