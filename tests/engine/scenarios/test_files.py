"""What is wrong with a file of scenarios is told at once, with its place and the way out; nothing is run then."""

from __future__ import annotations

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion

from leadflow_engine.scenarios import schema
from leadflow_engine.scenarios.load import ScenariosError, parse_scenarios

from .conftest import Run

WRONG = {
    "an unknown key": "- {name: x, expct: {}}",
    "an unknown part of expect": "- {name: x, expect: {outcom: sold}}",
    "a key twice": "- {name: x, expect: {outcome: sold, outcome: sold}}",
    "an alias": "- {name: x, lead: &a {}, given: *a}",
    "no name": "- {lead: {}}",
    "a name twice": "- {name: x}\n- {name: x}",
    "a clock that is none": "- {name: x, clock: tomorrow}",
    "a length that is none": "- {name: x, wait: 12 hours}",
    "an answer that is not well made": "- {name: x, answers: {buyers: {one: {deliver: [{status: 99}]}}}}",
    "no expectation of that kind": "- {name: x, expect: {outcome: 3}}",
    "a word of no operator": "- {name: x, settle: {one: maybe}}",
    "an unknown key of a row": "- {name: x, each: [{laed.state: CA}]}",
    "a row that does not fit": "- {name: x, each: [{expect.outcome: 3}]}",
    "a row into what has no parts": "- {name: x, each: [{clock.hour: 3}]}",
    "a payload of a kind that is not read": "- {name: x, raw: {content_type: text/html, body: <a/>}}",
    "a payload that is broken": "- {name: x, raw: {content_type: application/json, body: '{'}}",
    "a payload that is no object": "- {name: x, raw: {content_type: application/json, body: '[]'}}",
    "a length beyond all calendars": "- {name: x, wait: 99999999d}",
    "a clock beyond all calendars": "- {name: x, clock: 9999-12-31T23:59}",
    "a count beyond all leads": "- {name: x, given: {buyers: {one: {spent: {day: 99999999999}}}}}",
    "two things in one entry": "- {name: x, then: [{pause: one, resume: one}]}",
    "a lead and something done": "- {name: x, then: [{lead: {}, return: {buyer: one}}]}",
    "about a lead that comes": "- {name: x, then: [{lead: {}, about: 1}]}",
    "times of no lead": "- {name: x, then: [{times: 3, wait: 1m}]}",
    "a return of nobody": "- {name: x, then: [{return: {reason: bad phone}}]}",
    "a payment of nothing": "- {name: x, then: [{payment: {one: none}}]}",
    "a pause of a length that is none": "- {name: x, then: [{pause: {buyer: one, for: long}}]}",
    "an entry that says nothing": "- {name: x, then: [{}]}",
    "not YAML": "- {name: [",
}

MISSPELT = {
    "a field in a lead": "lead: {naem: Ann, other: kept}",
    "a buyer in answers": "answers: {buyers: {onne: {deliver: [{body: ok}]}}}",
    "a leg": "answers: {buyers: {one: {ping: [{body: ok}]}}}",
    "a service": "answers: {services: {carier: [{body: ok}]}}",
    "a source": "source: wbe",
    "an outcome": "expect: {outcome: solt}",
    "a buyer": "expect: {buyer: onne}",
    "buyers": "expect: {buyer: [one, tow]}",
    "a buyer that is sold": "expect: {sold: {onne: 1}}",
    "a buyer's reason": "expect: {reasons: {onne: x}}",
    "a word of the distribution": "expect: {distribution: {one: {outcom: sold}}}",
    "a step": "expect: {steps: {cariier: success}}",
    "a field": "expect: {fields: {nam: Ann}}",
    "a look-up": "expect: {look_ups: [carier]}",
    "somebody called": "expect: {called: {carier: true}}",
    "a part of a request": "expect: {requests: {one: {deliver: {boddy: {}}}}}",
    "a request without its leg": "expect: {requests: {one: {body: {}}}}",
    "a part of a posting": "expect: {postings: {carrier: {verdict: accepted}}}",
    "a matcher": "expect: {reason: ~mathces /x/}",
    "a pattern": "expect: {reason: '~matches /(/'}",
    "a date that is none": "clock: 2026-02-30T10:00",
    "a cap that is none": "given: {buyers: {one: {sold: {week: 3}}}}",
    "a cap by a field": "given: {buyers: {one: {sold: {hour: 3}}}}",
    "a budget that is none": "given: {buyers: {two: {spent: {day: 3}}}}",
    "a stage": "given: {turns: {route.9: [one]}}",
    "who is settled": "settle: {onne: sold}",
    "who gives back": "then: [{return: {buyer: onne}}]",
    "who calls": "then: [{callback: {buyer: onne}}]",
    "who does not call": "then: [{callback: {buyer: one}}]",
    "who tells": "then: [{feedback: {event: converted, buyer: onne}}]",
    "who pays": "then: [{payment: {web: 3.00}}]",
    "who is paid": "then: [{payout: {wbe: 3.00}}]",
    "who is paused": "then: [{pause: {buyer: onne}}]",
    "who is billed": "then: [{invoice: onne}]",
    "a cap that is not there": "then: [{cap: {buyer: one, cap: 3 per day, to: 1}}]",
    "a list that is not there": "then: [{suppress: {nobody: [a]}}]",
    "a field that is corrected": "then: [{resubmit: {set: {phne: x}}}]",
    "who is left out": "then: [{resubmit: {without: [two, onne]}}]",
    "a lead that never came": "then: [{about: 2, wait: 1m}]",
    "a return's word": "expect: {returns: {one: {creditd: 1}}}",
    "a state of a return": "expect: {returns: {one: refunded}}",
    "a state of a file": "expect: {batches: {one: [sent, sennt]}}",
    "a policy": "expect: {policies: {nearly full: acted}}",
    "who has a balance": "expect: {balance: {web: 3}}",
    "what is in force": "expect: {in_force: {onne: paused}}",
    "a word of a result": "expect: {result: {sayd: x}}",
    "a buyer of the next attempt": "expect: {next: {sold: {onne: 1}}}",
    "a matcher of the next attempt": "expect: {next: {reason: ~like x}}",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_not_well_made(name: str, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(ScenariosError) as problem:
        parse_scenarios(f"scenarios:\n{WRONG[name]}\n", "x.scenarios.yaml")
    assert str(problem.value) == snapshot


@pytest.mark.parametrize("name", MISSPELT)
def test_a_name_that_the_flow_does_not_have(name: str, run: Run, snapshot: SnapshotAssertion) -> None:
    report = run(f"- name: x\n  {MISSPELT[name]}\n")
    assert report.unusable
    assert report.played == []
    assert report.problem == snapshot


def test_all_of_it_is_told_at_once(run: Run) -> None:
    report = run("- {name: x, expect: {buyer: onne}}\n- {name: y, expect: {buyer: tow}}")
    assert [line.split(": ")[0] for line in report.problem.splitlines() if "error" in line] == [
        "market.scenarios.yaml:11:24",
        "market.scenarios.yaml:12:24",
    ]


def test_two_sources_and_none_is_said(run: Run) -> None:
    report = run("- {name: x, lead: {state: CA}}", defaults="")
    assert "say `source: web` or `partner`" in report.problem


def test_the_ends_of_what_may_be_said_are_played(run: Run) -> None:
    report = run("""
    - name: late
      clock: 2999-12-31T23:59
      wait: 9999w
      expect: {outcome: sold}
    - name: early
      clock: 1970-01-01T00:00
      given:
        buyers: {one: {sold: {hour: {CA: 1000000000}}, spent: {day: 1000000000}, down: true, paused: true}}
        sources: {web: {accepted: {day: 2}}}
        earlier: [{ago: 9999w, sold: {one: 1000000000}}]
      expect: {distribution: {one: paused}}
    """)
    assert report.problem == ""
    assert [played.passed for played in report.played] == [True, True]


def test_the_schema_is_whole_and_valid() -> None:
    whole = schema()
    jsonschema.Draft202012Validator.check_schema(whole)
    refs = [ref for ref in _refs(whole) if not ref.startswith("#/")]
    assert refs == []
    validator = jsonschema.Draft202012Validator(whole)
    answer = {"scenarios": [{"name": "x", "answers": {"buyers": {"b": {"deliver": [{"status": 200}]}}}}]}
    assert validator.is_valid(answer)
    answer["scenarios"][0]["answers"]["buyers"]["b"]["deliver"][0]["status"] = 99  # type: ignore[index]
    assert not validator.is_valid(answer)


def _refs(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [ref for item in value.values() for ref in _refs(item)]
    return [ref for item in value for ref in _refs(item)] if isinstance(value, list) else []
