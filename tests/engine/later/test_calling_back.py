"""A buyer calls with its verdict: proved, matched to its delivery, kept once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.drivers.public import called_at
from leadflow_engine.drivers.recorded import RecordedDriver
from leadflow_engine.effects import ReadCallback, Result
from leadflow_engine.intake.call import Call
from leadflow_engine.intake.replies import Reply
from leadflow_engine.operations.calling_back import received
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.receiving import arrivals_of_payload
from leadflow_engine.operations.resume import at_once
from leadflow_engine.plan import Plan
from leadflow_engine.runner import arrival_of, run_lead
from leadflow_engine.secrets import Secrets
from leadflow_engine.store import SqliteStore, callbacks
from tests.engine.later.world import DELIVER, NOW, Buyers, World, plan_of

SECRETS = Secrets({"SLOW_KEY": "slow-secret", "SLOW_SIGN": "signing"})
READS = """
  response json {
    reference "id"
    accepted when "now" == "sold"
    rejected when "now" == "no"
    pending  when "now" == "wait"
    price    "pays"
    reason   "why"
  }
"""
WAITS = '{"is": "pending", "id": "R7"}'
SOLD = '{"is": "sold", "id": "R7"}'
TERMS = 'returns within 14d for "bad phone"\n'


def by_key(root: Path, price: str = "price 9.00", **more: str) -> Plan:
    slow = f'{price}\n{TERMS}callback {{ verify field "key" env SLOW_KEY {READS} }}\n{DELIVER}'
    return plan_of(root, slow, **more)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return by_key(tmp_path_factory.mktemp("by_key"))


def calls(
    world: World, url: str = "/callback", headers: Any = (), secrets: Secrets = SECRETS, **said: Any
) -> Reply:
    """What the buyer hears that calls so."""
    body = json.dumps({"key": "slow-secret", "id": "R7", **said}).encode()
    call = Call("POST", url, (("Content-Type", "application/json"), *headers), body, world.clock.now())
    return asyncio.run(received(world.store, world.plans, world.plan, "slow", call, secrets, patience=0))


def waiting(plan: Plan, post: str = WAITS) -> tuple[World, str]:
    world = World(plan, Buyers(post=[post], other=['{"ok": true}']))
    return world, world.lead().lead


@pytest.mark.parametrize(("word", "who"), [("sold", ["slow"]), ("no", ["other"])])
def test_a_verdict_comes_by_a_call(plan: Plan, word: str, who: list[str]) -> None:
    world, lead = waiting(plan)
    reply = calls(world, now=word)
    assert reply.status == 200
    assert json.loads(reply.body)["delivery"] == {"sold": "confirmed", "no": "declined"}[word]
    world.work()
    assert world.outcome(lead) == ("sold", who)
    assert world.holds_together()


def test_the_same_call_again_changes_nothing(plan: Plan) -> None:
    world, lead = waiting(plan)
    first = calls(world, now="sold")
    facts = world.keys(lead)
    assert calls(world, now="sold") == first
    assert world.keys(lead) == facts
    assert [key for key in facts if "call" in key] == ["called_back/slow/1/1"]


def test_what_says_nothing_yet_is_kept_and_waited_on(plan: Plan) -> None:
    world, lead = waiting(plan)
    assert calls(world, now="wait").status == 200
    assert world.outcome(lead) == ("pending", [])
    assert world.keys(lead)[-1] == "called_back/slow/1/1"


def test_a_rejection_after_an_acceptance_is_a_return(plan: Plan) -> None:
    world, lead = waiting(plan, SOLD)
    assert world.outcome(lead) == ("sold", ["slow"])
    world.pass_(days=2)
    assert json.loads(calls(world, now="no", why="bad phone").body)["delivery"] == "returned"
    assert world.store.query("SELECT reason, accepted, credited FROM returned") == [
        ("bad phone", 1, 9_000_000)
    ]
    assert world.holds_together()


def test_one_that_the_terms_do_not_allow_is_denied_and_kept(plan: Plan) -> None:
    world, lead = waiting(plan, SOLD)
    calls(world, now="no", why="changed my mind")
    assert world.outcome(lead) == ("sold", ["slow"])
    assert world.store.query("SELECT accepted FROM returned") == [(0,)]


def test_another_price_is_an_adjustment(plan: Plan) -> None:
    world, lead = waiting(plan, SOLD)
    calls(world, now="sold", pays="7.50")
    assert world.store.query("SELECT before, price FROM adjusted") == [(9_000_000, 7_500_000)]
    assert [sale["price"] for sale in world.summary(lead)["sales"]] == [7.5]
    assert world.holds_together()


def test_a_sale_after_a_refusal_is_a_conflict_that_is_shown(plan: Plan) -> None:
    world, lead = waiting(plan, '{"is": "no", "id": "R7"}')
    calls(world, now="sold")
    [doubt] = world.store.doubts()
    assert doubt.conflict == "sold (callback of slow: accepted) after it was declined"
    assert world.outcome(lead) == ("sold", ["other"])


@pytest.mark.parametrize(
    ("said", "price", "note"),
    [
        ({}, 0, "the answer tells no price"),
        ({"pays": "soon"}, 0, "`price` is blank: what the answer says there cannot be read as one"),
        ({"pays": "EUR 18.50"}, 0, "`price` is blank: the answer says it in another currency than USD"),
        ({"pays": "USD 18.50"}, 18.5, "accepted"),
        ({"pays": 55}, 40, "the answer says 55.00, over the limit 40.00"),
    ],
)
def test_what_is_said_of_a_price_that_comes_with_the_call(
    tmp_path: Path, said: dict[str, Any], price: float, note: str
) -> None:
    world, lead = waiting(by_key(tmp_path, "price from response up to 40.00"))
    calls(world, now="sold", **said)
    assert [sale["price"] for sale in world.summary(lead)["sales"]] == [price]
    [because] = [fact.body["because"] for fact in world.store.facts(lead) if fact.kind == "settled"]
    assert because.endswith(note)


def test_a_price_that_the_answer_tells_may_come_with_the_call(tmp_path: Path) -> None:
    world, lead = waiting(by_key(tmp_path, "price from response up to 40.00"))
    calls(world, now="sold", pays="31.50")
    assert [sale["price"] for sale in world.summary(lead)["sales"]] == [31.5]


# ------------------------------------------------------------------ who calls


def test_a_forged_call_is_refused_and_counted(plan: Plan) -> None:
    world, lead = waiting(plan)
    for _ in range(2):
        assert calls(world, now="sold", key="guessed").status == 401
    assert calls(world, now="sold", secrets=Secrets()).status == 503
    assert world.outcome(lead) == ("pending", [])
    assert "called_back" not in str(world.keys(lead))
    assert world.store.query("SELECT buyer, why, times FROM callback_refused") == [
        ("slow", "the secret `key` of the payload is wrong", 2)
    ]


@pytest.mark.parametrize(("said", "status"), [({"id": "R8"}, 404), ({"id": None}, 400), ({"id": ""}, 400)])
def test_a_call_about_no_delivery_is_refused(plan: Plan, said: dict[str, Any], status: int) -> None:
    world, _ = waiting(plan)
    assert calls(world, now="sold", **said).status == status


def test_a_reference_that_several_have_says_nothing(plan: Plan) -> None:
    world, _ = waiting(plan)
    world.lead("Bea", "2125550199")
    assert calls(world, now="sold").status == 409


def test_a_signed_call(tmp_path: Path) -> None:
    verify = 'verify hmac sha256 header "X-Signature" env SLOW_SIGN'
    world, lead = waiting(plan_of(tmp_path, f"price 9.00\ncallback {{ {verify} {READS} }}\n{DELIVER}"))
    body = json.dumps({"key": "slow-secret", "id": "R7", "now": "sold"}).encode()
    right = hmac.new(b"signing", body, hashlib.sha256).hexdigest()
    assert calls(world, headers=[("X-Signature", "0" * 64)], now="sold").status == 401
    assert calls(world, headers=[("X-Signature", right)], now="sold").status == 200
    assert world.store.query("SELECT state FROM delivery WHERE lead = ?", (lead,)) == [("confirmed",)]


# ------------------------------------------------------------------ the delivery's own address


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    deliver = DELIVER.replace("k = delivery.key", "k = delivery.key  tell = callback.url")
    reads = READS.replace('reference "id"', "")
    return plan_of(tmp_path_factory.mktemp("own"), f"price 9.00\ncallback {{ {reads} }}\n{deliver}")


def test_the_buyer_is_told_where_to_call_and_that_proves_it(own: Plan) -> None:
    world, lead = waiting(own)
    told = json.loads(world.buyers.asked[0].body or "")["tell"]
    assert told == "https://your-host.example/flows/later/buyers/slow/callback/TOKEN"
    assert "callback/slow/1" in world.keys(lead)
    token = callbacks.token_of(world.store._reader.digests, lead, "slow", 1)
    assert calls(world, f"/flows/later/buyers/slow/callback/{token}?x=1", now="sold").status == 200
    world.work()
    assert world.outcome(lead) == ("sold", ["slow"])
    assert world.holds_together()


@pytest.mark.parametrize("change", ["", "x", "-1-", "lead", "number", "proof"])
def test_an_address_that_was_given_to_nobody_is_refused(own: Plan, change: str) -> None:
    world, lead = waiting(own)
    token = callbacks.token_of(world.store._reader.digests, lead, "slow", 1)
    changes = {
        "lead": token.replace(lead, lead[::-1]),
        "number": token.replace("-1-", "-2-"),
        "proof": token[:-1] + ("0" if token[-1] != "0" else "1"),
    }
    assert calls(world, f"/callback/{changes.get(change, change)}", now="sold").status in {401, 404}
    assert world.outcome(lead) == ("pending", [])


def test_the_answer_may_be_in_the_format_that_the_flow_says(tmp_path: Path) -> None:
    world, _ = waiting(
        by_key(tmp_path, source="reply on callback status 202 json { lead = lead.id  became = outcome }")
    )
    reply = calls(world, now="sold")
    assert (reply.status, json.loads(reply.body)["became"]) == (
        202,
        "pending",
    )  # it goes on with the next `work`


def test_a_query_is_read_as_a_form(tmp_path: Path) -> None:
    reads = READS.replace("response json", "response form")
    slow = f'price 9.00\ncallback {{ verify field "key" env SLOW_KEY {reads} }}\n{DELIVER}'
    world, lead = waiting(plan_of(tmp_path, slow))
    call = Call("GET", "/callback?key=slow-secret&id=R7&now=sold", (), b"", NOW)
    reply = asyncio.run(received(world.store, world.plans, world.plan, "slow", call, SECRETS, patience=0))
    assert reply.status == 200
    assert world.store.query("SELECT state FROM delivery WHERE lead = ?", (lead,)) == [("confirmed",)]


def test_where_the_service_has_no_address_such_a_buyer_is_sent_nothing(
    own: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadflow_engine.drivers.dry.called_at", lambda *_: {"url": None})
    world, lead = waiting(own)
    assert world.outcome(lead) == ("sold", ["other"])
    assert world.buyers.urls() == ["other.example"]
    reasons = {row["buyer"]: row["reason"] for row in world.summary(lead)["distribution"]}
    assert reasons["slow"].startswith("callback.url is not known: LEADFLOW_PUBLIC_URL must say")


@pytest.mark.parametrize(
    ("setting", "url"),
    [
        ("https://leads.example/", "https://leads.example/flows/f/buyers/b/callback/T"),
        ("http://localhost:8080/x", "http://localhost:8080/x/flows/f/buyers/b/callback/T"),
        ("leads.example", None),
        ("", None),
    ],
)
def test_the_address_is_below_the_one_that_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, setting: str, url: str | None
) -> None:
    monkeypatch.setenv("LEADFLOW_PUBLIC_URL", setting)
    assert called_at(ReadCallback("f", "b", 1), "T") == {"url": url}


@pytest.mark.parametrize("kept", [True, False])
def test_a_run_of_recorded_answers_has_the_address_that_was_told_then(own: Plan, kept: bool) -> None:
    world, lead = waiting(own)
    facts = [fact for fact in world.store.facts(lead) if kept or not fact.key.startswith("callback/")]
    store = SqliteStore.memory(world.clock)
    store.add_plan(own.name, description(own))
    arrival = arrival_of(lead, facts[0])
    ending = at_once(run_lead(own, arrival, RecordedDriver(lead, store, facts, world.clock)))
    assert ending.outcome == "pending"


class Cut(DryDriver):
    """A driver whose process dies before it hears of one effect."""

    before = ""

    async def next(self) -> tuple[str, Result]:
        key, result = await super().next()
        if key == self.before:
            raise InterruptedError
        return key, result


@pytest.mark.parametrize("before", ["post/slow/1", "suspend/1"])
def test_a_call_that_comes_before_our_own_books_are_written_is_asked_to_come_again(
    plan: Plan, before: str
) -> None:
    world = World(plan, Buyers(post=[WAITS], other=['{"ok": true}']))
    [arrival] = arrivals_of_payload(plan, "web", {"name": "Ana", "phone": "2125550123"}, "web/test/Ana")
    driver = Cut(arrival.lead, world.store, world.buyers, world.clock)
    driver.before = before
    with pytest.raises(InterruptedError):
        at_once(run_lead(plan, arrival, driver))
    reply = calls(world, now="sold")
    written = before == "suspend/1"  # its commit came before the process died
    assert reply.status == (200 if written else 503)
    assert ("Retry-After", "5") in reply.headers or written
    world.work()
    assert world.outcome(arrival.lead)[0] == ("sold" if written else "in_doubt")


def test_a_verdict_on_a_lead_whose_values_are_gone_is_taken(plan: Plan) -> None:
    world, lead = waiting(plan)
    world.store.transact(
        lambda core: core.connection.execute("UPDATE fact SET content = NULL WHERE content IS NOT NULL")
    )
    assert json.loads(calls(world, now="sold").body) == {"status": "ok", "delivery": "confirmed"}
    assert world.store.query("SELECT state FROM delivery WHERE lead = ?", (lead,)) == [("confirmed",)]


# ------------------------------------------------------------------ a reference that repeats what is personal


@pytest.mark.parametrize("reference", ["2125550123", "L-2125550123-9", "Ana.2125550123"])
def test_a_reference_that_is_masked_is_found_all_the_same(plan: Plan, reference: str) -> None:
    world = World(plan, Buyers(post=[json.dumps({"is": "pending", "id": reference}), WAITS]))
    lead = world.lead().lead
    world.lead("Bea", "2125550199")
    assert reference not in str(world.summary(lead)["deliveries"])
    assert calls(world, id=reference.replace("23", "24"), now="sold").status == 404
    assert calls(world, id=reference, now="sold").status == 200
    assert world.store.query("SELECT state FROM delivery WHERE lead = ?", (lead,)) == [("confirmed",)]
