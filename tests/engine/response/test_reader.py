"""Verdicts in order, values converted, and what a bad answer does not stop."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_engine.response import compile_response


class TestVerdicts:
    def test_the_first_rule_that_holds_decides(self, say, read):
        rules = (
            say.rule(
                "duplicate", say.op("==", say.path("r"), "dup"), reason="bought before", cause="duplicate"
            ),
            say.rule("accepted", say.op("is_present", say.path("r"))),
        )
        reading = read(say.response("json", *rules), '{"r": " DUP "}')
        assert (reading.verdict, reading.rule, reading.reason, reading.cause) == (
            *("duplicate", 1, "bought before"),
            "duplicate",
        )

    def test_otherwise_is_rule_nought(self, say, read):
        described = say.response("json", say.rule("accepted", say.path("ok")))
        assert [read(described, '{"ok": false}').verdict, read(described, '{"ok": false}').rule] == [
            "rejected",
            0,
        ]

    def test_a_broken_tree_is_no_refusal_where_rules_walk_over_it(self, say, read):
        walking = say.response("", say.rule("accepted", say.path("ok")))
        reading = read(walking, '{"ok": true')
        assert (reading.verdict, reading.readable) == ("", False)
        looking = say.response("", say.rule("accepted", say.op("contains", say.piece("text"), "true")))
        assert read(looking, "[error] no").verdict == "rejected"

    def test_an_element_with_attributes_is_its_text(self, say, read):
        described = say.response("xml", say.rule("accepted", say.op("==", say.path("r.s"), "ok")))
        assert read(described, "<r><s code='1'>ok</s></r>").verdict == "accepted"
        several = say.response("xml", say.rule("accepted", say.op("contains", say.path("r.s"), "ok")))
        assert read(several, "<r><s>no</s><s code='1'>ok</s></r>").verdict == "accepted"

    def test_a_text_that_is_a_number_is_calculated_with(self, say, read):
        cents = say.op("==", say.op("/", say.path("r.p"), 100), Decimal("12.5"))
        assert (
            read(say.response("xml", say.rule("accepted", cents)), "<r><p> 1250 </p></r>").verdict
            == "accepted"
        )
        rest = say.op("==", say.op("%", say.path("p"), 2), 1)
        assert read(say.response("json", say.rule("accepted", rest)), '{"p": "%99d"}').verdict == "rejected"

    @pytest.mark.parametrize("status", [302, 404, 429, 500, 503])
    def test_otherwise_speaks_only_of_a_good_status(self, say, read, status):
        reading = read(say.response("json", say.rule("accepted", say.path("ok"))), "{}", status)
        assert (reading.verdict, reading.rule) == ("", None)

    def test_a_server_error_is_matched_only_by_a_rule_that_names_the_status(self, say, read):
        blind = say.response("json", say.rule("accepted", say.path("ok")))
        seeing = say.response("json", say.rule("error", say.op("==", say.piece("status"), 503)))
        assert read(blind, '{"ok": true}', 503).verdict == ""
        assert read(seeing, '{"ok": true}', 503).verdict == "error"

    @pytest.mark.parametrize(
        ("value", "holds"),
        [
            *(("true", True), ('"true"', True), ('" True "', True), ("false", False), ('"yes"', False)),
            *(("1", False), ("null", False), ("[true]", False), ('{"a": 1}', False), ('"false"', False)),
        ],
    )
    def test_a_path_alone_holds_only_for_true(self, say, read, value, holds):
        reading = read(say.response("json", say.rule("accepted", say.path("ok"))), f'{{"ok": {value}}}')
        assert (reading.verdict == "accepted") is holds

    @pytest.mark.parametrize(
        ("value", "holds"), [("0", True), ('"0"', True), ('"0.00"', True), ("10", False), ('"x"', False)]
    )
    def test_a_number_and_a_numeric_text_compare_as_numbers(self, say, read, value, holds):
        described = say.response("json", say.rule("accepted", say.op("==", say.path("code"), 0)))
        assert (read(described, f'{{"code": {value}}}').verdict == "accepted") is holds

    @pytest.mark.parametrize(
        ("kind", "path", "body"),
        [
            ("xml", "from_xml(string).R.Status", "<string>&lt;R&gt;&lt;Status&gt;OK&lt;/Status&gt;&lt;/R&gt;</string>"),
            ("json", "from_json(d).Status", '{"d": "{\\"Status\\": \\"OK\\"}"}'),
            ("xml", "from_json(string).Status", '<string xmlns="urn:x">{"Status": "OK"}</string>'),
        ],
    )  # fmt: skip
    def test_an_answer_within_an_answer(self, say, read, kind, path, body):
        described = say.response(kind, say.rule("accepted", say.op("==", say.path(path), "ok")))
        assert read(described, body).verdict == "accepted"
        broken = read(described, body.replace("Status", "<"))
        assert broken.verdict in {"rejected", ""}

    def test_unsuccessful_is_no_success(self, say, read):
        described = say.response("text", say.rule("accepted", say.op("==", say.piece("text"), "success")))
        assert read(described, "Unsuccessful").verdict == "rejected"
        assert read(described, " SUCCESS\n").verdict == "accepted"

    def test_pieces_that_are_not_the_body(self, say, read):
        rules = (
            say.rule("pending", say.op("==", say.piece("header", "x-state"), "queued")),
            say.rule("duplicate", say.op("==", say.piece("cookie", "seen"), "1")),
            say.rule("accepted", say.piece("status_class", "2xx")),
        )
        described = say.response("text", *rules)
        assert read(described, "", X_State="Queued").verdict == "pending"
        assert read(described, "", Set_Cookie="seen=1; Path=/").verdict == "duplicate"
        assert read(described, "", 204).verdict == "accepted"

    def test_a_pattern_over_the_text(self, say, read):
        matches = say.op("matches", say.piece("text"), say.pattern(r"^ok\s*:\s*\d+$", "i"))
        assert read(say.response("text", say.rule("accepted", matches)), "OK: 17").verdict == "accepted"

    @pytest.mark.parametrize(
        ("errors", "verdict"), [("[]", "accepted"), ("null", "accepted"), ('["x"]', "rejected")]
    )
    def test_an_empty_list_is_blank(self, say, read, errors, verdict):
        described = say.response("json", say.rule("accepted", say.op("is_blank", say.path("errors"))))
        assert read(described, f'{{"errors": {errors}}}').verdict == verdict


class TestValues:
    @pytest.mark.parametrize(
        ("said", "price"),
        [
            ("12.50", "12.50"),
            ('"$1,234.50"', "1234.50"),
            ('"7"', "7"),
            ("1e2", "100"),
            ('"soon"', None),
            ("[1, 2]", None),
        ],
    )
    def test_a_price_is_money_or_blank_with_a_note(self, say, read, said, price):
        reading = read(say.response("json", price=say.path("p")), f'{{"p": {said}}}')
        assert reading.price == (Decimal(price) if price else None)
        assert any("price" in note for note in reading.notes) is (price is None)

    @pytest.mark.parametrize(
        ("said", "expires"),
        [
            ("60", Decimal(60)),
            ('"90"', Decimal(90)),
            ('"2026-06-17T14:32:05Z"', datetime.datetime(2026, 6, 17, 14, 32, 5, tzinfo=datetime.UTC)),
            ('"later"', None),
            ("-1", None),
        ],
    )
    def test_expires_is_seconds_or_a_moment(self, say, read, said, expires):
        assert read(say.response("json", expires=say.path("e")), f'{{"e": {said}}}').expires == expires

    @pytest.mark.parametrize(
        ("said", "reason"),
        [
            ('["a", null, "b"]', "a, b"),
            ('{"zip": ["bad"]}', "zip: bad"),
            ("17", "17"),
            ("true", "true"),
            ("null", ""),
        ],
    )
    def test_a_reason_is_text_whatever_came(self, say, read, said, reason):
        assert read(say.response("json", reason=say.path("r")), f'{{"r": {said}}}').reason == reason

    def test_no_answer_can_bring_a_placeholder(self, say, read):
        assert (
            read(say.response("json", reference=say.path("id")), '{"id": "\uf8f0TOKEN\uf8f1"}').reference
            == "TOKEN"
        )

    def test_set_values_have_their_type_and_are_read_by_later_ones(self, say, read):
        owner = t.Read("set", "phone", "digits", t.Type("text"), NOWHERE)
        sets = (
            m.SetValue("line", t.Type("enum", members=("mobile", "voip")), say.path("carrier.type")),
            m.SetValue("ported", t.Type("boolean"), say.path("ported")),
            m.SetValue("phone", t.Type("phone"), say.path("owner")),
            m.SetValue("digits", t.Type("text"), owner),
        )
        body = '{"carrier": {"type": "Mobile"}, "ported": "N", "owner": "(512) 555-0147"}'
        reading = read(m.Response("json", sets=sets), body)
        assert {name: value.normal for name, value in reading.sets.items()} == {
            "line": "mobile",
            "ported": False,
            "phone": "+15125550147",
            "digits": "5125550147",
        }

    @pytest.mark.parametrize(
        ("said", "price"),
        [
            ("EUR 18.50", None),
            ("€18,50", None),
            ("18.50 GBP", None),
            ("(£3.00)", None),
            ("CAD 18.50", None),
            ("$18.50", "18.50"),
            ("US$18.50", "18.50"),
            ("18.50 usd", "18.50"),
            ("18.50 dollars", "18.50"),
        ],
    )
    def test_a_price_in_another_currency_is_none(self, say, said, price):
        described = say.response("json", price=say.path("p"))
        reading = compile_response(described, "USD").read(200, [], f'{{"p": "{said}"}}')
        assert reading.price == (Decimal(price) if price else None)
        note = "`price` is blank: the answer says it in another currency than USD"
        assert reading.notes == (() if price else (note,))

    def test_a_set_value_that_is_not_valid_is_kept_and_said(self, say, read):
        sets = (m.SetValue("age", t.Type("number"), say.path("age")),)
        reading = read(m.Response("json", sets=sets), '{"age": "old"}')
        assert not reading.sets["age"].valid
        assert reading.notes == ("`age` is not valid: what the answer says there is no number",)

    def test_several_bids_and_the_best_is_the_bid(self, say, read):
        bids = m.Bids(
            say.path("bids[]"),
            (("bid", say.path("price")), ("reference", say.path("id")), ("legal_name", say.path("seller"))),
            (m.SetValue("tier", t.Type("text"), say.path("tier")),),
        )
        body = '{"bids": [{"price": "7.00", "id": "a"}, {"price": 17.5, "id": "b", "tier": "x"}, {"price": "none"}]}'
        reading = read(m.Response("json", bids=bids), body)
        assert (reading.bid, reading.reference) == (Decimal("17.5"), "b")
        assert [one.bid for one in reading.bids] == [Decimal(7), Decimal("17.5"), None]
        assert reading.bids[1].sets["tier"].normal == "x"

    def test_what_the_answer_says_of_all_bids_comes_before_what_the_best_says(self, say, read):
        bids = m.Bids(say.path("bids"), (("bid", say.path("price")), ("expires", say.path("ttl"))))
        values = (("bid", say.path("price")), ("expires", say.path("ttl")))
        best = '"bids": [{"price": 7, "ttl": 30}, {"price": 8, "ttl": 60}]'
        for described in (m.Response("json", bids=bids), m.Response("json", values=values, bids=bids)):
            reading = read(described, f"{{{best}}}")
            assert (reading.bid, reading.expires) == (Decimal(8), Decimal(60))
        reading = read(m.Response("json", values=values, bids=bids), f'{{"price": 7.5, "ttl": 9, {best}}}')
        assert (reading.bid, reading.expires) == (Decimal("7.5"), Decimal(9))

    @pytest.mark.parametrize(
        ("bids", "takes"),
        [
            ('{"price": 7, "id": "a"}', (7, "a")),  # one object is a list of one
            ('[{"price": 7, "id": "a"}, {"price": 9}]', (7, "a")),  # the post could not name the other
            ('[{"price": 7, "id": "a", "ttl": 60}, {"price": 9, "id": "b", "ttl": 0}]', (7, "a")),
            ('[{"price": 7, "ttl": 60}, {"price": 9, "id": "b", "ttl": 0}]', (7, "")),
            ('[{"price": 9, "id": "b", "ttl": 0}]', (9, "b")),  # it is late, and says so itself
            ('"none"', (None, "")),
        ],
    )
    def test_the_bid_that_stands(self, say, read, bids, takes):
        parts = {"bid": "price", "reference": "id", "expires": "ttl"}
        asked = m.Bids(say.path("bids"), tuple((name, say.path(path)) for name, path in parts.items()))
        reading = read(m.Response("json", bids=asked), f'{{"bids": {bids}}}')
        assert (reading.bid, reading.reference) == takes

    def test_one_element_of_xml_is_a_list_of_one(self, say, read):
        one, two = "<R><E><C>1</C></E></R>", "<R><E><C>1</C></E><E><C>2</C></E></R>"
        paths = {"R.E[0].C": "1", "R.E[*].C": "1", "R.E[].C": "1", "R.E[?C=='1'].C": "1", "R.E[-1].C": "1"}
        for path, found in paths.items():
            described = say.response("xml", reason=say.path(path))
            assert read(described, one).reason == found, path
            assert read(described, two).reason.startswith(found if path != "R.E[-1].C" else "2"), path
        bids = m.Bids(say.path("R.E"), (("bid", say.path("C")),))
        assert [read(m.Response("xml", bids=bids), body).bid for body in (one, two)] == [1, 2]
        assert read(say.response("json", reason=say.path("a[0]")), '{"a": "x"}').reason == ""


class TestUnfit:
    def test_an_expression_that_does_not_fit_is_blank_and_said(self, say, read):
        described = say.response("json", say.rule("accepted", say.path("ok")), reason=say.path("lower(code)"))
        reading = read(described, '{"ok": true, "code": 7}')
        assert (reading.verdict, reading.reason) == ("accepted", "")
        assert reading.notes == ('"lower(code)" is blank: `lower` was given number where it takes text',)

    def test_html_where_json_was_promised_is_not_readable(self, say, read):
        reading = read(say.response("json", say.rule("accepted", say.path("ok"))), "<html>Oops</html>")
        assert (reading.kind_read, reading.readable, reading.verdict) == ("text", False, "")
        assert "not JSON" in reading.notes[0]

    def test_rules_over_the_text_still_read_it(self, say, read):
        described = say.response("json", say.rule("error", say.op("contains", say.piece("text"), "oops")))
        assert read(described, "<html>Oops</html>").verdict == "error"

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        body=st.text(),
        kind=st.sampled_from(["", "json", "xml", "form", "query", "text", "html"]),
        status=st.integers(100, 599),
    )
    def test_nothing_that_comes_raises(self, say, read, body, kind, status):
        rules = (
            say.rule("accepted", say.op("==", say.path("a.b"), "x")),
            say.rule("error", say.piece("css", "p > b")),
        )
        described = say.response(kind, *rules, reason=say.path("join(',', keys(@))"), price=say.path("@"))
        read(described, body, status, "text/html", Set_Cookie=body)
