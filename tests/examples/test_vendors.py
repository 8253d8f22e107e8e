"""Each vendor under ``examples/vendors``: clean, its scenarios hold, and it reads and builds what the vendor publishes.

What they publish stands beside the checkout; without it that part is skipped.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from leadflow_dsl import check, format_text
from leadflow_engine.answers.request_fields import fields_of
from leadflow_engine.operations.alone import Leg, legs_named
from leadflow_engine.operations.loading import LoadProblem, load
from leadflow_engine.operations.parsing import parse_answer
from leadflow_engine.plan import Plan
from leadflow_engine.scenarios import FileReport, Suite
from leadflow_engine.scenarios.calls import Call
from leadflow_engine.scenarios.compare import partly
from leadflow_engine.values import written

ROOT = Path(__file__).resolve().parents[2]
VENDORS = ROOT / "examples" / "vendors"
PUBLISHED = ROOT.parent / "shared" / "vendors"
NAMES = sorted(path.parent.name for path in VENDORS.glob("*/*.flow"))

READ_BY: dict[tuple[str, int], str] = {("blacklist_alliance", 2): "blacklist_alliance_bulk"}
"""Which step or buyer reads a vendor's n-th answer, where it is neither ``SLUG`` nor ``SLUG_PHASE``."""

PLACEHOLDER = re.compile(r"\*\*\*|\.\.\.?|x+|your_\w+|GUID|<.*>|\{.*\}")
"""What a published request has in place of a secret or an id; anything may stand there."""


# ------------------------------------------------------------------ the files themselves


@pytest.mark.parametrize("name", NAMES)
def test_its_files_are_where_a_reader_looks(name: str) -> None:
    folder = VENDORS / name
    expected = {f"{name}.flow", f"{name}.scenarios.yaml", "README.md"}
    assert expected <= {path.name for path in folder.iterdir()}
    assert f"({name}/)" in (VENDORS / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_it_has_no_finding_and_is_in_the_format(name: str) -> None:
    path = VENDORS / name / f"{name}.flow"
    text = path.read_text(encoding="utf-8")
    assert check(path).diagnostics == ()
    assert format_text(text, str(path)) == (text, ())


@pytest.mark.parametrize("name", NAMES)
def test_its_scenarios_hold(name: str) -> None:
    report = played(name)
    assert not report.problem, report.problem
    assert [each.scenario.name for each in report.failed] == []
    assert report.played


@cache
def played(name: str) -> FileReport:
    [report] = Suite().run([VENDORS / name / f"{name}.scenarios.yaml"])
    return report


# ------------------------------------------------------------------ what the vendors publish


def specification(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((PUBLISHED / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def published() -> list[str]:
    """The vendors that answer; a source calls, and its scenarios hold what it says."""
    there = [name for name in NAMES if (PUBLISHED / f"{name}.json").exists()]
    return [name for name in there if specification(name)["direction"] == "outbound"]


def numbered(part: str) -> list[Any]:
    """Each vendor with the number of each of its published ``responses`` or requests."""
    return [
        pytest.param(name, number, id=f"{name}-{number}")
        for name in published()
        for number in range(len(listed(specification(name)[part])))
    ]


def listed(said: Any) -> list[dict[str, Any]]:
    return said if isinstance(said, list) else [said]


@pytest.mark.skipif(not PUBLISHED.exists(), reason="what is published is not here")
def test_no_vendor_is_missing() -> None:
    assert {path.stem for path in PUBLISHED.glob("*.json")} <= set(NAMES)


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published answers are not here")
@pytest.mark.parametrize(("name", "number"), numbered("responses"))
def test_each_published_answer_is_read_exactly(name: str, number: int) -> None:
    answer = specification(name)["responses"][number]
    plan = load(VENDORS / name / f"{name}.flow").plan
    leg = reader_of(plan, name, number, answer.get("phase", ""))
    expected = dict(answer["expect"])
    found = what_is_read(plan, leg, answer)
    assert {key: found.get(key) for key in expected} == {
        key: Decimal(str(value)) if key == "price" else value for key, value in expected.items()
    }
    if "price" not in expected:
        assert not found["price"], "a price that nobody offered"


def reader_of(plan: Plan, name: str, number: int, phase: str) -> Leg:
    """Who reads a vendor's n-th answer: the leg of that phase, or a buyer or step named after it."""
    for called in (READ_BY.get((name, number), ""), f"{name}_{phase}", name):
        try:
            legs = legs_named(plan.flow, called)
        except LoadProblem:
            continue
        return legs[0] if phase == "ping" else legs[-1]
    raise AssertionError(f"nothing in {name}.flow reads its answers")


def what_is_read(plan: Plan, leg: Leg, answer: dict[str, Any]) -> dict[str, Any]:
    """An answer in the words of the specification. Where no rule matched, the outcome is what becomes of it then."""
    headers = [("Content-Type", answer["content_type"])] if answer["content_type"] else []
    parsed = parse_answer(plan, leg, answer["http_status"], headers, answer["body"])
    reading = parsed.reading
    unread = "error" if leg.word in ("ping", "enhance") else parsed.settled.outcome
    outcome = reading.verdict or unread
    return {
        **{name: written(value, "json") for name, value in reading.sets.items()},
        "outcome": "error" if outcome == "retry" else outcome,
        "retry": outcome == "retry",
        "price": reading.bid if leg.word == "ping" else reading.price,
        "id": reading.reference or None,
        "reason": reading.reason or None,
        "bids": len(reading.bids),
        "expires_at": f"{reading.expires.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        if isinstance(reading.expires, datetime)
        else reading.expires,
    }


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published requests are not here")
@pytest.mark.parametrize(("name", "number"), numbered("request"))
def test_each_published_request_is_built_by_a_lead_of_its_scenarios(name: str, number: int) -> None:
    """One of the scenarios' requests goes there, with everything that the published one has, and nothing unheard of."""
    said = listed(specification(name)["request"])[number]
    wanted = request_data(said)
    found = [
        [*partly(wanted, call.request, ()), *unnamed(name, wanted.get("body"), call.request["body"])]
        for call in calls(name)
    ]
    assert min(found, key=len) == []


def unnamed(name: str, wanted: Any, built: Any) -> set[str]:
    """What a built body has at its top that the published one has not, and that no list of fields names either."""
    fields = {field for each in listed(specification(name)["request"]) for field in each.get("fields", ())}
    if not wanted or not isinstance(built, dict) or any(field.startswith("...") for field in fields):
        return set()
    samples = [request_data(each).get("body") for each in listed(specification(name)["request"])]
    known = {re.split(r"[.\[ ]", field)[0] for field in fields}
    return set(built) - set(wanted) - known.union(*(sample for sample in samples if isinstance(sample, dict)))


def calls(name: str) -> list[Call]:
    """All that was called in a vendor's scenarios."""
    return [call for each in played(name).played for outcome in each.outcomes for call in outcome.seen.calls]


def request_data(said: dict[str, Any]) -> dict[str, Any]:
    """A published request as data; what is a placeholder there may be anything."""
    body = said.get("sample_body") or ""
    text = body if isinstance(body, str) else json.dumps(body)
    kind = "text/xml" if text.startswith("<") else str(said.get("content_type", "")).split("|")[0]
    query = urlsplit(said["url"]).query
    read = fields_of("POST", f"https://x.example/?{query}", [("Content-Type", kind)], text, 1)
    data = {key: loosened(value) for key, value in (("query", read.query), ("body", read.body)) if value}
    path = re.sub(r"\{[^}]*\}", ".*", urlsplit(said["url"]).path).replace("/", r"\/")
    return {**data, "method": f"~matches /^({said['method']})$/", "url": f"~matches /{path}/"}


def loosened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: loosened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [loosened(item) for item in value]
    if value == "MM/DD/YYYY":
        return r"~matches /^\d{2}\/\d{2}\/\d{4}$/"
    return "~present" if isinstance(value, str) and PLACEHOLDER.fullmatch(value) else value
