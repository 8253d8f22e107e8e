"""learn: a response block proposed from recorded answers, held against them, and written only when asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from click.testing import Result
from syrupy.assertion import SnapshotAssertion

Leadflow = Callable[..., Result]
BuyersOf = Callable[..., AbstractContextManager[object]]

FLOW = """\
flow loans

lead {
  email  email  required
}

# The buyer's answers are XML with a 200, whatever they say.
buyer acme {
  price 5.00
  deliver {
    post "https://acme.example/post"
    body form {
      mail = email # as they call it
    }
  }
}

route { waterfall acme }
"""
SAMPLES = """\
- body: <response><status>Matched</status><lead_id>26635027</lead_id><price>20.00</price></response>
  outcome: accepted
  reference: "26635027"
  price: 20.00
- body: <response><status>Matched</status><lead_id>26635031</lead_id><price>18.50</price></response>
  outcome: accepted
  price: 18.50
- {body: <response><status>Unmatched</status><lead_id>26635028</lead_id></response>, outcome: rejected}
- {body: <response><status>Error</status><error>Duplicate lead</error></response>, outcome: duplicate}
- body: <response><status>Error</status><error>Invalid Zip</error></response>
  outcome: error
  reason: Invalid Zip
- {status: 503, body: busy, outcome: error}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "loans.flow").write_text(FLOW)
    (tmp_path / "acme.yaml").write_text(SAMPLES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_block_each_sample_and_what_is_not_known(
    project: Path, leadflow: Leadflow, snapshot: SnapshotAssertion
) -> None:
    result = leadflow("learn", "loans.flow", "acme", "acme.yaml")
    assert result.stdout == snapshot
    assert (project / "loans.flow").read_text() == FLOW


def test_written_when_asked_with_comments_kept_and_clean(
    project: Path, leadflow: Leadflow, snapshot: SnapshotAssertion
) -> None:
    leadflow("learn", "loans.flow", "acme", "acme.yaml", "--write")
    assert (project / "loans.flow").read_text() == snapshot
    leadflow("fmt", "--check", "loans.flow")
    once = (project / "loans.flow").read_text()
    leadflow("learn", "loans.flow", "acme", "acme.yaml", "--write")
    assert (project / "loans.flow").read_text() == once, "the response that is there is replaced"


def test_a_sample_that_is_read_wrong_is_told_and_ends_with_1(project: Path, leadflow: Leadflow) -> None:
    (project / "same.jsonl").write_text(
        '{"body": {"ok": 1}, "outcome": "accepted"}\n{"body": {"ok": 1}, "outcome": "error"}\n'
    )
    result = leadflow("learn", "loans.flow", "acme", "same.jsonl", code=1)
    assert "1 of 2 samples are read right" in result.stdout


def test_what_reads_a_sample_wrong_is_written_only_anyway(project: Path, leadflow: Leadflow) -> None:
    (project / "same.jsonl").write_text(
        '{"body": {"ok": 1}, "outcome": "accepted"}\n{"body": {"ok": 1}, "outcome": "error"}\n'
    )
    arguments = ("learn", "loans.flow", "acme", "same.jsonl", "--write")
    said = leadflow(*arguments, code=1).stderr
    assert "nothing is written: the block reads samples wrong; --anyway writes it all the same" in said
    assert (project / "loans.flow").read_text() == FLOW
    assert "leadflow: written into " in leadflow(*arguments, "--anyway", code=1).stderr
    assert "otherwise error" in (project / "loans.flow").read_text()


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        ("[]", "s.yaml holds no sample"),
        ("{a: 1}", "samples are a list"),
        ("[{body: x}]", "sample 1: its `outcome` is one of accepted"),
        ("[{body: x, outcome: error, code: 7}]", "sample 1: there is no `code` here"),
        ("[{body: x, outcome: error, status: 99}]", "`status` is a number from 100 to 599"),
        ("[{name: a, outcome: error}, {name: a, outcome: error}]", "two samples are called `a`"),
    ],
)
def test_samples_that_cannot_be_used(project: Path, leadflow: Leadflow, samples: str, said: str) -> None:
    (project / "s.yaml").write_text(samples)
    result = leadflow("learn", "loans.flow", "acme", "s.yaml", code=2)
    assert said in result.stderr


ANSWERS = """\
buyers:
  acme:
    deliver:
      url: acme.example/post
      answers:
        - {when: {mail: no@example.com}, body: "KEPT:NO"}
        - {body: "KEPT:YES"}
"""
RESPONSE = """\
    response json { accepted when "kept"  otherwise error }
  }
}
"""


def test_a_journal_whose_doubts_were_settled(project: Path, leadflow: Leadflow, buyers_of: BuyersOf) -> None:
    """The buyer was thought to answer JSON: what it answers is in doubt until somebody asks."""
    (project / "loans.answers.yaml").write_text(ANSWERS)
    (project / "loans.flow").write_text(FLOW.replace("  }\n}\n\nroute", f"{RESPONSE}\nroute"))
    with buyers_of("loans.answers.yaml"):
        for name in ("yes", "no"):
            (project / f"{name}.jsonl").write_text(f'{{"email": "{name}@example.com"}}\n')
            leadflow("run", "loans.flow", f"{name}.jsonl", "--db", "leads.db", code=None)
    assert (
        "leads.db holds no answer of acme"
        in leadflow("learn", "loans.flow", "acme", "leads.db", code=2).stderr
    )
    doubts = json.loads(leadflow("doubt", "list", "--db", "leads.db", "--format", "json").stdout)
    for doubt, word in zip(doubts, ("sold", "declined"), strict=True):
        leadflow("doubt", "settle", doubt["lead"], "acme", word, "--because", "asked", "--db", "leads.db")
    printed = leadflow("learn", "loans.flow", "acme", "leads.db").stdout
    assert 'accepted when text == "KEPT:YES"' in printed
    assert "2 of 2 samples are read right" in printed
