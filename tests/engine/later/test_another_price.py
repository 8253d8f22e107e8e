"""A buyer that calls again with another price is held to the limits of any price."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from leadflow_engine.store.payments import Payment, pay
from tests.engine.later.test_calling_back import WAITS, by_key, calls
from tests.engine.later.world import Buyers, World

LIMITED = "price from response up to 40.00"
PREPAID = f"{LIMITED}\n  balance prepaid credit 5.00"


def pays(world: World, amount: str) -> None:
    payment = Payment("buyer/slow", Decimal(amount), world.clock.now(), "ann", "by wire")
    world.store.transact(lambda core: pay(core, payment))


@pytest.mark.parametrize(
    ("price", "back", "said", "worth", "why"),
    [
        (LIMITED, "0", "40.00", 40.0, ""),
        (LIMITED, "0", "40.01", 30.0, "the call says 40.01, over the limit 40.00"),
        (LIMITED, "0", "12.00", 12.0, ""),
        ("price 9.00", "0", "90.01", 9.0, "the call says 90.01, over the limit 90.00"),
        (PREPAID, "0", "40.00", 40.0, ""),
        (PREPAID, "0.01", "40.00", 30.0, "the call says 40.00, 10.00 more, and 9.99 of the balance is free"),
        (PREPAID, "20.00", "20.00", 20.0, ""),
    ],
)
def test_a_second_price(price: str, back: str, said: str, worth: float, why: str, tmp_path: Path) -> None:
    world = World(by_key(tmp_path, price), Buyers(post=[WAITS], other=['{"ok": true}']))
    pays(world, "35.00")
    lead = world.lead().lead
    calls(world, now="sold", pays="30.00")
    pays(world, f"-{back}")
    calls(world, now="sold", pays=said)
    assert [sale["price"] for sale in world.summary(lead)["sales"]] == [worth]
    assert [doubt.conflict for doubt in world.store.doubts()] == ([f"{why}; the price stays"] if why else [])
    assert world.holds_together()
