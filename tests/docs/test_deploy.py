"""What `docs/deploy` says can be carried out here: commands and their options exist, files that are copied are there,
and its packages are those of the checkout."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from leadflow_engine.cli import main

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy"


def said(file: str) -> list[tuple[str, list[str]]]:
    """Every leadflow command of a file: where it stands, and its words after `leadflow`."""
    found = []
    for number, line in enumerate((DEPLOY / file).read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith(("ExecStart", 'CMD ["serve')):
            words = shlex.split(re.sub(r"[\[\],]|^CMD|^\w+=", " ", line))
            found.append((f"{file}:{number}", words[1:] if words[0].endswith("leadflow") else words))
    return found


COMMANDS = [*said("leadflow.service"), *said("Dockerfile")]


@pytest.mark.parametrize("words", [words for _, words in COMMANDS], ids=[where for where, _ in COMMANDS])
def test_its_commands_and_options_exist(words: list[str]) -> None:
    assert isinstance(main, click.Group)
    whole = click.Context(main, **main.context_settings)
    command = main.get_command(whole, words[0])
    assert command is not None
    command.make_context(words[0], words[1:], parent=whole)


def test_each_kind_of_file_starts_something() -> None:
    assert {where.partition(":")[0] for where, _ in COMMANDS} == {"leadflow.service", "Dockerfile"}


def test_what_the_image_copies_is_there() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = [line.split()[1:-1] for line in text.splitlines() if re.match(r"COPY (?!--from)", line)]
    assert copied
    for source in (each for line in copied for each in line):
        assert (ROOT / source).exists(), source


def pins(path: Path) -> set[str]:
    return set(re.findall(r"^([a-z0-9._-]+==[^ ;\\]+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_its_packages_are_pinned_as_those_of_a_checkout() -> None:
    ours = pins(DEPLOY / "requirements.lock")
    assert ours and ours <= pins(ROOT / "requirements.lock")
