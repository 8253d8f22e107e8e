"""The whole flow of the language's page, checked, and the model verified by hand against the text."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal
from pathlib import Path as FilePath

import pytest

from leadflow_dsl import check
from leadflow_dsl import model as m
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.terms import Const, NamedList, Op, Path, Read, SecretRef, Term, Type

SOLAR = FilePath(__file__).parents[1] / "data" / "solar" / "solar.flow"
TEXT, NUMBER, MONEY, BOOLEAN = Type("text"), Type("number"), Type("money"), Type("boolean")


@pytest.fixture(scope="module")
def flow() -> m.Flow:
    checked = check(SOLAR)
    assert checked.errors == ()
    assert checked.flow is not None
    return checked.flow


def buyer(flow: m.Flow, name: str) -> m.Buyer:
    return next(buyer for buyer in flow.buyers if buyer.name == name)


def field(name: str, type_: Type, part: str = "") -> Read:
    return Read("field", name, part, type_, NOWHERE)


def const(value: object, type_: Type) -> Const:
    return Const(value, type_, NOWHERE)  # type: ignore[arg-type]


def op(name: str, *args: Term) -> Op:
    return Op(name, args, BOOLEAN, NOWHERE)


def test_only_what_the_page_calls_a_lint_is_found() -> None:
    told = [(finding.code, finding.severity) for finding in check(SOLAR).diagnostics]
    assert [one for one in told if one[1] != "info"] == [("LF307", "warning")]
    assert ("LF517", "info") in told  # its time-outs may take longer than its source waits


def test_head(flow: m.Flow) -> None:
    assert (flow.name, flow.title, flow.timezone, flow.currency, flow.country) == (
        "solar",
        "Residential solar",
        "America/New_York",
        "USD",
        "US",
    )
    assert flow.unbuilt == ()
    assert [path for path, _ in flow.sources_text] == [
        "library/calendars.flow",
        "library/standard_fields.flow",
        "lists/blocked_zips.csv",
        "lists/zip_facts.csv",
        "mappings/sunpath.json.j2",
        "solar.flow",
    ]


def test_own_fields_come_before_used_ones(flow: m.Flow) -> None:
    by_name = {field.name: field for field in flow.fields}
    assert len(by_name) == len(flow.fields)
    assert by_name["trustedform_cert_url"].span.file == "solar.flow"
    assert by_name["first_name"].span.file == "library/standard_fields.flow"
    assert by_name["homeowner"].required == "always"
    assert by_name["credit_score"].low == const(Decimal(300), NUMBER)
    assert by_name["credit_score"].high == const(Decimal(850), NUMBER)
    project = Type("enum", members=("purchase", "lease", "unsure"))
    assert by_name["project"].default == const("unsure", project)
    assert by_name["birth_date"].sensitive
    assert by_name["age"].computed == field("birth_date", NUMBER, "age")


def test_source(flow: m.Flow) -> None:
    (source,) = flow.sources
    assert source.key == SecretRef("FACEBOOK_KEY", Type("secret"), NOWHERE)
    assert source.map == (
        ("first_name", Path("user.first", Type("any"), NOWHERE)),
        ("phone_1", Path("contact.phones[0]", Type("any"), NOWHERE)),
        ("electric_bill", Path("answers.monthly_bill", Type("any"), NOWHERE)),
    )
    enough = op(">=", field("electric_bill", MONEY), const(Decimal(100), MONEY))
    assert source.criteria[0].condition == op("and", field("homeowner", BOOLEAN), enough)
    assert [(d.fields[0].name, d.within, d.reason) for d in source.dedupes] == [
        ("email", datetime.timedelta(days=30), "duplicate"),
        ("phone_1", datetime.timedelta(days=30), "duplicate"),
    ]
    assert (source.caps[0].maximum, source.caps[0].period, source.caps[0].reason) == (
        500,
        "day",
        "source cap reached",
    )
    assert source.costs[0].value == const(Decimal("18.00"), MONEY)
    assert source.answer_within == datetime.timedelta(seconds=8)


def test_steps_in_order(flow: m.Flow) -> None:
    assert [step.name for step in flow.steps] == ["phone_check", "suppressed", "quality", "route"]
    lookup, refuse, score, _ = flow.steps
    assert isinstance(lookup, m.Enhance) and lookup.on_demand
    assert lookup.cost == Decimal("0.004")
    assert lookup.leg.request.timeout == datetime.timedelta(seconds=2)
    assert lookup.cache_by == (field("phone_1", Type("phone")),)
    assert [(value.name, value.type.name) for value in lookup.leg.response.sets] == [
        ("line_type", "enum"),
        ("ported", "boolean"),
    ]
    assert isinstance(refuse, m.Filter)
    blocked = NamedList("blocked_zips", Type("list", of=TEXT), NOWHERE)
    assert refuse.criteria[0].condition == op("in", field("postal_code", Type("postal_code")), blocked)
    assert isinstance(score, m.Score)
    assert [(points.sign, points.amount.value) for points in score.points] == [  # type: ignore[union-attr]
        (1, Decimal(20)),
        (1, Decimal(10)),
        (-1, Decimal(30)),
    ]


def test_sunpath(flow: m.Flow) -> None:
    sunpath = buyer(flow, "sunpath")
    line_type = Type("enum", members=("mobile", "landline", "voip"))
    assert sunpath.criteria[2].condition == op(
        "==", Read("result", "phone_check", "line_type", line_type, NOWHERE), const("mobile", line_type)
    )
    assert [price.amount.value for price in sunpath.prices] == [Decimal("50.00"), Decimal("42.00")]  # type: ignore[union-attr]
    assert [(cap.maximum, cap.period) for cap in sunpath.caps] == [(1000, "day"), (50, "hour")]
    assert sunpath.openings == (m.Opening((0, 1, 2, 3, 4), datetime.time(8), datetime.time(20)),)
    assert sunpath.closed_on == ("us_federal_holidays",)
    assert sunpath.holds == (("closed", m.Hold("hold", datetime.timedelta(hours=12))),)
    assert sunpath.on_doubt == m.OnDoubt("hold", datetime.timedelta(minutes=30))
    assert sunpath.idempotent
    assert sunpath.deliver is not None and sunpath.deliver.request.body is not None
    assert sunpath.deliver.request.body.template == "mappings/sunpath.json.j2"
    assert sunpath.deliver.request.retry is not None
    assert sunpath.deliver.request.retry.causes == ("timeout", "connect", "5xx")
    assert [verdict.outcome for verdict in sunpath.deliver.response.verdicts] == ["accepted", "duplicate"]
    assert sunpath.deliver.response.otherwise == "rejected"
    assert [name for name, _ in sunpath.deliver.response.values] == ["reason", "reference"]


def test_a_deliver_takes_the_pings_auth_and_not_its_timeout(flow: m.Flow) -> None:
    brightbid = buyer(flow, "brightbid")
    assert brightbid.ping is not None and brightbid.deliver is not None
    assert brightbid.deliver.request.auth == brightbid.ping.request.auth
    assert brightbid.deliver.request.auth[0].name == "api_key"
    assert brightbid.ping.request.timeout == datetime.timedelta(milliseconds=700)
    assert brightbid.deliver.request.timeout == datetime.timedelta(seconds=5)
    assert brightbid.deliver.request.url.pieces == ("https://rtb.brightbid.example/post",)
    reference = brightbid.deliver.request.body.pairs[0].right  # type: ignore[union-attr]
    assert reference == Read("ping", "reference", "", TEXT, NOWHERE)


def test_what_the_flow_says_holds_for_buyers_that_say_nothing(flow: m.Flow) -> None:
    brightbid = buyer(flow, "brightbid")
    assert brightbid.timezone == "America/New_York"
    assert brightbid.on_doubt.action == "next"
    assert brightbid.on_doubt.reason == "a lead is worth most in its first minutes"


def test_only_a_rule_that_names_the_status_may_read_a_5xx(flow: m.Flow) -> None:
    desk = buyer(flow, "in_house")
    assert desk.deliver is not None
    assert desk.deliver.response.verdicts[0].names_status
    assert not buyer(flow, "sunpath").deliver.response.verdicts[0].names_status  # type: ignore[union-attr]


def test_stages_are_numbered_through_all_branches(flow: m.Flow) -> None:
    route = flow.steps[-1]
    assert isinstance(route, m.Route)
    branch, auction, fallback = route.items
    assert isinstance(branch, m.If) and isinstance(auction, m.Stage) and isinstance(fallback, m.Stage)
    assert branch.written == "state == CA and age < 35"
    stages = [*branch.then, *branch.otherwise, auction, fallback]
    assert [stage.id for stage in stages] == ["route.1", "route.2", "route.3", "route.4"]
    assert [stage.buyers for stage in stages] == [  # type: ignore[union-attr]
        ("sunpath",),
        ("sunpath",),
        ("brightbid",),
        ("in_house",),
    ]
    assert auction.window == datetime.timedelta(milliseconds=750)
    assert auction.reserve == const(Decimal("8.00"), MONEY)
    second = branch.otherwise[0]
    assert isinstance(second, m.Stage)
    assert [(key.name, key.descending) for key in second.order] == [
        ("priority", False),
        ("price", True),
        ("round_robin", False),
    ]


def test_assertions(flow: m.Flow) -> None:
    assert [(one.kind, one.subject) for one in flow.assertions] == [
        ("never", "sold"),
        ("never", "sunpath"),
        ("some", ""),
    ]


def parts(value: object) -> Iterator[object]:
    """Everything inside the model, spans but for their class."""
    yield value
    if isinstance(value, tuple):
        for item in value:
            yield from parts(item)
    elif is_dataclass(value):
        for one in fields(value):
            yield from parts(getattr(value, one.name))


def test_the_model_is_hashable_and_the_same_every_time(flow: m.Flow) -> None:
    again = check(SOLAR).flow
    assert again == flow
    assert hash(again) == hash(flow)
    assert all(not isinstance(part, list | dict | set) for part in parts(flow))
