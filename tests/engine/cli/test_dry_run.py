"""dry-run: what would happen, and what it says of itself."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from syrupy.assertion import SnapshotAssertion

Leadflow = Callable[..., Result]
AT = ("--at", "2026-11-19T10:00")


def test_many_leads_are_told_as_a_table(
    market: Path, leadflow: Leadflow, snapshot: SnapshotAssertion
) -> None:
    assert leadflow("dry-run", "flow.flow", "leads.jsonl", *AT).output == snapshot


def test_one_lead_is_told_as_its_story(market: Path, leadflow: Leadflow) -> None:
    first = (market / "leads.jsonl").read_text().splitlines()[0]
    printed = leadflow("dry-run", "flow.flow", "-", *AT, stdin=first + "\n").output
    assert "sold to first for $50.00" in printed
    assert "line asked here: kind mobile" in printed
    assert "2026-11-19 10:00:00 EST" in printed


def test_the_first_line_says_where_the_answers_come_from(market: Path, leadflow: Leadflow) -> None:
    def first_line(*arguments: str) -> str:
        return str(leadflow("dry-run", "flow.flow", "leads.jsonl", *arguments).output.splitlines()[0])

    assert "answers from answers.yaml" in first_line()
    (market / "answers.yaml").rename(market / "other.yaml")
    assert "answers from other.yaml" in first_line("--answers", "other.yaml")
    assert "assuming that every buyer accepts" in first_line()


def test_why_lists_what_keeps_leads_from_a_buyer(market: Path, leadflow: Leadflow) -> None:
    printed = leadflow("dry-run", "flow.flow", "leads.jsonl", *AT, "--why", "first").output
    assert "first gets 1 of 8 leads" in printed
    assert printed.index("state not bought") < printed.index("mobile phone required")
    data = leadflow("dry-run", "flow.flow", "leads.jsonl", *AT, "--why", "first", "--format", "json").stdout
    assert json.loads(data)["buyer"] == "first"
    assert (
        "there are first, bidder, desk"
        in leadflow("dry-run", "flow.flow", "leads.jsonl", "--why", "frist", code=2).output
    )


def test_json_lines_are_one_object_a_lead_and_json_is_one_document(market: Path, leadflow: Leadflow) -> None:
    lines = leadflow("dry-run", "flow.flow", "leads.jsonl", *AT, "--format", "jsonl").stdout.splitlines()
    leads = [json.loads(line) for line in lines]
    assert [lead["outcome"] for lead in leads] == [
        "sold", "sold", "sold", "sold", "unsold", "in_doubt", "refused", "refused",
    ]  # fmt: skip
    document = json.loads(leadflow("dry-run", "flow.flow", "leads.jsonl", *AT, "--format", "json").stdout)
    assert document["leads"] == leads
    assert document["summary"]["records"] == 8


def test_a_record_that_cannot_be_read_is_told_and_the_rest_goes_on(market: Path, leadflow: Leadflow) -> None:
    with (market / "leads.jsonl").open("a") as leads:
        leads.write(
            '{"first_name": \n{"first_name": "Zoe", "phone": "212-555-0109", "state": "CA", "age": 20}\n'
        )
    printed = leadflow("dry-run", "flow.flow", "leads.jsonl", *AT, code=1).output
    assert "not read   record 9, line 9" in printed
    lines = leadflow(
        "dry-run", "flow.flow", "leads.jsonl", *AT, "--format", "jsonl", code=1
    ).stdout.splitlines()
    assert json.loads(lines[8])["record"] == 9
    assert json.loads(lines[9])["outcome"] == "sold"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.flow", "leads.jsonl"), "cannot read `nowhere.flow`"),
        (("flow.flow", "nowhere.jsonl"), "leadflow: nowhere.jsonl: no such file or directory"),
        (("flow.flow", "."), "is a directory"),
        (("flow.flow", "leads.jsonl", "--at", "noon"), "`noon` is no time; write 2026-11-20T09:30"),
        (("flow.flow", "leads.jsonl", "--answers", "nowhere.yaml"), "nowhere.yaml"),
        (("flow.flow", "leads.jsonl", "--answers", "leads.jsonl"), "leads.jsonl"),
        (("flow.flow", "leads.jsonl", "--db", "nowhere.db"), "there is no such file"),
        (("flow.flow", "leads.jsonl", "--source", "wep"), "no source `wep`; say --source web"),
    ],
)
def test_what_cannot_start_says_why_and_never_shows_a_traceback(
    arguments: tuple[str, ...], said: str, market: Path, leadflow: Leadflow
) -> None:
    printed = leadflow("dry-run", *arguments, code=2).output
    assert said in printed
    assert "Traceback" not in printed


def test_nothing_is_written(market: Path, leadflow: Leadflow) -> None:
    before = sorted(path.name for path in market.iterdir())
    leadflow("dry-run", "flow.flow", "leads.jsonl")
    assert sorted(path.name for path in market.iterdir()) == before


def test_a_file_that_holds_nothing_is_told(market: Path, leadflow: Leadflow) -> None:
    (market / "none.csv").write_text("first_name,phone\n")
    assert "none.csv holds no records" in leadflow("dry-run", "flow.flow", "none.csv", code=1).output


def test_answers_for_nobody_are_told(market: Path, leadflow: Leadflow) -> None:
    answers = (market / "answers.yaml").read_text().replace("  first:", "  frist:", 1)
    (market / "other.yaml").write_text(answers)
    printed = leadflow("dry-run", "flow.flow", "leads.jsonl", "--answers", "other.yaml").output
    assert "answers for buyer `frist`, which the flow does not have; did you mean `first`?" in printed


def test_leads_may_come_through_a_pipe(market: Path, leadflow: Leadflow) -> None:
    pipe = market / "pipe"
    os.mkfifo(pipe)
    leads = (market / "leads.jsonl").read_bytes()
    writer = threading.Thread(target=pipe.write_bytes, args=(leads,))
    writer.start()
    printed = leadflow("dry-run", "flow.flow", str(pipe), *AT).output
    writer.join()
    assert printed == leadflow("dry-run", "flow.flow", "leads.jsonl", *AT).output
