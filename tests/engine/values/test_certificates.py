"""A certificate's url comes with the lead; whatever it says, the key for it goes to TrustedForm alone."""

from __future__ import annotations

import datetime
from functools import cache
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl.checking import check_files
from leadflow_engine.effects import HttpRequest
from leadflow_engine.intake.door import read_lead
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.mapping import compile_request
from leadflow_engine.operations.loading import plan_of_files
from leadflow_engine.plan import Plan
from leadflow_engine.templates import Templates

NOW = datetime.datetime(2026, 11, 20, 15, 4, tzinfo=datetime.UTC)
FLOW = """\
flow claims
lead {
  certificate  trustedform_url
  email        email
}
buyer trustedform {
  price 1.00
  deliver {
    post "%s"
    auth basic "X" env TRUSTEDFORM_KEY
    body json { match_lead.email = email }
    response json { accepted when "outcome" == "success"  otherwise rejected }
  }
}
route { waterfall trustedform }
"""
CLAIM = FLOW % "https://cert.trustedform.com/{{ certificate.cert_id }}"
HOSTS = ("cert.trustedform.com", "ping.trustedform.com", "evil.example", "cert.trustedform.com.evil.example")
CERTIFICATES = st.builds(
    lambda scheme, user, host, path: f"{scheme}{user}{host}/{path}",
    st.sampled_from(["https://", "http://", "//", "", "HTTPS://", "javascript:"]),
    st.sampled_from(["", "", "cert.trustedform.com@", "a:b@"]),
    st.sampled_from([*HOSTS, "CERT.TRUSTEDFORM.COM", "cert.trustedform.com:8443", "169.254.169.254"]),
    st.one_of(
        st.text("0123456789abcdef", min_size=40, max_size=40), st.text("./%?#@:\\ab0\r\n ", max_size=60)
    ),
)


@cache
def plan() -> Plan:
    return plan_of_files({"claims.flow": CLAIM}, "claims.flow")


def claim(certificate: str) -> HttpRequest | None:
    """The request that claims a certificate; None where none can be made."""
    given = {"certificate": certificate, "email": "jane@example.com"}
    lead = read_lead(plan(), Arrival("01J0CERT000000000000000000", "claim:1", "default", given), NOW, NOW)
    deliver = plan().flow.buyers[0].deliver
    assert deliver is not None
    request = compile_request(deliver.request, Templates.of(plan().flow)).build(lead)
    return request if isinstance(request, HttpRequest) else None


@given(st.one_of(CERTIFICATES, st.text(max_size=80)))
def test_a_claim_stays_on_the_host_of_trustedform(certificate: str) -> None:
    request = claim(certificate)
    if request is None:
        return
    url = urlsplit(request.url)
    assert (url.scheme, url.netloc, url.query) == ("https", "cert.trustedform.com", "")
    assert url.path.count("/") == 1
    assert ".." not in url.path


def test_a_good_certificate_is_claimed_by_its_id() -> None:
    certificate = "https://cert.trustedform.com/55f4b15b418f219c722da436872902bc075e1a25"
    request = claim(certificate)
    assert request is not None
    assert request.url == certificate


@pytest.mark.parametrize(
    "certificate", ["", "https://evil.example/55f4b15b418f219c722da436872902bc075e1a25", "../../admin"]
)
def test_what_is_no_certificate_is_not_claimed_at_all(certificate: str) -> None:
    assert claim(certificate) is None


@pytest.mark.parametrize(
    "url",
    [
        "{{ certificate }}",
        "https://{{ certificate.host }}/",
        "https://cert.trustedform.com{{ certificate.path }}",
        "https://cert.trustedform.com.{{ email.domain }}/",
    ],
)
def test_no_flow_lets_a_lead_choose_the_host(url: str) -> None:
    codes = {finding.code for finding in check_files({"claims.flow": FLOW % url}, "claims.flow").diagnostics}
    assert codes & {"LF409", "LF410"}
