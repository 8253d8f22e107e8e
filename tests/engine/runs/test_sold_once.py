"""A source that counts what was sold (``dedupe ... counting sold``) sells nobody twice, however its leads meet: the
intent claims the source's key, and who comes second hears that it is a duplicate."""

import copy

from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.operations.resume import at_once, go_on, replay, writes_again
from leadflow_engine.runner import run_lead
from leadflow_engine.store.rebuild import contents

from .harness import dry, plan_of

FLOW = """
flow once
lead {{ phone_1 phone
  n number }}
source web {{ dedupe on phone_1 within 30d counting sold else "sold before" }}
buyer a {{ price 10.00  {hours}
  deliver {{ post "https://a.example/"  body json {{ n = n }}
    response json {{ accepted when "ok"  otherwise rejected }} }} }}
buyer b like a {{ price 9.00
  deliver {{ post "https://b.example/"  body json {{ n = n }}
    response json {{ accepted when "ok"  otherwise rejected }} }} }}
route {{ waterfall a, b }}
"""
AT = "2026-11-20T15:00:00+00:00"
CLOSED = "hours mon-fri 08:00-20:00  on closed hold up to 24h"
YES = {"deliver": [{"body": {"ok": True}}]}
REFUSES_FIRST = {"deliver": [{"when": {"n": 1}, "body": {"ok": False}}, {"body": {"ok": True}}]}


class Market:
    """Leads of one person, in one journal."""

    def __init__(self, root, hours="", answers=YES, at=AT):
        self.plan = plan_of(FLOW.format(hours=hours), root)
        self.run = dry(self.plan, [], {"buyers": {"a": answers, "b": copy.deepcopy(answers)}}, at, root)

    def driver(self, lead):
        return DryDriver(lead, self.run.store, self.run.answers, self.run.clock)

    def comes(self, number, driver=None):
        lead = f"lead-{number}"
        arrival = Arrival(lead, str(number), "web", {"phone_1": "212 555 0147", "n": number})
        return at_once(run_lead(self.plan, arrival, driver or self.driver(lead)))

    def goes_on(self, number):
        lead = f"lead-{number}"
        return at_once(go_on(self.plan, lead, self.run.store.facts(lead), self.driver(lead)))

    def told(self, number):
        rows = self.run.store.lead_summary(f"lead-{number}")["distribution"]
        return {row["buyer"]: (row["outcome"], row["reason"]) for row in rows}

    def is_kept(self, *numbers):
        for number in numbers:
            at_once(replay(self.plan, f"lead-{number}", self.run.store.facts(f"lead-{number}")))
        connection = self.run.store._core.connection
        before = contents(connection)
        self.run.store.rebuild(lambda lead, facts: writes_again(self.plan, lead, facts))
        assert contents(connection) == before


class Meanwhile(DryDriver):
    """Another lead goes all its way just before this one's first intent."""

    def __init__(self, market, number, other):
        super().__init__(f"lead-{number}", market.run.store, market.run.answers, market.run.clock)
        self.market, self.other = market, other

    def perform(self, effect, write):
        if effect.key == "intent/a/1" and self.other:
            other, self.other = self.other, 0
            self.market.comes(other)
        super().perform(effect, write)


def test_two_that_are_under_way_at_once(tmp_path):
    market = Market(tmp_path)
    assert market.comes(1, Meanwhile(market, 1, 2)).outcome == "unsold"
    assert market.told(2) == {"a": ("sold", ""), "b": ("not_asked", "its turn did not come")}
    assert market.told(1) == {"a": ("duplicate", "sold before"), "b": ("duplicate", "sold before")}
    market.is_kept(1, 2)


def test_two_that_are_held(tmp_path):
    market = Market(tmp_path, CLOSED, at="2026-11-20T03:00:00+00:00")
    assert [market.comes(1).outcome, market.comes(2).outcome] == ["held", "held"]
    market.run.clock.at = market.run.clock.at.replace(hour=8)
    assert [market.goes_on(1).outcome, market.goes_on(2).outcome] == ["sold", "unsold"]
    assert market.told(2) == {"a": ("duplicate", "sold before"), "b": ("duplicate", "sold before")}
    market.is_kept(1, 2)


def test_a_refusal_gives_the_key_back(tmp_path):
    market = Market(tmp_path, answers=REFUSES_FIRST)
    assert [market.comes(number).outcome for number in (1, 2, 3)] == ["unsold", "sold", "refused"]
    market.is_kept(1, 2, 3)


def test_sales_are_told_in_the_order_of_their_intents(tmp_path):
    flow = FLOW.format(hours="").replace("waterfall a, b", "multisell b { sell 2 }  multisell a { sell 2 }")
    plan = plan_of(flow, tmp_path)
    run = dry(plan, [{"n": 1}], {"buyers": {"a": YES, "b": copy.deepcopy(YES)}}, AT, tmp_path)
    summary = run.store.lead_summary(next(run.leads()).lead)
    assert [sale["buyer"] for sale in summary["sales"]] == ["b", "a"]
    assert [delivery["buyer"] for delivery in summary["deliveries"]] == ["b", "a"]
