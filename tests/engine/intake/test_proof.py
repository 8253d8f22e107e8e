"""How a call proves itself, and what one that does not is told."""

from __future__ import annotations

import base64
import datetime
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow_engine.intake.call import Answered, Received
from leadflow_engine.operations.receiving import SeenHere, receive
from leadflow_engine.secrets import Secrets
from tests.engine.intake.calls import (
    NOW,
    SECRETS,
    call,
    digest,
    payloads,
    plan_with,
    received,
    refused,
    signature,
)

BODY = b'{"name": "Jos\xc3\xa9",  "phone": "2125550123"}\n'
JSON = "application/json"
OLD = NOW - datetime.timedelta(minutes=5, seconds=1)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("proof")


# ------------------------------------------------------------------ the key


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"Authorization": "Bearer src_right"}, ""),
        ({"Authorization": "bearer  src_right "}, ""),
        ({"X_Api_Key": "src_right"}, ""),
        ({"Authorization": "Bearer src_wrong"}, "401 the key is wrong"),
        (
            {"Authorization": "Basic src_right"},
            "401 the key is missing; send it as Authorization: Bearer KEY",
        ),
        ({}, "401 the key is missing; send it as Authorization: Bearer KEY"),
    ],
)
def test_the_key_of_a_source(root: Path, headers: dict[str, str], said: str) -> None:
    plan, made = plan_with("key env KEY", root), call(BODY, JSON, **headers)
    assert refused(plan, made) == said if said else payloads(plan, made)


def test_a_key_is_asked_before_a_body_is_read(root: Path) -> None:
    assert refused(plan_with("key env KEY", root), call("{", JSON)).startswith("401")


def test_a_secret_that_is_not_set_lets_nobody_in(root: Path) -> None:
    plan = plan_with("key env KEY", root)
    found = receive(plan, "web", call(BODY, JSON, Authorization="Bearer "), Secrets(), SeenHere())
    assert isinstance(found, Answered) and found.status == 401
    found = receive(plan, "web", call(BODY, JSON, Authorization="Bearer x"), Secrets(), SeenHere())
    assert isinstance(found, Answered) and found.status == 503


# ------------------------------------------------------------------ signatures over the body

HUB = 'verify hmac sha256 header "X-Hub-Signature-256" env SIGN'


@pytest.mark.parametrize(
    "written",
    [
        f"sha256={signature(BODY)}",
        signature(BODY).upper(),
        f"v1={signature(BODY)}",
        base64.b64encode(digest(BODY)).decode(),
        base64.urlsafe_b64encode(digest(BODY)).decode().rstrip("="),
        f"v1,{base64.b64encode(digest(BODY)).decode()} v1,{base64.b64encode(digest(b'old')).decode()}",
        f"t=1,v1={signature(b'other')},v1={signature(BODY)}",
    ],
)
def test_a_signature_in_whatever_spelling(root: Path, written: str) -> None:
    assert payloads(plan_with(HUB, root), call(BODY, JSON, X_Hub_Signature_256=written))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "401 the header X-Hub-Signature-256 with the signature is missing"),
        (f"sha256={signature(BODY + b' ')}", "401 the signature does not fit"),
        (f"sha256={signature(BODY, 'other')}", "401 the signature does not fit"),
        (f"sha1={signature(BODY, algorithm='sha1')}", "401 the signature does not fit"),
        ("sha256=", "401 the signature does not fit"),
        ("zz" * 32, "401 the signature does not fit"),
        ("=" * 5000, "401 the signature does not fit"),
    ],
)
def test_a_signature_that_does_not_fit(root: Path, written: str, said: str) -> None:
    headers = {"X_Hub_Signature_256": written} if written else {}
    assert refused(plan_with(HUB, root), call(BODY, JSON, **headers)) == said


@given(body=st.binary(max_size=200), at=st.integers(0, 199), header=st.text(max_size=90))
@settings(max_examples=100, deadline=None)
def test_no_other_body_and_no_other_header_gets_in(root: Path, body: bytes, at: int, header: str) -> None:
    plan = plan_with(HUB, root)
    changed = body[:at] + b"!" + body[at:]
    found = received(plan, call(changed, JSON, X_Hub_Signature_256=signature(body)))
    assert isinstance(found, Answered) and found.status == 401
    found = received(plan, call(BODY, JSON, X_Hub_Signature_256=header))
    assert isinstance(found, Answered) and found.status == 401


def test_a_secret_is_changed_without_a_gap(root: Path) -> None:
    plan = plan_with(f'{HUB}  verify hmac sha256 header "X-Hub-Signature-256" env NEXT', root)
    for secret in ("signing-secret", "next-secret"):
        assert payloads(plan, call(BODY, JSON, X_Hub_Signature_256=signature(BODY, secret)))
    assert refused(plan, call(BODY, JSON, X_Hub_Signature_256=signature(BODY, "x"))).startswith("401")


def test_signatures_in_two_headers_must_both_fit(root: Path) -> None:
    plan = plan_with(f'{HUB}  verify hmac sha256 header "X-Two" env NEXT', root)
    one = {"X_Hub_Signature_256": signature(BODY)}
    assert refused(plan, call(BODY, JSON, **one)) == "401 the header X-Two with the signature is missing"
    assert payloads(plan, call(BODY, JSON, **one, X_Two=signature(BODY, "next-secret")))


# ------------------------------------------------------------------ over more than the body, and only once

TIMED = (
    'verify hmac sha256 header "X-Sig" env SIGN '
    'over concat(header "X-Time", ".", request.body) within 5m of header "X-Time"'
)


def timed(at: str, body: bytes = BODY) -> dict[str, str]:
    return {"X_Time": at, "X_Sig": signature(at.encode() + b"." + body)}


SECONDS = int(NOW.timestamp())
TIMES = [str(SECONDS), str(SECONDS * 1000), NOW.isoformat(), "Thu, 19 Nov 2026 15:00:00 GMT"]


@pytest.mark.parametrize("at", TIMES)
def test_when_a_call_was_signed(root: Path, at: str) -> None:
    assert payloads(plan_with(TIMED, root), call(BODY, JSON, **timed(at)))


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (OLD, "401 the call was signed too long ago, or its clock is wrong"),
        (NOW + (NOW - OLD), "401 the call was signed too long ago, or its clock is wrong"),
        (None, "401 the call does not say when it was signed"),
    ],
)
def test_an_old_call_is_not_taken(root: Path, at: datetime.datetime | None, said: str) -> None:
    written = at.isoformat() if at else "soon"
    assert refused(plan_with(TIMED, root), call(BODY, JSON, **timed(written))) == said


def test_the_same_signed_call_is_taken_once(root: Path) -> None:
    plan, seen = plan_with(TIMED, root), SeenHere()
    made = call(BODY, JSON, **timed(NOW.isoformat()))
    assert isinstance(received(plan, made, seen), Received)
    assert refused(plan, made, seen) == "401 this signed call came before"
    respelled = replace(made, headers=tuple((k, v.upper() if k == "X-Sig" else v) for k, v in made.headers))
    assert refused(plan, respelled, seen) == "401 this signed call came before"
    unsigned = plan_with('verify hmac sha256 header "X-Sig" env SIGN within 5m of header "X-Time"', root)
    signed = call(BODY, JSON, X_Sig=signature(BODY), X_Time=NOW.isoformat())
    assert isinstance(received(unsigned, signed, seen), Received)
    later = replace(signed, headers=(*signed.headers[:1], ("X-Time", str(SECONDS + 1)), *signed.headers[2:]))
    assert refused(unsigned, later, seen) == "401 this signed call came before"
    seen.forget(NOW + datetime.timedelta(minutes=6))
    assert isinstance(received(plan, made, seen), Received)


def test_a_call_that_cannot_be_read_is_not_remembered(root: Path) -> None:
    plan, seen = plan_with(TIMED + '  each "leads[]"', root), SeenHere()
    made = call(BODY, JSON, **timed(NOW.isoformat()))
    assert refused(plan, made, seen) == "400 there is no lead at `leads[]`"
    assert refused(plan, made, seen) == "400 there is no lead at `leads[]`"


def test_a_time_inside_the_signature(root: Path) -> None:
    plan = plan_with(
        'verify hmac sha256 header "Stripe-Signature" env SIGN '
        'over concat(split(split(header "Stripe-Signature", ",")[0], "=")[1], ".", request.body) within 5m',
        root,
    )
    at = str(int(NOW.timestamp()))
    signed = signature(at.encode() + b"." + BODY)
    assert payloads(plan, call(BODY, JSON, Stripe_Signature=f"t={at},v1={signature(b'x')},v1={signed}"))
    old = str(int(OLD.timestamp()))
    forged = f"t={old},v1={signature(old.encode() + b'.' + BODY)}"
    assert refused(plan, call(BODY, JSON, Stripe_Signature=forged)).startswith(
        "401 the call was signed too long"
    )


@given(body=st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_what_is_signed_is_the_bytes_as_they_came(root: Path, body: bytes) -> None:
    plan = plan_with(TIMED, root)
    found = received(plan, call(body, "text/plain", **timed(NOW.isoformat(), body)))
    assert isinstance(found, Received) or found.status != 401


def test_a_long_body_is_signed_whole(root: Path) -> None:
    body = json.dumps({"name": "x" * 500_000}).encode()
    assert payloads(plan_with(TIMED, root), call(body, JSON, **timed(NOW.isoformat(), body)))


def test_url_method_and_payload_can_be_signed(root: Path) -> None:
    over = "{{ request.method }}{{ request.url }}{{ payload.name }}"
    plan = plan_with(f'verify hmac sha1 header "X-Sig" env SIGN over "{over}"', root)
    signed = signature(b"POST/in?a=1Jos\xc3\xa9", algorithm="sha1")
    assert payloads(plan, call(BODY, JSON, url="/in?a=1", X_Sig=signed))
    assert refused(plan, call(BODY, JSON, url="/in?a=2", X_Sig=signed)) == "401 the signature does not fit"


# ------------------------------------------------------------------ a secret in the payload, and the handshake


def test_a_secret_in_the_payload_is_nothing_of_the_lead(root: Path) -> None:
    plan = plan_with('verify field "google_key" env KEY', root)
    assert payloads(plan, call('{"name": "Ana", "google_key": "src_right"}', JSON)) == [{"name": "Ana"}]
    assert (
        refused(plan, call('{"google_key": "no"}', JSON))
        == "401 the secret `google_key` of the payload is wrong"
    )
    assert refused(plan, call("{}", JSON)) == "401 the secret `google_key` of the payload is missing"
    assert refused(plan, call('{"google_key": ["src_right"]}', JSON)).startswith("401")
    both = '[{"google_key": "src_right"}, {"name": "Eve"}]'
    assert refused(plan, call(both, JSON)) == "401 the secret `google_key` of the payload is missing"


def test_a_secret_deep_in_the_payload(root: Path) -> None:
    plan = plan_with('verify field "meta.key" env KEY', root)
    found = payloads(plan, call('{"name": "Ana", "meta": {"key": "src_right", "id": 7}}', JSON))
    assert found == [{"name": "Ana", "meta": {"id": 7}}]


def test_the_handshake_of_a_webhook(root: Path) -> None:
    plan = plan_with(f'{HUB}  verify challenge query "hub.challenge" token env TOKEN', root)
    ask = "/?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    found = received(plan, call(url=f"{ask}hub-token", method="GET"))
    assert isinstance(found, Answered)
    assert (found.status, found.body) == (200, "1158201444")
    assert dict(found.headers)["Content-Type"].startswith("text/plain")
    assert refused(plan, call(url=f"{ask}wrong", method="GET")) == "403 the handshake's token is wrong"
    assert refused(plan, call(url="/?hub.challenge=1", method="GET")) == "403 the handshake has no token"
    spaced = "/?hub.challenge=a%0Ab&hub.verify_token=hub-token"
    assert refused(plan, call(url=spaced, method="GET")).startswith("400")
    assert refused(plan, call(BODY, JSON, url=f"{ask}hub-token")).startswith("401 the header")


@given(
    st.binary(max_size=40),
    st.dictionaries(st.sampled_from(["X_Sig", "X_Time", "Authorization"]), st.text(max_size=60)),
)
@settings(max_examples=150, deadline=None)
def test_no_answer_holds_a_secret_and_nothing_raises(
    root: Path, body: bytes, headers: dict[str, str]
) -> None:
    plan = plan_with(f'key env KEY  {TIMED}  verify field "google_key" env TOKEN', root)
    found = receive(plan, "web", call(body, JSON, **headers), SECRETS, SeenHere())
    assert isinstance(found, Answered) and found.status == 401
    for secret in ("src_right", "signing-secret", "hub-token"):
        assert secret not in f"{found.body}{found.why}{found.headers}"
