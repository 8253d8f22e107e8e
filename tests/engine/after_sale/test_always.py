"""Whatever is sold, priced anew, returned and told in whatever order: money and caps say what stands."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.operations.feedback import tell
from leadflow_engine.operations.resume import at_once, go_on
from leadflow_engine.store import adjusting
from leadflow_engine.store.feedback import Told
from tests.engine.after_sale.market import Market

NAMES = ("Ana", "Ben", "Cy")
DONE = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from(("return", "force", "adjust", "tell")),
        st.sampled_from(("sun", "moon")),
        st.sampled_from(("bad phone", "fraud", "no")),
        st.integers(0, 60),
    ),
    max_size=12,
)


def after(market: Market, name: str, what: str, buyer: str, reason: str, price: int) -> None:
    """One thing that happens to a lead after its sale."""
    if what in ("return", "force"):
        market.back(name, buyer, reason, force=what == "force")
    elif what == "tell":
        tell(
            market.store, market.plans, Told(market.leads[name], "converted", "ann", buyer, price * 1_000_000)
        )
    elif market.state(name, buyer) == "confirmed":
        lead = market.leads[name]
        market.store.transact(
            lambda core: adjusting.adjust(core, lead, buyer, 1, price * 1_000_000, "ann", "so")
        )


@settings(max_examples=12, deadline=None)
@given(done=DONE)
def test_what_is_charged_is_what_stands_and_a_rebuild_says_the_same(
    done: list[tuple[str, str, str, str, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        market = Market(Path(folder), "multisell sun, moon { sell 2 }")
        market.sell(*NAMES)
        for one in done:
            after(market, *one)
        standing = 0
        for name in NAMES:
            deliveries = market.summary(name)["deliveries"]
            kept = [row for row in deliveries if row["state"] == "confirmed"]
            money = market.money(name)
            charged = sum(money.get(kind, 0.0) for kind in ("sale", "adjustment", "return"))
            assert charged == float(sum(row["price"] for row in kept))
            assert money["source"] + money.get("source_return", 0.0) == (-18.0 if kept else 0.0)
            assert (market.summary(name)["outcome"] == "returned") is not bool(kept)
            standing += market.state(name) == "confirmed"
        caps = dict(market.store.query('SELECT "limit", counted FROM cap'))
        assert caps["solar/buyer/sun/cap/day"] == standing
        assert market.rebuilt()


def test_a_lead_that_still_waits_when_it_comes_back_ends_as_returned(tmp_path: Path) -> None:
    market = Market(tmp_path, "multisell sun, moon { sell 2 }")
    lead = market.sell("Dot")
    waits = market.summary("Dot")["outcome"]
    market.back("Dot")
    market.store.settle_delivery(lead, "moon", 1, "declined", "ann", "they have it not")
    if waits == "in_doubt":
        driver = DryDriver(lead, market.store, market.run.answers, market.run.clock)
        at_once(go_on(market.run.plan, lead, market.store.facts(lead), driver))
    assert market.summary("Dot")["outcome"] == "returned"
    assert market.rebuilt()
