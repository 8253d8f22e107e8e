"""Days without a zone: a buyer's word is read by the buyer's clock, a source's by its flow's."""

from __future__ import annotations

from pathlib import Path

from leadflow_engine.operations.contracts import clock_of, source_zones
from leadflow_engine.operations.weekly import statements
from leadflow_engine.reports.weekly import statement_lines
from tests.engine.after_sale.market import FLOW, Market


def test_each_party_has_its_clock(tmp_path: Path) -> None:
    flow = FLOW.replace("flow solar\n", 'flow solar\ntimezone "Pacific/Auckland"\n')
    market = Market(tmp_path, "waterfall sun, moon", flow)
    market.sell("Ana")
    assert source_zones(market.store) == {"web": "Pacific/Auckland"}
    assert clock_of(market.store, "sun") == "America/New_York"
    assert clock_of(market.store, "moon") == clock_of(market.store, "nobody") == "Pacific/Auckland"
    told = statements(market.store, "2026-W47", market.run.clock.now())
    assert {one.name: one.zone for one in told} == {"sun": "America/New_York", "web": "Pacific/Auckland"}


def test_a_week_tells_returns_apart(tmp_path: Path) -> None:
    market = Market(tmp_path, "waterfall sun, moon")
    market.sell("Ana", "Ben")
    market.back("Ana")
    lines = [
        line.plain for line in statement_lines(statements(market.store, "2026-W47", market.run.clock.now()))
    ]
    assert [line.rpartition("  ")[2] for line in lines[1:]] == ["2 leads, 1 return", "2 leads, 1 return"]
    assert market.run.clock.now().isocalendar().week == 47
