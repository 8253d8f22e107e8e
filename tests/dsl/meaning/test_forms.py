"""One flow with one of each form: it checks, and what the engine cannot run is named, each at its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow_dsl import check, not_built
from leadflow_dsl import model as m

FORMS = Path(__file__).parents[1] / "data" / "forms" / "every_form.flow"
TEXT = FORMS.read_text()

UNBUILT = """
alert
"""


@pytest.fixture(scope="module")
def flow() -> m.Flow:
    checked = check(FORMS)
    assert [finding.message for finding in checked.errors] == []
    assert checked.flow is not None
    return checked.flow


def test_what_cannot_run_is_named(flow: m.Flow) -> None:
    expected = [" ".join(form.split()) for form in UNBUILT.split(";")]
    assert [form.form for form in flow.unbuilt] == expected


def test_each_is_a_refusal_with_its_place(flow: m.Flow) -> None:
    refusals = not_built(flow)
    assert len(refusals) == len(flow.unbuilt)
    assert all(refusal.code == "LF901" and refusal.span.line > 1 for refusal in refusals)
    assert all(refusal.span.file == "every_form.flow" for refusal in refusals)


def test_nothing_of_the_solar_kind_is_called_unbuilt() -> None:
    solar = check(FORMS.parents[1] / "solar" / "solar.flow").flow
    assert solar is not None and not_built(solar) == ()


def test_like_takes_over_what_the_buyer_does_not_say(flow: m.Flow) -> None:
    east, west = (next(b for b in flow.buyers if b.name == name) for name in ("east", "west"))
    assert west.criteria == east.criteria
    assert west.deliver == east.deliver
    assert [price.kind for price in west.prices] == ["bid"]
    assert [cap.maximum for cap in west.caps] == [1]
    assert west.title == "" and west.legal_name == "East LLC"


def test_a_deliver_takes_url_auth_and_headers_of_its_ping(flow: m.Flow) -> None:
    east = next(b for b in flow.buyers if b.name == "east")
    assert east.ping is not None and east.deliver is not None
    assert east.deliver.request.url == east.ping.request.url
    assert east.deliver.request.headers == east.ping.request.headers
    assert east.deliver.request.auth == east.ping.request.auth
    assert east.deliver.request.body is not None and east.deliver.request.body.template
    assert east.deliver.request.timeout.total_seconds() == 6


def test_hours_past_midnight_and_days_of_the_week(flow: m.Flow) -> None:
    east = next(b for b in flow.buyers if b.name == "east")
    saturday = east.openings[1]
    assert saturday.days == (5,)
    assert (saturday.start.hour, saturday.end.hour) == (22, 2)


def test_a_reason_is_made_where_none_is_written(flow: m.Flow) -> None:
    fb = flow.sources[0]
    assert fb.criteria[0].reason == "requires bill >= 100 and (homeowner or state in [CA, OR, IN])"
    assert fb.criteria[1].reason == "bad"


def test_stages_and_branches_have_names_in_written_order(flow: m.Flow) -> None:
    routes = [step for step in flow.steps if isinstance(step, m.Route)]
    assert [route.name for route in routes] == ["route", "route_2"]
    first = routes[0].items[0]
    assert isinstance(first, m.If) and isinstance(first.otherwise[0], m.If)
    assert first.id == "route.if1" and first.otherwise[0].id == "route.if2"
    assert [item.id for item in first.otherwise[0].otherwise] == ["route.3"]
    assert routes[0].items[1].id == "route.6"
    assert routes[1].items[0].id == "route_2.1"


def test_copies_that_are_named_run_only_there(flow: m.Flow) -> None:
    assert [deliver.name for deliver in flow.named_delivers] == ["crm"]
    assert "copy" in [step.name for step in flow.steps]


TOKENS = re.findall(r'"""(?s:.*?)"""|"(?:[^"\\\n]|\\.)*"|\s+|[\w.]+|.', TEXT)


@settings(max_examples=40)
@given(
    st.integers(0, len(TOKENS) - 1),
    st.integers(0, 5),
    st.sampled_from(["", "x", "{", "}", '"', "5", " and "]),
)
def test_a_damaged_flow_is_findings_and_never_an_exception(at: int, count: int, instead: str) -> None:
    text = "".join((*TOKENS[:at], instead, *TOKENS[at + count :]))
    checked = check(FORMS, text)
    lines = text.count("\n") + 1
    for finding in checked.diagnostics:
        assert finding.message and finding.code.startswith("LF")
        if finding.span.file == "every_form.flow":
            assert 1 <= finding.span.line <= lines
    assert (checked.flow is None) == bool(checked.errors)


def test_a_tree_read_around_a_mistake_may_lack_a_piece() -> None:
    checked = check(FORMS, TEXT.replace('for "bad phone", "dup"', 'for , "dup"'))
    assert checked.flow is None
    assert [finding.code[:3] for finding in checked.errors][:1] == ["LF1"]
