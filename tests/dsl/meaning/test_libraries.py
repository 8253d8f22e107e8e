"""A library: checked alone, and as part of the flow that imports it."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_dsl import check

LIBRARY = """library shared

deliver crm { post "https://crm.example"  body json { e = mail } }

source web {
  map { mail "user.mail" }
}

buyer west {
  price 4.00
  ping {
    post "https://west.example/ping"
    body json { m = mail }  # leadflow: allow LF402 because west asks for it
    response json { accepted when "ok"  otherwise rejected }
  }
  deliver {
    post "https://west.example"
    body json { m = mail }
    response json { accepted when "ok"  otherwise rejected }
  }
}
"""
FLOW = """flow f
import "shared.flow"
lead { mail email }
route {
  waterfall west
  on unsold { deliver crm }
}
"""


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "shared.flow").write_text(LIBRARY, encoding="utf-8")
    (tmp_path / "f.flow").write_text(FLOW, encoding="utf-8")
    return tmp_path / "f.flow"


def test_a_flow_takes_a_librarys_buyers_copies_and_sources(flow: Path) -> None:
    checked = check(flow)
    assert checked.diagnostics == () and checked.flow is not None
    assert [source.name for source in checked.flow.sources] == ["web"]
    assert [deliver.name for deliver in checked.flow.named_delivers] == ["crm"]


def test_alone_it_may_read_what_a_flow_declares(flow: Path) -> None:
    assert check(flow.with_name("shared.flow")).diagnostics == ()


def test_a_flow_tells_what_its_libraries_lack(flow: Path) -> None:
    found = check(flow, FLOW.replace("mail email", "phone phone")).diagnostics
    assert {(one.code, one.span.file) for one in found} == {("LF203", "shared.flow")}


def test_alone_what_is_certain_is_told(flow: Path) -> None:
    text = LIBRARY.replace('"user.mail"', '"user..mail"')
    assert [one.code for one in check(flow.with_name("shared.flow"), text).diagnostics] == ["LF403"]


def test_a_copy_of_a_library_runs_where_the_flow_says(flow: Path) -> None:
    text = FLOW.replace("  on unsold { deliver crm }\n", "").replace("route {", "step crm\nroute {")
    checked = check(flow, text)
    assert checked.diagnostics == () and checked.flow is not None
    assert [type(step).__name__ for step in checked.flow.steps] == ["Deliver", "Route"]
