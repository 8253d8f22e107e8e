"""``leadflow dedupe check``: who sends asks with a hash, and hears new or duplicate, and nothing else."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from leadflow_engine.drivers.answers import AssumedAnswers
from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.operations.dry import DryRun
from leadflow_engine.operations.loading import description, load
from leadflow_engine.store import SqliteStore

Leadflow = Callable[..., Result]

FLOW = """\
flow roofs
lead {
  email  email
  phone  phone
}
source web {
  test when "is_test"
  dedupe on email within 30d by hash else "known here"
  dedupe on phone within 30d across flow
}
source shop { dedupe on phone within 2d across flow by hash }
buyer ace {
  price 5.00
  deliver {
    post "https://ace.example/"
    body json { m = email }
    response json { accepted when "ok"  otherwise rejected }
  }
}
route { waterfall ace }
"""


class StandingClock:
    """The real time, less some days."""

    def __init__(self, days: float) -> None:
        self.at = RealClock().now() - datetime.timedelta(days=days)

    def now(self) -> datetime.datetime:
        return self.at


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "roofs.flow").write_text(FLOW, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def take(*leads: dict[str, object], days: float = 1) -> None:
    """Bring leads of the source `web` into the journal, some days ago."""
    Path("leads.jsonl").write_text("".join(json.dumps(lead) + "\n" for lead in leads), encoding="utf-8")
    plan = load("roofs.flow").plan
    clock = StandingClock(days)
    store = SqliteStore.open("j.db", clock)
    store.add_plan(plan.name, description(plan))
    list(DryRun(plan, "web", Path("leads.jsonl"), store, clock, AssumedAnswers(), "").leads())  # type: ignore[arg-type]
    store.close_now()


def sha256(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def md5(text: str) -> str:
    return f"md5:{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}"


def asked(leadflow: Leadflow, source: str, field: str, said: str, code: int) -> str:
    result = leadflow(
        "dedupe", "check", "roofs.flow", source, "--of", field, "--hash", said, "--db", "j.db", code=code
    )
    return result.output


def test_a_lead_that_is_known_is_a_duplicate_by_either_hash(folder: Path, leadflow: Leadflow) -> None:
    take({"email": " Ann@Mail.example", "phone": "(212) 555-0101"})
    assert asked(leadflow, "web", "email", sha256("ann@mail.example"), 1) == "duplicate: known here\n"
    assert asked(
        leadflow, "web", "email", md5("ann@mail.example").upper().replace("MD5", "md5"), 1
    ).startswith("dup")
    assert asked(leadflow, "web", "email", sha256("bob@mail.example"), 0) == "new\n"


def test_a_phone_is_known_as_e164_and_by_its_digits_to_every_source_of_the_scope(
    folder: Path, leadflow: Leadflow
) -> None:
    take({"email": "ann@mail.example", "phone": "(212) 555-0101"})
    assert asked(leadflow, "shop", "phone", sha256("+12125550101"), 1) == "duplicate: duplicate\n"
    assert asked(leadflow, "shop", "phone", sha256("2125550101"), 1) == "duplicate: duplicate\n"
    assert asked(leadflow, "shop", "phone", sha256("(212) 555-0101"), 0) == "new\n"


def test_what_is_too_old_and_what_was_a_test_is_new(folder: Path, leadflow: Leadflow) -> None:
    take({"email": "ann@mail.example", "phone": "2125550101"}, days=3)
    take({"email": "tess@mail.example", "is_test": True})
    assert asked(leadflow, "web", "email", sha256("ann@mail.example"), 1) == "duplicate: known here\n"
    assert asked(leadflow, "shop", "phone", sha256("+12125550101"), 0) == "new\n"
    assert asked(leadflow, "web", "email", sha256("tess@mail.example"), 0) == "new\n"


def test_the_journal_holds_nobodys_hash(folder: Path, leadflow: Leadflow) -> None:
    take({"email": "ann@mail.example", "phone": "2125550101"})
    store = SqliteStore.read_only("j.db", RealClock())
    kept = {row[0] for row in store.query("SELECT hash FROM dedupe_key")}
    store.close_now()
    plain = {hashlib.sha256(text.encode()).hexdigest() for text in ("ann@mail.example", "+12125550101")}
    assert len(kept) == 2 + 2 + 4
    assert not any(hash.startswith(each[:32]) for hash in kept for each in plain)


@pytest.mark.parametrize(
    ("field", "said", "why"),
    [
        ("phone", sha256("+12125550101"), "is not asked by hash about `phone`; it is asked about email"),
        ("email", "ann@mail.example", "no hash: write sha256: and 64 hexadecimal digits, or md5: and 32"),
    ],
)
def test_what_cannot_be_asked_is_told(
    folder: Path, leadflow: Leadflow, field: str, said: str, why: str
) -> None:
    take({"email": "ann@mail.example"})
    assert why in asked(leadflow, "web", field, said, 2)
