"""The story of one lead, as somebody reads it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from rich.text import Text
from syrupy.assertion import SnapshotAssertion

from leadflow_engine.effects import Fact
from leadflow_engine.reports.between import pauses
from leadflow_engine.reports.setting import setting_of
from leadflow_engine.reports.story import answer, next_steps, story

Printed = Callable[..., str]
NAMES = ("Ana", "Luis", "Grace", "Ruth", "Omar", "Nadia", "Tom")


@pytest.mark.parametrize("name", NAMES)
def test_a_story_tells_what_became_of_the_lead_then_why(
    name: str, market: Any, printed: Printed, snapshot: SnapshotAssertion
) -> None:
    lines = story(market.summary(name), setting_of(market.run.plan), 100, "leads.db")
    assert printed(lines) == snapshot


@pytest.mark.parametrize("width", [80, 40])
def test_on_a_narrow_screen_texts_wrap_and_nothing_is_lost(
    width: int, market: Any, printed: Printed, snapshot: SnapshotAssertion
) -> None:
    lines = story(market.summary("Luis"), setting_of(market.run.plan), width)
    assert max(line.cell_len for line in lines) <= width
    assert printed(lines, width) == snapshot


@pytest.mark.parametrize("width", [1, 7, 24, 33, 400])
def test_every_width_is_a_width(width: int, market: Any) -> None:
    for name in NAMES:
        lines = story(market.summary(name), setting_of(market.run.plan), width)
        assert max(line.cell_len for line in lines) <= max(width, 24)


def test_what_a_buyer_answers_cannot_steer_the_terminal(market: Any) -> None:
    for name in NAMES:
        text = "\n".join(line.plain for line in story(market.summary(name), setting_of(market.run.plan), 100))
        assert "\x1b" not in text
    evil = {**market.summary("Luis"), "reason": "\x1b]0;gone\x07 \u202eback"}
    assert "\\u001b]0;gone\\u0007 \\u202eback" in "\n".join(
        line.plain for line in story({**evil, "sales": []}, setting_of(market.run.plan), 100)
    )


def test_personal_values_are_masked_until_they_are_revealed(market: Any, printed: Printed) -> None:
    summary, setting = market.summary("Ana"), setting_of(market.run.plan)
    assert "555-0101" not in printed(story(summary, setting, 100))
    shown = printed(story(summary, setting, 100, revealed={"phone": "212-555-0101"}))
    assert "as it came: phone 212-555-0101" in shown


def test_the_margin_is_the_sum_of_what_the_lead_moved(market: Any, printed: Printed) -> None:
    setting = setting_of(market.run.plan)
    assert "$45.996 = 50.00 first - 4.00 web - 0.004 line" in printed(
        story(market.summary("Ana"), setting, 100)
    )
    assert "margin" not in printed(story(market.summary("Nadia"), setting, 100))


def test_a_lead_that_costs_and_brings_nothing_begins_with_the_minus(market: Any, printed: Printed) -> None:
    ledger = [{"kind": "look_up", "party": "line", "amount": Decimal("-0.004"), "at": ""}]
    summary = {**market.summary("Nadia"), "ledger": ledger}
    assert "-$0.004 = -0.004 line" in printed(story(summary, setting_of(market.run.plan), 100))


def test_a_lead_in_doubt_says_how_it_is_settled(market: Any) -> None:
    summary = market.summary("Omar")
    (command,) = next_steps(summary, "leads.db")
    lead = summary["lead"]["id"]
    assert command == f'leadflow doubt settle {lead} bidder sold|declined --because "..." --db leads.db'
    assert next_steps(summary, "") == []


@pytest.mark.parametrize(
    ("outcome", "reason", "said"),
    [("unsold", "caps full", "unsold: caps full"), (None, "", "not finished"), ("in_doubt", "", "in doubt")],
)
def test_the_answer_without_a_sale(outcome: str | None, reason: str, said: str, market: Any) -> None:
    summary = {"outcome": outcome, "reason": reason, "sales": []}
    assert answer(summary, setting_of(market.run.plan)) == said


def test_what_was_said_between_segments_stands_before_the_segment(market: Any, printed: Printed) -> None:
    facts = [
        Fact(7, "suspend/1", "suspend", "2026-11-19T15:00:01Z", {}),
        Fact(
            8,
            "settled/bidder/1/1",
            "settled",
            "2026-11-19T16:00:00Z",
            {"word": "declined", "by": "kim", "because": "they called", "state": "declined", "conflict": ""},
        ),
        Fact(9, "clock/segment.2", "read", "2026-11-19T17:00:00Z", {"now": "2026-11-19T17:00:00Z"}),
    ]
    text = printed(
        story(market.summary("Omar"), setting_of(market.run.plan), 120, between=pauses(facts)), 120
    )
    assert "settled     2026-11-19 11:00:00 EST  kim said of bidder: declined, because they called" in text
    assert "went on     2026-11-19 12:00:00 EST" in text


def test_the_story_of_a_plan_that_is_gone_is_told_in_utc(market: Any, printed: Printed) -> None:
    from leadflow_engine.reports.setting import Setting

    lines = story(market.summary("Ana"), Setting(), 110)
    assert "2026-11-19 15:00:00 UTC" in lines[0].plain
    assert isinstance(lines[0], Text)
