"""What comes out is written where it differs; all else in the file stays as its author wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from leadflow_engine.scenarios import Suite
from leadflow_engine.scenarios.update import diff, updated

from .conftest import YES, write

WRITTEN = """
# Above all.
- name: in block style      # a name
  expect:
    # why this is so
    outcome: unsold         # it was not
    price: 1
    sold:
      two: 3.00             # lost with what it stands beside
      three: 4.00
    ledger: []

    reasons: {one: nothing, two: ~absent}
  lead: {name: "Ann"}       # the author's own order
- {name: in flow style, expect: {outcome: refused, "buyer": two, fields: {name: Bob}}, lead: {}}
- name: rows
  expect: {outcome: refused}   # the same for all
  each:
    - {lead.state: CA, expect.buyer: two}
    - {lead.state: TX, expect.buyer: one}   # why
- name: then
  expect: {price:   2.00}
  then:
    - {after: 5m, lead: {phone: 213-555-0102}, expect: {called: {one: false, two: 3}, look_ups: 7}}
    - after: 5m
      lead: {phone: ""}
      expect:
        requests: {one: {deliver: {body: {who: Bob}, method: GET, headers: {x-a: b}}}}
"""

NEW = """
- name: nothing is expected yet
  lead: {state: CA}    # a remark

# between

- {name: in flow style}
- name: rows
  each:
    - {lead.state: NY}
    - lead.state: TX
- name: then
  clock: 2026-11-19T22:00
  lead:
    state: CA
    name: |
      Ann
  answers: {buyers: {two: {deliver: [{status: 400}]}, three: {deliver: [{status: 400}]}}}
  then:
    - wait: 12h
# the end"""


def update(folder: Path, scenarios: str) -> tuple[str, str, tuple[str, ...]]:
    """The new text, the difference and what was left undone; the new text is written, too."""
    file = write(folder, scenarios)
    [report] = Suite(to_the_end=True).run([Path(file.name)])
    assert report.file is not None, report.problem
    new = updated(report.file, report.played)
    file.write_text(new.text, encoding="utf-8")
    return new.text, diff(report.file, new), new.notes


def passes() -> bool:
    """Does the file hold now?"""
    [report] = Suite().run([Path("market.scenarios.yaml")])
    assert not report.problem, report.problem
    return report.passed


@pytest.mark.parametrize("scenarios", [WRITTEN, NEW], ids=["written", "new"])
def test_only_what_differs_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion, scenarios: str
) -> None:
    monkeypatch.chdir(folder)
    text, changes, notes = update(folder, scenarios)
    assert notes == ()
    assert changes == snapshot
    assert passes()
    [report] = Suite(to_the_end=True).run([Path("market.scenarios.yaml")])
    assert report.file is not None
    assert updated(report.file, report.played).text == text


def test_what_a_tool_cannot_decide_is_left_to_the_author(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    _, changes, notes = update(
        folder,
        """
        - name: rows that differ
          expect: {buyer: three}
          each: [{lead.state: CA}, {lead.state: TX}]
        - name: too many calls
          expect: {postings: {one: {deliver: [{}, {}]}}}
        - name: no answer
          answers: {buyers: {one: {deliver: [{when: {who: Bob}, body: ok}]}}}
          expect: {outcome: unsold}
        """,
    )
    assert changes == ""
    assert notes == (
        "too many calls: postings.one.deliver is yours to mend",
        "no answer: not updated; the deliver of one is given nothing to say",
        "line 12: the rows come to different things; say it in each row",
    )


def test_what_would_be_a_matcher_is_expected_exactly(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    text, _, _ = update(folder, "- {name: x, lead: {name: ~x y}, expect: {fields: {name: Ann}}}")
    assert "expect: {fields: {name: ~exactly ~x y}}" in text
    assert passes()


def test_an_expectation_without_a_value_gets_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    text, _, _ = update(folder, "- name: x\n  expect:\n    buyer:\n    reasons: {one, two: ~absent}")
    assert "    buyer: one\n" in text
    assert 'reasons: {one: "", two: ~absent}' in text
    assert passes()


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_ends_stay(folder: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    monkeypatch.chdir(folder)
    file = folder / "market.scenarios.yaml"
    text = f"{YES}scenarios:\n  - name: é\n    expect: {{outcome: unsold, price: 3}}\n".replace("\n", ending)
    file.write_bytes(text.encode())
    [report] = Suite(to_the_end=True).run([Path(file.name)])
    assert report.file is not None
    new = updated(report.file, report.played).text
    assert new == text.replace("unsold", "sold").replace("price: 3", "price: 30.00")
