"""render, parse, send: one buyer looked at by itself, as an integrator does who connects it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from syrupy.assertion import SnapshotAssertion

Leadflow = Callable[..., Result]

FLOW = """\
flow loans
lead {
  first_name  first_name  required
  phone       phone
  amount      money
}
enhance carrier on demand {
  post "https://lookup.example/v1"
  auth query "key" env CARRIER_KEY
  body json { number = phone.e164 }
  response json { accepted when "ok"  otherwise rejected  set line text "line" }
}
buyer acme {
  accept when amount > 1000000
  cap 1 per day
  hours mon 03:00-03:01
  price from bid
  ping {
    post "https://acme.example/ping"
    auth basic "us" env ACME_KEY
    body form { amount = amount }
    response json { accepted when "bid" is present  otherwise rejected  bid "bid"  reference "id" }
  }
  deliver {
    post "https://acme.example/post"
    auth body api_key env ACME_KEY
    body json { id = ping.reference  first = first_name  line = carrier.line }
    response json {
      accepted  when "status" == "ok"
      duplicate when "why" contains "duplicate"
      otherwise rejected
      reason "why"
      price  "paid"
    }
  }
  test { field "is_test" = 1 }
}
buyer plain {
  price 5.00
  deliver {
    post "https://plain.example/in"
    auth hmac sha256 header "X-Signature" env PLAIN_KEY
    body text \"\"\"hello {{ first_name }}\"\"\"
    response text { accepted when text == "1"  otherwise rejected }
  }
}
route { waterfall acme, plain }
"""
LEAD = {"first_name": "Zoë's", "phone": "512 555 0143", "amount": "$1,200.50"}
ANSWERS = """\
buyers:
  acme:
    ping: {url: acme.example/ping, answers: [{body: {bid: 12.5, id: P-7}}]}
    deliver:
      url: acme.example/post
      answers: [{when: {is_test: 1}, body: {status: ok, paid: "$12.50"}}, {body: {status: "no"}}]
services:
  carrier: {url: lookup.example/v1, answers: [{body: {ok: true, line: mobile}}]}
"""


@pytest.fixture
def loans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "loans.flow").write_text(FLOW)
    (tmp_path / "lead.json").write_text(json.dumps(LEAD))
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestRender:
    def test_the_ping_and_the_post_whatever_keeps_the_lead_from_the_buyer(
        self, loans: Path, leadflow: Leadflow, snapshot: SnapshotAssertion
    ) -> None:
        assert leadflow("render", "loans.flow", "acme", "lead.json").stdout == snapshot

    def test_curl_takes_each_secret_from_the_variable_of_its_name(
        self, loans: Path, leadflow: Leadflow, snapshot: SnapshotAssertion
    ) -> None:
        printed = "".join(
            leadflow("render", "loans.flow", name, "lead.json", "--format", "curl").stdout
            for name in ("acme", "plain", "carrier")
        )
        assert printed == snapshot

    def test_answers_on_the_way_come_from_the_file_beside_the_flow(
        self, loans: Path, leadflow: Leadflow
    ) -> None:
        (loans / "loans.answers.yaml").write_text(ANSWERS)
        whole = json.loads(leadflow("render", "loans.flow", "acme", "lead.json", "--format", "json").stdout)
        assert json.loads(whole["requests"][1]["body"]) == {
            "api_key": "***",
            "id": "P-7",
            "first": "Zoë's",
            "line": "mobile",
        }

    def test_else_from_the_defaults_of_its_scenarios_and_a_sample_where_they_have_none(
        self, loans: Path, leadflow: Leadflow
    ) -> None:
        scenarios = """\
defaults: {answers: {services: {carrier: [{body: {ok: true, line: voip}}]}}}
scenarios: [{name: a, lead: {first_name: Ana}}]
"""
        (loans / "loans.scenarios.yaml").write_text(scenarios)
        printed = leadflow("render", "loans.flow", "acme", "lead.json", "--format", "json")
        sent = json.loads(json.loads(printed.stdout)["requests"][1]["body"])
        assert (sent["line"], sent["id"]) == ("voip", "PING-REFERENCE")
        assert "the defaults of loans.scenarios.yaml" in printed.stderr

    def test_a_lead_that_the_door_refuses_is_sent_to_nobody(self, loans: Path, leadflow: Leadflow) -> None:
        (loans / "lead.json").write_text("{}")
        printed = leadflow("render", "loans.flow", "plain", "lead.json", code=1)
        assert "no post: first_name is missing" in printed.output

    def test_a_name_that_is_sent_nothing(self, loans: Path, leadflow: Leadflow) -> None:
        assert (
            "there are acme, plain, carrier"
            in leadflow("render", "loans.flow", "x", "lead.json", code=2).output
        )


class TestParse:
    @pytest.mark.parametrize(
        ("body", "options", "told"),
        [
            (
                '{"status": "OK ", "paid": "$1,012.50"}',
                (),
                ["accepted", "price      1012.50", "confirmed: sold"],
            ),
            ('{"status": "no", "why": "a duplicate"}', (), ["duplicate", "rule       2, loans.flow:"]),
            (
                '{"status": "no", "why": "too old"}',
                (),
                ["rejected", "rule       otherwise rejected", "too old"],
            ),
            ("<html>", ("--status", "502"), ["none: no rule matches", "in_doubt"]),
            ('{"bid": 3, "id": "A"}', ("--ping",), ["accepted", "bid        3", "reference  A"]),
        ],
    )
    def test_verdict_rule_and_values(
        self, loans: Path, leadflow: Leadflow, body: str, options: tuple[str, ...], told: list[str]
    ) -> None:
        printed = leadflow("parse", "loans.flow", "acme", *options, stdin=body).stdout
        assert [text for text in told if text not in printed] == [], printed

    def test_an_offer_without_an_amount(self, loans: Path, leadflow: Leadflow) -> None:
        text = (loans / "loans.flow").read_text()
        several = text.replace('bid "bid"  reference "id" }', 'bids "of" { bid "net"  reference "id" } }')
        several = several.replace("ping.reference", "ping.chosen.reference")
        (loans / "several.flow").write_text(several)
        body = '{"bid": 1, "of": [{"net": "$31.50", "id": "o1"}, {"id": "o2"}]}'
        printed = leadflow("parse", "several.flow", "acme", "--ping", stdin=body).stdout
        assert "one bid    31.50 o1\none bid    no bid o2\n" in printed

    def test_a_file_and_headers_and_json(self, loans: Path, leadflow: Leadflow) -> None:
        (loans / "answer").write_bytes(b"\xef\xbb\xbf1 \n")
        printed = leadflow(
            "parse",
            "loans.flow",
            "plain",
            "answer",
            "--header",
            "Content-Type: text/plain",
            "--format",
            "json",
        )
        read = json.loads(printed.stdout)
        assert (read["verdict"], read["rule"], read["delivery"]) == ("accepted", 1, "confirmed")

    def test_what_cannot_be_meant(self, loans: Path, leadflow: Leadflow) -> None:
        assert "has no ping" in leadflow("parse", "loans.flow", "plain", "--ping", stdin="", code=2).output
        assert (
            "is no header"
            in leadflow("parse", "loans.flow", "plain", "--header", "x", stdin="", code=2).output
        )


class TestSend:
    @pytest.fixture(autouse=True)
    def secrets(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("ACME_KEY", "CARRIER_KEY", "PLAIN_KEY"):
            monkeypatch.setenv(name, "s3cret-value")

    def test_a_real_request_in_the_test_dialect_with_its_answer_and_verdict(
        self, loans: Path, leadflow: Leadflow, buyers_of: Callable[..., Any]
    ) -> None:
        (loans / "other.yaml").write_text(ANSWERS)
        with buyers_of(loans / "other.yaml") as buyers:
            printed = leadflow("send", "loans.flow", "acme", "lead.json", "--test").stdout
            assert buyers.posts("acme") == 1
        for text in (
            '"is_test":1',
            '"id":"P-7"',
            "HTTP 200",
            '"paid"',
            "verdict    accepted",
            "price      12.50",
        ):
            assert text in printed
        assert "s3cret" not in printed

    def test_nobody_there_is_told_and_is_no_traceback(
        self, loans: Path, leadflow: Leadflow, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LEADFLOW_SANDBOX", "127.0.0.1:9")
        monkeypatch.setenv("LEADFLOW_ALLOW_HOSTS", "127.0.0.1:9")
        assert (
            "no answer: connect"
            in leadflow("send", "loans.flow", "acme", "lead.json", "--test", code=1).output
        )

    def test_a_buyer_that_could_not_know_is_sent_nothing(self, loans: Path, leadflow: Leadflow) -> None:
        printed = leadflow("send", "loans.flow", "plain", "lead.json", "--test", code=2).output
        assert "would take it for a real one" in printed

    def test_only_tests_are_sent_so(self, loans: Path, leadflow: Leadflow) -> None:
        assert "say --test" in leadflow("send", "loans.flow", "acme", "lead.json", code=2).output
