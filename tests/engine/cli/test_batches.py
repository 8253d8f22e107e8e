"""Batches and the queue as somebody works with them: nobody is asked anything, a file lands in a directory."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

FLOW = """\
flow weekend
lead {
  first_name text
  state state
}
buyer acme {
  price 10.00
  accept when state == TX else "not TX"
  deliver batch { at 18:00  put "file://OUT"  body csv { name = first_name  state = state.code } }
}
buyer office {
  price 30.00
  paused when now > 2020-01-01
  deliver { post "https://office.example/"  body json { s = state }
    response json { accepted when "ok"  otherwise rejected } }
}
route { waterfall acme, office  unsold hold up to 2d retry every 1h }
"""
LEADS = '{"first_name": "Ann", "state": "TX"}\n{"first_name": "=cmd", "state": "TX"}\n{"state": "CA"}\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leadflow: Callable[..., Result]) -> Path:
    """A journal with two leads in a batch and one that is held."""
    (tmp_path / "out").mkdir()
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "flow.flow").write_text(FLOW.replace("OUT", str(tmp_path / "out")))
    (tmp_path / "leads.jsonl").write_text(LEADS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADFLOW_FILES", str(tmp_path / "out"))
    leadflow("run", "flow.flow", "leads.jsonl", "--db", "j.db")
    return tmp_path


def test_a_batch_from_its_first_lead_to_its_file(folder: Path, leadflow: Callable[..., Result]) -> None:
    [batch] = json.loads(leadflow("batch", "list", "--db", "j.db", "--format", "json").output)
    assert (batch["state"], batch["leads"], batch["buyer"]) == ("open", 2, "acme")
    assert batch["batch"] in leadflow("batch", "list", "--db", "j.db").output
    said = leadflow("batch", "send", "acme", "--db", "j.db").output
    assert f"{batch['batch']}  closed, 2 leads" in said and "leadflow work --drain --db j.db" in said
    done = leadflow("work", "--drain", "--db", "j.db").output
    assert f"{batch['batch']}  batch of 2: sent to acme" in done
    [file] = (folder / "out").iterdir()
    assert file.name == batch["file"]
    assert file.read_bytes() == b"name,state\r\nAnn,TX\r\n'=cmd,TX\r\n"
    story = leadflow("batch", "show", "acme", "--db", "j.db").output
    assert "sent" in story and "Ann" not in story
    assert leadflow("batch", "show", "acme", "--content", "--db", "j.db", code=2)
    content = leadflow("batch", "show", "acme", "--content", "--because", "they ask", "--db", "j.db").output
    assert content.replace("\r\n", "\n") == "name,state\nAnn,TX\n'=cmd,TX\n"
    assert "they ask" in leadflow("batch", "show", "acme", "--db", "j.db").output
    file.unlink()
    leadflow("batch", "resend", "acme", "--because", "they lost it", "--db", "j.db")
    leadflow("work", "--drain", "--db", "j.db")
    assert [path.name for path in (folder / "out").iterdir()] == [batch["file"]]
    leadflow("batch", "forget", "acme", "--because", "a month is over", "--db", "j.db")
    shown = leadflow("batch", "show", "acme", "--content", "--because", "look", "--db", "j.db", code=2)
    assert "has no file" in shown.output
    said = leadflow("batch", "resend", "acme", "--because", "again", "--db", "j.db", code=None)
    assert said.exit_code != 0 and "was removed" in said.output


def test_the_queue_is_shown_tried_and_dropped(folder: Path, leadflow: Callable[..., Result]) -> None:
    found = json.loads(leadflow("queue", "--db", "j.db", "--format", "json").output)
    assert sorted(one["kind"] for one in found) == ["batch", "held"]
    [held] = [one for one in found if one["kind"] == "held"]
    assert "nobody took it" in leadflow("queue", "--why", "--db", "j.db").output
    assert leadflow("queue", "retry", "--db", "j.db", code=2)
    assert "due now: 1 lead" in leadflow("queue", "retry", held["what"][:12], "--db", "j.db").output
    assert leadflow("queue", "drop", held["what"], "--db", "j.db", code=2)
    leadflow("queue", "drop", held["what"], "--because", "asked us to stop", "--db", "j.db")
    leadflow("work", "--drain", "--db", "j.db")
    assert "replay equal" in leadflow("trace", held["what"], "--db", "j.db", "--replay").output
    assert "asked us to stop" in leadflow("trace", held["what"], "--db", "j.db").output
    assert (
        leadflow("queue", "drop", held["what"], "--because", "again", "--db", "j.db", code=None).exit_code
        != 0
    )
    assert [
        one["kind"] for one in json.loads(leadflow("queue", "--db", "j.db", "--format", "json").output)
    ] == ["batch"]


def test_a_mail_server_that_nobody_set_is_told_before_the_first_lead(
    folder: Path, leadflow: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    mails = 'buyer mails { price 1.00  deliver email { to "a@b.example"  subject "x"  body text """y""" } }\n'
    text = (
        (folder / "flow.flow")
        .read_text()
        .replace("route { waterfall acme", f"{mails}route {{ waterfall mails, acme")
    )
    (folder / "mail.flow").write_text(text)
    said = leadflow("run", "mail.flow", "leads.jsonl", "--db", "m.db", code=2).output
    assert "LEADFLOW_SMTP_URL is not set; buyer mails (mail.flow:17) cannot be sent mails" in said
    assert not (folder / "m.db").exists()
