"""A journal that cannot be written to: new leads are refused as the fault says, and none that was acknowledged is
lost."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadflow_engine.drivers.orders import address_of, ask_service
from leadflow_engine.service.log import Log
from leadflow_engine.service.orders import listening
from leadflow_engine.service.server import Service
from leadflow_engine.store import StoreError

from .served import within


def lead(number: int) -> dict[str, str]:
    """A lead that the door refuses: nobody is asked about it."""
    return {"mail": "none", "wish": f"{number}" * 3000}


def pragma(service: Service, sql: str) -> int:
    """Say something to the one connection that writes."""

    def work(core: Any) -> int:
        row = core.connection.execute(sql).fetchone()
        return int(row[0]) if row else 0

    return service.store.transact(work)


async def filled(service: Service, client: httpx.AsyncClient) -> tuple[list[str], list[int]]:
    """Send leads until the journal is full; then three more. Gives those acknowledged, and the other statuses."""
    pages = pragma(service, "PRAGMA page_count")
    pragma(service, f"PRAGMA max_page_count = {pages + 20}")
    kept, others = [], []
    for number in range(200):
        answer = await client.post("/flows/desk/sources/web/submit", json=lead(number))
        if answer.status_code == 200:
            kept.append(answer.json()["lead"]["id"])
        else:
            others.append(answer.status_code)
        if len(others) == 4:
            break
    return kept, others


def test_a_full_disk_refuses_new_leads_and_keeps_the_old(here: Path) -> None:
    async def scene() -> None:
        said: list[str] = []
        async with within(here, said) as (service, client):
            kept, others = await filled(service, client)
            assert (len(kept) > 3, others) == (True, [507] * 4)
            assert (await client.get("/health/ready")).status_code == 503
            assert any("the disk is full" in line for line in said)
            stored = {row[0] for row in service.store.query("SELECT id FROM lead")}
            assert set(kept) <= stored
            pragma(service, "PRAGMA max_page_count = 1000000")
            assert (await client.post("/flows/desk/sources/web/submit", json=lead(0))).status_code == 200

    asyncio.run(scene())


def test_a_locked_journal_is_told_and_later_written(here: Path) -> None:
    async def scene() -> None:
        said: list[str] = []
        async with within(here, said) as (service, client):
            pragma(service, "PRAGMA busy_timeout = 20")
            other = sqlite3.connect(here / "desk.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            refused = await client.post("/flows/desk/sources/web/submit", json=lead(1))
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
            assert any("another program is writing to the file" in line for line in said)
            other.execute("ROLLBACK")
            other.close()
            assert (await client.post("/flows/desk/sources/web/submit", json=lead(1))).status_code == 200

    asyncio.run(scene())


def test_a_signed_call_that_could_not_be_kept_may_come_again(here: Path) -> None:
    from .test_submitting import signature

    async def scene() -> None:
        async with within(here, []) as (service, client):
            pragma(service, "PRAGMA busy_timeout = 20")
            body = b'{"mail": "none"}'
            call = {"content": body, "headers": signature(body)}
            other = sqlite3.connect(here / "desk.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            path = "/flows/desk/sources/signed/submit"
            found = [(await client.post(path, **call)).status_code]  # type: ignore[arg-type]
            other.execute("ROLLBACK")
            other.close()
            found += [(await client.post(path, **call)).status_code for _ in range(2)]  # type: ignore[arg-type]
            assert found == [503, 200, 401]

    asyncio.run(scene())


def test_a_signed_call_is_known_after_a_restart(here: Path) -> None:
    from .test_submitting import signature

    body = b'{"mail": "none"}'
    headers = signature(body)

    async def call() -> int:
        async with within(here, []) as (_, client):
            answer = await client.post("/flows/desk/sources/signed/submit", content=body, headers=headers)
            return answer.status_code

    assert [asyncio.run(call()) for _ in range(2)] == [200, 401]


def test_orders_where_a_path_is_longer_than_sockets_may_be(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    journal = folder / "desk.db"

    async def carry_out(name: str, said: Any) -> Any:
        if name == "no":
            raise StoreError("that cannot be")
        return {"heard": name, **said}

    async def scene(ask: Callable[[], Any]) -> Any:
        async with listening(journal, carry_out, Log(print)):
            mode = (folder / "desk.db.socket").stat().st_mode & 0o777
            assert mode == 0o600
            return await asyncio.to_thread(ask)

    assert asyncio.run(scene(lambda: ask_service(journal, "hello", {"n": 1}))) == {"heard": "hello", "n": 1}
    with pytest.raises(StoreError, match="that cannot be"):
        asyncio.run(scene(lambda: ask_service(journal, "no", {})))
    with address_of(tmp_path / "short.socket") as address:
        assert address == str(tmp_path / "short.socket")


def test_pending_is_told_once_the_lead_is_stored_and_not_before(here: Path) -> None:
    """The journal is slower than the source waits: the answer waits for the commit, and no longer."""

    async def scene() -> tuple[int, float]:
        async with within(here, []) as (service, client):
            pragma(service, "PRAGMA busy_timeout = 5000")
            other = sqlite3.connect(here / "desk.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            body = {"mail": "may@example.com"}
            loop = asyncio.get_running_loop()
            began = loop.time()
            call = asyncio.create_task(client.post("/flows/desk/sources/hasty/submit", json=body))
            done, _ = await asyncio.wait([call], timeout=0.6)
            assert not done
            other.execute("ROLLBACK")
            other.close()
            answer = await call
            stored = service.store.query("SELECT count(*) FROM lead")
            assert stored == [(1,)]
            return answer.status_code, loop.time() - began

    status, took = asyncio.run(scene())
    assert status in (200, 202)
    assert took < 5
