"""Whatever comes: an answer that a caller can use, never an error of ours, and the service goes on."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .served import within
from .test_submitting import signature

Call = tuple[str, str, dict[str, str], bytes]
Ask = Callable[[Call], httpx.Response]

MEDIA = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "application/xml",
    "text/csv",
    "text/plain",
    "application/json; charset=utf-16",
    "",
)
SOURCES = ("web", "many", "asks", "shaped", "signed", "open_form")

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
leads = st.fixed_dictionaries({"mail": scalars, "wish": scalars, "budget": trees, "ping_id": scalars})
bodies = (
    st.binary(max_size=200)
    | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | (leads | trees | st.lists(leads, max_size=3)).map(lambda tree: json.dumps(tree).encode())
    | st.fixed_dictionaries({"leads": st.lists(leads, max_size=3)}).map(
        lambda tree: json.dumps(tree).encode()
    )
    | st.sampled_from(
        [
            b'--b\r\nContent-Disposition: form-data; name="mail"\r\n\r\nx\r\n--b--',
            b"--b\r\n\r\n",
            b"<a><b>1</b>",
            b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
            b"mail,wish\r\na@example.com,1\r\nbroken",
            b"mail[0][x]=1&mail[]=2&mail=3",
            b"{" * 4000,
        ]
    )
)
visible = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)
headers = st.fixed_dictionaries(
    {"Content-Type": st.sampled_from(MEDIA) | visible},
    optional={
        "Idempotency-Key": visible,
        "Content-Encoding": st.sampled_from(["gzip", "deflate", "br", "identity"]),
        "Authorization": visible.map(lambda text: f"Bearer {text}"),
        "X-Sig": visible,
        "X-Time": visible,
        "Origin": visible,
        "X-Forwarded-For": visible,
    },
)
paths = st.sampled_from(
    [f"/flows/desk/sources/{source}/{what}" for source in SOURCES for what in ("submit", "ping")]
)
queries = st.just("") | visible.map(lambda text: "?" + text.replace("#", ""))
calls = st.tuples(
    st.sampled_from(["POST", "PUT", "GET", "OPTIONS", "DELETE"]),
    st.tuples(paths, queries).map("".join),
    headers,
    bodies,
)


@pytest.fixture
def ask(here: Path) -> Iterator[Ask]:
    """Call a service of this process; a shadow, so that leads that are good go on to nobody."""
    with asyncio.Runner() as runner, contextlib.ExitStack() as stack:
        said: list[str] = []
        scope = within(here, said, shadow=True)
        _, client = runner.run(scope.__aenter__())
        stack.callback(lambda: runner.run(scope.__aexit__(None, None, None)))

        def call(one: Call) -> httpx.Response:
            method, url, sent, body = one
            answer = runner.run(client.request(method, url, headers=sent, content=body))
            assert said == [], said
            return answer

        yield call


def check(ask: Ask, call: Call) -> None:
    answer = ask(call)
    assert answer.status_code < 500 or answer.status_code == 503, answer.text
    if answer.status_code >= 400:
        assert set(answer.json()) == {"error"}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls)
def test_no_call_is_an_error_of_ours(ask: Ask, call: Call) -> None:
    check(ask, call)


@pytest.mark.long
@settings(max_examples=10_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls)
def test_ten_thousand_calls(ask: Ask, call: Call) -> None:
    check(ask, call)


def test_of_fifty_signed_calls_that_are_one_only_one_is_taken(here: Path) -> None:
    async def scene() -> list[int]:
        async with within(here, [], shadow=True) as (_, client):
            body = b'{"mail": "zoe@example.com"}'
            call: dict[str, Any] = {"content": body, "headers": signature(body)}
            path = "/flows/desk/sources/signed/submit"
            answers = await asyncio.gather(*(client.post(path, **call) for _ in range(50)))
            return sorted(answer.status_code for answer in answers)

    assert asyncio.run(scene()) == [200] + [401] * 49
