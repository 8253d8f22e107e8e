"""What a scenario can say, and what it does: each test is a file of scenarios and what comes of it."""

from __future__ import annotations

import pytest

from leadflow_engine.scenarios.calls import StandIns

from .conftest import Run, told


def test_all_that_can_be_expected(run: Run) -> None:
    report = run("""
    - name: everything
      expect:
        outcome: sold
        buyer: one
        price: 30.00
        sold: {one: 30}
        due: null
        test: false
        fields: {name: Ann, state: CA, phone: "+12135550101", age: null}
        reasons: {one: ""}
        distribution: {one: {outcome: sold, price: 30.00, position: 1, stage: route.1}, two: ~absent}
        steps: {intake: {note: ~contains 3 fields}, route: success, carrier: ~absent}
        look_ups: []
        called: {one: true, two: false, three: 0, carrier: false}
        requests:
          one:
            deliver:
              method: POST
              url: https://one.example/CA?from=us
              query: {from: us}
              headers: {authorization: "Basic bWU6T05FX1NFQ1JFVA==", x-other: ~absent}
              body: {who: Ann, age: ~absent}
          two: ~absent
        postings: {one: {deliver: {outcome: accepted, delivery: confirmed, rule: 1, reference: A-1, status: 200}}}
        revenue: 30.00
        cost: 2.00
        margin: 28.00
        ledger: [{kind: sale, party: one, amount: 30.00}, {kind: source, party: web, amount: -2.00}]
    """)
    assert told(report) == []


def test_all_of_it_is_compared(run: Run) -> None:
    report = run("""
    - name: nothing is right
      expect:
        outcome: unsold
        buyer: [one, two]
        price: 30.01
        sold: {}
        fields: {age: 3}
        reasons: {one: no}
        distribution: {one: {outcome: sold, position: 2}, three: sold}
        steps: {route: failure, carrier: success}
        look_ups: 1
        called: {one: 2, two: true, carrier: {ping: 1}}
        requests:
          one: {deliver: {method: GET, query: {from: ca}, headers: {x-a: b}, body: {who: Bob}}}
          two: {deliver: {}}
        postings: {one: {deliver: {rule: 2, reference: ~matches /^B/, status: "200"}}}
        margin: 1
        ledger: []
    """)
    assert [line.split(":")[0] for line in told(report)] == [
        "outcome",
        "buyer",
        "price",
        "sold",
        "fields.age",
        "reasons.one",
        "distribution.one.position",
        "distribution.three",
        "steps.route",
        "steps.carrier",
        "look_ups",
        "called.one",
        "called.two",
        "called.carrier.ping",
        "requests.one.deliver.method",
        "requests.one.deliver.query.from",
        "requests.one.deliver.headers.x-a",
        "requests.one.deliver.body.who",
        "requests.two.deliver",
        "postings.one.deliver.rule",
        "postings.one.deliver.reference",
        "postings.one.deliver.status",
        "margin",
        "ledger",
    ]


def test_who_is_called_and_given_nothing_to_say_fails_the_scenario(run: Run) -> None:
    report = run("""
    - name: no answer at all
      answers: {buyers: {one: {deliver: [{when: {who: Bob}, body: {ok: true}}]}}}
    """)
    assert told(report) == ["one: no answer fits"]
    report = run("- {name: nothing, source: web, lead: {state: CA}}", defaults="")
    assert told(report) == ["one: no answer is given"]


@pytest.mark.parametrize("state", ["NO", "ON", "YES"])
def test_states_that_yaml_would_take_for_booleans_stay_texts(run: Run, state: str) -> None:
    report = run(f"""
    - name: a name
      lead: {{name: {state}}}
      expect: {{fields: {{name: {state}}}, requests: {{one: {{deliver: {{body: {{who: {state}}}}}}}}}}}
    """)
    assert told(report) == []
    assert report.played[0].outcomes[0].part.lead.payload["name"] == state


def test_zeros_dates_and_times_stay_as_they_are_written(run: Run) -> None:
    report = run("""
    - name: texts
      each:
        - {lead.name: 02134, expect.fields: {name: "02134"}}
        - {lead.name: 2026-11-20, expect.fields: {name: 2026-11-20}}
        - {lead.name: 08:00, expect.fields: {name: "08:00"}}
    """)
    assert [played.outcomes[0].part.lead.payload["name"] for played in report.played] == [
        "02134",
        "2026-11-20",
        "08:00",
    ]


def test_a_raw_payload_is_read_as_its_content_type_says(run: Run) -> None:
    report = run("""
    - name: JSON by another source, mapped
      source: partner
      raw: {content_type: application/json; charset=utf-8, body: '{"who": {"name": "Bob", "state": "CA"}}'}
      expect: {fields: {name: Bob}, buyer: one}
    - name: a form
      raw: {content_type: application/x-www-form-urlencoded, body: name=Bob+B&state=CA}
      expect: {fields: {name: Bob B}, buyer: one}
    """)
    assert told(report) == []


@pytest.mark.parametrize(
    "said",
    [
        "test: true",
        'source: partner\n  raw: {content_type: application/json, body: \'{"trial": true, "who": {"state": "CA"}}\'}',
    ],
)
def test_a_test_lead_is_told_to_be_one_and_costs_nothing(run: Run, said: str) -> None:
    report = run(f"""
- name: a test lead
  {said}
  expect: {{test: true, buyer: one, ledger: [], requests: {{one: {{deliver: {{body: {{trial: "true"}}}}}}}}}}
""")
    assert told(report) == []


def test_what_had_happened_before(run: Run) -> None:
    report = run("""
    - name: before
      expect: {buyer: two}
      each:
        - {name: capped, given.buyers.one.sold: {hour: {CA: 2}}, expect.distribution: {one: capped}}
        - {name: no money, given.buyers.one.spent: {day: 70.01}, expect.distribution: {one: capped}}
        - {name: paused, given.buyers.one.paused: true, expect.distribution: {one: paused}}
        - {name: down, given.buyers.one.down: true, expect.reasons: {one: ~contains down after 3 failures}}
    - name: not before
      expect: {buyer: one}
      each:
        - {name: one slot left, given.buyers.one.sold: {hour: {CA: 1}}}
        - {name: another state, given.buyers.one.sold: {hour: {TX: 2}}}
        - {name: just enough money, given.buyers.one.spent: {day: 70.00}}
    - name: the source
      each:
        - {given.sources.web.accepted: {day: 3}, expect.reason: enough for today}
        - {given.sources.web.accepted: {day: 2}, expect.outcome: sold}
        - {given.earlier: [{ago: 30d}], expect.outcome: sold}
        - {given.earlier: [{ago: 29d}], expect.reason: seen before}
        - {given.earlier: [{ago: 29d, lead: {phone: 213-555-0102}}], expect.outcome: sold}
        - {given.earlier: [{ago: 1h, lead: {phone: ""}}, {ago: 2h, lead: {phone: ""}}], expect.outcome: sold}
    """)
    assert told(report) == []


def test_earlier_sales_fill_caps_and_budgets_in_their_own_windows(run: Run) -> None:
    report = run("""
    - name: sold today
      clock: 2026-11-19T10:30
      lead: {phone: ""}
      each:
        - {given.earlier: [{ago: 20m, sold: {one: 30}}, {ago: 29m, sold: {one: 30}}], expect.buyer: two}
        - {given.earlier: [{ago: 20m, sold: {one: 30}}, {ago: 31m, sold: {one: 30}}], expect.buyer: one}
        - {given.earlier: [{ago: 1h, sold: {one: 71}}], expect.distribution: {one: capped}}
        - {given.earlier: [{ago: 11h, sold: {one: 71}}], expect.buyer: one}
    """)
    assert told(report) == []


def test_turns(run: Run) -> None:
    report = run("""
    - name: whose turn it is
      lead: {state: TX}
      each:
        - {given.turns: {route.2: [two]}, expect.buyer: three}
        - {given.turns: {route.2: [two, three]}, expect.buyer: two}
        - {given.turns: {route.2: [three, two]}, expect.buyer: three}
    """)
    assert told(report) == []


def test_several_leads_in_a_row(run: Run) -> None:
    report = run("""
    - name: a cap across leads
      lead: {phone: ""}
      expect: {buyer: one}
      then:
        - {lead: {phone: ""}, expect: {buyer: one}}
        - {after: 59m, lead: {phone: ""}, expect: {buyer: two, look_ups: [carrier]}}
        - {after: 1m, lead: {phone: "", state: CA}, expect: {outcome: refused, reason: enough for today}}
        - clock: 2026-01-16T12:00
          lead: {phone: ""}
          answers: {buyers: {one: {deliver: [{body: {code: 7}}]}}}
          expect: {reasons: {one: not today}}
    """)
    assert told(report) == []


def test_a_held_lead_goes_on_when_its_time_has_come(run: Run) -> None:
    report = run("""
    - name: at night
      clock: 2026-11-19T22:00
      answers:
        buyers: {two: {deliver: [{status: 400}]}, three: {deliver: [{status: 400}]}}
      expect: {outcome: held, due: 2026-11-20T08:00, called: {one: false, two: 1}}
      then:
        - {wait: 599m, expect: {outcome: held}}
        - {wait: 1m, expect: {outcome: sold, buyer: one, due: null}}
    """)
    assert told(report) == []


def test_doubt_that_an_operator_settles(run: Run) -> None:
    report = run("""
    - name: doubt
      answers: {buyers: {one: {deliver: [{hang: true}]}}}
      expect: {outcome: in_doubt, postings: {one: {deliver: {outcome: in_doubt, failure: timeout}}}}
      then:
        - {settle: {one: declined}, expect: {outcome: sold, buyer: two}}
    - name: there is no doubt
      settle: {two: sold}
    """)
    assert told(report) == []
    assert [played.passed for played in report.played] == [True, False]
    assert "no delivery two/1" in report.played[1].outcomes[0].trouble


def test_what_an_answer_is_read_as(run: Run) -> None:
    report = run("""
    - name: read
      each:
        - answers.buyers.one.deliver: [{body: {ok: true, id: 7, paid: "$31.50"}}]
          expect.postings: {one: {deliver: {outcome: accepted, rule: 1, reference: "7", price: 31.50}}}
        - answers.buyers.one.deliver: [{body: {code: "7"}}]
          expect.postings: {one: {deliver: {outcome: rejected, rule: 2, reason: not today}}}
        - answers.buyers.one.deliver: [{body: {why: full}}]
          expect.postings: {one: {deliver: {outcome: rejected, rule: 0, reason: full}}}
        - answers.buyers.one.deliver: [{body: "<html>"}]
          expect.postings: {one: {deliver: {outcome: in_doubt, rule: null, readable: false, kind: text}}}
        - answers.buyers.one.deliver: [{status: 404, body: {}}]
          expect.postings: {one: {deliver: {outcome: rejected, rule: null, delivery: declined}}}
    """)
    assert told(report) == []


def test_what_a_service_answers_is_read_too(run: Run) -> None:
    report = run("""
    - name: read
      lead: {state: TX}
      each:
        - answers.services.carrier: [{body: {ok: true, line: mobile}}]
          expect.postings: {carrier: {outcome: accepted, set: {line: mobile}, delivery: null}}
        - answers.services.carrier: [{hang: true}]
          expect.postings: {carrier: {outcome: timeout, rule: null}}
        - answers.services.carrier: [{status: 500, body: {}}]
          expect.postings: {carrier: {outcome: error, status: 500}}
    """)
    assert told(report) == []


def test_xml_is_compared_as_a_tree_or_as_text(run: Run) -> None:
    report = run("""
    - name: XML
      lead: {state: TX}
      given: {turns: {route.2: [two]}}
      expect:
        requests: {three: {deliver: {body: {Lead: {Name: Ann, "@from": us}}}}}
    - name: as text
      lead: {state: TX}
      given: {turns: {route.2: [two]}}
      expect:
        requests: {three: {deliver: {body: ~contains <Name>Ann</Name>}}}
    """)
    assert told(report) == []


def test_json_numbers_are_no_texts_and_a_null_is_no_blank(run: Run) -> None:
    report = run("""
    - name: JSON is compared as data
      lead: {state: TX, age: 40}
      expect: {requests: {two: {deliver: {body: {who: Ann, age: "40"}}}}}
    """)
    assert told(report) == ["requests.two.deliver.body.age: 40, found 40"]


def test_one_mapping_speaks_of_the_last_call_a_list_of_all(folder, run: Run) -> None:
    flow = (folder / "market.flow").read_text(encoding="utf-8")
    (folder / "market.flow").write_text(
        flow.replace("    timeout 2s\n", "    timeout 2s\n    retry 1 on connect, 5xx\n").replace(
            "  price 30.00\n", "  price 30.00\n  idempotent\n"
        ),
        encoding="utf-8",
    )
    report = run("""
    - name: again
      answers: {buyers: {one: {deliver: [{when: {$attempt: 1}, status: 500}, {body: {ok: true}}]}}}
      expect:
        called: {one: 2}
        postings: {one: {deliver: {outcome: accepted}}}
    - name: all of them
      answers: {buyers: {one: {deliver: [{when: {$attempt: 1}, status: 500}, {body: {ok: true}}]}}}
      expect:
        postings: {one: {deliver: [{status: 500}, {outcome: accepted}]}}
    - name: too few
      expect:
        postings: {one: {deliver: [{}, {}]}}
    """)
    assert told(report) == ["postings.one.deliver: 2 calls, found 1 call"]


def test_the_clock_without_a_zone_is_the_flows(run: Run) -> None:
    report = run("""
    - {name: in the flow's zone, clock: "2026-11-19T19:59", expect: {buyer: one}}
    - {name: in a zone of its own, clock: "2026-11-19T19:59Z", expect: {buyer: one}}
    - {name: eight in the evening, clock: "2026-11-20T01:00Z", expect: {distribution: {one: closed}}}
    """)
    assert told(report) == []


def test_a_stand_in_says_its_name() -> None:
    assert StandIns().get("ANY_SECRET") == "ANY_SECRET"
