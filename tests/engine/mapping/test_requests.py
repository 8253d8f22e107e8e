"""Urls, queries, headers, auth and test leads."""

from __future__ import annotations

import datetime

import pytest

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.mapping import MappingError, RequestProblem

SECRET = t.SecretRef("TOKEN", t.Type("secret"), NOWHERE)


class TestUrls:
    def test_places_are_percent_encoded(self, request_for, field):
        url = ("https://b.example/v1/", field("city"), "?src=a b&q=", field("city"))
        request = request_for({"city": "San José/&?#"}, url=url)
        assert (
            request.url
            == "https://b.example/v1/San%20Jos%C3%A9%2F%26%3F%23?src=a b&q=San%20Jos%C3%A9%2F%26%3F%23"
        )

    def test_a_secret_in_a_url_is_a_placeholder(self, request_for):
        assert (
            request_for({}, url=("https://b.example/", SECRET, "/x")).url
            == "https://b.example/\uf8f0TOKEN\uf8f1/x"
        )

    @pytest.mark.parametrize(
        "pieces",
        [
            ("https://", "FIELD", "/x"),
            ("https://b.example", "FIELD", "/x"),
            ("https://", "FIELD", ".example/x"),
            ("https://b.example:", "FIELD", "/x"),
            ("FIELD", "/x"),
            ("ftp://b.example/x",),
            ("b.example/x",),
        ],
    )
    def test_a_place_is_never_in_the_host(self, request_for, field, pieces):
        with pytest.raises(MappingError, match="after it"):
            request_for({}, url=tuple(field("a") if piece == "FIELD" else piece for piece in pieces))

    @pytest.mark.parametrize(
        ("lead", "reason"), [({}, "`city` in the url is blank"), ({"city": ".."}, "would change the path")]
    )
    def test_a_blank_or_a_step_up_is_not_sent(self, request_for, field, lead, reason):
        problem = request_for(lead, url=("https://b.example/", field("city")))
        assert isinstance(problem, RequestProblem)
        assert reason in problem.reason

    def test_a_query_joins_what_the_url_has(self, request_for, as_pairs, field):
        query = as_pairs({"a.b[0]": field("a"), "none": field("none"), "k": "x y"})
        assert request_for({"a": "1&2"}, url="https://b.example/?z=1#top", query=query).url == (
            "https://b.example/?z=1&a.b%5B0%5D=1%262&k=x%20y"
        )

    def test_a_url_that_grows_too_long_is_a_problem(self, request_for, field):
        problem = request_for({"a": "x" * 9_000}, url=("https://b.example/", field("a")))
        assert isinstance(problem, RequestProblem)


class TestHeaders:
    def test_the_kind_of_body_says_the_content_type(self, request_for, as_pairs):
        body = m.Body("form", as_pairs({"a": "1"}))
        assert request_for({}, body=body).headers == (("Content-Type", "application/x-www-form-urlencoded"),)

    def test_the_flow_may_say_another(self, request_for, as_pairs):
        headers = (("content-type", t.Const("application/vnd.x+json", t.Type("text"), NOWHERE)),)
        request = request_for({}, body=m.Body("json", as_pairs({"a": "1"})), headers=headers)
        assert request.headers == (("content-type", "application/vnd.x+json"),)

    def test_a_blank_header_is_left_out(self, request_for, field):
        assert request_for({}, headers=(("X-City", field("city")),)).headers == ()

    @pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\x00b", "a\x0bb"])
    def test_a_line_end_is_refused_and_the_value_not_told(self, request_for, value):
        term = t.Call("concat", (t.Const(value, t.Type("text"), NOWHERE),), (), None, t.Type("text"), NOWHERE)
        problem = request_for({}, headers=(("X-City", term),))
        assert isinstance(problem, RequestProblem)
        assert "`X-City`" in problem.reason and "Evil" not in problem.reason

    def test_a_name_that_is_none(self, request_for):
        with pytest.raises(MappingError, match="name of a header"):
            request_for({}, headers=(("X\r\nY", t.Const("a", t.Type("text"), NOWHERE)),))


def test_what_a_lead_decides_in_auth_is_a_constant(request_for, field):
    auth = (m.Auth("basic", SECRET, user=field("city")), m.Auth("bearer", SECRET))
    basic, bearer = request_for({"city": "bob"}, auth=auth).auth
    assert (basic.user.value, basic.secret) == ("bob", SECRET)
    assert bearer is auth[1]


def test_the_timeout_is_in_seconds(request_for):
    assert request_for({}, timeout=datetime.timedelta(milliseconds=700)).timeout == 0.7


def test_a_lookup_that_was_not_asked_is_asked_for(request_for, as_pairs, field):
    body = m.Body("json", as_pairs({"a": field("a")}))
    problem = request_for({"a": Open(("phone_check",))}, body=body)
    assert isinstance(problem, RequestProblem)
    assert problem.needs == ("phone_check",)


class TestTestLeads:
    @pytest.fixture
    def extra(self, as_pairs):
        return tuple(m.TestField(pair.left, pair.right) for pair in as_pairs({"lp_test": "1"}))

    def test_the_field_joins_the_body(self, request_for, as_pairs, extra):
        body = m.Body("json", as_pairs({"a": "1"}))
        assert request_for({}, extra, body=body).body == '{"a":"1","lp_test":"1"}'
        assert request_for({}, body=body).body == '{"a":"1"}'

    def test_the_field_replaces_what_the_body_says(self, request_for, as_pairs, extra):
        body = m.Body("form", as_pairs({"lp_test": "0", "a": "1"}))
        assert request_for({}, extra, body=body).body == "lp_test=1&a=1"

    def test_without_a_body_it_joins_the_query(self, request_for, extra):
        assert request_for({}, extra).url == "https://buyer.example/leads?lp_test=1"

    def test_a_form_template_has_it_at_the_end(self, request_for, extra):
        assert request_for({}, extra, body=m.Body("form", inline="a=1")).body == "a=1&lp_test=1"

    def test_an_xml_template_cannot_take_it_and_the_lead_is_not_sent_as_real(self, request_for, extra):
        problem = request_for({}, extra, body=m.Body("xml", inline="<a/>"))
        assert isinstance(problem, RequestProblem)
        assert "lead.test" in problem.reason
