"""Keys, browsers, documents: who may do what."""

from __future__ import annotations

import base64

import pytest
from openapi_spec_validator import validate

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.drivers.orders import give
from leadflow_engine.store import SqliteStore, StoreError

from .served import Service

PAGE = "https://www.example.com"


def test_two_keys_at_once_and_none_that_is_revoked(desk: Service) -> None:
    order = {"kind": "source", "flow": "desk", "party": "hasty", "by": "test"}
    first, second = (give(desk.db, "key_new", order | {"seconds": 3600}) for _ in range(2))
    with pytest.raises(StoreError, match="revoke one"):
        give(desk.db, "key_new", order)
    give(desk.db, "key_revoke", {"id": first["id"], "by": "test", "because": "rotated"})
    lead = {"mail": "max@example.com"}
    assert desk.submit("hasty", first["key"], json=lead).status_code == 401
    assert desk.submit("hasty", second["key"], json=lead).status_code == 200
    give(desk.db, "key_revoke", {"id": second["id"], "by": "test", "because": "tried"})


def test_the_journal_keeps_no_key(desk: Service, web: str) -> None:
    store = SqliteStore.read_only(desk.db, RealClock())
    try:
        rows = repr(store.query("SELECT * FROM service_key"))
    finally:
        store.close_now()
    assert web.split("_")[1] in rows
    assert web.split("_")[2] not in rows


def test_a_key_opens_its_own_source_only(desk: Service, web: str) -> None:
    assert desk.submit("hasty", web, json={"mail": "max@example.com"}).status_code == 401


# ------------------------------------------------------------------ browsers


def test_a_page_that_may_post_hears_so_and_others_do_not(desk: Service) -> None:
    path = "/flows/desk/sources/open_form/submit"
    asks = {"Access-Control-Request-Method": "POST"}
    may = desk.http.options(path, headers=asks | {"Origin": PAGE})
    assert (may.status_code, may.headers["Access-Control-Allow-Origin"]) == (204, PAGE)
    other = desk.http.options(path, headers=asks | {"Origin": "https://evil.example"})
    assert (other.status_code, "Access-Control-Allow-Origin" in other.headers) == (403, False)


def test_a_public_key_submits_and_nothing_else(desk: Service) -> None:
    public, page = desk.key("open_form", "public"), {"Origin": PAGE}
    sent = desk.submit("open_form", public, page, json={"mail": "nia@example.com"})
    assert (sent.status_code, sent.headers["Access-Control-Allow-Origin"]) == (200, PAGE)
    assert desk.submit("open_form", public, json={"mail": "nia@example.com"}).status_code == 403
    path = f"/leads/{sent.json()['lead']['id']}"
    assert desk.http.get(path, headers={"Authorization": f"Bearer {public}"}).status_code == 401


def test_a_form_without_scripts(desk: Service) -> None:
    public = desk.key("open_form", "public")
    form = {"mail": "oli@example.com", "company_url": "", "redir_url": "https://thanks.example.com/ok"}
    path = f"/flows/desk/sources/open_form/submit?key={public}"
    sent = desk.http.post(path, data=form, headers={"Origin": PAGE})
    assert (sent.status_code, sent.headers["Location"]) == (303, "https://thanks.example.com/ok")


def test_a_program_that_fills_in_everything_hears_nothing_new(desk: Service) -> None:
    before = len(desk.sandbox.ledger.entries("ace", "post")) if desk.sandbox else 0
    public = desk.key("open_form", "public")
    body = {"mail": "bot@example.com", "company_url": "https://spam.example"}
    answer = desk.submit("open_form", public, {"Origin": PAGE}, json=body)
    assert (answer.status_code, answer.json()["outcome"]) == (202, "pending")
    assert desk.outcome(answer.json()["lead"]["id"]) is None
    assert desk.sandbox and len(desk.sandbox.ledger.entries("ace", "post")) == before


# ------------------------------------------------------------------ documents


def test_instructions_and_openapi_of_ones_own_source(desk: Service, web: str) -> None:
    proof = {"Authorization": "Basic " + base64.b64encode(f":{web}".encode()).decode()}
    page = desk.http.get("/flows/desk/sources/web", headers=proof)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "https://leads.example.com/flows/desk/sources/web/submit" in page.text
    assert "hasty" not in page.text
    assert desk.http.get("/flows/desk/sources/web").headers["WWW-Authenticate"] == "Bearer, Basic"
    described = desk.http.get("/openapi.json", headers=proof).json()
    validate(described)
    assert [path for path in described["paths"] if "sources" in path] == ["/flows/desk/sources/web/submit"]
    assert desk.http.get("/openapi.json").status_code == 401


def test_what_a_browser_sends_along_by_itself_submits_nothing(desk: Service, web: str) -> None:
    """Else any page could have the browser of somebody who has read the instructions post here."""
    proof = {"Authorization": "Basic " + base64.b64encode(f":{web}".encode()).decode()}
    path = "/flows/desk/sources/web/submit"
    assert desk.http.post(path, headers=proof, data={"mail": "sly@example.com"}).status_code == 401
    assert desk.http.get(path, headers=proof, params={"mail": "sly@example.com"}).status_code == 401


def test_health(desk: Service) -> None:
    assert desk.http.get("/health/live").json() == {"status": "live"}
    assert desk.http.get("/health/ready").json()["status"] == "ready"


def test_a_lead_gets_the_address_of_its_caller_and_no_other(desk: Service) -> None:
    public = desk.key("open_form", "public")
    sent = desk.submit(
        "open_form",
        public,
        {"Origin": PAGE},
        json={"mail": "pat@example.com", "IP": "9.9.9.9", "ip": "8.8.8.8"},
    )
    store = SqliteStore.read_only(desk.db, RealClock())
    try:
        summary = store.lead_summary(sent.json()["lead"]["id"])
    finally:
        store.close_now()
    assert summary and summary["lead"]["fields"]["ip"] == "127.0.0.1"
