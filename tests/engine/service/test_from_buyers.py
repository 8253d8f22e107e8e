"""What buyers send: verdicts that come later, returns, feedback."""

from __future__ import annotations

import time

import pytest

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.store import SqliteStore

from .served import Service


def proof(desk: Service, buyer: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {desk.key(buyer, 'buyer')}"}


def sold(desk: Service, web: str, mail: str) -> str:
    answer = desk.submit("web", web, json={"mail": mail})
    assert answer.json()["outcome"] == "sold"
    return str(answer.json()["lead"]["id"])


def test_a_lead_is_given_back(desk: Service, web: str) -> None:
    path = f"/leads/{sold(desk, web, 'ria@example.com')}/returns"
    buyer = proof(desk, "ace")
    denied = desk.http.post(path, headers=buyer, json={"reason": "bad mood"})
    assert (denied.status_code, denied.json()["state"]) == (409, "denied")
    path = f"/leads/{sold(desk, web, 'rob@example.com')}/returns"
    back = desk.http.post(path, headers=buyer, data={"reason": "bad number"})
    assert (back.status_code, back.json()["state"]) == (200, "returned")
    assert desk.http.post(path, headers=buyer, json={"reason": "bad number"}).json()["state"] == "known"


def test_feedback_is_noted(desk: Service, web: str) -> None:
    path = f"/leads/{sold(desk, web, 'flo@example.com')}/feedback"
    told = {"event": "converted", "value": "120.00", "id": "F1"}
    answers = [desk.http.post(path, headers=proof(desk, "ace"), json=told) for _ in range(2)]
    assert [(answer.status_code, answer.json()["state"]) for answer in answers] == [
        (200, "noted"),
        (200, "known"),
    ]


@pytest.mark.parametrize("what", ["returns", "feedback"])
def test_others_hear_of_no_lead(desk: Service, web: str, what: str) -> None:
    path = f"/leads/{sold(desk, web, f'{what}@example.com')}/{what}"
    said = {"reason": "bad number", "event": "converted"}[{"returns": "reason"}.get(what, "event")]
    body = {{"returns": "reason"}.get(what, "event"): said}
    assert desk.http.post(path, headers=proof(desk, "sloth"), json=body).status_code == 404
    assert desk.http.post(path, headers={"Authorization": f"Bearer {web}"}, json=body).status_code == 401
    assert desk.http.post(path, headers=proof(desk, "ace"), json={"force": True}).status_code == 400
    assert desk.http.post(path, headers=proof(desk, "ace"), json={}).status_code == 400


def test_a_verdict_comes_later(desk: Service, web: str) -> None:
    answer = desk.submit("web", web, json={"mail": "val@example.com", "wish": "later"})
    assert (answer.status_code, answer.json()["outcome"]) == (202, "pending")
    lead = answer.json()["lead"]["id"]
    token = token_of(desk, lead)
    path = f"/flows/desk/buyers/later/callback/{token}"
    assert desk.http.post(f"{path}x", json={"verdict": "yes"}).status_code == 404
    heard = desk.http.post(path, json={"verdict": "yes"})
    assert (heard.status_code, heard.json()) == (200, {"status": "ok", "delivery": "confirmed"})
    where = answer.headers["Location"]
    for _ in range(100):
        now = desk.http.get(where, headers={"Authorization": f"Bearer {web}"}).json()
        if now["outcome"] == "sold":
            break
        time.sleep(0.05)
    assert now["outcome"] == "sold"


def token_of(desk: Service, lead: str) -> str:
    """The address that the buyer was told, as the journal keeps what the Run was answered."""
    store = SqliteStore.read_only(desk.db, RealClock())
    try:
        fact = next(fact for fact in store.facts(lead) if fact.key.startswith("callback/"))
    finally:
        store.close_now()
    url = str({**fact.body, **(fact.content or {})}["url"])
    assert url.startswith("https://leads.example.com/flows/desk/buyers/later/callback/")
    return url.rpartition("/")[2]


def test_a_buyer_that_does_not_call_back(desk: Service) -> None:
    assert desk.http.post("/flows/desk/buyers/ace/callback", json={}).status_code == 404
    assert desk.http.post("/flows/desk/buyers/none/callback", json={}).status_code == 404
