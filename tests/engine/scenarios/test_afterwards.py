"""What happens after a lead's Run, in scenarios: the examples' scenarios show that it holds; here it must fail, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_engine.operations.loading import load
from leadflow_engine.plan import Plan
from leadflow_engine.scenarios import names, parse_scenarios, play
from leadflow_engine.scenarios.acting import WORDS
from leadflow_engine.scenarios.coverage import coverage
from leadflow_engine.scenarios.load import HAPPENINGS
from leadflow_engine.scenarios.update import updated

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
ROOFS = load(EXAMPLES / "15-after-the-sale" / "flow.flow").plan
WINDOWS = load(EXAMPLES / "16-policies" / "flow.flow").plan

DEFAULTS = """
defaults:
  clock: 2026-11-19T10:00
  lead: {first_name: Ana, phone: 512-236-0147}
  answers:
    buyers:
      slate: {deliver: [{body: {ok: true, id: S-1}}]}
      tile: {deliver: [{body: {state: received}}]}
scenarios:
"""


def found(scenario: str, plan: Plan = ROOFS, defaults: str = DEFAULTS) -> list[str]:
    """What is not as it should be, a line each: what is wrong with a name, what could not be done, what differs."""
    file = parse_scenarios(f"{defaults}  - {{name: it, {scenario}}}\n", "x.scenarios.yaml")
    lines = [problem.message for problem in names.problems(plan, file)]
    if lines:
        return lines
    for outcome in play(plan, file, file.scenarios[0], to_the_end=True).outcomes:
        lines += [outcome.trouble] if outcome.trouble else []
        lines += [f"{call.name}: {why}" for call, why in outcome.missing]
        lines += [f"{'.'.join(map(str, each.path))}: {each.found}" for each in outcome.differences]
    return lines


def test_every_word_of_the_schema_is_done() -> None:
    assert set(WORDS) == set(HAPPENINGS)


@pytest.mark.parametrize(
    ("then", "trouble"),
    [
        ("return: {buyer: slate, reason: too far}", "return: denied: "),
        ("return: {buyer: tile, reason: wrong number}", "return: impossible: it was never offered to tile"),
        ("callback: {buyer: tile, body: {verdict: yes}}", "callback: 404"),
        ("feedback: {event: '!?'}", "feedback: impossible: `!?` is no word for an event"),
        ("invoice: tile", "invoice: nothing: nothing to bill"),
        ("cap: {buyer: slate, cap: 2 per day, to: 1.5}", "cap: impossible: `1.5` is not a whole number"),
        ("suppress: {do_not_sell: [12]}", "suppress: impossible: value 1 is not a valid phone"),
        ("resubmit: {}", "slate has it or may have it"),
    ],
)
def test_a_word_that_comes_to_nothing_fails(then: str, trouble: str) -> None:
    [line] = found(f"expect: {{outcome: sold}}, then: [{{{then}}}]")
    assert trouble in line


@pytest.mark.parametrize(
    "then",
    [
        "return: {buyer: slate, reason: too far}, expect: {result: denied}",
        "return: {buyer: slate, reason: too far}, expect: {returns: {slate: denied}}",
        "callback: {buyer: tile, body: {verdict: yes}}, expect: {result: 404}",
        "resubmit: {}, expect: {result: {outcome: impossible, said: ~present}}",
    ],
)
def test_unless_that_is_what_is_expected(then: str) -> None:
    assert found(f"then: [{{{then}}}]") == []


@pytest.mark.parametrize(
    ("expect", "differs"),
    [
        ("{returns: {slate: denied}}", "returns.slate: returned"),
        ("{returns: {slate: {credited: 49.99}}}", "returns.slate.credited: 50.00"),
        ("{returns: {tile: returned}}", "returns.tile: ~absent"),
        ("{balance: {slate: 1}}", "balance.slate: 0.00"),
        ("{owed: {web: 18}}", "owed.web: 0.00"),
        ("{feedback: {converted: ~present}}", "feedback.converted: ~absent"),
        ("{batches: {shingle: sent}}", "batches.shingle: 0 files"),
        ("{in_force: {slate: paused}}", "in_force.slate: ~absent"),
        ("{result: denied}", "result: returned"),
        ("{result: {said: x}}", "result.said: "),
        ("{next: {outcome: sold}}", "next: it was not offered again"),
        ("{called: {web: 1}}", "called.web: 2"),
    ],
)
def test_what_differs_is_told(expect: str, differs: str) -> None:
    assert found(
        f"then: [{{return: {{buyer: slate, reason: duplicate, force: true}}, expect: {expect}}}]"
    ) == [differs]


def test_the_lead_that_is_meant() -> None:
    assert (
        found("""
    expect: {sold: {slate: 50.00}, fields: {first_name: Ana}},
    then: [
      {lead: {first_name: Luis}, times: 2, expect: {distribution: {tile: pending}, fields: {first_name: Luis}}},
      {about: 1, wait: 1m, expect: {sold: {slate: 50.00}, fields: {first_name: Ana}}},
      {about: 2, wait: 1m, expect: {sold: {slate: 50.00}, fields: {first_name: Luis}}},
      {about: 2, return: {buyer: slate, reason: fraud}, expect: {next: {distribution: {tile: pending}}}},
      {about: 2, callback: {buyer: tile, body: {verdict: yes}}, expect: {next: {sold: {tile: 40.00}}}}]""")
        == []
    )


def test_time_passes_before_something_is_done() -> None:
    assert (
        found("""
    given: {buyers: {slate: {paused: true}, tile: {paused: true}}},
    expect: {batches: {shingle: open}},
    then: [
      {after: 7h, feedback: {event: contacted}, expect: {batches: {shingle: open}}},
      {clock: "2026-11-19T18:00", feedback: {event: quoted}, expect: {batches: {shingle: sent}}},
      {lead: {}, after: 9h, expect: {batches: {shingle: [sent, {outcome: open, leads: 1}]}}}]""")
        == []
    )


def test_a_policy_that_acts_no_more_is_told() -> None:
    defaults = DEFAULTS.replace("phone:", "state: NY, phone:").replace("slate", "clearpane")
    defaults = defaults.replace("tile:", "glassworks:").replace("state: received", "ok: true")
    scenario = """
    given: {buyers: {glassworks: {sold: {day: 8}}}},
    wait: 1m,
    expect: {policies: {Glassworks fills up: ended}, in_force: {web: ~absent}}"""
    assert found(scenario, WINDOWS, defaults) == [
        "policies.Glassworks fills up: acted",
        "in_force.web: throttle 6 per hour",
    ]


UPDATED = """
  - name: new
    expect: {outcome: sold, buyer: slate, price: 50.00}
    then:
      - return: {buyer: slate, reason: fraud, force: true}
        expect: {result: returned, outcome: returned, reason: fraud}
      - return: {buyer: slate, reason: fraud, force: true}
        expect: {result: known, outcome: returned, reason: fraud}
  - name: wrong
    then:
      - return: {buyer: slate, reason: fraud, force: true}
        expect:
          returns: {slate: {credited: 50.00}}
          balance: {slate: 0.00}
          next: {outcome: pending, distribution: {slate: duplicate}}
"""


def test_what_came_out_is_written() -> None:
    old = UPDATED.replace("    expect: {outcome: sold, buyer: slate, price: 50.00}\n", "")
    for result in ("returned", "known"):
        old = old.replace(f"        expect: {{result: {result}, outcome: returned, reason: fraud}}\n", "")
    old = (
        old.replace("50.00", "3")
        .replace("0.00}", "3}")
        .replace("pending", "sold")
        .replace("duplicate", "sold")
    )
    file = parse_scenarios(DEFAULTS + old, "x.scenarios.yaml")
    played = [play(ROOFS, file, scenario, to_the_end=True) for scenario in file.scenarios]
    new = updated(file, played)
    assert (new.text, new.notes) == (DEFAULTS + UPDATED, ())


def unreached(text: str) -> set[str]:
    file = parse_scenarios(DEFAULTS + text, "x.scenarios.yaml")
    found = coverage(ROOFS, [play(ROOFS, file, scenario) for scenario in file.scenarios])
    return {point.what for point in found.unreached}


def test_what_never_happens_after_a_sale_is_named() -> None:
    after = {
        "source web: never told of converted",
        "buyer slate, returns: nothing comes back",
        "buyer tile, callback: it never calls",
        "buyer shingle, deliver batch: no file is sent",
    }
    assert after <= unreached("  - {name: sold, expect: {outcome: sold}}\n")
    told = """
  - name: told of
    then:
      - feedback: {event: converted}
      - return: {buyer: slate, reason: fraud, force: true}
        expect: {next: {outcome: pending}}
      - callback: {buyer: tile, body: {verdict: no}}
        wait: 12h
"""
    assert not after & unreached(told)
