"""Real buyers' published answers, each read by a few rules as their contract would be written."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from leadflow_dsl import model as m
from leadflow_dsl.diagnostics import NOWHERE

VENDORS = next(
    (p / "shared/vendors" for p in Path(__file__).parents if (p / "shared/vendors").is_dir()), None
)

pytestmark = pytest.mark.skipif(VENDORS is None, reason="the collection of buyers' answers is not here")


def allied_thryvea(s):
    return s.response(
        "json",
        s.rule("accepted", s.path("response_code")),
        price=s.path("price"),
        reference=s.path("transaction_id"),
        reason=s.path("error"),
    )


def boberdoo_direct_post(s):
    status = s.path("response.status")
    return s.response(
        "",
        s.rule("accepted", s.op("==", status, "Matched")),
        s.rule("error", s.op("==", status, "Error")),
        reference=s.path("response.lead_id"),
        reason=s.path("response.error || response.status"),
    )


def cake_server_post(s):
    return s.response(
        "xml",
        s.rule("accepted", s.op("==", s.path("result.code"), 0)),
        otherwise="error",
        reference=s.path("result.leadid"),
        price=s.path("result.price"),
        reason=s.path("join(', ', as_list(result.errors.error))"),
    )


def clientsupport_debt(s):
    return s.response(
        "text",
        s.rule("accepted", s.op("contains", s.piece("text"), "<status>accepted</status>")),
        reason=s.call("match", s.pattern("</status>(.*)", "s"), 1),
    )


def convoso_lead_post(s):
    return s.response(
        "json",
        s.rule("accepted", s.path("result")),
        reference=s.path("lead_id"),
        reason=s.path("error_description"),
    )


def five9_web2campaign(s):
    return s.response(
        "html",
        s.rule("accepted", s.op("==", s.piece("css", "input[name=F9errCode]@value"), "0")),
        reason=s.piece("css", "#F9errDesc@value"),
    )


def gomedigap(s):
    return s.response(
        "json",
        s.rule("accepted", s.op("==", s.path("response"), "success")),
        s.rule("error", s.op("==", s.piece("status"), 500)),
        price=s.path("bid"),
        reference=s.path("leadAuctionId"),
        reason=s.path("details || message"),
    )


def healthy_paws(s):
    return s.response(
        "text", s.rule("accepted", s.op("==", s.piece("text"), "SUCCESS")), reason=s.piece("text")
    )


def homeimprove_io(s):
    declined = s.op(
        "not",
        s.op("or", s.op("is_blank", s.path("data.status")), s.op("==", s.path("data.status"), "ACCEPTED")),
    )
    return s.response(
        "json",
        s.rule("rejected", declined),
        s.rule("accepted", s.path("success")),
        price=s.path("data.max_bid"),
        reference=s.path("data.ping_id"),
        reason=s.path("data.reason"),
    )


def hubspot_contact(s):
    return s.response(
        "json",
        s.rule("duplicate", s.op("==", s.piece("status"), 409)),
        s.rule("accepted", s.op("is_present", s.path("vid"))),
        reference=s.path("vid || identityProfile.vid"),
        reason=s.path("message"),
    )


def jobble_multibid(s):
    return s.response(
        "json",
        s.rule("accepted", s.op("==", s.path("status"), "success")),
        price=s.path("commission"),
        reference=s.path("join('**', [pingId, buyers[0].bidId])"),
    )


def leadbyte_classic(s):
    return s.response(
        "json",
        s.rule("accepted", s.op("==", s.path("code"), 1)),
        s.rule("duplicate", s.op("==", s.path("code"), -2)),
        reference=s.path("leadId"),
        reason=s.path("response"),
    )


def leadexec_receiver(s):
    kind = s.path("*.ResponseType | [0]")
    return s.response(
        "xml",
        s.rule("duplicate", s.op("==", kind, "Duplicate_Lead")),
        s.rule("accepted", s.op("and", s.path("*.isValidPost | [0]"), s.op("==", kind, "No_Error"))),
        reference=s.path("PostResponse.LeadIdentifier || SendResponse.PostID"),
        price=s.path("*.Price | [0]"),
        reason=s.path("*.ResponseDetails | [0]"),
    )


def leadprosper_pingpost(s):
    bids = m.Bids(s.path("bids[]"), (("bid", s.path("payout")), ("reference", s.path("bid_id"))))
    described = s.response(
        "json",
        s.rule("accepted", s.op("==", s.path("status"), "ACCEPTED")),
        price=s.path("max(bids[].payout) || payout"),
        reference=s.path("ping_id || id"),
        reason=s.path("message"),
    )
    return m.Response(
        described.kind, described.verdicts, described.otherwise, described.values, bids=bids, span=NOWHERE
    )


def leadvantage_pipe(s):
    word = s.call("split", s.piece("text"), "|")
    return s.response(
        "text",
        s.rule("accepted", s.op("==", s.item(word, 0), "Success")),
        reference=s.item(word, 1),
        reason=s.item(word, 1),
        price=s.item(word, 2),
    )


def mtgxfer_numeric(s):
    codes = {"10": "Duplicate email.", "9": "Invalid phone or email.", "11": "Email/Phone validation failed."}
    return s.response(
        "text",
        s.rule("accepted", s.op("==", s.piece("text"), "1")),
        s.rule("duplicate", s.op("==", s.piece("text"), "10")),
        reason=s.mapped(s.piece("text"), codes),
    )


def pet_first(s):
    return s.response(
        "json",
        s.rule("accepted", s.op("==", s.path("Error.ErrorText"), "")),
        reason=s.path("Error.ErrorText"),
    )


def phonexa_lms(s):
    return s.response(
        "json",
        s.rule("accepted", s.one_of(s.path("status"), 1, "continue")),
        s.rule("error", s.op("==", s.path("status"), 3)),
        price=s.path("price"),
        reference=s.path("promise || id"),
        reason=s.path("errors"),
    )


def px_pingpost(s):
    return s.response(
        "",
        s.rule("accepted", s.path("Success || Result.Success")),
        price=s.path("Payout || Result.Payout"),
        reference=s.path("TransactionId || Result.TransactionId"),
        reason=s.path("Errors || Message"),
    )


def realphonevalidation(s):
    good = s.one_of(s.path("status"), "connected", "connected-75", "busy")
    return s.response("json", s.rule("accepted", good), reason=s.path("status"))


def retreaver_rtb(s):
    return s.response(
        "json",
        s.rule("accepted", s.op("==", s.path("rtb.status || status"), "reserved")),
        price=s.path("rtb.retreaver_payout || retreaver_payout"),
        reference=s.path("rtb.uuid || uuid"),
        expires=s.path("rtb.expires_at || expires_at"),
    )


def sunrun_cee(s):
    return s.response(
        "text",
        s.rule("accepted", s.op("==", s.piece("text"), "POST_VALID")),
        s.rule("duplicate", s.op("starts_with", s.piece("text"), "POST_REJECT_DUPLICATE")),
        s.rule("error", s.op("==", s.piece("text"), "SERVER_ERROR")),
        reason=s.piece("text"),
    )


def velocify_import(s):
    result = "ImportResults.ImportResult"
    return s.response(
        "xml",
        s.rule("accepted", s.op("==", s.path(f"{result}.@result"), "Success")),
        s.rule("duplicate", s.op("contains", s.path(f"{result}.@message"), "duplicate")),
        reference=s.path(f'{result}."@leadId"'),
        reason=s.path(f"{result}.@message"),
    )


CONTRACTS = (
    *(allied_thryvea, boberdoo_direct_post, cake_server_post, clientsupport_debt, convoso_lead_post),
    *(five9_web2campaign, gomedigap, healthy_paws, homeimprove_io, hubspot_contact, jobble_multibid),
    *(
        leadbyte_classic,
        leadexec_receiver,
        leadprosper_pingpost,
        leadvantage_pipe,
        mtgxfer_numeric,
        pet_first,
    ),
    *(phonexa_lms, px_pingpost, realphonevalidation, retreaver_rtb, sunrun_cee, velocify_import),
)

CASES = [
    pytest.param(contract, answer, id=f"{contract.__name__}-{number}-{answer['expect']['outcome']}")
    for contract in CONTRACTS
    if VENDORS
    for number, answer in enumerate(
        json.loads((VENDORS / f"{contract.__name__}.json").read_text())["responses"], 1
    )
    if "outcome" in answer.get("expect", {})
]


@pytest.mark.parametrize(("contract", "answer"), CASES)
def test_an_answer_is_read_as_its_sender_means_it(contract, answer, say, read):
    expected = answer["expect"]
    reading = read(contract(say), answer["body"], answer["http_status"], answer["content_type"])
    found = {
        "outcome": reading.verdict,
        "price": reading.price,
        "id": reading.reference,
        "reason": reading.reason,
        "bids": len(reading.bids),
    }
    for name in found.keys() & expected.keys():
        wanted = Decimal(str(expected[name])) if name == "price" else expected[name]
        assert found[name] == wanted, (name, reading.notes)
    assert reading.readable
