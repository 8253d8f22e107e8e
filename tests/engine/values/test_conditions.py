"""Conditions and expressions, by cases: blanks in every operator and function, distances, the lead's own time. The
cases are data (``tests/conformance/conditions``); others could run them."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from leadflow_dsl.functions import FUNCTIONS
from leadflow_dsl.operators import EQUALITY, ORDER, PRESENCE, TEXTUAL, written
from leadflow_engine.evaluation.evaluate import evaluate, holds
from leadflow_engine.intake.door import read_lead
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.operations.loading import plan_of_files
from leadflow_engine.plan import Plan
from leadflow_engine.values import written as written_value

FOLDER = Path(__file__).parents[2] / "conformance" / "conditions"
FLOW = """\
flow cases
timezone "{timezone}"
lead {{
{fields}
}}
{beside}
buyer one {{
  price 1.00
  deliver {{
    post "https://one.example"
    body json {{
{pairs}
    }}
    response {{ accepted when status 2xx }}
  }}
}}
route {{ waterfall one }}
"""


def loaded() -> dict[str, Any]:
    return {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}


def asked(case: dict[str, Any]) -> str:
    """What a case asks, as an expression: a condition by the choice that it makes."""
    return str(case["value"]) if "value" in case else f'case(({case["if"]}): "true", else "no")'


def cases() -> list[Any]:
    return [
        pytest.param(
            name, case, id=f"{name}-{case.get('if', case.get('value'))}-{case.get('lead', {})!s:.60}"
        )
        for name, file in loaded().items()
        for group in file["groups"]
        for case in group["cases"]
    ]


@cache
def made(name: str) -> tuple[Plan, dict[str, Any]]:
    """One flow of all that a file asks, and the terms by what is asked."""
    file = loaded()[name]
    texts = dict.fromkeys(asked(case) for group in file["groups"] for case in group["cases"])
    pairs = "\n".join(f"x{number} = {text}" for number, text in enumerate(texts))
    flow = FLOW.format(pairs=pairs, **{part: file[part] for part in ("timezone", "fields", "beside")})
    plan = plan_of_files({**file.get("files", {}), "cases.flow": flow}, "cases.flow")
    deliver = plan.flow.buyers[0].deliver
    assert deliver is not None
    assert deliver.request.body is not None
    return plan, dict(zip(texts, (pair.right for pair in deliver.request.body.pairs), strict=True))


def moment(said: Any) -> datetime.datetime:
    return said if isinstance(said, datetime.datetime) else datetime.datetime.fromisoformat(said)


@pytest.mark.parametrize(("name", "case"), cases())
def test_case(name: str, case: dict[str, Any]) -> None:
    plan, terms = made(name)
    file = loaded_once(name)
    given = {key: value for key, value in (file["lead"] | case.get("lead", {})).items() if value is not None}
    now = moment(case.get("at", file["at"]))
    lead = read_lead(plan, Arrival("01J0CASE000000000000000000", "case:1", "default", given), now, now)
    term = terms[asked(case)]
    if "value" in case:
        assert written_value(evaluate(term, lead), "json") == case["is"]
    else:
        truth = holds(term.keyed[0][0], lead)
        assert {True: True, False: False, None: "unknown"}[truth] == case["is"]


@cache
def loaded_once(name: str) -> dict[str, Any]:
    return loaded()[name]


def test_every_operator_and_function_meets_a_blank() -> None:
    """A case of ``blanks.yaml`` for each, in which a field is blank."""
    file = loaded()["blanks"]
    meet = [
        asked(case)
        for group in file["groups"]
        for case in group["cases"]
        if any(value in (None, "", "  ") for value in case.get("lead", {}).values())
    ]
    signs = [written(name) for name in (*EQUALITY, *ORDER, *TEXTUAL, *PRESENCE)]
    signs += [
        *(f" {sign} " for sign in "+-*/%"),
        *(" in ", "not in", "between", "within call_window", "miles of", "exactly"),
    ]
    signs += [f"{name}(" for name, function in FUNCTIONS.items() if not function.only_in]
    assert [sign for sign in signs if not any(sign in text for text in meet)] == []
