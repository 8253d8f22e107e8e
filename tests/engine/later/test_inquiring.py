"""A delivery of which nobody knows what it came to is asked about, sent again, or ended by time."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_engine.plan import Plan
from tests.engine.later.world import DELIVER, Buyers, World, plan_of

INQUIRE = """
  inquire {
    every 10s up to 35s
    get "https://slow.example/status/{{ deliver.reference }}"
    query { k = delivery.key }
    response json {
      accepted when "now" == "sold"
      rejected when "now" == "no"
      pending  when "now" == "wait"
      price    "pays"
    }
  }
"""
WAITS = '{"is": "pending", "id": "R7"}'


@pytest.fixture(scope="module")
def asks(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_of(tmp_path_factory.mktemp("asks"), f"price from response up to 40.00\n{INQUIRE}{DELIVER}")


def test_a_pending_delivery_is_asked_about_until_a_verdict_comes(asks: Plan) -> None:
    world = World(asks, Buyers(post=[WAITS], status=['{"now": "wait"}', '{"now": "sold", "pays": "31.50"}']))
    lead = world.lead().lead
    assert world.outcome(lead) == ("pending", [])
    assert world.work(seconds=5) == []
    assert world.work(seconds=5) == [f"{lead}  inquiry: slow: pending; again at 15:00:20 UTC"]
    assert world.work(seconds=10) == [f"{lead}  inquiry: slow: accepted"]
    assert world.outcome(lead) == ("sold", ["slow"])
    assert [sale["price"] for sale in world.summary(lead)["sales"]] == [pytest.approx(31.50)]
    assert world.buyers.urls()[1].startswith("slow.example/status/R7?k=")
    story = world.story(lead)
    assert "asked       2026-11-20 15:00:10 UTC  slow: pending" in story, story
    later = ["inquired/slow/1/1", "inquired/slow/1/2", "settled/slow/1/1"]
    assert [key for key in world.keys(lead) if key in later] == later
    assert world.work(minutes=5) == []
    assert world.holds_together()


def test_a_refusal_sends_the_lead_to_the_next(asks: Plan) -> None:
    world = World(asks, Buyers(post=[WAITS], status=['{"now": "no"}'], other=['{"ok": true}']))
    lead = world.lead().lead
    world.work(seconds=10)
    assert world.outcome(lead) == ("sold", ["other"])
    assert world.holds_together()


def test_what_cannot_be_asked_or_read_says_nothing_and_the_asking_ends(asks: Plan) -> None:
    world = World(asks, Buyers(post=[None], status=[None, 404, "garbage"]))
    lead = world.lead().lead
    assert world.outcome(lead) == ("in_doubt", [])
    for _ in range(8):
        world.work(seconds=10)
    assert [key for key in world.keys(lead) if key.startswith("inquired")] == [
        "inquired/slow/1/1",
        "inquired/slow/1/2",
        "inquired/slow/1/3",
    ]
    assert world.outcome(lead) == ("in_doubt", [])  # still nobody knows: an operator's word ends it
    assert world.holds_together()


def test_an_operators_word_ends_the_asking(asks: Plan) -> None:
    world = World(asks, Buyers(post=[WAITS], status=['{"now": "wait"}']))
    lead = world.lead().lead
    world.store.settle_delivery(lead, "slow", 1, "sold", "ann", "she called them")
    world.work(minutes=1)
    assert world.outcome(lead) == ("sold", ["slow"])
    assert len(world.buyers.asked) == 1


def test_a_price_that_is_told_late_is_at_most_what_was_reserved(asks: Plan) -> None:
    world = World(asks, Buyers(post=[WAITS], status=['{"now": "sold", "pays": "4000"}']))
    lead = world.lead().lead
    world.work(seconds=10)
    assert [sale["price"] for sale in world.summary(lead)["sales"]] == [40]


# ------------------------------------------------------------------ sent again


@pytest.fixture(scope="module")
def idempotent(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_of(tmp_path_factory.mktemp("idempotent"), f"price 9.00\nidempotent\n{DELIVER}")


def test_a_post_in_doubt_is_made_again_just_as_it_was(idempotent: Plan) -> None:
    world = World(idempotent, Buyers(post=[None, 503, '{"is": "sold", "id": "R9"}']))
    lead = world.lead().lead
    assert world.work(seconds=60) == [f"{lead}  sent again: slow: status 503; again at 15:06:00 UTC"]
    assert world.work(minutes=5) == [f"{lead}  sent again: slow: accepted"]
    first, second, third = world.buyers.asked
    assert first == second == third
    assert world.outcome(lead) == ("sold", ["slow"])
    assert world.summary(lead)["sales"][0]["reference"] == "R9"
    assert world.holds_together()


def test_a_duplicate_in_answer_to_a_resend_may_be_our_own_first_post(idempotent: Plan) -> None:
    world = World(idempotent, Buyers(post=[None, '{"is": "duplicate"}']))
    lead = world.lead().lead
    for _ in range(6):
        world.work(minutes=30)
    assert len(world.buyers.asked) == 4  # the first, and three times more
    assert world.outcome(lead) == ("in_doubt", [])
    assert world.holds_together()


def test_a_buyer_that_is_not_idempotent_never_gets_it_twice(asks: Plan) -> None:
    world = World(asks, Buyers(post=[None], status=['{"now": "wait"}']))
    world.lead()
    world.work(hours=1)
    assert sum("post" in url for url in world.buyers.urls()) == 1


def test_nothing_is_sent_again_once_somebody_else_may_have_the_lead(tmp_path: Path) -> None:
    slow = f'price 9.00\nidempotent\non doubt next because "they lose answers"\n{DELIVER}'
    world = World(plan_of(tmp_path, slow), Buyers(post=[None], other=['{"ok": true}']))
    lead = world.lead().lead
    world.work(hours=1)
    assert world.outcome(lead) == ("sold", ["other"])
    assert sum("post" in url for url in world.buyers.urls()) == 1


# ------------------------------------------------------------------ ended by time


@pytest.mark.parametrize(("word", "who"), [("rejected", ["other"]), ("accepted", ["slow"])])
def test_a_verdict_that_does_not_come_is_the_one_that_the_buyer_says(
    tmp_path: Path, word: str, who: list[str]
) -> None:
    plan = plan_of(tmp_path, f"price 9.00\npending ends after 24h as {word}\n{DELIVER}")
    world = World(plan, Buyers(post=[WAITS], other=['{"ok": true}']))
    lead = world.lead().lead
    [work] = world.store.work()
    assert work.due is not None and (work.due - world.clock.at).total_seconds() == pytest.approx(86400, abs=1)
    world.work(hours=23)
    assert world.outcome(lead) == ("pending", [])
    world.work(hours=2)
    assert world.outcome(lead) == ("sold", who)
    assert world.holds_together()


def test_a_lead_that_waits_for_nothing_any_more_goes_on(asks: Plan) -> None:
    world = World(asks, Buyers(post=[WAITS], status=['{"now": "wait"}']))
    lead = world.lead().lead
    world.store.settle_delivery(lead, "slow", 1, "sold", "ann", "she called them")
    world.store.transact(lambda core: core.connection.execute("UPDATE work SET due = NULL"))
    world.work()
    assert world.outcome(lead) == ("sold", ["slow"])


@pytest.mark.parametrize(("post", "worth"), [('{"is": "pending", "pays": "12.50"}', 12.5), (WAITS, 0)])
@pytest.mark.parametrize("chore", [True, False])
def test_what_is_sold_by_time_costs_what_an_answer_had_told(
    tmp_path: Path, post: str, worth: float, chore: bool
) -> None:
    plan = plan_of(tmp_path, f"price from response up to 40.00\npending ends after 1h as accepted\n{DELIVER}")
    world = World(plan, Buyers(post=[post]))
    lead = world.lead().lead
    if not chore:  # a Run that goes on first ends it by itself
        world.store.transact(lambda core: core.connection.execute("DELETE FROM follow_up"))
    world.work(minutes=61)
    assert [sale["price"] for sale in world.summary(lead)["sales"]] == [worth]


def test_what_is_not_kept_any_more_cannot_be_asked_and_that_ends_too(asks: Plan) -> None:
    world = World(asks, Buyers(post=[WAITS], status=['{"now": "wait"}']))
    lead = world.lead().lead
    world.store.transact(
        lambda core: core.connection.execute("UPDATE fact SET content = NULL WHERE content IS NOT NULL")
    )
    said = [line for _ in range(8) for line in world.work(seconds=10)]
    assert said[0] == f"{lead}  inquiry: slow: what was sent is not kept any more; again at 15:00:20 UTC"
    assert len(said) == 3
    assert len(world.buyers.asked) == 1
