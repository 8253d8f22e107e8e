"""Files of a project that no flow reads: found where the whole project is linted, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_dsl.linting import lint
from leadflow_dsl.rules.example import complete

USES_ONE = complete(
    'list bad from csv "lists/bad.csv" column zip\nfilter f { reject when postal_code in bad }'
)
SENDS = complete(
    "buyer acme {\n  price 1.00\n  deliver {\n"
    '    post "https://acme.example/"\n    body json from "mappings/lead.json.j2"\n'
    "    response { accepted when status 2xx  otherwise rejected }\n  }\n}\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two flows and what they read, of which a template includes another; a list and a template too many."""
    files = {
        "leadflow.toml": "",
        "flows/one.flow": USES_ONE,
        "flows/two.flow": SENDS,
        "lists/bad.csv": "zip\n10001\n",
        "lists/old.csv": "zip\n10001\n",
        "lists/README.md": "What the lists are.",
        "mappings/lead.json.j2": '{"a": "{{ email }}", {% include "mappings/part.j2" %} "b": 1}',
        "mappings/part.j2": '"c": 2,',
        "mappings/old/lead.json.j2": "{}",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def found(project: Path, folders: list[Path]) -> list[tuple[str, str]]:
    linted = lint(sorted(project.rglob("*.flow")), folders=folders)
    return [(one.code, Path(one.span.file).name) for one in linted.findings]


def test_what_no_flow_reads_is_found(project: Path) -> None:
    assert found(project, [project]) == [("LF216", "lead.json.j2"), ("LF216", "old.csv")]


def test_a_part_of_a_project_says_nothing_of_its_files(project: Path) -> None:
    assert found(project, [project / "flows"]) == []
    assert found(project, []) == []


def test_the_project_may_turn_it_off(project: Path) -> None:
    (project / "leadflow.toml").write_text('[lint.severity]\nLF216 = "off"\n')
    assert found(project, [project]) == []
