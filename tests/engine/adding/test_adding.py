"""A known vendor is added to a flow: what is new runs by itself, the flow is clean once its lead has what is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_dsl import check, format_text
from leadflow_engine.adding import (
    Added,
    Asked,
    Known,
    Refused,
    Vendor,
    add,
    add_known,
    all_known,
    known_named,
)
from leadflow_engine.adding.flow_text import with_import, with_step
from leadflow_engine.scenarios import Suite

FLOW = """flow mine "Mine"
timezone "America/New_York"

lead {
  mail  email
  zip   postal_code
}

buyer old "Old" {
  price 1.00
  deliver {
    post "https://old.example"
    body json { a = mail  zip = zip }
    response json { accepted when "ok"  otherwise rejected }
  }
}

# The only one.
route { waterfall old }
"""


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "mine.flow").write_text(FLOW, encoding="utf-8")
    return tmp_path / "mine.flow"


def written(asked: Asked) -> Added:
    """Add, and write what is to be written."""
    added = add(asked)
    assert isinstance(added, Added), added
    for path, text, _ in added.files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    asked.flow.write_text(added.flow_text, encoding="utf-8")
    return added


def findings(path: Path) -> list[str]:
    return [f"{one.span.file}:{one.span.line} {one.code} {one.message}" for one in check(path).diagnostics]


@pytest.mark.parametrize("known", all_known(), ids=lambda known: known.name)
def test_every_vendor_can_be_added(known: Known, flow: Path) -> None:
    added = written(Asked(known.kind, "my_own", known.name, flow))
    new = [path for path, _, _ in added.files]

    for path in [one for one in (flow, *new) if one.suffix == ".flow"]:
        text = path.read_text(encoding="utf-8")
        assert format_text(text, str(path)) == (text, ()), f"{path.name} is not in the format"
    for path in [one for one in new if one.suffix == ".flow"]:
        assert findings(path) == []

    [report] = Suite().run([path for path in new if path.name.endswith(".scenarios.yaml")])
    assert not report.problem, report.problem
    assert report.played and [each.scenario.name for each in report.failed] == []

    lead = "".join(f"  {name}  {type_}\n" for name, type_, _ in added.lacking)
    flow.write_text(
        flow.read_text(encoding="utf-8").replace("lead {\n", f"lead {{\n{lead}"), encoding="utf-8"
    )
    assert findings(flow) == [], "what is told to be lacking is all that is"


@pytest.mark.parametrize("known", all_known(), ids=lambda known: known.name)
def test_every_vendor_says_what_it_is_and_what_to_fill_in(known: Known) -> None:
    assert known.vendor.about and known.vendor.fill_in.startswith("Fill in")


def test_a_field_that_is_called_otherwise(flow: Path) -> None:
    asked = Asked("buyer", "acme", "phonexa_lms", flow, {"postal_code": "zip", "email": "mail"})
    added = written(asked)
    assert [name for name, _, _ in added.lacking] == ["first_name", "last_name", "phone"]
    assert "zipCode = zip\n" in (flow.parent / "buyers/acme.flow").read_text(encoding="utf-8")
    [report] = Suite().run([flow.parent / "buyers/acme_test.scenarios.yaml"])
    assert not report.problem and not report.failed


def test_a_field_of_the_same_type_may_be_it(flow: Path) -> None:
    added = add(Asked("buyer", "acme", "phonexa_lms", flow))
    assert isinstance(added, Added)
    assert ("postal_code", "postal_code", ("zip",)) in added.lacking


def test_a_field_of_another_type_is_told(flow: Path) -> None:
    flow.write_text(FLOW.replace("mail  email", "email  text").replace("= mail", "= email"), encoding="utf-8")
    added = add(Asked("buyer", "acme", "phonexa_lms", flow))
    assert isinstance(added, Added)
    assert added.differing == ("`email` is text in your lead, and email where this was written",)


def test_another_country_is_told(flow: Path) -> None:
    added = add(Asked("buyer", "acme", "leadbyte_classic", flow))
    assert isinstance(added, Added)
    assert added.differing == (
        "country is US in your flow, and GB where this was written",
        "currency is USD in your flow, and GBP where this was written",
    )


@pytest.mark.parametrize(
    ("kind", "name", "vendor", "why"),
    [
        ("buyer", "old", "pet_first", "`old` is declared already, as buyer in mine.flow:9"),
        ("buyer", "mail", "pet_first", "`mail` is declared already, as field in mine.flow:5"),
        ("buyer", "Acme", "pet_first", "`Acme` is no name"),
        ("lookup", "and", "kickbox", "`and` is a word of the language"),
        ("buyer", "acme", "pet_frist", "did you mean `pet_first`?"),
        ("buyer", "acme", "nothing_alike_at_all", "`leadflow add --list` shows all"),
        ("buyer", "acme", "boberdoo", "may be `boberdoo_direct_post` or `boberdoo_pingpost`"),
        ("buyer", "acme", "kickbox", "`leadflow add lookup NAME --from kickbox`"),
    ],
)
def test_what_cannot_be_added(kind: str, name: str, vendor: str, why: str, flow: Path) -> None:
    refused = add(Asked(kind, name, vendor, flow))
    assert isinstance(refused, Refused) and why in refused.why


def test_a_file_that_is_there_stays(flow: Path) -> None:
    (flow.parent / "buyers").mkdir()
    (flow.parent / "buyers/acme.md").write_text("mine", encoding="utf-8")
    refused = add(Asked("buyer", "acme", "pet_first", flow))
    assert isinstance(refused, Refused) and "acme.md` is there already" in refused.why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("flow mine {", "cannot be read whole; mend it first"),
        ("library mine\n", "is a library"),
        (None, "there is no such file"),
    ],
)
def test_a_flow_that_cannot_take_it(text: str | None, why: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.flow"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    refused = add(Asked("buyer", "acme", "pet_first", path))
    assert isinstance(refused, Refused) and why in refused.why


def test_two_of_one_vendor_stand_side_by_side(flow: Path) -> None:
    first = written(Asked("buyer", "acme", "pet_first", flow))
    lead = "".join(f"  {name}  {type_}\n" for name, type_, _ in first.lacking)
    flow.write_text(flow.read_text().replace("lead {\n", f"lead {{\n{lead}"), encoding="utf-8")
    second = written(Asked("buyer", "bolt", "pet_first", flow))
    assert second.lacking == ()
    assert 'import "buyers/acme.flow"\nimport "buyers/bolt.flow"\n' in flow.read_text(encoding="utf-8")
    assert findings(flow) == []


# ------------------------------------------------------------------ what else a declaration may need


def made_up(flow: str, scenarios: str = "scenarios: []\n", **templates: str) -> Known:
    return Known("buyer", "v", "V", Vendor("v", flow, scenarios, "# V\n\n- Fill in nothing.\n", templates))


def test_what_a_declaration_needs_comes_with_it(flow: Path) -> None:
    known = made_up(
        'flow v "V"\n\nlist towns [Austin]\n\nlist others [Bonn]\n\nlead {\n  city  city\n}\n\n'
        "# It reads the lead field city. No test mark is published.\n"
        'buyer v "V" {\n  accept when city in towns  else "not there"\n  price 1.00\n  deliver {\n'
        '    post "https://v.example"\n    body json { city = city }\n'
        '    response json { accepted when "ok"  otherwise rejected }\n  }\n}\n\nroute { waterfall v }\n'
    )
    added = add_known(Asked("buyer", "acme", "v", flow), known)
    assert isinstance(added, Added)
    library = added.files[0][1]
    assert library.startswith(
        'library acme "V"\n\nlist towns [Austin]\n\n'
        "# It reads the lead's city. No test mark is published.\nbuyer acme"
    )
    alone = next(text for path, text, _ in added.files if path.name == "acme_test.flow")
    assert "others" in alone and "towns" not in alone


# ------------------------------------------------------------------ lines in a flow


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('flow f "F"\n\nlead {\n', 'flow f "F"\n\nimport "a.flow"\n\nlead {\n'),
        ('flow f "F"\nlead {\n', 'flow f "F"\n\nimport "a.flow"\n\nlead {\n'),
        (
            'flow f "F"\ntimezone "UTC"  # ours\n\nlead {\n',
            'flow f "F"\ntimezone "UTC"  # ours\n\nimport "a.flow"\n\nlead {\n',
        ),
        (
            'flow f "F"\n\nimport "b.flow"\n\nlead {\n',
            'flow f "F"\n\nimport "b.flow"\nimport "a.flow"\n\nlead {\n',
        ),
        ('flow f "F"\r\n\r\nlead {\r\n', 'flow f "F"\r\n\r\nimport "a.flow"\r\n\r\nlead {\r\n'),
        ('flow f "F"', 'flow f "F"\n\nimport "a.flow"'),
    ],
)
def test_where_an_import_stands(before: str, after: str) -> None:
    assert with_import(before, "a.flow") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# Sold.\nroute { waterfall a }\n", "step x\n\n# Sold.\nroute { waterfall a }\n"),
        ("filter f { reject when b }\n", "filter f { reject when b }\n\nstep x\n"),
        ("filter f { reject when b }", "filter f { reject when b }\n\nstep x\n"),
    ],
)
def test_where_a_step_runs(before: str, after: str) -> None:
    assert with_step(f'flow f "F"\n\n{before}', "x") == f'flow f "F"\n\n{after}'


def test_a_beginning_that_only_one_has() -> None:
    found = known_named("buyer", "sunrun")
    assert isinstance(found, Known) and found.name == "sunrun_cee"
