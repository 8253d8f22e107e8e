"""A shadow: beside another system, with the same leads, and nobody hears of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.store import SqliteStore, StoreError

from .served import service, within


def test_a_shadow_decides_and_contacts_nobody(tmp_path: Path) -> None:
    with service(tmp_path, "--shadow", "--open") as here:
        answers = [here.submit("web", json={"mail": f"s{n}@example.com", "wish": "slow"}) for n in range(3)]
        assert {answer.json()["outcome"] for answer in answers} == {"sold"}
        assert here.sandbox
        assert here.sandbox.ledger.entries("", "") == []
        here.end()
        with pytest.raises(StoreError, match="is a shadow's"):
            SqliteStore.open(here.db, RealClock())


def test_a_shadow_has_a_journal_of_its_own(here: Path) -> None:
    async def scene() -> None:
        async with within(here, []) as (_, client):
            await client.post("/flows/desk/sources/web/submit", json={"mail": "none"})

    asyncio.run(scene())
    with pytest.raises(StoreError, match="a --db of its own"):
        SqliteStore.open(here / "desk.db", RealClock(), shadow=True)
