"""What the guard lets out, and what it refuses before a byte leaves."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from urllib.parse import unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leadflow_engine.effects import HttpRequest
from leadflow_engine.outbound.client import HttpOutbound, OutboundSettings
from leadflow_engine.outbound.guard import (
    DEFAULT_PORTS,
    Guard,
    GuardedResolver,
    Refused,
    SettingsError,
    check_url,
    guard_from,
    is_public,
)
from leadflow_engine.outbound.place import Places

pytestmark = pytest.mark.anyio

PRIVATE = """
0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.170
192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1
64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0
fec0::1 ff02::1
""".split()

PUBLIC = (
    "8.8.8.8 1.1.1.1 93.184.216.34 172.32.0.1 2606:4700::1111 2a00:1450:4001:81b::200e ::ffff:8.8.8.8".split()
)

TRICKY_URLS = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://0/",
    "http://0.0.0.0/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[fe80::1%25eth0]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://user:pass@127.0.0.1/",
    "http://example.com@127.0.0.1/",
    "http://example.com\\@127.0.0.1/",
    "http://127.0.0.1#@example.com/",
    "http://example.com:22/",
    "https://example.com:6379/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:70/_x",
    "http:///nohost",
    "//example.com/",
    "http://example.com/a\r\nHost: evil",
    "http://example.com/ a",
    "http://example.com:99999/",
    "http://[::1/",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_addresses_that_lead_inside_are_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_addresses_of_the_open_internet_are_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_inside_ipv6(address: ipaddress.IPv4Address) -> None:
    assert is_public(ipaddress.IPv6Address(f"::ffff:{address}")) == is_public(address)


@given(st.ip_addresses(v=6))
def test_nothing_that_python_calls_private_is_public(address: ipaddress.IPv6Address) -> None:
    if is_public(address) and address.ipv4_mapped is None:
        assert address.is_global


@pytest.mark.parametrize("url", TRICKY_URLS)
async def test_a_tricky_url_is_refused_and_nothing_is_sent(url: str) -> None:
    async with HttpOutbound() as out:
        result = await out.send(HttpRequest("GET", url))
    assert (result["phase"], result["failure"], result["status"]) == ("not_sent", "refused", None)
    assert result["detail"]


@pytest.mark.parametrize("url", ["http://①②⑦.⓪.⓪.①/", "http://localhost./", "http://127.0.0.1./"])
async def test_a_spelling_that_only_some_systems_resolve_is_not_sent_either_way(url: str) -> None:
    async with HttpOutbound() as out:
        result = await out.send(HttpRequest("GET", url))
    assert result["phase"] == "not_sent"


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Names resolve to these addresses, one list a look-up (the last again and again). Gives the list of look-ups."""
    asked: list[str] = []

    async def getaddrinfo(self: object, host: str, port: int, **more: object) -> list[object]:
        asked.append(host)
        addresses = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return asked


async def test_one_private_answer_among_public_ones_refuses_all(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["8.8.8.8", "10.0.0.7"])
    with pytest.raises(Refused, match=r"crm\.example resolves to 10\.0\.0\.7, not a public address"):
        await GuardedResolver(Guard()).resolve("crm.example", 443)


async def test_a_name_that_changes_its_answer_is_connected_where_it_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = resolving(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
    async with HttpOutbound(OutboundSettings(Guard(frozenset({("127.0.0.1", 9)})))) as out:
        result = await out.send(HttpRequest("GET", "http://rebind.example:9/", timeout=1.0))
    assert asked == []  # port 9 is refused before any look-up: the name was not allowed
    assert result["failure"] == "refused"
    allowed = Guard(frozenset({("rebind.example", 80)}))
    assert [found["host"] for found in await GuardedResolver(allowed).resolve("rebind.example", 80)] == [
        "127.0.0.1"
    ]
    with pytest.raises(Refused):
        await GuardedResolver(Guard()).resolve("rebind.example", 80)


def test_the_environment_names_what_private_place_may_be_reached() -> None:
    guard = guard_from({"LEADFLOW_ALLOW_HOSTS": "127.0.0.1:8801, [::1]:9000, CRM.internal:8080"})
    assert guard.allowed == {("127.0.0.1", 8801), ("::1", 9000), ("crm.internal", 8080)}
    check_url("http://127.0.0.1:8801/x", guard)
    check_url("http://[::1]:9000/x", guard)
    check_url("https://crm.internal:8080/x", guard)
    with pytest.raises(Refused, match=r"LEADFLOW_ALLOW_HOSTS=127\.0\.0\.1:8802"):
        check_url("http://127.0.0.1:8802/x", guard)


@pytest.mark.parametrize(
    "text", ["127.0.0.1", "127.0.0.1:0", "a:b", "http://x:1", "x:1/path", ":8801", "[::1:80", "u@x:1"]
)
def test_a_setting_that_cannot_be_read_says_how_to_write_it(text: str) -> None:
    with pytest.raises(SettingsError, match=r"127\.0\.0\.1:8801"):
        guard_from({"LEADFLOW_ALLOW_HOSTS": text})


def test_the_sandbox_must_be_allowed_too() -> None:
    with pytest.raises(SettingsError, match=r"Set LEADFLOW_ALLOW_HOSTS=127\.0\.0\.1:8801 as well"):
        guard_from({"LEADFLOW_SANDBOX": "127.0.0.1:8801"})
    both = {"LEADFLOW_SANDBOX": "127.0.0.1:8801", "LEADFLOW_ALLOW_HOSTS": "127.0.0.1:8801"}
    assert guard_from(both).sandbox == ("127.0.0.1", 8801)


STARTS = ("http://a.example", "https://B.example", "http://1.1.1.1", "http://10.0.0.1", "http:/", "")
PIECES = (":80", ":81", ".", "@", "/", "?", "#", "x=1", "é", "%41", " ", "\\")
URLS = st.tuples(st.sampled_from(STARTS), st.lists(st.sampled_from(PIECES), max_size=7)).map(
    lambda drawn: drawn[0] + "".join(drawn[1])
)


def test_of_a_url_nothing_is_remembered_that_may_be_a_leads() -> None:
    places = Places(Guard())
    for ending in (
        "",
        "/leads/ida@mail.example?a=ida@mail.example",
        "/ida@mail.example",
        "?ida@mail.example#x",
    ):
        places.of(f"https://a.example{ending}")
    assert list(places._known) == ["https://a.example"]


@given(URLS)
def test_a_place_that_is_remembered_is_that_of_the_whole_url(url: str) -> None:
    """What is known of a url without its query leads nowhere where the whole of it would not."""
    places = Places(Guard())
    try:
        parts = check_url(url, Guard())
    except Refused:
        with pytest.raises(Refused):
            places.of(url)
        return
    assume((parts.hostname or "").isascii())
    for _ in range(2):
        found = places.of(url)
        assert found.key == (
            parts.scheme == "https",
            parts.hostname,
            parts.port or DEFAULT_PORTS[parts.scheme],
        )
        assert unquote(found.target) == unquote(
            f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        )
