"""OAuth: a token is asked for once, kept while it is valid, and asked for anew when the buyer no longer takes it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest

from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.model import Auth, OAuth
from leadflow_dsl.terms import Const, SecretRef, Text, Type
from leadflow_engine.effects import HttpRequest

from .raw_server import Seen, http, outbound, read_request, serving

pytestmark = pytest.mark.anyio

TEXT = Type("text")


@dataclass
class Buyer:
    """Gives tokens ``token-1``, ``token-2`` ... and takes only those in ``takes``; echoes the token it got."""

    takes: set[str] = field(default_factory=lambda: {"token-1", "token-2"})
    expires_in: object = 3600
    given: int = 0
    token_answer: bytes | None = None

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        while True:
            text = await read_request(reader, seen)
            writer.write(self._token() if text.startswith("POST /token") else self._lead(text))
            await writer.drain()

    def _token(self) -> bytes:
        self.given += 1
        said = {"access_token": f"token-{self.given}", "expires_in": self.expires_in}
        return self.token_answer or http(json.dumps(said).encode())

    def _lead(self, text: str) -> bytes:
        token = text.split("Authorization: Bearer ")[1].split("\r\n")[0]
        return (
            http(f"taken with {token}".encode())
            if token in self.takes
            else http(b"no", status="401 Unauthorized")
        )


def oauth(port: int, **more: object) -> Auth:
    return Auth(
        "oauth",
        oauth=OAuth(
            Text((f"http://127.0.0.1:{port}/token",), TEXT, NOWHERE),
            SecretRef("ID", TEXT, NOWHERE),
            SecretRef("SECRET", TEXT, NOWHERE),
            **more,  # type: ignore[arg-type]
        ),
    )


SECRETS = {"ID": "me & you", "SECRET": "s3cret", "PW": "pw-1"}


def lead(port: int, auth: Auth) -> HttpRequest:
    return HttpRequest("POST", f"http://127.0.0.1:{port}/lead", (), "{}", (auth,))


async def test_one_token_serves_many_requests_and_is_masked_in_answers() -> None:
    buyer = Buyer()
    async with serving(buyer) as seen, outbound(seen.port, secrets=SECRETS) as out:
        request = lead(seen.port, oauth(seen.port, scope="leads"))
        results = await asyncio.gather(*(out.send(request) for _ in range(5)))
    assert buyer.given == 1
    assert {result["body"] for result in results} == {"taken with ***"}
    asked = parse_qs(seen.requests[0].partition("\r\n\r\n")[2])
    assert asked == {
        "grant_type": ["client_credentials"],
        "client_id": ["me & you"],
        "client_secret": ["s3cret"],
        "scope": ["leads"],
    }


async def test_a_token_that_is_no_longer_taken_is_asked_for_anew_once() -> None:
    buyer = Buyer(takes={"token-2"})
    async with serving(buyer) as seen, outbound(seen.port, secrets=SECRETS) as out:
        first = await out.send(lead(seen.port, oauth(seen.port)))
        buyer.takes = set()
        second = await out.send(lead(seen.port, oauth(seen.port)))
    assert (first["status"], second["status"]) == (200, 401)
    assert buyer.given == 3


async def test_one_that_has_run_out_is_not_used() -> None:
    buyer = Buyer(expires_in=20)
    async with serving(buyer) as seen, outbound(seen.port, secrets=SECRETS) as out:
        for _ in range(2):
            await out.send(lead(seen.port, oauth(seen.port)))
    assert buyer.given == 2


@pytest.mark.parametrize(
    ("more", "grant"),
    [
        (
            {"refresh_token": SecretRef("PW", TEXT, NOWHERE)},
            {"grant_type": ["refresh_token"], "refresh_token": ["pw-1"]},
        ),
        (
            {"user": Const("ann", TEXT, NOWHERE), "password": SecretRef("PW", TEXT, NOWHERE)},
            {"grant_type": ["password"], "username": ["ann"], "password": ["pw-1"]},
        ),
    ],
)
async def test_other_grants(more: dict[str, object], grant: dict[str, list[str]]) -> None:
    async with serving(Buyer()) as seen, outbound(seen.port, secrets=SECRETS) as out:
        await out.send(lead(seen.port, oauth(seen.port, **more)))
    asked = parse_qs(seen.requests[0].partition("\r\n\r\n")[2])
    assert grant.items() <= asked.items()


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (http(b'{"error": "invalid_client"}', status="401 Unauthorized"), "refused"),
        (http(b"busy", status="503 Service Unavailable"), "connect"),
        (http(b"<html>"), "refused"),
    ],
)
async def test_without_a_token_nothing_is_sent(answer: bytes, failure: str) -> None:
    async with serving(Buyer(token_answer=answer)) as seen, outbound(seen.port, secrets=SECRETS) as out:
        result = await out.send(lead(seen.port, oauth(seen.port)))
    assert (result["phase"], result["failure"]) == ("not_sent", failure)
    assert "s3cret" not in str(result)
    assert all("/token" in text.split("\r\n")[0] for text in seen.requests)
