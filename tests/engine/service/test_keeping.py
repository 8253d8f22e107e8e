"""What goes on beside calls: leads that wait, leads that cannot go on, chores that fail."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine.operations.chores import Hands
from leadflow_engine.operations.loading import LoadProblem
from leadflow_engine.service import keeping
from leadflow_engine.service.keeping import Keeper
from leadflow_engine.service.server import Service
from leadflow_engine.store import StoreError

from .served import within


async def soon(keeper: Keeper, works: list[Any], until: Any) -> None:
    """Let it go on until something is so."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        async with asyncio.timeout(5):
            while not until():  # noqa: ASYNC110 - what is waited for tells nobody
                await asyncio.sleep(0.01)
    finally:
        keeper.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def test_a_lead_that_cannot_go_on_is_told_of_and_rests(here: Path) -> None:
    said: list[str] = []

    async def scene() -> float:
        async with within(here, said) as (made, _):
            for _ in range(3):
                made.keeper.failed("L1", LoadProblem("its plan cannot be had"))
            return made.keeper.pauses["L1"].seconds

    assert asyncio.run(scene()) == keeping.FIRST_PAUSE * 4
    assert said == ["lead L1 cannot go on: its plan cannot be had"]


def test_a_mistake_of_ours_tells_its_kind_and_place_and_no_value(here: Path) -> None:
    said: list[str] = []

    async def scene() -> None:
        async with within(here, said) as (made, _):
            try:
                raise ValueError("somebody@example.com")
            except ValueError as error:
                made.keeper.failed("L1", error)

    asyncio.run(scene())
    assert said and "ValueError at test_keeping.py" in said[0] and "somebody" not in said[0]


@pytest.mark.parametrize("error", [StoreError("the journal is away"), RuntimeError("ours")])
def test_a_chore_that_fails_is_done_again_and_stops_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(keeping, "LOOK_EVERY", 0.01)
    said: list[str] = []
    times: list[str] = []

    async def failing(hands: Hands, tell: Any) -> None:
        times.append("failing")
        raise error

    async def fine(hands: Hands, tell: Any) -> None:
        times.append("fine")

    async def scene() -> None:
        async with within(here, said) as (made, _):
            works = made.keeper.works([failing, fine])
            await soon(made.keeper, works, lambda: min(map(times.count, ("failing", "fine"))) >= 3)

    asyncio.run(scene())
    assert len(said) == 1  # told once, however often it fails


def test_a_lead_that_was_held_goes_on_once_it_is_due(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The buyer is closed by an operator's pause; the lead waits, and goes on by itself."""
    monkeypatch.setattr(keeping, "LOOK_EVERY", 0.02)
    flow = here / "desk.flow"
    flow.write_text(
        flow.read_text().replace("route { auction", "route { unsold hold up to 1s retry every 1s  auction")
    )

    async def scene() -> str:
        async with within(here, [], shadow=True) as (made, client):
            lead = {"mail": "wim@example.com", "wish": "slow"}
            pause(made)
            held = await client.post("/flows/desk/sources/web/submit", json=lead)
            assert (held.status_code, held.json()["outcome"]) == (202, "held")
            where = held.json()["lead"]["id"]

            def outcome() -> str:
                return str(made.store.query("SELECT outcome FROM lead WHERE id = ?", (where,))[0][0])

            await soon(made.keeper, made.keeper.works([]), lambda: outcome() != "held")
            return outcome()

    assert asyncio.run(scene()) == "unsold"


def pause(made: Service) -> None:
    """Nobody who would have a slow lead may have one."""
    made.store.override("pause", "desk/buyer/sloth", 1, "paused", "test", "so that it waits")
