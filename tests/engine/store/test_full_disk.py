"""A disk that fills up, at forty places: what was acknowledged is there, what was not is not, and it goes on later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from leadflow_engine.operations.auditing import audited
from leadflow_engine.store import SqliteStore, StoreError
from leadflow_engine.store.errors import Full

LEVELS = range(40)
AT_ONCE = 16
ENOUGH = 400


async def filled(kit: Any, store: SqliteStore) -> tuple[set[str], int]:
    """Leads written sixteen at a time until the disk is full: those acknowledged, and how many were refused."""
    acknowledged: set[str] = set()
    refused = 0
    for start in range(0, ENOUGH, AT_ONCE):
        leads = [f"L{number}" for number in range(start, start + AT_ONCE)]
        results = await asyncio.gather(
            *(store.write(kit.story(lead).accept()) for lead in leads), return_exceptions=True
        )
        for lead, result in zip(leads, results, strict=True):
            if isinstance(result, BaseException):
                assert isinstance(result, Full), result
                refused += 1
            else:
                acknowledged.add(lead)
        if refused:
            break
    return acknowledged, refused


@pytest.mark.parametrize("level", LEVELS)
def test_nothing_acknowledged_is_lost(kit: Any, opened: Callable[[], SqliteStore], level: int) -> None:
    store = opened()
    pages = store.query("PRAGMA page_count")[0][0]
    limit = f"PRAGMA max_page_count = {pages + level}"
    store.transact(lambda core: core.connection.execute(limit).fetchall())
    acknowledged, refused = asyncio.run(filled(kit, store))
    assert refused
    with pytest.raises(StoreError, match="the disk is full"):
        big = kit.story("big")
        big.fact("post/x/1", "call", {}, {"body": "x" * (level + 2) * 8192})
        store.write_now(big.accept())
    assert {lead for (lead,) in store.query("SELECT id FROM lead")} == acknowledged
    store.close_now()
    again = opened()
    assert {lead for (lead,) in again.query("SELECT id FROM lead")} == acknowledged
    assert audited(again).findings == ()
    assert again.write_now(kit.story("later").accept()) == {"accepted": True}
