"""``leadflow add``: what is said, and what is left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from syrupy.assertion import SnapshotAssertion

Leadflow = Callable[..., Result]

FLOW = """flow mine "Mine"

lead {
  first_name  first_name  required
  zip         postal_code
}

buyer old "Old" {
  price 1.00
  deliver {
    post "https://old.example"
    body json { a = first_name  zip = zip }
    response json { accepted when "ok"  otherwise rejected }
  }
}

route { waterfall old }
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "mine.flow").write_text(FLOW, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(project: Path) -> set[str]:
    return {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}


def test_what_is_said(project: Path, leadflow: Leadflow, snapshot: SnapshotAssertion) -> None:
    assert leadflow("add", "buyer", "acme", "--from", "phonexa_lms").output == snapshot
    assert (project / "mine.flow").read_text(encoding="utf-8") == FLOW.replace(
        '"Mine"\n', '"Mine"\n\nimport "buyers/acme.flow"\n'
    )


def test_of_a_copy_that_has_a_template(
    project: Path, leadflow: Leadflow, snapshot: SnapshotAssertion
) -> None:
    assert leadflow("add", "delivery", "crm", "--from", "hubspot").output == snapshot
    assert "\nstep crm\n\nroute {" in (project / "mine.flow").read_text(encoding="utf-8")
    assert (project / "mappings/crm.json.j2").exists()


def test_nothing_is_written_where_it_is_only_looked_at(project: Path, leadflow: Leadflow) -> None:
    before = names(project)
    said = leadflow("add", "lookup", "check", "--from", "kickbox", "--check").output
    assert 'would say import "lookups/check.flow"' in said
    assert names(project) == before
    assert (project / "mine.flow").read_text(encoding="utf-8") == FLOW


def test_the_same_again_overwrites_nothing(project: Path, leadflow: Leadflow) -> None:
    leadflow("add", "buyer", "acme", "--from", "pet_first")
    before = {name: (project / name).read_bytes() for name in names(project)}
    said = leadflow("add", "buyer", "acme", "--from", "sunrun_cee", code=2).output
    assert "`acme` is declared already, as buyer in buyers/acme.flow:4; choose another name" in said
    assert {name: (project / name).read_bytes() for name in names(project)} == before


def test_the_same_again_says_how_the_first_is_undone(project: Path, leadflow: Leadflow) -> None:
    bare = names(project)
    leadflow("add", "delivery", "crm", "--from", "hubspot")
    said = leadflow("add", "delivery", "crm", "--from", "hubspot", "--field", "zip=zip", code=2).output
    removed, lines = said.partition("undo the first and add it again: remove ")[2].split(", and the line ")
    assert lines == '`import "deliveries/crm.flow"` and `step crm` from `mine.flow`\n'
    assert {name.strip("`") for name in removed.split(", ")} == names(project) - bare


def test_a_buyer_that_bids_is_for_an_auction(project: Path, leadflow: Leadflow) -> None:
    assert "in a route: auction acme\n" in leadflow("add", "buyer", "acme", "--from", "gomedigap").output


def test_a_second_is_added_to_the_flow_and_not_to_the_first_ones_own(
    project: Path, leadflow: Leadflow
) -> None:
    leadflow("add", "buyer", "acme", "--from", "pet_first")
    leadflow("add", "buyer", "bolt", "--from", "sunrun_cee")
    assert (project / "mine.flow").read_text(encoding="utf-8").count("import ") == 2


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("buyer", "acme"), "add buyer NAME --from VENDOR"),
        (("client", "acme", "--from", "pet_first"), "`client` cannot be added; there are buyer, lookup"),
        (("buyer", "acme", "--from", "pet_first", "--field", "zip"), "write --field THEIRS=YOURS"),
        (("buyer", "acme", "--from", "pet_first", "--field", "zap=zip"), "there is no field `zap`"),
        (
            ("buyer", "acme", "--from", "pet_first", "--field", "postal_code=zipp"),
            "your lead has no field `zipp`; did you mean `zip`?",
        ),
        (
            ("buyer", "acme", "--from", "pet_first", "--field", "phone=nosuch"),
            "your lead has no field `nosuch`; it has first_name, zip",
        ),
        (("buyer", "acme", "--from", "pet_first", "--to", "none.flow"), "cannot read `none.flow`"),
    ],
)
def test_what_cannot_be(arguments: tuple[str, ...], why: str, project: Path, leadflow: Leadflow) -> None:
    assert why in leadflow("add", *arguments, code=2).output
    assert names(project) == {"leadflow.toml", "mine.flow"}


def test_of_two_flows_one_is_named(project: Path, leadflow: Leadflow) -> None:
    (project / "other.flow").write_text(FLOW, encoding="utf-8")
    said = leadflow("add", "buyer", "acme", "--from", "pet_first", code=2).output
    assert "here are mine.flow, other.flow" in said


def test_all_that_can_be_added(leadflow: Leadflow) -> None:
    lines = leadflow("add", "--list").output.splitlines()
    assert len(lines) >= 30 and max(map(len, lines)) <= 110
    assert (
        "buyer     pet_first                PetFirst: a buyer of pet insurance leads that never says yes"
        in lines
    )
