"""Mail through a real server on loopback: taken, refused, silent, and nothing that a lead brings can add a header."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from leadflow_engine.effects import HttpRequest, Result
from leadflow_engine.outbound.client import HttpOutbound, OutboundSettings, settings_from
from leadflow_engine.outbound.guard import Guard, SettingsError
from leadflow_engine.outbound.mail import MailSettings, mail_from
from leadflow_engine.outbound.ways import Ways
from leadflow_engine.secrets import Secrets

PEM = Path(__file__).parent / "loopback.pem"
HOST = "127.0.0.1"


class Inbox:
    """Takes every message but those to somebody called no; says nothing at the end where it is silent."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.after_data = "250 taken"
        self.silent = False

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith(("no@", "later@")):
            return "550 no such user" if address.startswith("no@") else "451 try later"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        if self.silent:
            await asyncio.sleep(60)
        return self.after_data


class Loopback(Controller):  # type: ignore[misc]
    """A server on a port that is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def listening(inbox: Inbox, **more: Any) -> Iterator[int]:
    controller = Loopback(inbox, hostname=HOST, port=0, **more)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop(no_assert=True)


def send(port: int, request: HttpRequest, allowed: bool = True, **more: Any) -> Result:
    settings = MailSettings(HOST, port, "leads@us.example", **{"tls": "none", **more})
    guard = Guard(frozenset({(HOST, port)}) if allowed else frozenset())

    async def go() -> Result:
        secrets = Secrets({"PASSWORD": "s3cret-word"})
        async with HttpOutbound(OutboundSettings(guard, secrets, ways=Ways(settings))) as outbound:
            return await outbound.send(request)

    return asyncio.run(go())


def mail(
    to: str = "office@acme.example", subject: str = "A lead", body: str = "Ana\n", **more: Any
) -> HttpRequest:
    headers = (("Content-Type", "text/plain; charset=utf-8"), ("To", to), ("Subject", subject))
    return HttpRequest("MAIL", "mailto:", headers, body, **{"timeout": 5.0, **more})


def test_a_mail_that_is_taken() -> None:
    inbox = Inbox()
    with listening(inbox) as port:
        result = send(port, mail(subject="Ein Käufer", body="Größe: 5\n.\nend\n"))
    assert (result["phase"], result["status"]) == ("answered", 250)
    [taken] = inbox.mails
    assert (taken["From"], taken["To"], taken["Subject"]) == (
        "leads@us.example",
        "office@acme.example",
        "Ein Käufer",
    )
    assert taken.get_content().replace("\r\n", "\n") == "Größe: 5\n.\nend\n"


def test_a_file_is_attached() -> None:
    inbox, request = Inbox(), mail(body="a,b\r\n1,2\r\n")
    headers = (("Content-Type", "text/csv; charset=utf-8"), *request.headers[1:], ("File", "acme-1.csv"))
    with listening(inbox) as port:
        send(port, HttpRequest("MAIL", "mailto:", headers, request.body, timeout=5.0))
    [attached] = inbox.mails[0].iter_attachments()
    assert attached.get_filename() == "acme-1.csv" and attached.get_content_type() == "text/csv"
    assert attached.get_payload(decode=True) == b"a,b\r\n1,2\r\n"


@pytest.mark.parametrize(
    ("to", "after", "expected"),
    [
        ("no@acme.example", "250 ok", 550),
        ("later@acme.example", "250 ok", 451),
        ("a@acme.example, no@acme.example", "250 ok", 550),
        ("a@acme.example", "554 looks like spam", 554),
    ],
)
def test_a_mail_that_is_refused(to: str, after: str, expected: int) -> None:
    inbox = Inbox()
    inbox.after_data = after
    with listening(inbox) as port:
        result = send(port, mail(to))
    assert (result["phase"], result["status"]) == ("answered", expected)
    assert len(inbox.mails) == (expected == 554)


def test_no_answer_after_the_message_is_a_doubt() -> None:
    inbox = Inbox()
    inbox.silent = True
    with listening(inbox) as port:
        result = send(port, mail(timeout=0.5))
    assert (result["phase"], result["failure"]) == ("sent", "timeout")
    assert len(inbox.mails) == 1


def test_where_nobody_listens_nothing_was_sent() -> None:
    with listening(Inbox()) as port:
        pass
    result = send(port, mail())
    assert (result["phase"], result["failure"]) == ("not_sent", "connect")


@pytest.mark.parametrize(
    "request_",
    [
        mail("office@acme.example\r\nBcc: x@evil.example"),
        mail(subject="A\r\nBcc: x@evil.example"),
        mail("office"),
        mail("a b@acme.example"),
        mail(", ".join(f"a{number}@acme.example" for number in range(51))),
        mail(body="x" * 10_000_001),
    ],
    ids=["line end in to", "line end in subject", "no address", "a blank", "too many", "too large"],
)
def test_what_is_no_mail_is_not_sent(request_: HttpRequest) -> None:
    inbox = Inbox()
    with listening(inbox) as port:
        result = send(port, request_)
    assert (result["phase"], result["failure"], inbox.mails) == ("not_sent", "refused", [])
    assert "evil" not in result["detail"]


def test_a_private_server_needs_the_environments_leave() -> None:
    inbox = Inbox()
    with listening(inbox) as port:
        result = send(port, mail(), allowed=False)
    assert (result["failure"], inbox.mails) == ("refused", []) and "LEADFLOW_ALLOW_HOSTS" in result["detail"]


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(PEM))
    return context


def serving() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context


def test_starttls_comes_before_the_password() -> None:
    seen = []

    def authenticator(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        seen.append((session.ssl is not None, data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)

    inbox = Inbox()
    more = {"tls_context": serving(), "authenticator": authenticator, "auth_required": True}
    with listening(inbox, **more) as port:
        good = send(port, mail(), tls="starttls", context=trusting(), user="us", password="right")
        bad = send(port, mail(), tls="starttls", context=trusting(), user="us", password="wrong")
    assert seen[0] == (True, b"us", b"right") and good["status"] == 250 and len(inbox.mails) == 1
    assert (bad["phase"], bad["failure"]) == ("not_sent", "refused") and "wrong" not in bad["detail"]


def test_without_starttls_or_trust_nothing_is_sent() -> None:
    inbox = Inbox()
    with listening(inbox) as port:
        plain = send(port, mail(), tls="starttls")
    with listening(inbox, tls_context=serving()) as port:
        unknown = send(port, mail(), tls="starttls")
    assert [result["phase"] for result in (plain, unknown)] == ["not_sent", "not_sent"]
    assert inbox.mails == []


def test_settings() -> None:
    said = {"LEADFLOW_SMTP_URL": "smtp://leads%40us.example:p%3Aw@mail.us.example"}
    settings = mail_from(said)
    assert settings is not None
    assert (settings.host, settings.port, settings.sender) == ("mail.us.example", 587, "leads@us.example")
    assert (settings.password, settings.tls) == ("p:w", "starttls")
    assert "p:w" not in repr(settings_from(said, Secrets()))
    assert mail_from({}) is None


@pytest.mark.parametrize(
    "url", ["http://x", "smtp://", "smtp://a:b@h:x", "smtp://a@h?tls=maybe", "smtp://u:secret@h"]
)
def test_settings_that_cannot_be_read(url: str) -> None:
    with pytest.raises(SettingsError) as problem:
        mail_from({"LEADFLOW_SMTP_URL": url})
    assert "secret" not in str(problem.value)
