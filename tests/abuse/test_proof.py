"""Calls that pretend: signed by others, signed before, changed on the way; webhooks of Facebook and Google that are none."""

# ruff: noqa: E501

from __future__ import annotations

import base64
import datetime
import json
from pathlib import Path

import pytest

from leadflow_engine.intake.call import Answered, Call, Received
from leadflow_engine.operations.receiving import SeenHere
from leadflow_engine.plan import Plan
from tests.engine.intake.calls import NOW, call, digest, payloads, plan_with, received, refused, signature

JSON = "application/json"
BODY = b'{"name": "Jos\xc3\xa9", "phone": "2125550123"}'
SECONDS = int(NOW.timestamp())
WEBHOOK = (
    'verify hmac sha256 header "Webhook-Signature" env SIGN '
    'over concat(header "Webhook-Id", ".", header "Webhook-Timestamp", ".", request.body) within 5m of header "Webhook-Timestamp"'
)
FACEBOOK = 'verify hmac sha256 header "X-Hub-Signature-256" env SIGN  verify challenge query "hub.challenge" token env TOKEN'
GOOGLE = 'verify field "google_key" env KEY'


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("proof")


# ------------------------------------------------------------------ signed in the way of Standard Webhooks


def signed(
    body: bytes = BODY, at: object = SECONDS, name: str = "msg_1", secret: str = "signing-secret", **said: str
) -> Call:
    """A call as it should be; ``said`` replaces headers after it was signed, "" takes one away."""
    text = f"{name}.{at}.".encode() + body
    headers = {
        "Webhook_Id": name,
        "Webhook_Timestamp": str(at),
        "Webhook_Signature": f"v1,{base64.b64encode(digest(text, secret)).decode()}",
    }
    return call(body, JSON, **{key: value for key, value in (headers | said).items() if value})


FORGED = {
    "a changed body": call(BODY + b" ", JSON, **dict.fromkeys(()), **{key.replace("-", "_"): value for key, value in signed().headers if key != "Content-Type"}),
    "another secret": signed(secret="guessed"),
    "an empty secret": signed(secret=""),
    "another id": signed(Webhook_Id="msg_2"),
    "another time": signed(Webhook_Timestamp=str(SECONDS + 1)),
    "headers that change places": signed(Webhook_Id=str(SECONDS), Webhook_Timestamp="msg_1"),
    "301 seconds ago": signed(at=SECONDS - 301),
    "in 301 seconds": signed(at=SECONDS + 301),
    "no time": signed(at="", Webhook_Timestamp=""),
    "a time that is none": signed(at="soon"),
    "a time beyond all": signed(at="9" * 400),
    "no signature": signed(Webhook_Signature=""),
    "no id": signed(Webhook_Id=""),
    "an empty signature": signed(Webhook_Signature="v1,"),
    "nothing but commas": signed(Webhook_Signature="," * 8_000),
    "a signature in another script": signed(Webhook_Signature="v1,ｖ１"),
    "dots moved": signed(name="msg_1.5", Webhook_Id="msg_1"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_call_is_refused(name: str, root: Path) -> None:
    said = refused(plan_with(WEBHOOK, root), FORGED[name])
    assert said.startswith("401 ")
    assert "signing-secret" not in said


@pytest.mark.parametrize("at", [SECONDS - 299, SECONDS, SECONDS + 299])
def test_one_that_is_in_time_is_taken(at: int, root: Path) -> None:
    assert isinstance(received(plan_with(WEBHOOK, root), signed(at=at)), Received)


REPLAYED = {
    "as it was": signed(),
    "another spelling of the signature": signed(Webhook_Signature=f"v1,{digest(f'msg_1.{SECONDS}.'.encode() + BODY).hex()}"),
    "another signature beside it": signed(
        Webhook_Signature=f"v1,AAAA v1,{base64.b64encode(digest(f'msg_1.{SECONDS}.'.encode() + BODY)).decode()}"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REPLAYED)
def test_what_came_before_is_not_taken_again(name: str, root: Path) -> None:
    plan, seen = plan_with(WEBHOOK, root), SeenHere()
    assert isinstance(received(plan, signed(), seen), Received)
    assert refused(plan, REPLAYED[name], seen) == "401 this signed call came before"


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", '{"name": "名"}'.encode(), b"{" * 1_000], ids=repr)
def test_a_proof_is_over_bytes_whatever_they_are(body: bytes, root: Path) -> None:
    plan = plan_with(WEBHOOK, root)
    found = received(plan, signed(body))
    assert isinstance(found, Received) or found.status == 400
    assert refused(plan, signed(body, secret="guessed")).startswith("401 ")


# ------------------------------------------------------------------ Facebook's lead ads, Google's lead forms

ASK = "/?hub.mode=subscribe&hub.challenge=%s&hub.verify_token=%s"
PAGE = json.dumps({"object": "page", "entry": [{"changes": [{"value": {"leadgen_id": "4"}}]}]}).encode()


def from_facebook(body: bytes = PAGE, proof: str | None = None) -> Call:
    """A lead of a page, signed by the app's secret."""
    return call(body, JSON, X_Hub_Signature_256=proof or f"sha256={signature(body)}")


NOT_FACEBOOK = {
    "a handshake with another token": (call(url=ASK % ("1", "guessed"), method="GET"), "403"),
    "a handshake without one": (call(url="/?hub.challenge=1", method="GET"), "403"),
    "a handshake that would be a header": (call(url=ASK % ("a%0d%0aX:1", "hub-token"), method="GET"), "400"),
    "no signature": (call(PAGE, JSON), "401"),
    "a signature by another secret": (from_facebook(proof=f"sha256={signature(PAGE, 'guessed')}"), "401"),
    "a signature of an old kind": (from_facebook(proof=f"sha1={signature(PAGE, algorithm='sha1')}"), "401"),
    "a signature over another body": (from_facebook(PAGE + b"\n", f"sha256={signature(PAGE)}"), "401"),
    "the token in place of a signature": (call(PAGE, JSON, url=ASK % ("1", "hub-token")), "401"),
}


@pytest.mark.parametrize("name", NOT_FACEBOOK)
def test_who_is_not_facebook(name: str, root: Path) -> None:
    made, status = NOT_FACEBOOK[name]
    assert refused(plan_with(FACEBOOK, root), made).startswith(status)


def test_who_is(root: Path) -> None:
    plan = plan_with(FACEBOOK, root)
    assert isinstance(received(plan, from_facebook()), Received)
    for challenge in ("4711", "<script>"):
        found = received(plan, call(url=ASK % (challenge, "hub-token"), method="GET"))
        assert isinstance(found, Answered)
        assert (found.status, found.body) == (200, challenge)
        assert dict(found.headers)["X-Content-Type-Options"] == "nosniff"
        assert dict(found.headers)["Content-Type"].startswith("text/plain")


NOT_GOOGLE = (
    *('{"name": "Ana"}', '{"google_key": ""}', '{"google_key": null}', '{"google_key": "guessed"}', '{"google_key": ["src_right"]}'),
    *('{"google_key": {"a": "src_right"}}', '{"google_key": "src_right "}', '{"GOOGLE_KEY": "src_right"}', '{"user": {"google_key": "src_right"}}'),
    *('[{"google_key": "src_right"}, {"name": "Eve"}]', '{"google_key": "src_right", "google_key": "src_right"}', '{"google_key": true}'),
)  # fmt: skip


@pytest.mark.parametrize("body", NOT_GOOGLE)
def test_who_is_not_google(body: str, root: Path) -> None:
    said = refused(plan_with(GOOGLE, root), call(body, JSON))
    assert said[:3] in ("400", "401")
    assert "src_right" not in said


def test_what_google_knows_is_nothing_of_the_lead(root: Path) -> None:
    plan: Plan = plan_with(GOOGLE, root)
    [lead] = payloads(plan, call('{"google_key": "src_right", "name": "Ana", "is_test": true}', JSON))
    assert lead == {"name": "Ana", "is_test": True}


def test_a_signed_time_is_that_of_now_and_not_of_a_zone(root: Path) -> None:
    local = NOW.astimezone(datetime.timezone(datetime.timedelta(hours=-7))).isoformat()
    assert isinstance(received(plan_with(WEBHOOK, root), signed(at=local)), Received)
