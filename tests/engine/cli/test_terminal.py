"""A real process: Ctrl-C in the middle, a terminal with colours and a progress bar, a reader that goes away."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

Leadflow = Callable[..., Result]
COMMAND = [sys.executable, "-c", "from leadflow_engine.cli import main; main(prog_name='leadflow')"]
RUN = ["run", "flow.flow", "many.jsonl", "--db", "leads.db"]
LEADS = 60


def many(market: Path) -> None:
    """A file of leads that a buyer takes 40 ms each for."""
    lines = [
        json.dumps({"first_name": "Ana", "phone": f"212-555-{1000 + n}", "state": "CA", "age": 34})
        for n in range(LEADS)
    ]
    (market / "many.jsonl").write_text("\n".join(lines) + "\n")
    flow = (market / "flow.flow").read_text()
    (market / "flow.flow").write_text(flow.replace("cap 3 per day", "cap 300 per day"))


def test_the_first_ctrl_c_lets_leads_under_way_end_and_the_same_command_goes_on(
    market: Path, buyers: Any, leadflow: Leadflow
) -> None:
    many(market)
    command = [*COMMAND, *RUN, "--concurrency", "2", "--format", "jsonl"]
    with (
        (market / "errors.txt").open("w") as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as process,
    ):
        assert process.stdout
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest = (
            process.stdout.read()
        )  # not `communicate`: it would lose what was read ahead with the first line
        process.wait(timeout=60)
    errors = (market / "errors.txt").read_text()
    assert process.returncode == 130, errors
    assert "stopping; leads under way end first" in errors
    assert "the same command goes on" in errors
    assert "Traceback" not in errors
    done = [json.loads(line) for line in (first + rest).splitlines()]
    assert 0 < len(done) < LEADS
    assert {lead["outcome"] for lead in done} == {"sold"}, "those under way ended"
    assert buyers.posts("first") == len(done)
    printed = leadflow(*RUN, "--format", "json").stdout
    assert json.loads(printed)["summary"]["outcomes"] == {"sold": LEADS}
    assert buyers.posts("first") == LEADS, "none lost, none posted twice"


def test_a_run_on_a_terminal_shows_its_progress_and_colours(market: Path, buyers: Any) -> None:
    many(market)
    shown = on_terminal([*COMMAND, *RUN], {"TERM": "xterm-256color", "COLUMNS": "100"})
    assert re.search(r"\d+/60", shown), shown
    assert "\x1b[1;32m" in shown
    assert "sold" in shown


def test_no_color_is_honoured_on_a_terminal(market: Path) -> None:
    arguments = [*COMMAND, "dry-run", "flow.flow", "leads.jsonl"]
    environ = {"TERM": "xterm-256color", "COLUMNS": "100"}
    assert "\x1b[1;32m" in on_terminal(arguments, environ)
    assert "\x1b[" not in on_terminal(arguments, {**environ, "NO_COLOR": "1"})


def test_a_reader_that_goes_away_ends_the_command_quietly(market: Path) -> None:
    line = " ".join(["exec", *(f"'{each}'" if " " not in each else f'"{each}"' for each in COMMAND)])
    pipe = f"{line} dry-run flow.flow leads.jsonl --format jsonl | head -1"
    done = subprocess.run(["bash", "-c", pipe], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def on_terminal(command: list[str], environ: dict[str, str]) -> str:
    """What a command shows on a terminal of its own."""
    ours, theirs = pty.openpty()
    env = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | environ
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, close_fds=True)
    os.close(theirs)
    shown = b""
    try:
        while select.select([ours], [], [], 60)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            shown += piece
    finally:
        process.wait(timeout=60)
        os.close(ours)
    assert process.returncode == 0, shown.decode(errors="replace")
    return shown.decode(errors="replace")


def test_work_waits_for_a_word_and_goes_on_with_the_lead(
    market: Path, buyers: Any, leadflow: Leadflow
) -> None:
    leadflow("run", "flow.flow", "leads.jsonl", "--db", "leads.db")
    (doubt,) = json.loads(leadflow("doubt", "list", "--db", "leads.db", "--format", "json").stdout)
    leadflow(
        "doubt", "settle", doubt["lead"], "bidder", "declined", "--because", "they say so", "--db", "leads.db"
    )
    with subprocess.Popen(
        [*COMMAND, "work", "--db", "leads.db"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == f"{doubt['lead']}  fallback to desk for $0.00\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == "1 lead went on; none waits\n"
    assert process.returncode == 128 + signal.SIGTERM
