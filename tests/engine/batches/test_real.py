"""Whole batches to real servers on loopback: a web server, an SFTP server, a mail server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from leadflow_engine.operations.batching import Done, send_batches
from leadflow_engine.outbound.client import HttpOutbound, OutboundSettings
from leadflow_engine.outbound.guard import Guard
from leadflow_engine.outbound.mail import MailSettings
from leadflow_engine.outbound.sftp import SftpSettings
from leadflow_engine.outbound.ways import Ways
from leadflow_engine.secrets import Secrets
from tests.engine.batches.world import CSV, World, plan_of
from tests.engine.outbound.test_mail import Inbox, listening
from tests.engine.outbound.test_sftp import Server

HOST = "127.0.0.1"
FILE = b"name,phone,note\r\nAna,+12125550123,\r\n"


async def sent(world: World, settings: OutboundSettings) -> list[Done]:
    async with HttpOutbound(settings) as outbound:
        return await send_batches(world.store, world.plans, outbound, world.clock)


def world_of(batch: str, root: Path) -> World:
    world = World(plan_of(f"size 1  {batch}  {CSV}", root))
    world.lead("Ana")
    return world


def test_a_web_server_has_the_file_as_the_body_of_one_request(tmp_path: Path) -> None:
    asked: list[tuple[str, str | None, bytes]] = []

    async def take(request: web.Request) -> web.Response:
        asked.append((request.content_type, request.headers.get("Authorization"), await request.read()))
        return web.Response(status=202)

    async def go() -> list[Done]:
        app = web.Application()
        app.router.add_put("/in", take)
        runner = web.AppRunner(app)
        await runner.setup()
        await (site := web.TCPSite(runner, HOST, 0)).start()
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        world = world_of(f'put "http://{HOST}:{port}/in"  auth bearer env KEY', tmp_path)
        guard = Guard(frozenset({(HOST, port)}))
        try:
            return await sent(world, OutboundSettings(guard, Secrets({"KEY": "s3cret-word"})))
        finally:
            await runner.cleanup()

    assert [done.went.state for done in asyncio.run(go())] == ["sent"]
    assert asked == [("text/csv", "Bearer s3cret-word", FILE)]


def test_an_sftp_server_has_the_file_in_its_folder(tmp_path: Path) -> None:
    pytest.importorskip("asyncssh")
    home = tmp_path / "home"
    (home / "in").mkdir(parents=True)

    async def go() -> list[Done]:
        server = Server(home)
        async with await server.serve() as listening_:
            port = listening_.sockets[0].getsockname()[1]
            world = world_of(f'put "sftp://{HOST}:{port}/in"  auth basic "leads" env PW', tmp_path)
            sftp = SftpSettings(fingerprints={f"{HOST}:{port}": server.key.get_fingerprint()})
            guard = Guard(frozenset({(HOST, port)}))
            return await sent(world, OutboundSettings(guard, Secrets({"PW": "right"}), ways=Ways(sftp=sftp)))

    assert [done.went.state for done in asyncio.run(go())] == ["sent"]
    assert [(path.name, path.read_bytes()) for path in (home / "in").iterdir()] == [
        ("acme-20261120-143000-1.csv", FILE)
    ]


def _mailed(world: World, port: int) -> list[Done]:
    mail = MailSettings(HOST, port, "leads@us.example", tls="none")
    guard = Guard(frozenset({(HOST, port)}))
    return asyncio.run(sent(world, OutboundSettings(guard, ways=Ways(mail))))


def test_a_mail_has_the_file_attached(tmp_path: Path) -> None:
    world, inbox = world_of('to "a@acme.example, b@acme.example"', tmp_path), Inbox()
    with listening(inbox) as port:
        assert [done.went.state for done in _mailed(world, port)] == ["sent"]
    [mail] = inbox.mails
    [attached] = mail.iter_attachments()
    assert mail["Subject"] == "Leads: acme-20261120-143000-1.csv"
    assert (attached.get_filename(), attached.get_payload(decode=True)) == (
        "acme-20261120-143000-1.csv",
        FILE,
    )


def test_a_mail_that_its_server_refuses(tmp_path: Path) -> None:
    world, inbox = world_of('to "no@acme.example"', tmp_path), Inbox()
    with listening(inbox) as port:
        [done] = _mailed(world, port)
    assert (done.went.state, done.went.status, done.went.said) == ("refused", 550, "no such user")
    assert done.is_trouble and inbox.mails == []


def test_what_a_buyer_says_of_a_file_is_kept_without_the_values_in_it(tmp_path: Path) -> None:
    world, inbox = world_of('to "office@acme.example"', tmp_path), Inbox()
    inbox.after_data = "554 row 2: Ana +12125550123 is no customer"
    with listening(inbox) as port:
        [done] = _mailed(world, port)
    assert done.went.said == "row 2: *** *** is no customer"
