"""``leadflow resubmit`` and ``leadflow receive --callback`` as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leadflow_engine.cli import main
from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.receiving import arrivals_of_payload
from leadflow_engine.operations.resume import at_once
from leadflow_engine.runner import run_lead
from leadflow_engine.store import SqliteStore
from tests.engine.later.world import DELIVER, FLOW, NOW, Buyers, plan_of


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal in which Ana's and Bea's leads went nowhere, Ana's for its phone."""
    flow = FLOW.replace("price 5.00", 'accept when phone is valid  else "bad phone"\n  price 5.00')
    plan = plan_of(tmp_path, f"price 9.00\n{DELIVER}", flow=flow)
    clock = VirtualClock(NOW)
    store = SqliteStore.open(tmp_path / "leads.db", clock)
    store.add_plan(plan.name, description(plan))
    buyers = Buyers(post=['{"is": "no"}'], other=['{"ok": false}'])
    for name, phone in (("Ana", "12"), ("Bea", "2125550199")):
        [arrival] = arrivals_of_payload(plan, "web", {"name": name, "phone": phone}, f"web/{name}")
        at_once(run_lead(plan, arrival, DryDriver(arrival.lead, store, buyers, clock)))
    store.close_now()
    return tmp_path / "leads.db"


def leadflow(*words: object, typed: str = "") -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=typed)


def leads(journal: Path) -> list[str]:
    store = SqliteStore.read_only(journal, VirtualClock(NOW))
    found = [row[0] for row in store.query("SELECT id FROM lead ORDER BY identity")]
    store.close_now()
    return found


def test_one_lead_with_a_corrected_value(journal: Path) -> None:
    ana, _ = leads(journal)
    done = leadflow("resubmit", ana[:8].lower(), "--set", "phone=2125550123", "--db", journal)
    assert done.exit_code == 0, done.output
    assert done.output.startswith(f"{ana}  is offered again as ")
    again = leadflow("resubmit", ana, "--db", journal)
    assert again.exit_code == 1
    assert f"lead {ana} is offered again already" in again.output


def test_in_bulk_it_shows_first_what_it_would_do(journal: Path) -> None:
    ana, bea = leads(journal)
    shown = leadflow("resubmit", "--where-reason", "bad phone", "--db", journal)
    assert shown.output.splitlines() == [
        f"{ana}  2026-11-20T15:00Z  unsold: declined by all who were asked",
        "1 lead would be offered again; --yes does it",
    ]
    both = leadflow("resubmit", "--where-reason", "declined", "--yes", "--format", "json", "--db", journal)
    assert {each["lead"] for each in json.loads(both.output)} == {ana, bea}
    none = leadflow("resubmit", "--where-reason", "declined", "--db", journal)
    assert none.output == "no lead that nobody has ended for that\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say which LEAD, or which leads with --where-reason"),
        (("X", "--where-reason", "y"), "say which LEAD, or which leads with --where-reason"),
        (("--where-reason", "y", "--set", "phone=1"), "--set corrects one lead; name it"),
        (("--where-reason", "y", "--since", "yesterday"), "`yesterday` is no length of time"),
        (("NOBODY",), "has no lead whose id begins with `NOBODY`"),
    ],
)
def test_what_is_not_clear_is_said(journal: Path, words: tuple[str, ...], said: str) -> None:
    done = leadflow("resubmit", *words, "--db", journal)
    assert done.exit_code == 2
    assert said in done.output


@pytest.mark.parametrize(
    ("change", "said"),
    [("phone", "--set is FIELD=VALUE"), ("fone=1", "`fone` is no field of the lead that a source sends")],
)
def test_a_change_names_a_field(journal: Path, change: str, said: str) -> None:
    done = leadflow("resubmit", leads(journal)[0], "--set", change, "--db", journal)
    assert done.exit_code == 2 and said in done.output


@pytest.mark.parametrize(
    ("key", "code", "line"),
    [
        ("open-sesame", 0, "verdict    accepted (rule 1): sold"),
        ("guessed", 1, "401  the secret `key` of the payload"),
    ],
)
def test_what_would_be_read_of_a_call(
    monkeypatch: pytest.MonkeyPatch, key: str, code: int, line: str
) -> None:
    monkeypatch.setenv("CALL_HOME_KEY", "open-sesame")
    flow = Path(__file__).parents[3] / "examples" / "13-later-answers" / "flow.flow"
    body = json.dumps({"key": key, "id": "C-7", "verdict": "yes"})
    header = ("--header", "Content-Type: application/json")
    done = leadflow("receive", flow, "call_home", "--callback", *header, typed=body)
    assert (done.exit_code, line in done.output) == (code, True), done.output
    assert key not in done.output
