"""Buyers are to be told where to call, and nobody has said where that is: told before any lead is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_engine.drivers import public
from leadflow_engine.operations.loading import LoadProblem, secrets_for
from tests.engine.later.world import plan_of

SLOW = """price 9.00
callback { response json { accepted when "ok"  otherwise rejected } }
deliver { post "https://slow.example/" body json BODY
  response json { accepted when "ok"  pending when "wait"  otherwise rejected } }"""


@pytest.mark.parametrize("body", ["{ cb = callback.url }", '"""{"cb": "{{ callback.url }}"}"""'])
def test_no_address_is_told_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    plan = plan_of(tmp_path, SLOW.replace("BODY", body))
    monkeypatch.setenv(public.SETTING, "leads.example.com")
    with pytest.raises(LoadProblem, match=r"LEADFLOW_PUBLIC_URL is not set to an address; buyer slow"):
        secrets_for(plan)
    assert public.unknown_to(plan.flow) == ["slow"]
    monkeypatch.setenv(public.SETTING, "https://leads.example.com")
    secrets_for(plan)
    assert public.unknown_to(plan.flow) == []
