"""What callers may not do: too large, too many, too slow, too often. Others are served meanwhile."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .served import Service, within

MIB = 1_048_576


def test_a_body_beyond_a_mebibyte_is_not_read(desk: Service, web: str) -> None:
    large = b'{"mail": "' + b"a" * MIB + b'"}'
    json = {"Content-Type": "application/json"}
    assert desk.submit("web", web, json, content=large).status_code == 413
    pieces = (large[start : start + 65_536] for start in range(0, len(large), 65_536))
    assert desk.submit("web", web, json, content=pieces).status_code == 413  # chunked: no length is said
    bomb = gzip.compress(b" " * 50 * MIB)
    assert desk.submit("web", web, {**json, "Content-Encoding": "gzip"}, content=bomb).status_code == 413


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({f"X-{number}": "1" for number in range(120)}, "", 431),
        ({"X-Long": "a" * 40_000}, "", 431),
        ({}, "?" + "a" * 20_000, 414),
        ({"Content-Type": "application/pdf"}, "", 415),
        ({"Content-Type": "application/json"}, "", 400),
    ],
    ids=["many headers", "a long header", "a long url", "another content type", "no json"],
)
def test_what_cannot_be_read_is_refused(
    desk: Service, web: str, headers: dict[str, str], path: str, status: int
) -> None:
    proof = {"Authorization": f"Bearer {web}"}
    answer = desk.http.post(
        f"/flows/desk/sources/web/submit{path}", headers=proof | headers, content=b"not json"
    )
    assert answer.status_code == status


@pytest.mark.parametrize(
    "body",
    [
        b'{"mail": NaN}',
        b'{"mail": 1e999}',
        b'{"mail": ' + b"9" * 5000 + b"}",
        b'{"mail": 1, "mail": 2}',
        b'{"mail": "\\ud83d"}',
        b"[" * 50_000,
        b'{"a":' * 5000,
        b"\xff\xfe\x00",
        b"\x00",
        b"",
        b"[]",
        b"7",
    ],
    ids=lambda body: repr(body[:14]),
)
def test_malformed_bodies_are_refused_and_nothing_breaks(desk: Service, web: str, body: bytes) -> None:
    answer = desk.submit("web", web, {"Content-Type": "application/json"}, content=body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}


def test_a_rate_is_kept_and_says_when_to_come_again(desk: Service) -> None:
    key = desk.key("tight")
    found = [desk.submit("tight", key, json={"mail": f"t{number}@example.com"}) for number in range(4)]
    assert [answer.status_code for answer in found] == [200, 200, 429, 429]
    assert int(found[-1].headers["Retry-After"]) > 60


def test_a_source_has_no_more_leads_under_way_than_it_may(desk: Service) -> None:
    key = desk.key("crowd")

    def call(number: int) -> tuple[int, str]:
        answer = desk.submit("crowd", key, json={"mail": f"c{number}@example.com", "wish": "slow"})
        return answer.status_code, answer.headers.get("Retry-After", "")

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(call, range(4)))
    assert found == [(202, "2"), (503, "1"), (503, "1"), (503, "1")]


def test_calls_of_the_same_moment_do_not_all_find_it_free(here: Path) -> None:
    async def scene() -> list[int]:
        async with within(here, []) as (_, client):
            leads = [{"mail": f"m{number}@example.com"} for number in range(4)]
            path = "/flows/desk/sources/crowd/submit"
            found = await asyncio.gather(*(client.post(path, json=lead) for lead in leads))
            return sorted(answer.status_code for answer in found)

    assert asyncio.run(scene()).count(503) == 3


def test_slow_callers_hold_up_nobody_and_are_sent_away(desk: Service, web: str) -> None:
    host, port = desk.http.base_url.host, desk.http.base_url.port
    assert port
    slow = [socket.create_connection((host, port)) for _ in range(50)]
    for one in slow:
        one.sendall(b"POST /flows/desk/sources/web/submit HTTP/1.1\r\nHost: x\r\nX-A: ")
    began = time.monotonic()
    assert desk.submit("web", web, json={"mail": "lee@example.com"}).status_code == 200
    assert time.monotonic() - began < 5
    for one in slow:
        one.close()


def test_other_paths_and_methods_tell_nothing(desk: Service, web: str) -> None:
    assert desk.http.get("/").status_code == 404
    assert desk.http.get("/flows/desk/sources/%2e%2e/submit").status_code == 404
    assert desk.http.request("DELETE", "/flows/desk/sources/web/submit").status_code in (401, 405)
    found = desk.http.request(
        "DELETE", "/flows/desk/sources/web/submit", headers={"Authorization": f"Bearer {web}"}
    )
    assert (found.status_code, "Traceback" in found.text) == (405, False)


def test_nothing_personal_is_told_to_operators(desk: Service, web: str) -> None:
    desk.submit("web", web, json={"mail": "secret.person@example.com", "wish": "x\x1b[31m"})
    desk.http.get("/flows/desk/sources/web/submit?mail=secret.person@example.com&%1b")
    figures = desk.http.get("/metrics").text
    assert 'leadflow_leads_total{flow="desk",outcome="sold",source="web"}' in figures
    for told in (figures, desk.said):
        assert "secret" not in told
        assert web[13:] not in told
        assert "\x1b" not in told
