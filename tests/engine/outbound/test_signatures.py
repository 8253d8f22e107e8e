"""What `auth hmac ... over` signs is what a server gets, byte for byte: flows as texts, over real HTTP."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import re
from typing import Any

import pytest

from leadflow_dsl.checking import check_files
from leadflow_engine.effects import HttpRequest
from leadflow_engine.intake.door import read_lead
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.mapping import RequestProblem
from leadflow_engine.plan import make_plan
from leadflow_engine.values.reading import LONGEST_TEXT

from .raw_server import http, outbound, replying, serving

pytestmark = pytest.mark.anyio

NOW = datetime.datetime(2026, 11, 20, 15, 4, 9, 500_000, tzinfo=datetime.UTC)
EPOCH = "1795187049"
SECRETS = {"SIG": "sign&me", "KEY": 'a"b&c <d> é'}
"""The second has to be written otherwise in every kind of body."""
LEAD = {"city": "San José & <Co>", "note": "x" * 65_500}
FLOW = """
flow signed "Signed"
lead {
  city text required
  note text
  none text
}
source s { }
buyer b {
  price 1.00
  deliver {
    post "http://127.0.0.1:%d/leads"
    auth hmac sha256 header "X-Sig" env SIG over %s
    %s
    header "X-Time" epoch(now)
    response { accepted when status 2xx  otherwise error }
  }
}
route { waterfall b }
"""
JSON = "body json { city = city  note = note }"
BODIES = {
    "json": f"auth body key env KEY  {JSON}",
    "form": "auth body key env KEY  body form { city = city  note = note }",
    "xml": "auth body L.key env KEY  body xml { L.city = city  L.note = note }",
    "template": """body json \"\"\"{"city": {{ city | tojson }}, "note": "{{ note }}"}\"\"\"""",
    "no secret": JSON,
}


def built(over: str, rest: str, port: int = 80) -> HttpRequest | RequestProblem:
    """The request of the flow for the lead."""
    checked = check_files({"flow.flow": FLOW % (port, over, rest)}, "flow.flow")
    assert checked.flow is not None, [finding.message for finding in checked.errors]
    plan = make_plan(checked.flow)
    lead = read_lead(plan, Arrival("01J0SIGNED0000000000000000", "page:1", "s", LEAD), NOW, NOW)
    deliver = plan.buyers["b"].buyer.deliver
    assert deliver is not None
    return plan.builder(deliver).build(lead)


async def received(over: str, rest: str) -> tuple[str, str, dict[str, str], bytes]:
    """What a server got of it: method, target, headers and body."""
    async with serving(replying(http())) as server, outbound(server.port, secrets=SECRETS) as out:
        request = built(over, rest, server.port)
        assert isinstance(request, HttpRequest), request
        result: Any = await out.send(request)
        assert result["status"] == 200, result
    head, _, body = server.requests[0].partition("\r\n\r\n")
    method, target, _ = head.splitlines()[0].split(" ")
    headers = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    return method, f"http://{headers['Host']}{target}", headers, body.encode()


def signature(signed: bytes) -> str:
    return hmac.new(SECRETS["SIG"].encode(), signed, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("body", BODIES)
async def test_the_body_alone(body: str) -> None:
    _, _, headers, sent = await received("request.body", BODIES[body])
    assert headers["X-Sig"] == signature(sent)
    assert len(sent) > LONGEST_TEXT


@pytest.mark.parametrize(
    "over", ['concat(epoch(now), ".", request.body)', '"{{ epoch(now) }}.{{ request.body }}"']
)
@pytest.mark.parametrize("body", BODIES)
async def test_the_time_and_the_body(body: str, over: str) -> None:
    _, _, headers, sent = await received(over, BODIES[body])
    assert headers["X-Time"] == EPOCH
    assert headers["X-Sig"] == signature(f"{EPOCH}.".encode() + sent)


async def test_the_method_and_the_url_with_the_key_that_is_added_to_it() -> None:
    over = 'concat(request.method, " ", request.url, none, " ", city)'
    method, url, headers, _ = await received(over, f'auth query "k" env KEY  {JSON}')
    assert url.endswith("/leads?k=a%22b%26c%20%3Cd%3E%20%C3%A9")
    assert headers["X-Sig"] == signature(f"{method} {url} {LEAD['city']}".encode())


async def test_a_digest_of_the_body() -> None:
    _, _, headers, sent = await received("sha256(request.body)", "body json { city = city }")
    assert headers["X-Sig"] == signature(hashlib.sha256(sent).hexdigest().encode())
    assert json.loads(sent) == {"city": LEAD["city"]}


@pytest.mark.parametrize(
    ("over", "rest", "reason"),
    [
        ("upper(request.body)", BODIES["json"], "computes with `request.body`, which holds a secret"),
        ("sha256(request.url)", f'auth query "k" env KEY  {JSON}', "computes with `request.url`"),
        ("none", JSON, "is blank"),
        ("concat(none, none)", JSON, "is blank"),
        ('"{{ none }}.{{ request.body }}"', JSON, "is blank"),
    ],
)
def test_what_cannot_be_signed_is_not_sent(over: str, rest: str, reason: str) -> None:
    problem = built(over, rest)
    assert isinstance(problem, RequestProblem)
    assert re.search(reason, problem.reason)
