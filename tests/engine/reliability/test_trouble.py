"""What goes wrong around ``leadflow run``: it is said in a sentence, nothing is lost, and the same command goes on."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from .books import faults
from .killing import CAPS, FLOW
from .world import FLOWS, LEADFLOW, SHAPES, Sandbox, environment, sandbox, shaped, write_leads

COUNT = 4 * len(SHAPES)


@dataclass(slots=True)
class Market:
    """A file of leads, a journal, and simulated buyers that keep books of their own."""

    buyers: Sandbox
    leads: Path
    db: Path
    flow: Path = FLOW

    def command(self, *more: str) -> list[str]:
        """``leadflow run``."""
        return [*LEADFLOW, "run", str(self.flow), str(self.leads), "--db", str(self.db), *more]

    def environ(self) -> dict[str, str]:
        """The environment that leads to these buyers."""
        here = self.buyers.address
        return environment(LEADFLOW_SANDBOX=here, LEADFLOW_ALLOW_HOSTS=here, NO_COLOR="1")

    def run(self, *more: str, **how: Any) -> subprocess.CompletedProcess[str]:
        """Run to the end."""
        command = self.command(*more)
        done = subprocess.run(
            command, env=self.environ(), capture_output=True, text=True, timeout=60, check=False, **how
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    @contextmanager
    def running(self, *more: str) -> Iterator[subprocess.Popen[str]]:
        """Begin to run; killed at the end of the block where it still runs."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process: subprocess.Popen[str] = subprocess.Popen(self.command(*more), env=self.environ(), **pipes)  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def wait_for_posts(self, count: int) -> None:
        """Until the buyers have received so many."""
        until(lambda: sum(entry["leg"] == "post" for entry in self.buyers.entries()) >= count)

    def faults(self, ended: bool = True) -> list[str]:
        """What the journal and the books do not agree on."""
        return faults(self.db, self.flow, self.buyers.entries(), CAPS, ended)

    def goes_on(self) -> None:
        """The same command ends what was begun."""
        assert self.run().returncode == 0
        assert self.faults() == []


def until(true: Callable[[], bool], within: float = 20.0) -> None:
    """Wait for something that will come."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Market]:
    """Buyers that take their time, and leads of all shapes."""
    answers = yaml.safe_load((FLOWS / "shapes.answers.yaml").read_text(encoding="utf-8"))
    for buyer in answers["buyers"].values():
        for leg in buyer.values():
            leg["latency"] = "80ms"
    slow = tmp_path / "slow.yaml"
    slow.write_text(yaml.safe_dump(answers, sort_keys=False).replace("chance: 1\n", ""), encoding="utf-8")
    with sandbox(slow, tmp_path / "books.jsonl") as buyers:
        yield Market(buyers, write_leads(tmp_path / "leads.jsonl", shaped(SHAPES * 4)), tmp_path / "run.db")


# ------------------------------------------------------------------ it is stopped


def test_a_kill_of_the_command_itself(market: Market) -> None:
    with market.running("--concurrency", "8") as process:
        market.wait_for_posts(8)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert market.faults(ended=False) == []
    market.goes_on()


def test_ctrl_c_twice_ends_at_once_and_leaves_nothing_unsaid(market: Market) -> None:
    with market.running("--concurrency", "8") as process:
        market.wait_for_posts(8)
        process.send_signal(signal.SIGINT)
        assert process.stderr
        said = process.stderr.readline()
        assert "again: at once" in said
        process.send_signal(signal.SIGINT)
        said += process.stderr.read()  # not `communicate`: it loses what was read ahead
        process.wait(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert "the same command" in said
    assert market.faults(ended=False) == []
    market.goes_on()


def test_a_second_process_is_told_who_has_the_journal_and_posts_nothing(market: Market) -> None:
    with market.running("--concurrency", "1") as first:
        market.wait_for_posts(1)
        second = market.run()
        assert second.returncode == 2
        assert f"is held by process {first.pid}" in second.stderr
    assert market.faults(ended=False) == []


# ------------------------------------------------------------------ the disk


@pytest.mark.parametrize(
    "room",
    [
        pytest.param(100_000, id="at the first table", marks=[pytest.mark.long]),
        pytest.param(1_800_000, id="in the middle"),
    ],
)
def test_a_disk_that_is_full(room: int, market: Market) -> None:
    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    broken = market.run("--concurrency", "2", preexec_fn=small_disk)
    assert broken.returncode == 2
    assert broken.stderr.startswith(f"leadflow: journal {market.db}")
    begun = bool(market.buyers.entries())
    assert begun == (room > 500_000)
    assert not begun or market.faults(ended=False) == []
    market.goes_on()


def test_a_damaged_journal_is_not_touched_and_nobody_is_posted(market: Market) -> None:
    assert market.run().returncode == 0
    data = bytearray(market.db.read_bytes())
    for page in range(4096, len(data) - 4096, 4096):
        data[page : page + 200] = b"\x7f" * 200
    market.db.write_bytes(data)
    posts = len(market.buyers.entries())
    market.leads.write_text(market.leads.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    again = market.run()
    assert again.returncode == 2
    assert "is damaged" in again.stderr
    assert "restore a copy" in again.stderr
    assert len(market.buyers.entries()) == posts
    assert market.db.read_bytes() == data


def test_a_journal_that_cannot_be_written_posts_nothing(market: Market, tmp_path: Path) -> None:
    market.db = unwritable(tmp_path)
    done = market.run()
    assert done.returncode == 2
    assert str(market.db) in done.stderr
    assert market.buyers.entries() == []


def unwritable(folder: Path) -> Path:
    """A place where no file can be made, even by root."""
    if os.geteuid() == 0:
        return Path("/proc/leadflow.db")
    closed = folder / "closed"
    closed.mkdir(mode=0o555)
    return closed / "run.db"


# ------------------------------------------------------------------ the other side

TROUBLE = """
flow trouble
lead {
  ref   text required
  whom  enum(hangs, page) required
}
buyer hangs   { price 9.00  deliver { post "https://hangs.example/in" idempotency header "Idempotency-Key"
  body json { ref = ref } timeout 300ms response json { accepted when "ok" otherwise rejected } } }
buyer page    { price 9.00  deliver { post "https://page.example/in" idempotency header "Idempotency-Key"
  body json { ref = ref } timeout 300ms response json { accepted when "ok" otherwise rejected } } }
buyer next    { price 5.00  deliver { post "https://next.example/in" idempotency header "Idempotency-Key"
  body json { ref = ref } timeout 300ms response json { accepted when "ok" otherwise rejected } } }
route {
  if whom == "hangs" { waterfall hangs, next }
  if whom == "page"  { waterfall page, next }
}
"""
ANSWERS: Mapping[str, Any] = {
    "seed": 1,
    "buyers": {
        "hangs": {"deliver": {"url": "hangs.example/in", "answers": [{"hang": True, "takes": True}]}},
        "page": {
            "deliver": {
                "url": "page.example/in",
                "answers": [{"headers": {"Content-Type": "text/html"}, "body": "<h1>Back soon</h1>"}],
            }
        },
        "next": {"deliver": {"url": "next.example/in", "answers": [{"takes": True, "body": {"ok": True}}]}},
    },
}


def test_a_buyer_that_hangs_and_one_that_answers_a_page_leave_doubts_that_are_shown(tmp_path: Path) -> None:
    flow, answers = tmp_path / "trouble.flow", tmp_path / "answers.yaml"
    flow.write_text(TROUBLE, encoding="utf-8")
    answers.write_text(yaml.safe_dump(dict(ANSWERS)), encoding="utf-8")
    leads = write_leads(
        tmp_path / "leads.jsonl", [{"ref": "A", "whom": "hangs"}, {"ref": "B", "whom": "page"}]
    )
    with sandbox(answers, tmp_path / "books.jsonl") as buyers:
        market = Market(buyers, leads, tmp_path / "run.db", flow)
        done = market.run()
        assert done.returncode == 0, done.stderr
        assert {entry["name"] for entry in buyers.entries()} == {"hangs", "page"}
        assert market.faults() == []
        doubts = subprocess.run(
            [*LEADFLOW, "doubt", "list", "--db", str(market.db)],
            env=market.environ(),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    assert "no answer: timeout" in doubts
    assert "the answer is not of the kind declared" in doubts
