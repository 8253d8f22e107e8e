"""A lead over HTTP: kept, routed, answered."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from .served import SECRETS, Service


def test_a_lead_is_answered_with_what_became_of_it(desk: Service, web: str) -> None:
    answer = desk.submit("web", web, json={"mail": "ana@example.com"})
    assert (answer.status_code, answer.json()["outcome"], answer.json()["price"]) == (200, "sold", 2.0)
    assert desk.outcome(answer.json()["lead"]["id"]) == "sold"
    refused = desk.submit("web", web, json={"mail": "nobody"})
    assert refused.json()["reason"] == "mail is not a valid email"


def test_a_lead_is_asked_for_by_the_source_that_sent_it(desk: Service, web: str) -> None:
    sent = desk.submit("web", web, json={"mail": "bo@example.com"}).json()
    path = f"/leads/{sent['lead']['id']}"
    assert desk.http.get(path, headers={"Authorization": f"Bearer {web}"}).json() == sent
    other = {"X-Api-Key": desk.key("crowd")}
    assert desk.http.get(path, headers=other).status_code == 401
    assert desk.http.get(path).status_code == 401
    assert desk.http.get("/leads/NONE", headers=other).status_code == 404


@pytest.mark.parametrize(
    ("source", "status"), [("web", 401), ("open_form", 401), ("keyed", 401), ("signed", 401), ("none", 404)]
)
def test_nobody_submits_without_proof(desk: Service, source: str, status: int) -> None:
    assert desk.submit(source, json={"mail": "ana@example.com"}).status_code == status
    assert desk.submit(source, "src_00000000_" + "A" * 43, json={}).status_code == status


def test_the_flows_own_key_or_one_of_the_service(desk: Service) -> None:
    lead = {"mail": "cy@example.com"}
    assert desk.submit("keyed", SECRETS["DESK_KEY"], json=lead).status_code == 200
    assert desk.submit("keyed", desk.key("keyed"), json=lead).status_code == 200


def test_a_test_key_brings_test_leads(desk: Service) -> None:
    answer = desk.submit("shaped", desk.key("shaped", test=True), json={"mail": "di@example.com"})
    rows = _rows(desk, f"SELECT test FROM lead WHERE id = '{answer.json()['ref']}'")
    assert rows == [(1,)]


def _rows(desk: Service, sql: str) -> list[tuple[object, ...]]:
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.store import SqliteStore

    store = SqliteStore.read_only(desk.db, RealClock())
    try:
        return store.query(sql)
    finally:
        store.close_now()


# ------------------------------------------------------------------ the deadline


def test_what_takes_longer_is_pending_and_goes_on(desk: Service) -> None:
    key = desk.key("hasty")
    answer = desk.submit("hasty", key, json={"mail": "ed@example.com", "wish": "slow"})
    assert (answer.status_code, answer.json()["outcome"]) == (202, "pending")
    where = answer.headers["Location"]
    assert where == f"/leads/{answer.json()['lead']['id']}"
    assert _until(desk, where, key) == "sold"


def test_pending_in_the_sources_own_words(desk: Service) -> None:
    key = desk.key("shaped")
    answer = desk.submit("shaped", key, json={"mail": "fe@example.com", "wish": "slow"})
    assert answer.status_code == 201
    assert {**answer.json(), "ref": ""} == {"ok": False, "state": "pending", "ref": ""}
    assert _until(desk, answer.headers["Location"], key) == "sold"


def _until(desk: Service, where: str, key: str) -> str:
    """The lead's outcome once it has one."""
    for _ in range(100):
        outcome = desk.http.get(where, headers={"Authorization": f"Bearer {key}"}).json()["outcome"]
        if outcome != "pending":
            return str(outcome)
        time.sleep(0.05)
    raise AssertionError("the lead did not end")


# ------------------------------------------------------------------ the same call again


def test_the_same_key_and_body_get_the_same_answer(desk: Service, web: str) -> None:
    named = {"Idempotency-Key": "first"}
    first = desk.submit("web", web, named, json={"mail": "gus@example.com"})
    again = desk.submit("web", web, named, json={"mail": "gus@example.com"})
    assert (first.status_code, first.json()["outcome"], again.json()) == (200, "sold", first.json())
    other = desk.submit("web", web, named, json={"mail": "other@example.com"})
    assert (other.status_code, "another body" in other.json()["error"]) == (422, True)


def test_many_at_once_under_one_key_are_one_lead(desk: Service) -> None:
    key = desk.key("shaped")
    before = len(desk.sandbox.ledger.entries("sloth", "post")) if desk.sandbox else 0

    def call(number: int) -> tuple[int, str]:
        body = {"mail": "hal@example.com", "wish": "slow"}
        answer = desk.submit("shaped", key, {"Idempotency-Key": "burst"}, json=body)
        return answer.status_code, answer.json()["ref"]

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(call, range(8)))
    assert len(found) == 1
    assert _until(desk, f"/leads/{found.pop()[1]}", key) == "sold"
    assert desk.sandbox and len(desk.sandbox.ledger.entries("sloth", "post")) == before + 1


def test_several_leads_of_one_call(desk: Service) -> None:
    key, body = desk.key("many"), {"leads": [{"mail": "ida@example.com"}, {"mail": "none"}]}
    answer = desk.submit("many", key, {"Idempotency-Key": "two"}, json=body)
    assert [each["outcome"] for each in answer.json()["leads"]] == ["sold", "refused"]
    fewer = {"leads": body["leads"][:1]}
    assert desk.submit("many", key, {"Idempotency-Key": "two"}, json=fewer).status_code == 422
    assert desk.submit("many", key, {"Idempotency-Key": "two"}, json=body).json() == answer.json()


# ------------------------------------------------------------------ signed calls


def test_a_signed_call_is_taken_once(desk: Service) -> None:
    body = b'{"mail": "jo@example.com"}'
    headers = signature(body)
    assert desk.submit("signed", headers=headers, content=body).status_code == 200
    assert (
        desk.submit("signed", headers=headers, content=body).json()["error"] == "this signed call came before"
    )
    changed = body.replace(b"jo@", b"jim@")
    assert desk.submit("signed", headers=headers, content=changed).status_code == 401


def signature(body: bytes) -> dict[str, str]:
    """What a caller of the source `signed` sends beside this body now."""
    now = str(int(datetime.datetime.now(datetime.UTC).timestamp()))
    signed = hmac.new(SECRETS["DESK_SECRET"].encode(), f"{now}.".encode() + body, hashlib.sha256)
    return {"X-Sig": signed.hexdigest(), "X-Time": now, "Content-Type": "application/json"}
