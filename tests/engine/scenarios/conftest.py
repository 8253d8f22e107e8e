"""A small market whose scenarios the tests write: two sources, caps by state, a look-up, an auction, a hold."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from leadflow_engine.scenarios import FileReport, Suite

FLOW = """
flow market
timezone "America/New_York"
lead {
  name   first_name
  state  state  required
  phone  phone
  age    number
}
source web {
  dedupe on phone within 30d  else "seen before"
  cap 3 per day               else "enough for today"
  cost 2.00
}
source partner {
  map { name "who.name"  state "who.state" }
  test when payload.trial
}
enhance carrier on demand {
  post "https://lookup.example/v1"
  auth header "X-Key" env LOOKUP_KEY
  body json { number = phone.e164 }
  cost 0.01
  response json { accepted when "ok"  otherwise rejected  set line enum(mobile, landline) "line" }
}
buyer one {
  accept when state != NY                     else "not in New York"
  price 30.00
  cap 2 per hour by state
  budget 100.00 per day
  hours mon-fri 08:00-20:00
  on closed hold up to 24h
  test { field "trial" = true }
  deliver {
    post "https://one.example/{{ state }}"
    auth basic "me" env ONE_SECRET
    query { from = "us" }
    body form { who = name  age = age }
    timeout 2s
    response json {
      accepted when "ok"
      rejected when "code" == "7" because "not today"
      otherwise rejected
      reason    "why"
      reference "id"
      price     "paid"
    }
  }
}
buyer two {
  accept when carrier.line == mobile          else "mobile only"
  price 20.00
  deliver { post "https://two.example/"  body json { who = name  age = age }
    response { accepted when status 2xx  otherwise error } }
}
buyer three {
  price 20.00
  deliver { post "https://three.example/"  body xml { Lead.Name = name  Lead.@from = "us" }
    response { accepted when status 2xx  otherwise error } }
}
route {
  if state == CA {
    waterfall one
  }
  waterfall two, three { order by price desc, round_robin }
}
"""

YES = """
defaults:
  source: web
  lead: {name: Ann, state: CA, phone: 213-555-0101}
  answers:
    buyers:
      one: {deliver: [{body: {ok: true, id: A-1}}]}
      two: {deliver: [{body: ok}]}
      three: {deliver: [{body: ok}]}
    services: {carrier: [{body: {ok: true, line: mobile}}]}
"""

Run = Callable[..., FileReport]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with the market's flow."""
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "market.flow").write_text(FLOW, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run scenarios that are given as text, on the market's defaults unless ``defaults`` says otherwise."""
    monkeypatch.chdir(folder)

    def give(scenarios: str, defaults: str = YES, **options: bool) -> FileReport:
        write(folder, scenarios, defaults)
        [report] = Suite(**options).run([Path("market.scenarios.yaml")])  # type: ignore[arg-type]
        return report

    return give


def write(folder: Path, scenarios: str, defaults: str = YES) -> Path:
    """Put a file of scenarios beside the market's flow."""
    file = folder / "market.scenarios.yaml"
    body = textwrap.indent(textwrap.dedent(scenarios).strip("\n"), "  ")
    file.write_text(f"{defaults.lstrip()}scenarios:\n{body}\n", encoding="utf-8")
    return file


def told(report: FileReport) -> list[str]:
    """What is not as it should be, a line each: ``price: 1.00, found 30.00``."""
    assert not report.problem, report.problem
    lines = []
    for played in report.played:
        for outcome in played.outcomes:
            lines += [
                f"{'.'.join(map(str, each.path))}: {each.expected}, found {each.found}"
                for each in outcome.differences
            ]
            lines += [f"{call.name}: {why}" for call, why in outcome.missing]
    return lines
