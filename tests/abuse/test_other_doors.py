"""The other doors of the service, for buyers and for questions: what is thrown at the intake is thrown at them, too."""

# ruff: noqa: E501

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from leadflow_engine.operations.orders import carry_out
from tests.abuse.calls import CALLS
from tests.engine.service.served import within

SMALL = [(kind, body) for kind, body in CALLS if len(body) < 4_096]
NOBODY = "0" * 26
DOORS = (
    "/flows/desk/sources/asks/ping",
    "/flows/desk/sources/many/submit",
    "/flows/desk/sources/web/known",
    "/flows/desk/buyers/later/callback",
    "/flows/desk/buyers/later/callback/guessed",
    f"/leads/{NOBODY}/returns",
    f"/leads/{NOBODY}/feedback",
)
HEADERS = (
    {"Idempotency-Key": "a" * 20_000},
    {"Idempotency-Key": "a\x00b"},
    {"Idempotency-Key": "' OR 1=1 --"},
    {"X-Forwarded-For": "127.0.0.1, " * 500},
    {"Host": "evil.example\\@x"},
    {"Host": ""},
    {"Origin": "null"},
    {"Accept": "text/html;q=" + "9" * 1_000},
    {"Content-Encoding": "gzip"},
    {"Content-Encoding": "gzip, " * 50},
    {"Authorization": "Basic " + "A" * 10_000},
    {"Authorization": "Bearer"},
    {"Transfer-Encoding": "gzip"},
    {"Expect": "100-continue"},
)
PATHS = (
    *("/flows/%2e%2e/sources/web/submit", "/flows/desk/sources/%00/submit", "/flows/desk/sources/web%2fsubmit", "/leads/%27", "/leads/" + "A" * 8_000),
    *("/flows//sources//submit", "/openapi.json?flow=%ff", "/flows/desk/sources/web?format=../../etc/passwd", "/metrics/../leads", "/%s%n%x"),
    *("/leads/%F0%9F%98%80", "/flows/desk/buyers/nobody/callback", "/flows/desk/buyers/ace/callback", "/flows/nothing/sources/web/ping"),
)  # fmt: skip


def problems_of(answer: httpx.Response) -> Iterator[str]:
    """What is wrong with an answer."""
    if answer.status_code >= 500:
        yield f"status {answer.status_code}"
    if "Traceback" in answer.text or "passwd" in answer.text or len(answer.content) > 100_000:
        yield "it tells too much"


def thrown(here: Path, calls: list[tuple[str, str, dict[str, str], bytes]]) -> list[str]:
    """What is wrong with the answers to these calls (method, path, headers, body), and what the service complained of."""
    said: list[str] = []

    async def scene() -> list[str]:
        wrong = []
        async with within(here, said, shadow=True) as (made, client):
            order = {"kind": "buyer", "flow": "desk", "party": "ace", "by": "test"}
            key = str(dict(carry_out(made.store, "key_new", order))["key"])  # type: ignore[call-overload]
            for method, path, headers, body in calls:
                proof = {"X-Api-Key": key} if path.startswith("/leads/") else {}
                raw = {name: value.encode("latin-1") for name, value in (proof | headers).items()}
                answer = await client.request(method, path, content=body, headers=raw)
                wrong += [f"{path} {headers} {body[:60]!r}: {why}" for why in problems_of(answer)]
        return wrong

    return asyncio.run(scene()) + said


@pytest.mark.parametrize("door", DOORS)
def test_bodies(door: str, here: Path) -> None:
    calls = [("POST", door, {"Content-Type": kind} if kind else {}, body) for kind, body in SMALL]
    wrong = thrown(here, calls)
    assert not wrong, "\n".join(wrong)


def test_headers_and_paths(here: Path) -> None:
    body = b'{"mail": "ana@example.com"}'
    json = {"Content-Type": "application/json"}
    calls = [("POST", "/flows/desk/sources/web/submit", json | headers, body) for headers in HEADERS]
    calls += [(method, path, json, body) for path in PATHS for method in ("GET", "POST", "HEAD", "BREW")]
    wrong = thrown(here, calls)
    assert not wrong, "\n".join(wrong)
