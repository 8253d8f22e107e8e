"""Commands as somebody gives them: in this process, with simulated buyers on a real port where they are needed."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leadflow_engine.answers import load_answers
from leadflow_engine.cli import main
from leadflow_engine.sandbox import RunningSandbox, running

MARKET = Path(__file__).resolve().parent / "market"
Leadflow = Callable[..., Result]


@pytest.fixture
def market(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the market's flow, leads and answers, which is the working directory."""
    shutil.copytree(MARKET, tmp_path, dirs_exist_ok=True)
    (tmp_path / "leadflow.toml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def leadflow(monkeypatch: pytest.MonkeyPatch) -> Leadflow:
    """Give a command; ``result.output`` is what both streams said."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    runner = CliRunner()

    def give(*arguments: object, stdin: str | None = None, code: int | None = 0) -> Result:
        result = runner.invoke(main, [str(each) for each in arguments], input=stdin, prog_name="leadflow")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert code is None or result.exit_code == code, result.output
        return result

    return give


@dataclass(slots=True)
class Buyers:
    """Simulated buyers that are up; ``posts`` tells how often each lead was posted to a buyer."""

    sandbox: RunningSandbox

    def posts(self, name: str) -> int:
        """How many posts a buyer had."""
        return len(self.sandbox.ledger.entries(name, "post"))


@contextmanager
def sandbox_of(answers: Path | str) -> Iterator[RunningSandbox]:
    """Simulated buyers on a port of their own, served by a thread while the block runs."""
    up: Future[RunningSandbox] = Future()
    done: Future[asyncio.Event] = Future()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        stop = asyncio.Event()
        done.set_result(stop)
        async with running(load_answers(answers)) as sandbox:
            up.set_result(sandbox)
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        yield up.result(timeout=20)
    finally:
        loop.call_soon_threadsafe(done.result(timeout=5).set)
        thread.join(timeout=20)
        loop.close()


@pytest.fixture
def buyers_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AbstractContextManager[Buyers]]:
    """The buyers of a file of answers are up while the block runs; the environment leads there."""

    @contextmanager
    def up(answers: Path | str) -> Iterator[Buyers]:
        with sandbox_of(answers) as sandbox:
            monkeypatch.setenv("LEADFLOW_SANDBOX", sandbox.address)
            monkeypatch.setenv("LEADFLOW_ALLOW_HOSTS", sandbox.address)
            yield Buyers(sandbox)

    return up


@pytest.fixture
def buyers(market: Path, buyers_of: Callable[..., AbstractContextManager[Buyers]]) -> Iterator[Buyers]:
    """The market's buyers are up."""
    with buyers_of("answers.yaml") as up:
        yield up
