"""Example leads: whatever a flow asks, its example is taken by the door; where there is none, the document says so."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from leadflow_engine.instructions import for_buyer, for_source, written
from leadflow_engine.instructions.patterns import matching
from leadflow_engine.instructions.payload import NoPlace, place
from leadflow_engine.instructions.requests import refused
from leadflow_engine.plan import Plan
from leadflow_engine.texts.patterns import search

from .conftest import ROOT, plan_of

FLOWS = [ROOT / "flows" / "solar.flow", *sorted((ROOT / "examples").glob("*/flow.flow"))]
BODY = """
buyer a {
  price 1.00
  deliver {
    post "https://a.example"
    body json { a = n }
    response { accepted when status 2xx  otherwise error }
  }
}
route { waterfall a }
"""

ASKED = {
    "a number over a limit": "n number required\n} source s { accept when n > 4200 }",
    "one of a list": "n state required\n} source s { accept when n in [AK, HI] }",
    "none of a list": "n state required\n} source s { reject when n in [TX, CA] }",
    "a list of the flow": 'n text required\n} list good [blue, "dark red"] source s { accept when n in good }',
    "an age": "n dob required\n  age number = n.age\n} source s { accept when age between 65 and 70 }",
    "years since": "n date required\n} source s { accept when years_since(n) >= 40 }",
    "a member": "n enum(a, b, c) required\n} source s { accept when n == c }",
    "yes and no": "n boolean required\n  m boolean\n} source s { accept when n and not m }",
    "one or the other": 'n text\n  m text\n} source s { accept when n == "x" or m == "y" }',
    "nothing given": "n text\n} source s { accept when n is blank }",
    "a pattern": "n text required matches /^[A-Z]{2}-\\d{4}(x|y)?$/\n}",
    "a range": "n number required between 300 and 310\n}",
    "one of several": 'n text\n  m email\n  require any of n, m else "neither"\n}',
    "an area code": 'n phone required\n} source s { accept when n.area == "212" }',
    "a filter of the flow": 'n number required\n} filter f { reject when n < 1000 because "small" }',
    "two conditions at once": "n number required\n  m number required\n} "
    "source s { accept when n > 900 and m < 3  accept when n < 905 }",
    "nested": 'n text required\n} source s { map { n "a.b[0].c" } }',
    "a list of answers": "n email required\n} source s { map { n \"field_data[?name=='email'].values[0] | [0]\" } }",
    "either place": 'n text required\n} source s { map { n "a || b" } }',
    "a function of it": 'n text required\n} source s { map { n lower("person.name") } }',
    "records": "n list of { name text  born date } required\n}",
    "several leads in a call": 'n text required\n} source s { each "entry[].changes[].value" }',
    "a field that proves": 'n text required\n} source s { verify field "google_key" env G }',
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_an_example_is_found_and_taken(
    asked: str, planned: Callable[[str], Plan], moment: datetime.datetime
) -> None:
    plan = planned(f'flow f "F"\nlead {{\n  {asked}\n{BODY}')
    told = for_source(plan, "", moment)
    assert told.problem == ""
    assert [
        refused(plan, plan.sources[told.source], each.kind, each.text, moment) for each in told.requests
    ] == ["" for _ in told.requests]
    assert told.requests


@pytest.mark.parametrize("kind", ["json", "form", "query", "csv"])
def test_each_content_type_has_its_example(
    kind: str, planned: Callable[[str], Plan], moment: datetime.datetime
) -> None:
    second = "m money" if kind == "csv" else "tags list of text"
    text = f'flow f "F"\nlead {{\n  n text required\n  {second}\n}}\nsource s {{ receive {kind} }}\n{BODY}'
    assert [each.kind for each in for_source(planned(text), "s", moment).requests] == [kind]


def test_xml_has_an_example_where_the_map_has_one_root(
    planned: Callable[[str], Plan], moment: datetime.datetime
) -> None:
    lead = 'flow f "F"\nlead {\n  n text required\n  m email\n}\n'
    mapped = planned(f'{lead}source s {{ receive xml  map {{ n "Lead.Name"  m "Lead.Mail" }} }}\n{BODY}')
    (request,) = for_source(mapped, "s", moment).requests
    assert request.text.startswith("<Lead>\n  <Name>example</Name>")
    flat = for_source(planned(f"{lead}source s {{ receive xml }}\n{BODY}"), "s", moment)
    assert flat.requests == () and "no content type" in flat.problem


def test_what_nobody_can_meet_is_said_and_not_shown(
    planned: Callable[[str], Plan], moment: datetime.datetime
) -> None:
    plan = planned(
        f'flow f "F"\nlead {{\n  n text required\n}}\nsource s {{ accept when upper(n) == md5(n) }}\n{BODY}'
    )
    told = for_source(plan, "", moment)
    assert told.requests == () and told.problem


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.parent.name)
def test_every_flow_of_ours_has_examples_for_everybody(path: Path, moment: datetime.datetime) -> None:
    plan = plan_of(path)
    assert all(for_source(plan, name, moment).requests for name in plan.sources)
    for name in plan.buyers:
        assert not [leg.problem for leg in for_buyer(plan, name, moment).legs if leg.problem]


def test_a_call_that_names_a_lead_holds_what_its_fetch_reads(moment: datetime.datetime) -> None:
    plan = plan_of(ROOT / "examples" / "vendors" / "facebook_leadgen" / "facebook_leadgen.flow")
    told = for_source(plan, "facebook_leadgen", moment)
    [request] = told.requests
    call = json.loads(request.text)
    assert call == {"entry": [{"changes": [{"value": {"leadgen_id": "1234567890"}}]}]}
    assert (told.fetched, told.example) == (True, None)
    assert "A call names the lead" in written(told, "markdown")


def test_a_lead_of_the_example_goes_all_the_way(
    solar: Plan, moment: datetime.datetime, tmp_path: Path
) -> None:
    from click.testing import CliRunner

    from leadflow_engine.cli import main

    (tmp_path / "lead.json").write_text(for_source(solar, "", moment).requests[0].text)
    given = ["dry-run", str(ROOT / "flows" / "solar.flow"), str(tmp_path / "lead.json"), "--format", "json"]
    result = CliRunner().invoke(main, [*given, "--at", "2026-11-20T15:00:00Z"])
    lead = json.loads(result.stdout)["leads"][0]
    assert (lead["outcome"], lead["steps"][0]["outcome"]) == ("sold", "success")


@pytest.mark.parametrize(
    "pattern",
    [
        r"^A\d+$",
        r"^(web|app)-[a-f0-9]{8}$",
        r"\w+@\w+",
        r"^[^x]{3,}$",
        r"(?i)^abc?$",
        r"^\+1[2-9]\d{9}$",
        r"^a\.b\/c$",
        "^$|^x",
    ],
)
def test_a_text_that_fits_a_pattern(pattern: str) -> None:
    (text,) = matching(pattern)
    assert search(pattern, text) is not None


@pytest.mark.parametrize("pattern", [r"\p{Greek}", r"[[:alpha:]]", "(?P<n>a", "a)"])
def test_a_pattern_that_is_not_read_gives_nothing(pattern: str) -> None:
    assert list(matching(pattern)) == []


@pytest.mark.parametrize("path", ["a[100]", "sum(`[1]`)", "[a, b]", "a[?b > `1`].c", "{x: a}"])
def test_a_path_that_no_value_can_be_put_at(path: str) -> None:
    with pytest.raises(NoPlace):
        place(None, path, 1)


def test_a_bidder_hears_how_long_the_auction_waits(
    planned: Callable[[str], Plan], moment: datetime.datetime
) -> None:
    flow = """
    flow f
    lead { mail email }
    buyer b {
      price from bid
      ping { post "https://b.example/ping" body json { a = mail.domain } timeout 1s
        response json { accepted when "ok" otherwise rejected bid "bid" } }
      deliver { post "https://b.example/post" body json { a = mail }
        response json { accepted when "ok" otherwise rejected } }
    }
    route { auction b { window 400ms } }
    """
    ping, post = for_buyer(planned(flow), "b", moment).legs
    assert (ping.timeout.total_seconds(), post.timeout.total_seconds()) == (0.4, 5.0)
