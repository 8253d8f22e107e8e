"""What goes over the wire: secrets filled in where they belong, and nowhere else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.model import Auth
from leadflow_dsl.terms import Const, Read, SecretRef, Type
from leadflow_engine.answers.draw import DRAW_HEADER, draw_key
from leadflow_engine.effects import HttpRequest
from leadflow_engine.outbound.client import HttpOutbound, OutboundSettings
from leadflow_engine.outbound.guard import Guard, Refused
from leadflow_engine.outbound.wire import wire_of
from leadflow_engine.secrets import SecretMissing, Secrets, placeholder

from .raw_server import http, outbound, post, replying, serving

pytestmark = pytest.mark.anyio

TEXT = Type("text")
KEY = SecretRef("KEY", TEXT, NOWHERE)
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0\uf8f0\uf8f1"), min_size=1)


def request(
    body: str | None = None, content_type: str = "", *auth: Auth, url: str = "https://b.example/x"
) -> HttpRequest:
    headers = (("Content-Type", content_type),) if content_type else ()
    return HttpRequest("POST", url, headers, body, auth)


def headers_with(auth: Auth, secret: str = "s3cret", body: str | None = None) -> dict[str, str]:
    return dict(wire_of(request(body, "", auth), Secrets({"KEY": secret})).headers)


def test_bearer() -> None:
    assert headers_with(Auth("bearer", KEY)) == {"Authorization": "Bearer s3cret"}


def test_basic() -> None:
    user = Const("ann", TEXT, NOWHERE)
    expected = base64.b64encode(b"ann:s3cret").decode()
    assert headers_with(Auth("basic", KEY, user=user)) == {"Authorization": f"Basic {expected}"}


def test_a_header_with_a_prefix() -> None:
    assert headers_with(Auth("header", KEY, name="X-Key", prefix="Token ")) == {"X-Key": "Token s3cret"}


@pytest.mark.parametrize(
    ("url", "expected"), [("https://b.example/x", "?k="), ("https://b.example/x?a=1", "?a=1&k=")]
)
def test_query(url: str, expected: str) -> None:
    wire = wire_of(request(None, "", Auth("query", KEY, name="k"), url=url), Secrets({"KEY": "a&b=c d"}))
    assert wire.url == f"https://b.example/x{expected}a%26b%3Dc%20d"


def test_hmac_signs_the_body_as_it_is_sent() -> None:
    auth = Auth("hmac", KEY, name="X-Signature", algorithm="sha256", prefix="sha256=")
    expected = hmac.new(b"s3cret", b'{"a": 1}', hashlib.sha256).hexdigest()
    assert headers_with(auth, body='{"a": 1}') == {"X-Signature": f"sha256={expected}"}


@pytest.mark.parametrize("auth", [Auth("hmac", KEY, algorithm="md4"), Auth("bearer")])
def test_an_authentication_that_cannot_be_made_is_refused(auth: Auth) -> None:
    with pytest.raises(Refused):
        headers_with(auth)


@given(VALUES)
def test_a_secret_never_breaks_out_of_its_place(value: str) -> None:
    secrets, key = Secrets({"KEY": value}), placeholder("KEY")
    as_json = wire_of(request(f'{{"k": "{key}", "z": 1}}', "application/json"), secrets)
    assert json.loads(as_json.body or b"") == {"k": value, "z": 1}
    as_form = wire_of(request(f"k={key}&z=1", "application/x-www-form-urlencoded; charset=utf-8"), secrets)
    assert parse_qs((as_form.body or b"").decode(), keep_blank_values=True) == {"k": [value], "z": ["1"]}
    as_url = wire_of(request(url=f"https://b.example/{key}?k={key}&z=1"), secrets)
    assert parse_qs(urlsplit(as_url.url).query)["z"] == ["1"]
    assert urlsplit(as_url.url).hostname == "b.example"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0xD7FF), min_size=1))
def test_a_secret_in_xml_stays_text(value: str) -> None:
    wire = wire_of(request(f"<a k='{placeholder('KEY')}'><z/></a>", "text/xml"), Secrets({"KEY": value}))
    root = ElementTree.fromstring((wire.body or b"").decode())
    assert (root.get("k"), [child.tag for child in root]) == (value, ["z"])


@pytest.mark.parametrize("typed", ["%EF%A3%B0KEY%EF%A3%B1", "\\uf8f0KEY\\uf8f1", "&#xf8f0;KEY&#xf8f1;"])
@pytest.mark.parametrize(
    "kind", ["application/json", "application/x-www-form-urlencoded", "text/xml", "text/plain"]
)
def test_what_a_lead_can_type_is_never_a_placeholder(typed: str, kind: str) -> None:
    wire = wire_of(
        request(f"k={typed}", kind, url=f"https://b.example/?k={typed}"), Secrets({"KEY": "s3cret"})
    )
    assert wire.body == f"k={typed}".encode()
    assert "s3cret" not in wire.url


@pytest.mark.parametrize(
    "bad",
    [
        HttpRequest("POST", "https://b.example/", (("X-A", "a\r\nX-B: b"),)),
        HttpRequest("POST", "https://b.example/", (("X-A", "a\x0bX-B: b"), ("X-C", "c"))),
        HttpRequest("POST", "https://b.example/", (("X-A", "a\x7f"),)),
        HttpRequest("POST", "https://b.example/", (("X A", "a"),)),
        HttpRequest("POST", "https://b.example/", (("X-A", placeholder("LINES")),)),
        HttpRequest("POST", "https://b.example/", (("X-A", "a"),), None, (Auth("header", KEY, name="X-B"),)),
        HttpRequest("POST", "https://b.example/", (), "half \ud800"),
    ],
)
def test_what_cannot_be_sent_is_refused(bad: HttpRequest) -> None:
    with pytest.raises(Refused):
        wire_of(bad, Secrets({"LINES": "a\nb", "KEY": "a\x1cb"}))


async def test_a_missing_secret_is_named_and_nothing_is_sent() -> None:
    with pytest.raises(SecretMissing):
        wire_of(request(placeholder("KEY")), Secrets())
    async with serving(replying(http())) as server, outbound(server.port) as out:
        result = await out.send(post(server.port, placeholder("KEY")))
    assert (result["phase"], result["failure"]) == ("not_sent", "refused")
    assert result["detail"] == "KEY is not set in the environment or in .env"
    assert server.requests == []


async def test_the_request_as_a_buyer_sees_it() -> None:
    async with serving(replying(http())) as server, outbound(server.port, secrets={"KEY": "s3cret"}) as out:
        headers = (("Content-Type", "application/json"), ("X-Two", "a"), ("X-Two", "b"))
        await out.send(post(server.port, '{"n": "Zoë"}', headers=headers, auth=(Auth("bearer", KEY),)))
    head, _, body = server.requests[0].partition("\r\n\r\n")
    lines = head.split("\r\n")
    assert lines[0] == "POST /leads HTTP/1.1"
    assert {"Content-Type: application/json", "X-Two: a", "X-Two: b", "Authorization: Bearer s3cret"} <= set(
        lines
    )
    assert "User-Agent: leadflow" in lines
    assert body == '{"n": "Zoë"}'


async def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    async with serving(replying(http(b"direct"))) as server, outbound(server.port) as out:
        assert (await out.send(post(server.port)))["body"] == "direct"


async def test_the_sandbox_hears_everything_and_the_real_host_nothing() -> None:
    async with serving(replying(http(b"simulated"))) as server:
        place = ("127.0.0.1", server.port)
        settings = OutboundSettings(Guard(frozenset({place}), place), Secrets({"KEY": "s3cret"}))
        sent = HttpRequest("POST", "https://api.sunpath.example/leads?k=1", (), f"key={placeholder('KEY')}")
        async with HttpOutbound(settings) as out:
            result = await out.send(sent)
    assert result["body"] == "simulated"
    head = server.requests[0].split("\r\n")
    assert head[0] == "POST /leads?k=1 HTTP/1.1"
    assert "Host: api.sunpath.example" in head
    assert f"{DRAW_HEADER}: {draw_key('POST', sent.url, sent.body)}" in head


def test_a_signature_in_the_query_is_made_of_the_url_without_it() -> None:
    over = Read("request", "url", "", TEXT, NOWHERE)
    auth = Auth("hmac", KEY, "sig", algorithm="sha256", place="query", over=over)
    wire = wire_of(request("x", "", auth, url="https://b.example/x?a=1"), Secrets({"KEY": "s3cret"}))
    made = hmac.new(b"s3cret", b"https://b.example/x?a=1", "sha256").hexdigest()
    assert wire.url == f"https://b.example/x?a=1&sig={made}"
    assert made in wire.echoes and not any(made in value for _, value in wire.headers)
