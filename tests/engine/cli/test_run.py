"""run, trace, doubt and work over real HTTP, against the market's simulated buyers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Leadflow = Callable[..., Result]
NAMES = ("Ana", "Luis", "Grace", "Wei", "Ruth", "Omar", "Nadia", "Tom")
RUN = ("run", "flow.flow", "leads.jsonl", "--db", "leads.db")


@pytest.fixture
def lead_of(leadflow: Leadflow, buyers: Any) -> Callable[[str], str]:
    """The id of somebody's lead, after a run."""
    leads = [json.loads(line)["lead"] for line in leadflow(*RUN, "--format", "jsonl").stdout.splitlines()]
    ids = {NAMES[int(lead["identity"].rpartition("/")[2]) - 1]: lead["id"] for lead in leads}
    return lambda name: str(ids[name])


def test_a_run_prints_its_table_and_what_to_do_next(buyers: Any, leadflow: Leadflow) -> None:
    printed = leadflow(*RUN).output
    assert printed.startswith("flow      flow.flow  plan ")
    assert "3 buyers, 2 steps, 1 look-up on demand" in printed
    assert "sold        4    50.0 %     revenue    $144.50" in printed
    assert "next:  leadflow doubt list --db leads.db" in printed
    assert "p99" in printed


def test_the_same_command_again_posts_nothing_twice(buyers: Any, leadflow: Leadflow) -> None:
    leadflow(*RUN)
    posts = {name: buyers.posts(name) for name in ("first", "bidder", "desk")}
    again = leadflow(*RUN).output
    assert {name: buyers.posts(name) for name in posts} == posts
    assert "8 leads as an earlier run left them" in again
    assert "revenue    $144.50" in again
    assert "p50" not in again


def test_a_run_as_one_document(buyers: Any, leadflow: Leadflow) -> None:
    document = json.loads(leadflow(*RUN, "--format", "json").stdout)
    assert len(document["leads"]) == 8
    assert document["summary"]["how"] == {"new": 8}
    assert document["summary"]["interrupted"] is False


@pytest.mark.parametrize("key", [(), ("--key", "phone")])
def test_the_same_file_through_another_flow_is_other_leads(
    buyers: Any, leadflow: Leadflow, market: Path, key: tuple[str, ...]
) -> None:
    text = (market / "flow.flow").read_text()
    name = text.split()[1]
    (market / "other.flow").write_text(text.replace(f"flow {name}", "flow another", 1))
    leadflow(*RUN, *key)
    posts = buyers.posts("first")
    again = leadflow("run", "other.flow", *RUN[2:], *key, "--format", "jsonl").stdout.splitlines()
    leads = [json.loads(line)["lead"] for line in again]
    assert {lead["flow"] for lead in leads} == {"another"}
    assert len({lead["identity"] for lead in leads}) == 8
    assert buyers.posts("first") == 2 * posts
    assert "8 leads as an earlier run left them" in leadflow("run", "other.flow", *RUN[2:], *key).output


def test_a_key_names_the_lead_whatever_the_file(buyers: Any, leadflow: Leadflow, market: Path) -> None:
    leadflow(*RUN, "--key", "phone")
    lines = (market / "leads.jsonl").read_text().splitlines(keepends=True)
    (market / "turned.jsonl").write_text("".join(reversed(lines)))
    printed = leadflow("run", "flow.flow", "turned.jsonl", "--db", "leads.db", "--key", "phone").output
    assert "8 leads as an earlier run left them" in printed
    unnamed = leadflow(
        "run", "flow.flow", "turned.jsonl", "--db", "leads.db", "--key", "email", code=1
    ).output
    assert "has no `email`" in unnamed


def test_before_anything_is_written_what_is_missing_is_said(market: Path, leadflow: Leadflow) -> None:
    assert "no such file" in leadflow("run", "flow.flow", "none.jsonl", "--db", "leads.db", code=2).output
    flow = (market / "flow.flow").read_text()
    (market / "secret.flow").write_text(
        flow.replace('post "https://desk', 'auth bearer env DESK_TOKEN\n    post "https://desk')
    )
    printed = leadflow("run", "secret.flow", "leads.jsonl", "--db", "leads.db", code=2).output
    assert "environment: DESK_TOKEN is not set; buyer desk (secret.flow:" in printed
    assert not (market / "leads.db").exists()


def test_a_sandbox_that_is_not_allowed_is_a_sentence(
    market: Path, leadflow: Leadflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADFLOW_SANDBOX", "127.0.0.1:9")
    printed = leadflow(*RUN, code=2).output
    assert "Set LEADFLOW_ALLOW_HOSTS=127.0.0.1:9 as well" in printed


def test_a_flow_with_mistakes_shows_each_at_its_place(market: Path, leadflow: Leadflow) -> None:
    flow = (market / "flow.flow").read_text().replace("age < 65", "agee < 65")
    (market / "flow.flow").write_text(flow)
    printed = leadflow(*RUN, code=2).output
    assert "error[LF203]" in printed
    assert "agee < 65" in printed, "the line itself is shown"
    assert "mend the flow first" in printed


def test_a_journal_that_is_none_is_left_alone(buyers: Any, leadflow: Leadflow, market: Path) -> None:
    (market / "leads.db").write_text("this is a diary, and no journal of ours at all\n" * 40)
    assert "not a database" in leadflow(*RUN, code=2).output
    assert (market / "leads.db").read_text().startswith("this is a diary")


# ------------------------------------------------------------------ trace


def test_a_trace_by_the_beginning_of_the_id_whatever_its_case(
    leadflow: Leadflow, lead_of: Callable[[str], str]
) -> None:
    lead = lead_of("Ana")
    printed = leadflow("trace", lead[:9].lower(), "--db", "leads.db").output
    assert printed.startswith(lead)
    assert "sold to first for $50.00" in printed
    assert (
        json.loads(leadflow("trace", lead, "--db", "leads.db", "--format", "json").stdout)["lead"]["id"]
        == lead
    )


def test_the_last_lead(leadflow: Leadflow, lead_of: Callable[[str], str]) -> None:
    with sqlite3.connect("leads.db") as journal:
        ((last,),) = journal.execute("SELECT lead FROM fact ORDER BY id DESC LIMIT 1")
    assert last in {lead_of(name) for name in NAMES}
    assert leadflow("trace", "--last", "--db", "leads.db").output.startswith(last)


def test_every_lead_replays_equal(leadflow: Leadflow, lead_of: Callable[[str], str]) -> None:
    for name in ("Ana", "Luis", "Ruth", "Omar", "Nadia"):
        printed = leadflow("trace", lead_of(name), "--db", "leads.db", "--replay").output
        assert printed.startswith("replay equal: "), name


def test_a_reveal_needs_a_reason_and_is_kept(leadflow: Leadflow, lead_of: Callable[[str], str]) -> None:
    lead = lead_of("Ana")
    assert "212-555-0101" not in leadflow("trace", lead, "--db", "leads.db").output
    assert "--because" in leadflow("trace", lead, "--db", "leads.db", "--reveal", code=2).output
    shown = leadflow("trace", lead, "--db", "leads.db", "--reveal", "--because", "a complaint").output
    assert "212-555-0101" in shown
    with sqlite3.connect("leads.db") as journal:
        assert journal.execute("SELECT lead, because FROM reveal").fetchall() == [(lead, "a complaint")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("trace", "zz", "--db", "leads.db"), "no lead whose id begins with `zz`"),
        (("trace", "--db", "leads.db"), "say which lead"),
        (("trace", "A", "--last", "--db", "leads.db"), "say which lead"),
        (("trace", "", "--last", "--db", "none.db"), "there is no such file"),
        (("trace", "--last"), "which journal? Say --db FILE"),
    ],
)
def test_a_lead_that_is_not_clear_is_asked_for(
    arguments: tuple[str, ...], said: str, leadflow: Leadflow, lead_of: Callable[[str], str]
) -> None:
    assert said in leadflow(*arguments, code=2).output


def test_a_beginning_of_several_ids_names_them(leadflow: Leadflow, lead_of: Callable[[str], str]) -> None:
    ids = [lead_of(name) for name in NAMES]
    starts = [each[0] for each in ids]
    twice = next((start for start in starts if starts.count(start) > 1), None)
    if twice is not None:
        printed = leadflow("trace", twice, "--db", "leads.db", code=2).output
        assert "begins several ids" in printed


def test_the_only_journal_in_its_folder_is_meant(leadflow: Leadflow, buyers: Any, market: Path) -> None:
    (market / ".leadflow").mkdir()
    leadflow("run", "flow.flow", "leads.jsonl", "--db", ".leadflow/market.db")
    assert leadflow("trace", "--last").output


# ------------------------------------------------------------------ doubt and work


def test_a_doubt_is_listed_settled_and_the_lead_goes_on(
    leadflow: Leadflow, lead_of: Callable[[str], str], buyers: Any
) -> None:
    lead = lead_of("Omar")
    listed = leadflow("doubt", "list", "--db", "leads.db").output
    assert f"{lead}  bidder  in doubt  31.50" in listed
    assert f"leadflow doubt settle {lead} bidder" in listed
    (doubt,) = json.loads(leadflow("doubt", "list", "--db", "leads.db", "--format", "json").stdout)
    assert (doubt["lead"], doubt["price"]) == (lead, 31.5)
    settle = ("doubt", "settle", lead[:8], "bidder", "declined", "--db", "leads.db")
    assert "--because" in leadflow(*settle, code=2).output
    settled = leadflow(*settle, "--because", "they wrote so").output
    assert "bidder/1 is declined" in settled
    assert "leadflow work --drain --db leads.db" in settled
    worked = leadflow("work", "--drain", "--db", "leads.db").output
    assert f"{lead}  fallback to desk for $0.00" in worked
    assert "1 lead went on; none waits" in worked
    assert leadflow("doubt", "list", "--db", "leads.db").output == "nothing is in doubt\n"
    story = leadflow("trace", lead, "--db", "leads.db").output
    assert "said of bidder: declined, because they wrote so" in story
    assert "went on" in story
    assert leadflow("trace", lead, "--db", "leads.db", "--replay").output.endswith("in 2 segments\n")


def test_a_word_against_what_is_settled_is_a_conflict_that_is_shown(
    leadflow: Leadflow, lead_of: Callable[[str], str]
) -> None:
    settle = (
        "doubt",
        "settle",
        lead_of("Ana"),
        "first",
        "declined",
        "--because",
        "they say so",
        "--db",
        "leads.db",
    )
    assert "conflict: " in leadflow(*settle, code=1).output
    assert "conflict" in leadflow("doubt", "list", "--db", "leads.db").output
    unknown = ("doubt", "settle", lead_of("Ana"), "desk", "sold", "--because", "x", "--db", "leads.db")
    assert "has no delivery desk/1; it has first/1 (confirmed)" in leadflow(*unknown, code=2).output


def test_work_with_nothing_to_do_says_what_waits(leadflow: Leadflow, lead_of: Callable[[str], str]) -> None:
    printed = leadflow("work", "--drain", "--db", "leads.db").output
    assert "nothing was due; 1 lead still waits: 1 in doubt" in printed
    assert "leadflow doubt list --db leads.db" in printed


def test_a_journal_that_another_process_holds_is_a_sentence(
    leadflow: Leadflow, buyers: Any, market: Path
) -> None:
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.store import SqliteStore

    holder = SqliteStore.open(market / "leads.db", RealClock())
    try:
        assert "is held by process" in leadflow(*RUN, code=2).output
    finally:
        holder.close_now()
    leadflow(*RUN)
