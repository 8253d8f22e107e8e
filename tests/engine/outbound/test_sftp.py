"""Files to a real SFTP server on loopback: whole or not at all, and only to a server whose key somebody named."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from leadflow_dsl import model as m
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.terms import Const, SecretRef
from leadflow_dsl.types import TEXT
from leadflow_engine.effects import HttpRequest, Result
from leadflow_engine.outbound.client import HttpOutbound, OutboundSettings
from leadflow_engine.outbound.guard import Guard, SettingsError
from leadflow_engine.outbound.sftp import SftpSettings, sftp_from
from leadflow_engine.outbound.ways import Ways
from leadflow_engine.secrets import Secrets

asyncssh = pytest.importorskip("asyncssh")
HOST = "127.0.0.1"
AUTH = (m.Auth("basic", SecretRef("PW", TEXT, NOWHERE), user=Const("leads", TEXT, NOWHERE)),)


class Server:
    """An SFTP server with one user over a directory; ``key`` is its own."""

    def __init__(self, root: Path) -> None:
        self.root, self.key = root, asyncssh.generate_private_key("ssh-ed25519")

    async def serve(self) -> Any:
        class Login(asyncssh.SSHServer):  # type: ignore[misc]
            def password_auth_supported(self) -> bool:
                return True

            def validate_password(self, username: str, password: str) -> bool:
                return (username, password) == ("leads", "right")

        def files(channel: Any) -> Any:
            return asyncssh.SFTPServer(channel, chroot=str(self.root))

        return await asyncssh.create_server(
            Login, HOST, 0, server_host_keys=[self.key], sftp_factory=files, allow_scp=False
        )


def sent(root: Path, *requests: tuple[str, str, str], password: str = "right", **more: Any) -> list[Result]:
    """The results of (method, path, destination) in turn; ``more`` are settings."""

    async def go() -> list[Result]:
        server = Server(root)
        async with await server.serve() as listening:
            port = listening.sockets[0].getsockname()[1]
            prints = more.get("fingerprints", {f"{HOST}:{port}": server.key.get_fingerprint()})
            ways = Ways(sftp=SftpSettings(more.get("known_hosts", ""), prints))
            if more.get("known"):
                file = root.parent / "known_hosts"
                file.write_text(f"[{HOST}]:{port} {server.key.export_public_key().decode()}")
                ways = Ways(sftp=SftpSettings(str(file)))
            guard = Guard(frozenset({(HOST, port)}) if more.get("allowed", True) else frozenset())
            settings = OutboundSettings(guard, Secrets({"PW": password}), ways=ways)
            async with HttpOutbound(settings) as outbound:
                return [await outbound.send(_request(port, *each)) for each in requests]

    return asyncio.run(go())


def _request(port: int, method: str, path: str, destination: str = "") -> HttpRequest:
    headers = (("Destination", destination),) if destination else ()
    return HttpRequest(method, f"sftp://{HOST}:{port}{path}", headers, "a,b\r\n", AUTH, 10.0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "home" / "in").mkdir(parents=True)
    return tmp_path / "home"


def test_a_file_is_written_and_then_named(root: Path) -> None:
    results = sent(
        root, ("PUT", "/in/.x.part", ""), ("MOVE", "/in/.x.part", "x.csv"), ("MOVE", "/in/.x.part", "x.csv")
    )
    assert [result["status"] for result in results] == [201, 201, 404]
    assert [(path.name, path.read_bytes()) for path in (root / "in").iterdir()] == [("x.csv", b"a,b\r\n")]


def test_a_directory_that_is_not_there(root: Path) -> None:
    [result] = sent(root, ("PUT", "/out/.x.part", ""))
    assert (result["status"], dict(result["headers"])["Reason"]) == (404, "/out is not there")


def test_a_wrong_password(root: Path) -> None:
    [result] = sent(root, ("PUT", "/in/.x.part", ""), password="wrong-word")
    assert (result["phase"], result["failure"]) == ("not_sent", "refused")
    assert "wrong-word" not in result["detail"]


def test_a_known_hosts_file_names_it_too(root: Path) -> None:
    [result] = sent(root, ("PUT", "/in/.x.part", ""), known=True)
    assert result["status"] == 201


@pytest.mark.parametrize("prints", [{}, {f"{HOST}:22": "SHA256:other"}])
def test_a_server_that_nobody_named_is_sent_nothing(prints: dict[str, str], root: Path) -> None:
    [result] = sent(root, ("PUT", "/in/.x.part", ""), fingerprints=prints)
    assert result["phase"] == "not_sent" and "LEADFLOW_SFTP_HOST_KEYS" in result["detail"]
    assert list((root / "in").iterdir()) == []


def test_a_private_server_needs_the_environments_leave(root: Path) -> None:
    [result] = sent(root, ("PUT", "/in/.x.part", ""), allowed=False)
    assert result["failure"] == "refused" and "LEADFLOW_ALLOW_HOSTS" in result["detail"]


def test_settings() -> None:
    settings = sftp_from({"LEADFLOW_SFTP_HOST_KEYS": "a.example=SHA256:x, b.example:2222=SHA256:y"})
    assert settings.fingerprints == {"a.example:22": "SHA256:x", "b.example:2222": "SHA256:y"}
    with pytest.raises(SettingsError, match="SHA256"):
        sftp_from({"LEADFLOW_SFTP_HOST_KEYS": "a.example=x"})
