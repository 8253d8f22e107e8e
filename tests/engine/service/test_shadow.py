"""A shadow: beside another system, with the same leads, and nobody hears of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.store import SqliteStore, StoreError

from .served import within


def test_a_shadow_decides_and_contacts_nobody(here: Path) -> None:
    """There is nobody at the address to which all requests would go: whoever asked there would be told so."""

    async def scene() -> list[str]:
        async with within(here, [], shadow=True) as (_, client):
            leads = [{"mail": f"s{number}@example.com", "wish": "slow"} for number in range(3)]
            answers = [await client.post("/flows/desk/sources/web/submit", json=lead) for lead in leads]
            return [answer.json()["outcome"] for answer in answers]

    assert asyncio.run(scene()) == ["sold"] * 3
    with pytest.raises(StoreError, match="is a shadow's"):
        SqliteStore.open(here / "desk.db", RealClock())


def test_a_shadow_has_a_journal_of_its_own(here: Path) -> None:
    async def scene() -> None:
        async with within(here, []) as (_, client):
            await client.post("/flows/desk/sources/web/submit", json={"mail": "none"})

    asyncio.run(scene())
    with pytest.raises(StoreError, match="a --db of its own"):
        SqliteStore.open(here / "desk.db", RealClock(), shadow=True)
