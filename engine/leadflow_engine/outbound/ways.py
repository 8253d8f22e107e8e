"""Ways out that are no HTTP, by the scheme of the url: a row a way. In the sandbox all is taken and nothing sent."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from leadflow_engine.effects import HttpRequest, Result
from leadflow_engine.outbound import files, mail, sftp
from leadflow_engine.outbound.guard import Guard, Refused
from leadflow_engine.outbound.results import Failed, answered, failed
from leadflow_engine.secrets import SecretMissing, Secrets


@dataclass(frozen=True, slots=True)
class Ways:
    """Settings of the ways that are no HTTP."""

    mail: mail.MailSettings | None = None
    sftp: sftp.SftpSettings = field(default_factory=sftp.SftpSettings)
    folders: tuple[str, ...] = ()


def ways_from(environ: Mapping[str, str]) -> Ways:
    """Settings as the environment says. Raises ``guard.SettingsError``."""
    return Ways(mail.mail_from(environ), sftp.sftp_from(environ), files.folders_from(environ))


def scheme_of(request: HttpRequest) -> str:
    """The scheme of a request's url."""
    return request.url.partition(":")[0].lower()


async def send(request: HttpRequest, ways: Ways, guard: Guard, secrets: Secrets) -> Result:
    """Make a request of one of ``WAYS``. Never raises for what the other side does; see ``effects.CallOut``."""
    started = time.perf_counter()
    if guard.sandbox is not None:
        return answered(250, started)
    try:
        status, reason = await WAYS[scheme_of(request)](request, ways, guard, secrets)
        return answered(status, started, secrets.mask(reason))
    except Failed as problem:
        return failed(Failed(problem.phase, problem.failure, secrets.mask(problem.detail)), started)
    except (Refused, SecretMissing) as problem:
        return failed(Failed("not_sent", "refused", secrets.mask(str(problem))), started)


async def _mail(request: HttpRequest, ways: Ways, guard: Guard, secrets: Secrets) -> tuple[int, str]:
    if ways.mail is None:
        raise Refused("no mail server is set: LEADFLOW_SMTP_URL=smtp://user:password@host:587")
    return await mail.send(request, ways.mail, guard, secrets)


async def _sftp(request: HttpRequest, ways: Ways, guard: Guard, secrets: Secrets) -> tuple[int, str]:
    return await sftp.send(request, ways.sftp, guard, secrets)


async def _file(request: HttpRequest, ways: Ways, guard: Guard, secrets: Secrets) -> tuple[int, str]:
    return await files.send(request, ways.folders, secrets)


Way = Callable[[HttpRequest, Ways, Guard, Secrets], Awaitable[tuple[int, str]]]
"""Gives a status and what the other side said. Raises ``Failed``, ``Refused``, ``SecretMissing``."""

WAYS: Final[Mapping[str, Way]] = {"mailto": _mail, "sftp": _sftp, "file": _file}
