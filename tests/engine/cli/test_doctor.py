"""``leadflow doctor``: what it measures on this machine, and what it makes of other ones."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from leadflow_dsl.checking import check
from leadflow_engine.drivers.certificates import Seen, look_at
from leadflow_engine.drivers.machine import Machine, measured
from leadflow_engine.operations.health import JournalHealth, Looked, findings, hosts_of
from leadflow_engine.outbound.guard import Guard

NOW = datetime.datetime(2026, 11, 20, 14, 0, tzinfo=datetime.UTC)
GOOD = Machine("3.13.1", (3, 53, 0), "2026.6", 80 * 2**30, 250 * 2**30, 0.0002, 65_536, NOW.timestamp(), True)

FLOW = """flow f "F"
lead { email email }
source web "Web" {}
buyer acme "Acme" {
  price 5.00
  deliver {
    post "https://api.acme.example:8443/leads?x={{ email }}"
    auth bearer env ACME_TOKEN
    body json { email = email }
    response { accepted when status 2xx  otherwise rejected }
  }
}
route { waterfall acme }
"""


def told(looked: Looked) -> list[str]:
    return [
        f"{one.level} {one.about}: {one.said}" + (f" -> {one.do}" if one.do else "")
        for one in findings(looked)
        if one.level != "ok"
    ]


def test_a_good_machine_has_nothing_to_mend() -> None:
    assert told(Looked(GOOD)) == []


SICK = {
    "sqlite that can damage a file": {"sqlite": (3, 40, 1)},
    "no time zones": {"zones": ""},
    "little room": {"free": 900 * 2**20},
    "next to no room": {"free": 50 * 2**20},
    "a slow disk": {"sync": 0.04},
    "a disk that cannot be written": {"sync": None},
    "few open files": {"files": 256},
    "a clock that nobody set": {"clock": 86_400.0},
    "a clock that nobody keeps right": {"synchronized": False},
}


@pytest.mark.parametrize("what", SICK.values(), ids=SICK)
def test_each_thing_that_is_wrong_is_told_with_a_way_out(what: dict[str, Any], snapshot: Any) -> None:
    assert told(Looked(replace(GOOD, **what))) == snapshot


def test_journals_and_hosts(snapshot: Any) -> None:
    journal = JournalHealth("a.db", 300 * 2**20, "", overdue=3, doubts=2, unfinished=4)
    hosts = (
        Seen("fine.example", 443, NOW + datetime.timedelta(days=90), 0.3),
        Seen("soon.example", 443, NOW + datetime.timedelta(days=5), 0.0),
        Seen("late.example", 8443, NOW + datetime.timedelta(days=90), -400.0),
        Seen("gone.example", 443, problem="no answer within 8 s"),
    )
    assert told(Looked(GOOD, journal=journal, hosts=hosts, env_mode=0o644)) == snapshot
    assert told(Looked(GOOD, journal=JournalHealth("a.db", problem="journal a.db is damaged"))) == snapshot


def test_what_a_flow_needs(tmp_path: Path, snapshot: Any) -> None:
    flow = tmp_path / "f.flow"
    flow.write_text(FLOW)
    broken = tmp_path / "broken.flow"
    broken.write_text(FLOW.replace("email = email", "email = emial"))
    flows = {"f.flow": check(flow), "broken.flow": check(broken)}
    assert told(Looked(GOOD, flows)) == snapshot
    assert told(Looked(GOOD, {"f.flow": check(flow)}, {"ACME_TOKEN": "t"})) == []
    assert hosts_of(check(flow).flow) == [("api.acme.example", 8443)]  # type: ignore[arg-type]


def test_this_machine_is_measured(tmp_path: Path) -> None:
    found = measured(tmp_path / "not" / "there" / "yet")
    assert found.free > 0 and found.files > 0 and found.sync is not None and found.sync > 0
    assert (
        told(Looked(replace(found, sqlite=(3, 53, 0), free=2**40, sync=0.0, files=2**16, synchronized=None)))
        == []
    )


def test_the_command(leadflow: Any, market: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = market / "f.flow"
    flow.write_text(FLOW)
    assert "not set: ACME_TOKEN" in leadflow("doctor", "f.flow", code=1).output
    (market / ".env").write_text("ACME_TOKEN=t\n")
    (market / ".env").chmod(0o600)
    said = leadflow("doctor", "f.flow", "--format", "json", code=None).output
    assert '"about":".env","level":"ok"' in said and "ACME_TOKEN" not in said
    (market / "bad.db").write_bytes(b"no database" * 100)
    assert "not a database" in leadflow("doctor", "--db", "bad.db", code=1).output


@asynccontextmanager
async def secure_server(folder: Path, days: int) -> AsyncIterator[int]:
    """A server with a certificate of its own for localhost, which is good for so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "ca").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nDate: Fri, 20 Nov 2026 14:00:00 GMT\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_is_looked_at(tmp_path: Path, trusted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def look() -> Seen:
        async with secure_server(tmp_path, 12) as port:
            if trusted:
                monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca"))
            allowed = Guard(frozenset({("localhost", port)}))
            return (await look_at([("localhost", port)], allowed))[0]

    seen = asyncio.run(look())
    if trusted:
        assert seen.problem == "" and seen.until is not None and seen.ahead is not None
        left = seen.until - datetime.datetime.now(datetime.UTC)
        assert datetime.timedelta(days=11) < left < datetime.timedelta(days=13)
    else:
        assert seen.problem == "its certificate does not hold: self-signed certificate"


def test_a_private_host_is_not_looked_at() -> None:
    seen = asyncio.run(look_at([("localhost", 443)], Guard()))[0]
    assert "not a public address" in seen.problem


def test_a_port_that_no_request_may_use_is_not_looked_at() -> None:
    seen = asyncio.run(look_at([("localhost", 8443)], Guard()))[0]
    assert seen.problem.startswith("port 8443 is neither 80 nor 443")


def test_in_a_sandbox_nobody_real_is_asked() -> None:
    sandbox = ("127.0.0.1", 8801)
    seen = asyncio.run(look_at([("buyer.example", 443)], Guard(frozenset({sandbox}), sandbox)))[0]
    assert seen.problem == "not asked: LEADFLOW_SANDBOX leads every request from here to the sandbox"
