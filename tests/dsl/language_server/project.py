"""A small project on the disk, and reading cases: a text with a cursor in it, and what must come of it there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "cases"
PRELUDE = (FOLDER / "prelude.flow").read_text(encoding="utf-8")
MARK = "¦"
FILES = {
    "leadflow.toml": "",
    "common/people.flow": "library people\nfields people {\n  first_name  first_name\n  email       email\n}\n",
    "lists/facts.csv": "zip,income,Household Size\n10001,61000,3\n",
    "mappings/sunpath.json.j2": (
        '{"state": "{{ state }}", "electric_bill": {{ electric_bill | tojson }},\n'
        ' "id": "{{ ping.reference }}", "phone": "{{ phone_1.digits }}", "key": "{{ auth.api_key }}"}\n'
    ),
    "flows/demo.flow": PRELUDE.replace('"common/', '"../common/'),
}


@dataclass(frozen=True, slots=True)
class Case:
    """``text`` without the mark, which stood at ``offset``; ``expected`` are the lines after ``---``."""

    name: str
    text: str
    offset: int
    expected: tuple[str, ...]


def cases(file: str) -> list[Case]:
    """The cases of a file: ``=== NAME``, a text with the cursor ``¦``, ``---``, one expectation a line."""
    found = []
    for block in re.split(r"^=== ", (FOLDER / file).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, rest = block.partition("\n")
        text, _, expected = rest.partition("\n---")
        lines = tuple(line for line in expected.strip("\n").split("\n") if line.strip())
        found.append(Case(name.strip(), text.replace(MARK, "", 1), text.index(MARK), lines))
    return found


def write_project(root: Path) -> Path:
    """The project's files below a folder; gives the flow's path."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root / "flows" / "demo.flow"
