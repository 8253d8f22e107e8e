"""What is offered at a cursor, as cases: ``cases/completion.cases``."""

from __future__ import annotations

import pytest
from dsl.language_server.project import FILES, PRELUDE, Case, cases, write_project

from leadflow_dsl.checking import examine
from leadflow_dsl.language_server.completion import Item, complete, complete_template
from leadflow_dsl.meaning.draft import Draft

CASES = cases("completion.cases")
MAPPING = "mappings/sunpath.json.j2"


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Draft:
    """The prelude, checked once: what stood there before somebody typed."""
    return examine(write_project(tmp_path_factory.mktemp("project")))[1]


def offered(draft: Draft, case: Case) -> tuple[Item, ...]:
    if case.text.startswith("template "):
        text, offset = case.text.removeprefix("template "), case.offset - len("template ")
        return complete_template(draft, MAPPING, text, offset)[0]
    text = PRELUDE + case.text
    return complete(draft, "flows/demo.flow", text, len(PRELUDE) + case.offset, tuple(FILES))[0]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_offers(draft: Draft, case: Case) -> None:
    items = offered(draft, case)
    labels = [item.label for item in items]
    for line in case.expected:
        label, _, text = line.partition(" :: ")
        if line == "nothing":
            assert labels == []
        elif line.startswith("first "):
            assert labels[0] == line.removeprefix("first ")
        elif line.startswith("not ") and line not in labels:
            assert line.removeprefix("not ") not in labels
        else:
            assert label in labels
            item = items[labels.index(label)]
            assert text in f"{item.detail} {item.documentation}"


def test_every_cursor_of_a_flow_is_answered(draft: Draft) -> None:
    """No place of a text is one where completion fails; the text is cut there, too."""
    for offset in range(0, len(PRELUDE), 7):
        complete(draft, "flows/demo.flow", PRELUDE, offset)
        complete(draft, "flows/demo.flow", PRELUDE[:offset], offset)


def test_a_path_takes_the_place_of_what_is_written(draft: Draft) -> None:
    text = PRELUDE + 'buyer x { deliver { body json from "mappings/s'
    items, _ = complete(draft, "flows/demo.flow", text, len(text), (MAPPING,))
    assert [(item.label, text[item.start :]) for item in items] == [(MAPPING, "mappings/s")]


def test_a_statement_brings_its_form(draft: Draft) -> None:
    text = PRELUDE + "buyer x {\n  "
    items, _ = complete(draft, "flows/demo.flow", text, len(text))
    snippets = {item.label: item.snippet for item in items}
    assert snippets["accept"] == 'accept when ${1:CONDITION} else "${2:reason}"'
    assert snippets["needs"] == "needs ${1:ENHANCEMENT}"
    assert snippets["idempotent"] == ""


def test_the_root_of_the_cases_is_a_clean_flow(draft: Draft) -> None:
    assert [finding for finding in draft.findings if finding.severity == "error"] == []
