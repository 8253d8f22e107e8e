"""What a simulated buyer answers: by condition, by chance that repeats, by what it remembers."""

from __future__ import annotations

import datetime
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.answers import Simulator, Spec, parse_answers
from leadflow_engine.answers.draw import draw_key
from leadflow_engine.effects import HttpRequest
from leadflow_engine.secrets import placeholder

SOLAR = """
seed: 7
buyers:
  sunpath:
    deliver:
      latency: 20ms-80ms
      accept: 70%
      remember: phone
      cap: 40 per day
      accepted: {body: {result: success, id: "{{ id }}"}}
      rejected:
        - body: {result: failed, reason: no capacity}
        - body: {result: failed, reason: credit}
      duplicate: {body: {result: failed, reason: duplicate}}
      capped: {status: 429, body: {result: failed, reason: cap}}
  brightbid:
    ping:
      bid: 8.00-25.00
      accept: 80%
      accepted: {body: {status: bid, price: "{{ bid }}", ping_id: "p-{{ id }}"}}
      rejected: {body: {status: no_bid}}
services:
  phone_check:
    - when: {number: {matches: '^\\+1212'}}
      body: {valid: true, carrier: {type: landline}}
    - body: {valid: true, carrier: {type: mobile}}
"""


NOW = datetime.datetime(2026, 11, 20, 14, 41, tzinfo=datetime.UTC)


def simulating(spec: Spec) -> Simulator:
    return Simulator(spec, lambda: NOW)


def ask(simulator: Simulator, name: str, leg: str, body: Any, **more: Any) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    request = HttpRequest("POST", "https://x.example/y", more.pop("headers", ()), text)
    return simulator.answer(name, leg, request)


def lead(number: int) -> dict[str, Any]:
    return {"phone": f"+1202555{number:04}", "state": ["CA", "TX", "NY"][number % 3], "bill": 80 + number}


def test_the_same_requests_in_any_order_hear_the_same() -> None:
    spec = parse_answers(SOLAR)
    forward = {n: ask(simulating(spec), "brightbid", "ping", lead(n)) for n in range(50)}
    simulator = simulating(spec)
    order = random.Random(1).sample(range(50), 50)
    assert {n: ask(simulator, "brightbid", "ping", lead(n)) for n in order} == forward
    assert len({answer.body for answer in forward.values()}) > 25


def test_another_seed_is_another_market() -> None:
    other = parse_answers(SOLAR.replace("seed: 7", "seed: 8"))
    bodies = [
        [ask(simulating(spec), "brightbid", "ping", lead(n)).body for n in range(20)]
        for spec in (parse_answers(SOLAR), other)
    ]
    assert bodies[0] != bodies[1]


def test_rates_bids_and_latencies_are_those_of_the_file() -> None:
    simulator = simulating(parse_answers(SOLAR))
    pings = [ask(simulator, "brightbid", "ping", lead(n)) for n in range(1000)]
    bids = [json.loads(answer.body)["price"] for answer in pings if answer.choice == "accepted"]
    assert 760 < len(bids) < 840
    assert 8 <= min(bids) < 8.5 < 24.5 < max(bids) <= 25
    delays = [ask(simulator, "sunpath", "post", lead(n)).delay for n in range(200)]
    assert 0.020 <= min(delays) < 0.025 < 0.075 < max(delays) <= 0.080


def test_a_bid_is_written_with_its_cents() -> None:
    bodies = [ask(simulating(parse_answers(SOLAR)), "brightbid", "ping", lead(n)).body for n in range(40)]
    prices = [body.partition('"price": ')[2].partition(",")[0] for body in bodies if "price" in body]
    assert all(len(price.partition(".")[2]) == 2 for price in prices)


def test_a_buyer_remembers_what_it_took_and_nothing_else() -> None:
    simulator = simulating(parse_answers(SOLAR))
    first = {n: ask(simulator, "sunpath", "post", lead(n)).choice for n in range(30)}
    again = {n: ask(simulator, "sunpath", "post", {**lead(n), "bill": 1}).choice for n in range(30)}
    assert {n for n, choice in again.items() if choice == "duplicate"} == {
        n for n, choice in first.items() if choice == "accepted"
    }
    simulator.reset()
    assert ask(simulator, "sunpath", "post", lead(0)).choice == first[0]


def test_a_cap_counts_taken_leads_and_its_day_ends() -> None:
    now = [datetime.datetime(2026, 11, 20, 23, 0, tzinfo=datetime.UTC)]
    simulator = Simulator(parse_answers(SOLAR), lambda: now[0])
    answers = [ask(simulator, "sunpath", "post", lead(n)) for n in range(100)]
    assert sum(answer.taken for answer in answers) == 40
    assert answers[-1].choice == "capped"
    now[0] += datetime.timedelta(hours=2)
    assert "accepted" in {ask(simulator, "sunpath", "post", lead(n)).choice for n in range(200, 220)}


def test_the_first_answer_whose_conditions_hold_is_given() -> None:
    simulator = simulating(parse_answers(SOLAR))
    assert "landline" in ask(simulator, "phone_check", "enhance", {"number": "+12125550100"}).body
    assert "mobile" in ask(simulator, "phone_check", "enhance", {"number": "+13105550100"}).body


CONDITIONS = [
    ("{state: CA}", True),
    ("{state: ca}", True),
    ("{state: [NY, CA]}", True),
    ("{state: NY}", False),
    ("{bill: 120}", True),
    ("{bill: {below: 120}}", False),
    ("{bill: {to: 120}}", True),
    ("{bill: {from: 100, below: 121}}", True),
    ("{bill: {above: 119.99}}", True),
    ("{state: {below: 3}}", False),
    ("{zip: 02134}", True),
    ("{'contact.phones[1]': B}", True),
    ("{contact.phones: B}", True),
    ("{'contact.phones[9]': {present: false}}", True),
    ("{nothing: {present: true}}", False),
    ("{nothing: null}", True),
    ("{state: {not: [NY, TX]}}", True),
    ("{state: {matches: '^C'}}", True),
    ("{own: true}", True),
    ("{k: v}", True),
    ("{$query.k: v}", True),
    ("{$method: post}", True),
    ("{$path: /y}", True),
    ("{$header.X-Key: abc}", True),
    ("{$attempt: 1}", True),
    ("{$attempt: {above: 1}}", False),
    ("{state: CA, bill: 1}", False),
]


@pytest.mark.parametrize(("when", "expected"), CONDITIONS)
def test_conditions(when: str, expected: bool) -> None:
    spec = parse_answers(f"services:\n  s:\n    - when: {when}\n      body: yes it is\n    - body: no\n")
    body = {"state": "CA", "bill": 120, "zip": "02134", "contact": {"phones": ["A", "B"]}, "own": True}
    request = HttpRequest("POST", "https://h/y?k=v", (("x-key", "abc"),), json.dumps(body))
    assert (simulating(spec).answer("s", "enhance", request).body == "yes it is") is expected


@pytest.mark.parametrize(
    ("content_type", "body", "path"),
    [
        ("application/json", '{"lead": {"zip": "02134"}}', "lead.zip"),
        ("application/x-www-form-urlencoded", "lead.zip=02134&x=", "lead.zip"),
        ("text/xml", '<s:Lead xmlns:s="urn:x"><Zip>02134</Zip></s:Lead>', "Lead.Zip"),
        ("text/xml", '<Lead zip="02134"/>', "Lead.@zip"),
        ("", '{"lead": [{"zip": "02134"}]}', "lead[0].zip"),
    ],
)
def test_fields_are_read_from_every_kind_of_body(content_type: str, body: str, path: str) -> None:
    spec = parse_answers(
        f'services:\n  s:\n    - when: {{"{path}": "02134"}}\n      body: "{{{{ request.{path} }}}}"\n'
    )
    assert (
        ask(simulating(spec), "s", "enhance", body, headers=(("Content-Type", content_type),)).body == "02134"
    )


@given(st.text() | st.sampled_from(['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "[" * 5000, "<a>" * 5000]))
def test_any_body_has_an_answer(body: str) -> None:
    spec = parse_answers("services:\n  s:\n    - when: {a: 1}\n      body: one\n    - body: other\n")
    for kind in ("application/json", "text/xml", "application/x-www-form-urlencoded"):
        assert ask(simulating(spec), "s", "enhance", body, headers=(("Content-Type", kind),)).given


def test_what_nobody_gave_an_answer_for_is_an_error_that_says_so() -> None:
    simulator = simulating(parse_answers("services:\n  s:\n    - when: {a: 1}\n      body: one\n", "x.yaml"))
    unknown = ask(simulator, "other", "ping", {})
    assert (unknown.given, unknown.status) == (False, 501)
    assert json.loads(unknown.body) == {"error": "no answer is given for ping other in x.yaml"}
    assert json.loads(ask(simulator, "s", "enhance", {}).body) == {
        "error": "no answer of service s fits this request"
    }


def test_the_results_of_what_goes_wrong() -> None:
    spec = parse_answers(
        "services:\n  s:\n"
        "    - {when: {a: 1}, hang: true}\n    - {when: {a: 2}, delay: 3s}\n    - {when: {a: 3}, cut: before}\n"
        "    - {when: {a: 4}, cut: body, body: abcdef}\n    - {body: fine, delay: 5ms}\n"
    )
    results = [ask(simulating(spec), "s", "enhance", {"a": n}).result(timeout=2.0) for n in range(1, 6)]
    assert [(r["phase"], r["failure"], r["status"], r["body"], r["ms"]) for r in results] == [
        ("sent", "timeout", None, "", 2000.0),
        ("sent", "timeout", None, "", 2000.0),
        ("sent", "reset", None, "", 0.0),
        ("partial", "reset", 200, "abc", 0.0),
        ("answered", "", 200, "fine", 5.0),
    ]


def test_a_buyer_that_hangs_may_have_taken_the_lead_all_the_same() -> None:
    spec = parse_answers(
        "buyers:\n  a:\n    deliver:\n      remember: phone\n      answers:\n"
        "        - {when: {$attempt: 1}, takes: true, hang: true}\n"
        "      accepted: {body: sold}\n      duplicate: {body: have it}\n"
    )
    simulator = simulating(spec)
    assert [(a.taken, a.hang, a.body) for a in (ask(simulator, "a", "post", lead(1)) for _ in range(2))] == [
        (True, True, ""),
        (False, False, "have it"),
    ]


def test_an_idempotent_buyer_repeats_its_answer_to_the_same_key() -> None:
    spec = parse_answers(
        SOLAR.replace("remember: phone", "remember: phone\n      idempotency: Idempotency-Key")
    )
    simulator = simulating(spec)
    headers = (("Idempotency-Key", "k1"),)
    first, again = (ask(simulator, "sunpath", "post", lead(1), headers=headers) for _ in range(2))
    assert (first.body, again.taken) == (again.body, False)


def test_chance_of_a_fault_is_a_share_of_the_requests() -> None:
    spec = parse_answers("services:\n  s:\n    - {chance: 10%, status: 503}\n    - body: ok\n")
    statuses = [ask(simulating(spec), "s", "enhance", {"n": n}).status for n in range(1000)]
    assert 70 < statuses.count(503) < 130


def test_an_echoed_secret_is_masked_in_the_process_too() -> None:
    spec = parse_answers('services:\n  s:\n    - body: "key {{ request.k }}"\n')
    assert ask(simulating(spec), "s", "enhance", {"k": placeholder("KEY")}).result(1.0)["body"] == "key ***"


def test_a_draw_does_not_depend_on_the_host() -> None:
    assert draw_key("post", "https://a/x?q=1", "b") == draw_key("POST", "http://127.0.0.1:1/x?q=1", b"b")
    assert draw_key("POST", "https://a/x?q=1", "b") != draw_key("POST", "https://a/x?q=2", "b")
