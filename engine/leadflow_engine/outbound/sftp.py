"""Files to a buyer's directory by SFTP. The server's key must be one that the environment names; neither an agent nor a
configuration file of this machine has a say. Needs the extra ``sftp``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from leadflow_dsl.terms import Const, SecretRef
from leadflow_engine.effects import HttpRequest
from leadflow_engine.outbound.guard import Guard, GuardedResolver, Refused, SettingsError
from leadflow_engine.outbound.results import Failed
from leadflow_engine.secrets import Secrets

if TYPE_CHECKING:
    from asyncssh import SFTPClient, SSHClientConnection

KNOWN: Final = "LEADFLOW_SFTP_KNOWN_HOSTS"
FINGERPRINTS: Final = "LEADFLOW_SFTP_HOST_KEYS"
KEY: Final = "LEADFLOW_SFTP_KEY"
PORT: Final = 22


@dataclass(frozen=True, slots=True)
class SftpSettings:
    """``known_hosts`` is a file of OpenSSH's form, ``fingerprints`` are by HOST:PORT (``SHA256:...``); ``key`` is the
    file of our own private key, which is offered beside the password."""

    known_hosts: str = ""
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    key: str = ""


def sftp_from(environ: Mapping[str, str]) -> SftpSettings:
    """Settings as the environment says. Raises ``SettingsError``."""
    found = {}
    for item in filter(None, (each.strip() for each in environ.get(FINGERPRINTS, "").split(","))):
        place, _, print_ = item.partition("=")
        if not print_.startswith("SHA256:"):
            raise SettingsError(f"{FINGERPRINTS}: `{item}` is not HOST=SHA256:... or HOST:PORT=SHA256:...")
        found[place if place.rpartition(":")[2].isdigit() else f"{place}:{PORT}"] = print_
    return SftpSettings(environ.get(KNOWN, "").strip(), found, environ.get(KEY, "").strip())


async def send(
    request: HttpRequest, settings: SftpSettings, guard: Guard, secrets: Secrets
) -> tuple[int, str]:
    """PUT writes the file of the url, MOVE gives it the name in ``Destination``: 201; 404 where it is not there, 403
    where it may not be. Raises ``Refused`` and ``Failed``; what failed may be done again."""
    try:
        async with asyncio.timeout(request.timeout):
            return await _send(request, settings, guard, secrets)
    except TimeoutError:
        raise Failed("sent", "timeout", "no answer in time") from None


async def _send(
    request: HttpRequest, settings: SftpSettings, guard: Guard, secrets: Secrets
) -> tuple[int, str]:
    asyncssh = _library()
    parts = urlsplit(request.url)
    host, port = parts.hostname or "", parts.port or PORT
    if port != PORT and (host, port) not in guard.allowed:
        raise Refused(
            f"port {port} is not {PORT}; the environment may allow it: LEADFLOW_ALLOW_HOSTS={host}:{port}"
        )
    path = unquote(parts.path)
    try:
        address = (await GuardedResolver(guard).resolve(host, port))[0]["host"]
        async with (
            await _connected(asyncssh, request, settings, secrets, (host, address, port)) as connection,
            connection.start_sftp_client() as client,
        ):
            done = await _work(asyncssh, client, request, path, secrets)
        return done
    except Refused:
        raise
    except asyncssh.HostKeyNotVerifiable:
        raise Refused(
            f"{host}:{port} shows a key that nobody named; set {KNOWN}=FILE, or {FINGERPRINTS}={host}:{port}=SHA256:..."
        ) from None
    except asyncssh.PermissionDenied:
        raise Failed("not_sent", "refused", f"{host} takes neither user nor key") from None
    except (OSError, asyncssh.Error) as error:
        raise Failed("sent", "connect", f"{host}: {str(error) or type(error).__name__}") from None


def _library() -> Any:
    try:
        import asyncssh
    except ImportError:
        raise Refused("SFTP needs a library: pip install 'leadflow[sftp]'") from None
    return asyncssh


async def _connected(
    asyncssh: Any,
    request: HttpRequest,
    settings: SftpSettings,
    secrets: Secrets,
    place: tuple[str, str, int],
) -> SSHClientConnection:
    host, address, port = place
    user, password = _credentials(request, secrets)
    wanted = settings.fingerprints.get(f"{host}:{port}", "")

    class Client(asyncssh.SSHClient):  # type: ignore[misc]
        """Takes the server whose key has the named fingerprint."""

        def validate_host_public_key(self, host: str, addr: str, port: int, key: Any) -> bool:
            return bool(wanted) and bool(key.get_fingerprint() == wanted)

    keys = [settings.key] if settings.key else None
    connection: SSHClientConnection = await asyncssh.connect(
        address,
        port,
        client_factory=Client,
        config=None,
        known_hosts=settings.known_hosts if settings.known_hosts and not wanted else ([], [], []),
        host_key_alias=host,
        username=user,
        password=password or None,
        client_keys=keys,
        agent_path=None,
        gss_host=None,
    )
    return connection


def _credentials(request: HttpRequest, secrets: Secrets) -> tuple[str, str]:
    basic = next((auth for auth in request.auth if auth.kind == "basic"), None)
    if basic is None:
        raise Refused('SFTP needs `auth basic "user" env PASSWORD`')
    user = basic.user
    name = (
        str(user.value)
        if isinstance(user, Const)
        else secrets.get(user.name)
        if isinstance(user, SecretRef)
        else ""
    )
    return name, secrets.get(basic.secret.name) if basic.secret else ""


async def _work(
    asyncssh: Any, client: SFTPClient, request: HttpRequest, path: str, secrets: Secrets
) -> tuple[int, str]:
    try:
        if request.method != "MOVE":
            async with client.open(path, "wb") as file:
                await file.write(secrets.fill(request.body or "", str).encode())
            return 201, ""
        if not await client.exists(path):
            return 404, "the file is not there"
        target = f"{path.rpartition('/')[0]}/{dict(request.headers)['Destination']}"
        await _rename(asyncssh, client, path, target)
        return 201, ""
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        return 404, f"{path.rpartition('/')[0]} is not there"
    except asyncssh.SFTPPermissionDenied:
        return 403, f"{path.rpartition('/')[0]} may not be written to"


async def _rename(asyncssh: Any, client: SFTPClient, path: str, target: str) -> None:
    try:
        await client.posix_rename(path, target)
    except asyncssh.SFTPOpUnsupported:
        await client.rename(path, target)
