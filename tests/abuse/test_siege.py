"""Callers who wear the service out: too large, too many, too slow, under other names. All others go on being served."""

# ruff: noqa: E501

from __future__ import annotations

import base64
import json
import resource
import select
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from leadflow_engine.drivers.orders import give
from tests.engine.service.served import Service

MIB = 1_048_576
SUBMIT = "/flows/desk/sources/web/submit"
LEAD = json.dumps({"mail": "ana@example.com"}).encode()


@pytest.fixture(scope="module")
def web(desk: Service) -> str:
    """The key of the source `web`."""
    return desk.key("web")


@contextmanager
def connected(desk: Service, begun: bytes) -> Iterator[socket.socket]:
    """A connection on which this much was said."""
    url = desk.http.base_url
    with socket.create_connection((url.host, url.port or 80), timeout=15) as found:
        found.sendall(begun)
        yield found


def status_of(desk: Service, request: bytes) -> int:
    """The status of a request as bytes; 0 where the connection was closed without one."""
    with connected(desk, b"") as line:
        try:
            line.sendall(request)
            head = line.recv(4_096)
        except ConnectionError:
            return 0
    return int(head.split(b" ")[1]) if head.startswith(b"HTTP/1.1 ") else 0


def head(key: str, *lines: str) -> bytes:
    """A request's head, proven, with these headers."""
    said = [
        f"POST {SUBMIT} HTTP/1.1",
        "Host: x",
        f"X-Api-Key: {key}",
        "Content-Type: application/json",
        *lines,
    ]
    return "\r\n".join(said).encode("latin-1") + b"\r\n\r\n"


def long(body: bytes, *lines: str) -> tuple[tuple[str, ...], bytes]:
    return (f"Content-Length: {len(body)}", *lines), body


def chunked(body: bytes) -> bytes:
    return f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"


TOO_LARGE: dict[str, tuple[tuple[str, ...], bytes, set[int]]] = {
    "a mebibyte and one": (*long(b" " * (MIB + 1)), {413}),
    "a mebibyte and one, in pieces": (("Transfer-Encoding: chunked",), chunked(b" " * (MIB + 1)), {413}),
    "a length that is not meant": (("Content-Length: 99999999999999999999",), b"", {413}),
    "a length below nothing": (("Content-Length: -1",), b"", {400}),
    "two lengths": (("Content-Length: 2", "Content-Length: 30"), LEAD, {400}),
    "a length and pieces": (("Content-Length: 4", "Transfer-Encoding: chunked"), chunked(LEAD), {200, 400}),
    "a coding of pieces that is none": (("Transfer-Encoding: xchunked",), chunked(LEAD), {400, 501}),
    "a piece of a length that is none": (("Transfer-Encoding: chunked",), b"zz\r\n{}\r\n0\r\n\r\n", {400}),
    "ten thousand fields of a form": (
        *long(
            "&".join(f"a{n}=1" for n in range(10_000)).encode(),
            "Content-Type: application/x-www-form-urlencoded",
        ),
        {400, 415},
    ),
    "a thousand headers": (*long(LEAD, *(f"X-{n}: 1" for n in range(1_000))), {431}),
    "ten thousand headers": (*long(LEAD, *(f"X-{n}: 1" for n in range(10_000))), {400, 431, 0}),
    "a header of 100 KiB": (*long(LEAD, f"X-Long: {'a' * 102_400}"), {400, 431, 0}),
    "a header that goes on": (*long(LEAD, "X-Long: a", " b"), {200, 400}),
    "a header with NUL": (*long(LEAD, "X-Nul: a\x00b"), {400}),
    "a header of no name": (*long(LEAD, ": a"), {400}),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_too_large_or_no_http_is_refused(name: str, desk: Service, web: str) -> None:
    lines, body, wanted = TOO_LARGE[name]
    assert status_of(desk, head(web, *lines) + body) in wanted
    assert desk.submit("web", web, json={"mail": "kim@example.com"}).status_code == 200


NO_REQUESTS = {
    "no http at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a long method": b"A" * 40_000 + b" / HTTP/1.1\r\n\r\n",
    "a long url": b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a whole address": b"GET http://169.254.169.254/latest HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": b"CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: x\r\n\r\n",
    "out of the root": b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    "an empty host": b"GET /health/live HTTP/1.1\r\nHost: \r\n\r\n",
    "bytes in the path": b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "an upgrade": b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
}


@pytest.mark.parametrize("name", NO_REQUESTS)
def test_what_is_no_request_is_none(name: str, desk: Service) -> None:
    assert status_of(desk, NO_REQUESTS[name]) in {0, 200, 400, 404, 405, 414, 431}
    assert desk.http.get("/health/live").status_code == 200


SLOW = {
    "heads that do not end": b"POST /flows/desk/sources/web/submit HTTP/1.1\r\nHost: x\r\nX-A: ",
    "bodies that do not come": b"POST /flows/desk/sources/web/submit HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{",
}


@pytest.mark.parametrize("name", SLOW)
def test_two_hundred_slow_callers_hold_up_nobody(name: str, desk: Service, web: str) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(desk, SLOW[name])) for _ in range(200)]
        took = []
        for number in range(20):
            for one in slow[number::20]:
                one.sendall(b"a") if name.startswith("heads") else None
            began = time.monotonic()
            answer = desk.submit("web", web, json={"mail": f"slow{number}@example.com"})
            took.append(time.monotonic() - began)
            assert answer.status_code == 200
        assert sorted(took)[-2] < 1.0


def test_large_bodies_that_do_not_end_fill_no_memory(desk: Service, web: str) -> None:
    begun = head(web, f"Content-Length: {MIB}") + b" " * (MIB - 1)
    assert desk.process
    before = memory_of(desk.process.pid)
    with ExitStack() as stack:
        lines = [stack.enter_context(connected(desk, begun)) for _ in range(160)]
        small = desk.submit("web", web, json={"mail": "small@example.com"})
        assert small.status_code in (200, 429)
        assert memory_of(desk.process.pid) - before < 200 * MIB
        answered, _, _ = select.select(lines, [], [], 15.0)  # all of it has still to be read
        refused = [line.recv(4_096) for line in answered]
    assert any(
        answer.startswith(b"HTTP/1.1 503 ") and b"retry-after: 5" in answer.lower() for answer in refused
    )


def memory_of(process: int) -> int:
    """Bytes that a process holds."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize()


def test_a_flood_is_told_when_to_come_again(desk: Service) -> None:
    key = desk.key("hasty")
    url = f"{str(desk.http.base_url).rstrip('/')}/flows/desk/sources/hasty/submit"

    def many(worker: int) -> list[tuple[int, str]]:
        with httpx.Client(trust_env=False, timeout=20) as http:
            sent = {"X-Api-Key": key}
            found = [
                http.post(url, headers=sent, json={"mail": f"f{worker}.{n}@example.com"}) for n in range(30)
            ]
        return [(answer.status_code, answer.headers.get("Retry-After", "")) for answer in found]

    with ThreadPoolExecutor(8) as pool:
        answers = [one for each in pool.map(many, range(8)) for one in each]
    statuses = Counter(status for status, _ in answers)
    assert set(statuses) <= {200, 202, 429, 503}
    assert all(again for status, again in answers if status in (429, 503))
    assert desk.http.get("/health/live").status_code == 200


def test_one_call_of_very_many_leads(desk: Service) -> None:
    key = desk.key("many")
    leads = [{"mail": f"many{number}@example.com"} for number in range(1_001)]
    assert desk.submit("many", key, json={"leads": leads}).status_code == 400


# ------------------------------------------------------------------ keys


def _keys(desk: Service) -> dict[str, dict[str, str]]:
    """Headers that open nothing."""
    web, other = desk.key("web"), desk.key("hasty")
    prefix, name, secret = web.split("_", 2)
    order = {"kind": "source", "flow": "desk", "party": "tight", "by": "test"}
    gone = give(desk.db, "key_new", order)
    give(desk.db, "key_revoke", {"id": gone["id"], "by": "test", "because": "tried"})
    bearer = {
        "another source's": other,
        "a buyer's": desk.key("ace", "buyer"),
        "one that was revoked": str(gone["key"]),
        "a secret of zeros": f"{prefix}_{name}_{'A' * 43}",
        "cut off": web[:-1],
        "one letter more": web + "A",
        "in capitals": web.upper(),
        "another prefix": f"pub_{name}_{secret}",
        "another id": f"{prefix}_{'0' * 8}_{secret}",
        "with a NUL": web[:-1] + "\x01",
        "the id alone": f"{prefix}_{name}_",
        "a hash": "sha256:" + "0" * 64,
        "very long": "src_" + "a" * 20_000,
        "sql": "src_' OR '1'='1",
        "in other digits": web.replace("0", "o"),
    }
    found = {name: {"Authorization": f"Bearer {key}"} for name, key in bearer.items() if key != web}
    basic = base64.b64encode(f"user:{other}".encode()).decode()
    return found | {
        "no header": {},
        "an empty one": {"X-Api-Key": ""},
        "as a user's password, another's": {"Authorization": f"Basic {basic}"},
        "no base64": {"Authorization": "Basic %%%"},
        "a scheme that is none": {"Authorization": f"Token {web}"},
        "two at once": {"Authorization": f"Bearer {web}, Bearer {other}"},
        "in a cookie": {"Cookie": f"key={web}"},
    }


def test_keys_that_open_nothing(desk: Service, web: str) -> None:
    tried = _keys(desk)
    assert len(tried) >= 20
    url = f"{str(desk.http.base_url).rstrip('/')}/flows/desk/sources/web/submit"
    for name, headers in tried.items():
        raw = {key: value.encode("latin-1") for key, value in headers.items()}
        answer = httpx.post(url, headers=raw, json={"mail": "eve@example.com"}, trust_env=False)
        assert answer.status_code in (400, 401), name
        if answer.status_code == 401:
            assert answer.headers["WWW-Authenticate"] == "Bearer", name
        assert web not in answer.text
    assert desk.submit("web", web, json={"mail": "ian@example.com"}).status_code == 200


def test_a_secret_key_does_not_count_in_an_address(desk: Service, web: str) -> None:
    """It would stand in every proxy's log."""
    answer = desk.http.post(f"{SUBMIT}?key={web}", json={"mail": "eve@example.com"})
    assert answer.status_code == 401
    assert web.split("_")[2] not in desk.said
