"""`leadflow key` and `leadflow reload` where no service runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leadflow_engine.cli import main


@pytest.fixture
def give(here: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.chdir(here)

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, [*words, "--db", "keys.db"])

    return run


def test_a_keys_life(give: object) -> None:
    assert callable(give)
    made = give("key", "new", "desk.flow", "web", "--expires", "90d", "--test")
    key = re.match(r"src_([0-9a-f]{8})_[\w-]{43}\n", made.output)
    assert key and made.exit_code == 0, made.output
    assert give("key", "new", "desk.flow", "ace", "--buyer").output.startswith("buy_")
    listed = give("key", "list").output.splitlines()
    assert len(listed) == 2
    assert re.fullmatch(rf"{key[1]}  alive    source  desk/web  \S+ by \S+, until \S+, test leads", listed[0])
    gone = give("key", "revoke", key[1], "--because", "lost")
    assert gone.output == f"source key {key[1]} of desk/web is revoked\n"
    assert "revoked" in give("key", "list").output
    again = give("key", "revoke", key[1], "--because", "lost")
    assert (again.exit_code, "was revoked at" in again.output) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("key", "new", "desk.flow", "wep"), "the flow has no source `wep`; there are web"),
        (("key", "new", "desk.flow", "web", "--buyer"), "the flow has no buyer `web`"),
        (("key", "new", "desk.flow", "web", "--expires", "soon"), "is no length of time"),
        (("key", "revoke", "12345678", "--because", "x"), "no such file"),
        (("reload",), "no service holds journal"),
    ],
)
def test_what_cannot_be_is_told(give: object, words: tuple[str, ...], said: str) -> None:
    assert callable(give)
    result = give(*words)
    assert (result.exit_code, said in result.output) == (2, True), result.output
