"""``leadflow receive``: a call tried without a service, and the reply that other commands show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.cli.conftest import Leadflow
from tests.engine.intake.calls import signature

ROOT = Path(__file__).resolve().parents[3]
FLOW = ROOT / "examples" / "12-signed-webhook" / "flow.flow"
GOOGLE = ROOT / "examples" / "10-google-lead-form" / "flow.flow"
META = ROOT / "examples" / "11-meta-lead-ads" / "flow.flow"
BODY = (
    '{"contact": {"name": "Ida Cole", "phone": "602 555 0187", "zip": "8500"}, '
    '"project": {"budget": "$42,500"}, "utm": "x"}'
)
AT = "2026-11-19T15:00:00+00:00"


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PARTNER_KEY", "PARTNER_SECRET", "GOOGLE_KEY", "META_VERIFY_TOKEN", "META_APP_SECRET"):
        monkeypatch.setenv(name, f"the-{name}")


def request(body: str, secret: str = "the-PARTNER_SECRET") -> str:
    signed = signature(f"{AT}.{body}".encode(), secret)
    head = "POST /leads HTTP/1.1\r\nAuthorization: Bearer the-PARTNER_KEY\r\n"
    head += f"X-Timestamp: {AT}\r\nX-Signature: {signed}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}\n"


def test_a_call_as_http_text(leadflow: Leadflow, snapshot: object) -> None:
    said = leadflow("receive", FLOW, "partner", "--at", AT, stdin=request(BODY), code=1)
    assert said.output == snapshot


def test_a_call_that_does_not_prove_itself(leadflow: Leadflow) -> None:
    said = leadflow("receive", FLOW, "partner", "--at", AT, stdin=request(BODY, "other"), code=1)
    assert said.output.startswith("answered at once  401: the signature does not fit\n")
    late = leadflow("receive", FLOW, "partner", "--at", "2026-11-19T15:06:00Z", stdin=request(BODY), code=1)
    assert "401: the call was signed too long ago" in late.output


def test_a_body_alone_unverified(leadflow: Leadflow) -> None:
    body = "contact.name=Ida&contact.phone=6025550187&contact.zip=85004"
    said = leadflow(
        "receive", FLOW, "partner", "--unverified", "--method", "POST", "--format", "json", stdin=body
    )
    found = json.loads(said.output)
    assert (found["read_as"], found["answer"], found["leads"][0]["refused"]) == ("form", None, [])
    assert {field["name"]: field["state"] for field in found["leads"][0]["fields"]}["budget"] == "blank"


def test_no_value_and_no_secret_is_shown(leadflow: Leadflow) -> None:
    body = json.dumps(
        {
            "google_key": "the-GOOGLE_KEY",
            "user_column_data": [{"column_id": "PHONE_NUMBER", "string_value": "5125550142"}],
        }
    )
    said = leadflow(
        "receive", GOOGLE, "google", "--header", "Content-Type: application/json", stdin=body, code=1
    )
    assert "the-GOOGLE_KEY" not in said.output and "5125550142" not in said.output
    assert "google_key" not in said.output
    assert "refused  zip is missing" in said.output


def test_a_handshake(leadflow: Leadflow) -> None:
    query = "hub.mode=subscribe&hub.challenge=42&hub.verify_token=the-META_VERIFY_TOKEN"
    said = leadflow("receive", META, "meta", "--method", "GET", "--query", query)
    assert said.output == "answered at once  200: the handshake of a webhook\n                  42\n"


def test_what_would_be_fetched(leadflow: Leadflow) -> None:
    body = '{"entry": [{"changes": [{"value": {"leadgen_id": "901"}}, {"value": {}}]}]}'
    said = leadflow("receive", META, "meta", "--unverified", "--method", "POST", stdin=body)
    assert "fetched  GET https://graph.facebook.com/v21.0/901" in said.output
    assert "fetched  never: `payload.leadgen_id` in the url is blank" in said.output


def test_a_missing_secret_is_named(leadflow: Leadflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARTNER_KEY")
    said = leadflow("receive", FLOW, "partner", stdin=request(BODY), code=2)
    assert "PARTNER_KEY is not set" in said.output


def test_a_browser_is_sent_on_to_allowed_hosts(leadflow: Leadflow, tmp_path: Path) -> None:
    (tmp_path / "leadflow.toml").write_text('[redirects]\npartner = ["thanks.example.com"]\n')
    (tmp_path / "flow.flow").write_text(FLOW.read_text())
    flow = tmp_path / "flow.flow"
    lead = "contact.name=Ida&contact.phone=6025550187&contact.zip=85004&redir_url="

    def said(url: str, code: int = 0) -> str:
        body = f"{lead}{url}"
        return leadflow(
            "receive", flow, "partner", "--unverified", "--method", "POST", stdin=body, code=code
        ).output

    assert "reply    303 https://thanks.example.com/ok\n" in said("https://thanks.example.com/ok")
    assert "reply    no redirect: the host of `redir_url`" in said("https://evil.example/")
    (tmp_path / "leadflow.toml").write_text("redirects = 1")
    assert "[redirects] says hosts by source" in said("", code=2)


def test_a_source_that_is_none_is_answered_with_those_that_are(leadflow: Leadflow) -> None:
    said = leadflow("receive", FLOW, "nobody", stdin="", code=2).output
    assert "no source `nobody`; SOURCE is " in said and "--source" not in said


def test_what_is_no_request(leadflow: Leadflow) -> None:
    assert (
        "a request begins with a line such as"
        in leadflow("receive", FLOW, "partner", stdin="{}", code=2).output
    )


def test_dry_run_and_trace_show_the_reply(leadflow: Leadflow, tmp_path: Path) -> None:
    leads = FLOW.parent / "leads.jsonl"
    said = leadflow("dry-run", FLOW, leads, "--answers", FLOW.parent / "answers.yaml", "--format", "jsonl")
    first = json.loads(next(line for line in said.output.splitlines() if line.startswith("{")))
    assert first["reply"]["status"] == 201
    assert first["reply"]["body"] == {"ok": True, "ref": first["lead"]["id"], "pays": 8.00}
