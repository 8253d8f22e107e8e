"""A seller that asks first, and sends what somebody would have."""

from __future__ import annotations

import pytest

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.drivers.orders import give
from leadflow_engine.operations.resubmitting import candidates
from leadflow_engine.operations.resume import Plans, at_once, replay
from leadflow_engine.store import SqliteStore

from .served import Service

ASKED = {"budget": 900, "wish": "bid"}


@pytest.fixture(scope="module")
def seller(desk: Service) -> dict[str, str]:
    return {"Authorization": f"Bearer {desk.key('asks')}"}


def count(desk: Service, buyer: str, leg: str) -> int:
    assert desk.sandbox
    return len(desk.sandbox.ledger.entries(buyer, leg))


def ping(desk: Service, seller: dict[str, str], **body: object) -> dict[str, object]:
    answer = desk.http.post("/flows/desk/sources/asks/ping", headers=seller, json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_what_a_lead_would_be_worth(desk: Service, seller: dict[str, str]) -> None:
    posts = count(desk, "bidder", "post")
    told = ping(desk, seller, **ASKED)
    assert (told["outcome"], told["price"]) == ("sold", 10.0)  # half of the best bid
    assert told["buyers"] == [{"id": "bidder", "legal_name": "Bidder Ltd", "price": 10.0}]
    assert count(desk, "bidder", "post") == posts
    assert desk.outcome(str(told["ping_id"])) == "unsold"
    assert 'leadflow_leads_total{flow="desk",outcome="ping",source="asks"}' in desk.http.get("/metrics").text


def test_the_post_gets_what_was_bid(desk: Service, seller: dict[str, str]) -> None:
    told = ping(desk, seller, **ASKED)
    pings = count(desk, "bidder", "ping")
    lead = {**ASKED, "mail": "pia@example.com", "ping_id": told["ping_id"]}
    answers = [desk.http.post("/flows/desk/sources/asks/submit", headers=seller, json=lead) for _ in range(2)]
    assert [(answer.json()["outcome"], answer.json()["price"]) for answer in answers] == [("sold", 10.0)] * 2
    assert answers[0].json() == answers[1].json()
    assert count(desk, "bidder", "ping") == pings
    assert desk.sandbox
    post = desk.sandbox.ledger.entries("bidder", "post")[-1]
    assert post.answer is not None
    other = desk.http.post(
        "/flows/desk/sources/asks/submit", headers=seller, json={**lead, "mail": "other@example.com"}
    )
    assert other.status_code == 422
    retold(desk, answers[0].json()["lead"]["id"])


def retold(desk: Service, lead: str) -> None:
    """The lead is replayed from its facts, word for word."""
    store = SqliteStore.read_only(desk.db, RealClock())
    try:
        facts = store.facts(lead)
        endings = at_once(replay(Plans(store).of(lead, facts), lead, facts))
        assert endings[-1].outcome == "sold"
    finally:
        store.close_now()


def test_a_ping_is_refused_for_its_own_fields(desk: Service, seller: dict[str, str]) -> None:
    """`mail` is no field of a ping: nobody asks for it yet."""
    refused = ping(desk, seller, wish="bid", budget="", mail="none")
    assert refused == {
        "outcome": "refused",
        "ping_id": None,
        "price": None,
        "buyers": [],
        "reason": "budget is missing",
    }


def test_one_with_a_price_of_its_own_is_told_without_being_asked(
    desk: Service, seller: dict[str, str]
) -> None:
    told = ping(desk, seller, budget=900, wish="x")
    assert told["buyers"] == [{"id": "ace", "legal_name": "Ace", "price": 6.0}]


def test_another_source_has_no_part_in_it(desk: Service, seller: dict[str, str], web: str) -> None:
    told = ping(desk, seller, **ASKED)
    proof = {"Authorization": f"Bearer {web}"}
    assert desk.http.post("/flows/desk/sources/web/ping", headers=proof, json=ASKED).status_code == 404
    pings = count(desk, "bidder", "ping")
    lead = {**ASKED, "mail": "quy@example.com", "ping_id": told["ping_id"]}
    assert desk.submit("web", web, json=lead).json()["outcome"] == "sold"
    assert count(desk, "bidder", "ping") == pings + 1


def test_a_ping_is_no_lead_to_be_offered_again(desk: Service, seller: dict[str, str]) -> None:
    told = ping(desk, seller, **ASKED)
    lead = str(told["ping_id"])
    said = {"leads": [lead], "because": "tried", "by": "test"}
    [answer] = give(desk.db, "resubmit", said)
    assert answer == {"lead": lead, "problem": "its seller only asked what it would be worth"}
    store = SqliteStore.read_only(desk.db, RealClock())
    try:
        assert lead not in {each.lead for each in candidates(store, "would have it")}
    finally:
        store.close_now()
