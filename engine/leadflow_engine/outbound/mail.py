"""E-mail: one message through the mail server that the environment names. It is taken when the server has answered 250
after its end; without that answer nobody knows."""

from __future__ import annotations

import asyncio
import hashlib
import smtplib
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from leadflow_engine.effects import HttpRequest
from leadflow_engine.outbound.guard import Guard, GuardedResolver, Refused, SettingsError
from leadflow_engine.outbound.results import Failed
from leadflow_engine.secrets import Secrets

URL: Final = "LEADFLOW_SMTP_URL"
FROM: Final = "LEADFLOW_MAIL_FROM"
PORTS: Final = {"smtp": 587, "smtps": 465}
MOST_BYTES: Final = 10_000_000
"""Bytes of a message: what common servers take."""
MOST_ADDRESSES: Final = 50
BEGIN_DATA: Final = 354


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The mail server. ``tls`` is starttls, implicit or none; ``context`` replaces the default one, which verifies.
    It can be printed: the password is not shown."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "starttls"
    context: ssl.SSLContext | None = None


def mail_from(environ: Mapping[str, str]) -> MailSettings | None:
    """Read ``LEADFLOW_SMTP_URL`` and ``LEADFLOW_MAIL_FROM``; None where no server is named. Raises ``SettingsError``,
    whose text shows no password."""
    written = environ.get(URL, "").strip()
    if not written:
        return None
    way_out = f"{URL} is not smtp://user:password@host:587 or smtps://user:password@host:465."
    try:
        parts = urlsplit(written)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        raise SettingsError(way_out) from None
    tls = "implicit" if parts.scheme == "smtps" else parse_qs(parts.query).get("tls", ["starttls"])[0]
    if parts.scheme not in PORTS or not parts.hostname or tls not in {"starttls", "implicit", "none"}:
        raise SettingsError(way_out)
    sender = environ.get(FROM, "").strip() or unquote(parts.username or "")
    if "@" not in sender:
        raise SettingsError(f"{FROM} is not set; write for example {FROM}=leads@your-company.example")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailSettings(parts.hostname, port, sender, user, password, tls)


async def send(
    request: HttpRequest, settings: MailSettings, guard: Guard, secrets: Secrets
) -> tuple[int, str]:
    """Send one message: the status of SMTP and what the server said. Raises ``Refused`` and ``Failed``."""
    headers = {name: secrets.fill(value, str) for name, value in request.headers}
    whom = _addresses(headers.get("To", ""))
    message = _message(headers, whom, secrets.fill(request.body or "", str), settings)
    deadline = time.monotonic() + request.timeout
    talk = _Talk(settings, await _address(settings, guard, request.timeout), deadline)
    try:
        async with asyncio.timeout(request.timeout + 1):
            return await asyncio.to_thread(talk.hold, whom, message)
    except TimeoutError:
        talk.hang_up()
        raise Failed(
            talk.phase, "timeout" if talk.phase == "sent" else "connect", "no answer in time"
        ) from None


async def _address(settings: MailSettings, guard: Guard, timeout: float) -> str:  # noqa: ASYNC109 - the request's
    """The one checked address that the connection is made to. Raises ``Refused`` and ``Failed``."""
    try:
        async with asyncio.timeout(timeout):
            found = await GuardedResolver(guard).resolve(settings.host, settings.port)
    except Refused:
        raise
    except (OSError, TimeoutError) as error:
        raise Failed("not_sent", "connect", f"{settings.host}: {error}") from None
    return str(found[0]["host"])


# ------------------------------------------------------------------ the message


def _addresses(said: str) -> tuple[str, ...]:
    """Each address of a header. Raises ``Refused`` for what is none, in words that show no address."""
    found = tuple(each.strip() for each in said.split(","))
    if not found or len(found) > MOST_ADDRESSES or not all(map(_is_address, found)):
        raise Refused(f"`to` is not 1 to {MOST_ADDRESSES} e-mail addresses")
    return found


def _is_address(text: str) -> bool:
    user, at, host = text.rpartition("@")
    plain = text.isascii() and text.isprintable() and not any(char in text for char in ' <>,;:\\"()[]')
    return bool(user and at and "." in host and plain)


def _message(headers: Mapping[str, str], whom: tuple[str, ...], body: str, settings: MailSettings) -> bytes:
    """The message as it is sent. A line end in a header cannot come through. Raises ``Refused``."""
    message = EmailMessage(policy=SMTP)
    name = headers.get("File", "")
    digest = hashlib.sha256(
        "\0".join((*whom, headers.get("Subject", ""), name, body)).encode("utf-8", "replace")
    )
    try:
        message["From"] = settings.sender
        message["To"] = ", ".join(whom)
        message["Subject"] = headers.get("Subject", "")
    except ValueError:
        raise Refused("the subject holds a line end") from None
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = f"<{digest.hexdigest()[:32]}@{settings.sender.rpartition('@')[2].strip('> ')}>"
    if name:
        kind, _, sub = headers.get("Content-Type", "text/plain").partition(";")[0].partition("/")
        message.set_content(f"The leads are in the file {name}.\n")
        message.add_attachment(body.encode(), maintype=kind, subtype=sub, filename=name)
    else:
        message.set_content(body)
    whole = message.as_bytes()
    if len(whole) > MOST_BYTES:
        raise Refused(f"the message is over {MOST_BYTES:,} bytes")
    return whole


# ------------------------------------------------------------------ the conversation


class _Smtp(smtplib.SMTP):
    """SMTP to an address that was checked, under the name that its certificate must bear."""

    def __init__(self, settings: MailSettings, address: str, timeout: float) -> None:
        self._settings, self._to, self.context = (
            settings,
            address,
            settings.context or ssl.create_default_context(),
        )
        super().__init__(timeout=timeout)
        self._host = settings.host

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made = socket.create_connection((self._to, port), timeout)
        if self._settings.tls != "implicit":
            return made
        return self.context.wrap_socket(made, server_hostname=self._settings.host)


@dataclass(slots=True)
class _Talk:
    """One conversation; ``phase`` is how far the message has come."""

    settings: MailSettings
    address: str
    deadline: float
    phase: str = "not_sent"
    smtp: _Smtp | None = None

    def hold(self, whom: tuple[str, ...], message: bytes) -> tuple[int, str]:
        """From the greeting to the answer that counts. Raises ``Failed``."""
        try:
            smtp = self._greet()
            refused = self._envelope(smtp, whom)
            if refused is not None:
                return refused
            self.phase = "sent"
            smtp.send(smtplib._quote_periods(message) + b".\r\n")  # type: ignore[attr-defined]
            code, said = self._in_time(smtp).getreply()
            self.phase = "answered"
            return code, _text(said)
        except smtplib.SMTPAuthenticationError:
            raise Failed("not_sent", "refused", "the mail server takes neither user nor password") from None
        except (OSError, smtplib.SMTPException) as error:
            raise self._failed(error) from None
        finally:
            self.hang_up()

    def _greet(self) -> _Smtp:
        settings = self.settings
        smtp = self.smtp = _Smtp(settings, self.address, self._left())
        smtp.connect(settings.host, settings.port)
        smtp.ehlo_or_helo_if_needed()
        if settings.tls == "starttls":
            self._in_time(smtp).starttls(context=smtp.context)
            smtp.ehlo()
        if settings.user:
            self._in_time(smtp).login(settings.user, settings.password)
        return smtp

    def _envelope(self, smtp: _Smtp, whom: tuple[str, ...]) -> tuple[int, str] | None:
        """Sender, receivers and the begin of the message; the answer that refuses it, before any of it is sent."""
        sender = parseaddr(self.settings.sender)[1]
        code, said = self._in_time(smtp).mail(sender)
        for address in whom:
            if code >= 300:
                break
            code, said = self._in_time(smtp).rcpt(address)
        if code < 300:
            code, said = self._in_time(smtp).docmd("DATA")
        return None if code == BEGIN_DATA else (code if code >= 400 else 554, _text(said))

    def _failed(self, error: Exception) -> Failed:
        if self.phase == "not_sent":
            return Failed("not_sent", "connect", f"{self.settings.host}: {_words(error)}")
        over = time.monotonic() >= self.deadline  # smtplib makes a lost connection of a time-out, too
        failure = "timeout" if over or isinstance(error, TimeoutError) else "reset"
        return Failed("sent", failure, f"no answer after the message: {_words(error)}")

    def _left(self) -> float:
        return max(self.deadline - time.monotonic(), 0.001)

    def _in_time(self, smtp: _Smtp) -> _Smtp:
        if smtp.sock is not None:
            smtp.sock.settimeout(self._left())
        return smtp

    def hang_up(self) -> None:
        """Let go of the connection."""
        if self.smtp is not None:
            self.smtp.close()


def _text(said: bytes) -> str:
    return " ".join(said.decode("utf-8", "replace").split())[:300]


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
