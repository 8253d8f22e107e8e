"""Hover, definition, references, outline, folding: pure functions over a checked flow."""

from __future__ import annotations

from pathlib import Path

import pytest
from dsl.language_server.project import MARK, PRELUDE, Case, cases, write_project

from leadflow_dsl import parse
from leadflow_dsl.language_server.analysis import Analysis, analyse
from leadflow_dsl.language_server.definition import definition, references
from leadflow_dsl.language_server.folding import folds
from leadflow_dsl.language_server.hover import hover
from leadflow_dsl.language_server.occurrences import occurrence_at, occurrences
from leadflow_dsl.language_server.outline import outline

FLOW = "flows/demo.flow"
MAPPING = "mappings/sunpath.json.j2"
HOVERS = cases("hover.cases")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analyse(write_project(tmp_path_factory.mktemp("project")), {})


def offset_of(analysis: Analysis, marked: str, file: str = FLOW) -> int:
    """The offset of the mark, by the piece of the file's text that stands around it."""
    place = analysis.text(file).index(marked.replace(MARK, ""))
    return place + marked.index(MARK)


def said(analysis: Analysis, file: str, start: int, end: int) -> str:
    return analysis.text(file)[start:end]


@pytest.mark.parametrize("case", HOVERS, ids=[case.name for case in HOVERS])
def test_hover(demo: Analysis, case: Case) -> None:
    line = case.text.replace('"common/', '"../common/')
    offset = demo.text(FLOW).index(line.strip("\n")) + case.offset + len(line) - len(case.text)
    found = hover(demo, FLOW, offset)
    if case.expected == ("nothing",):
        assert found is None
        return
    assert found is not None
    for text in case.expected:
        assert text in found[0]


def test_hover_on_a_rule_tells_what_it_is_about(tmp_path: Path) -> None:
    flow = write_project(tmp_path)
    analysis = analyse(flow, {flow: flow.read_text() + "# see LF203\n"})
    found = hover(analysis, FLOW, analysis.text(FLOW).index("LF203"))
    assert found is not None and "unknown-name" in found[0].lower().replace("unknown name", "unknown-name")


@pytest.mark.parametrize(
    ("marked", "file", "place"),
    [
        ("electric_¦bill >= 250", FLOW, (FLOW, "electric_bill")),
        ("carrier.line_¦type ==", FLOW, (FLOW, "line_type")),
        ("use peo¦ple", FLOW, ("common/people.flow", "people")),
        ("tag we¦st\n  fallback", FLOW, (FLOW, "west")),
        ("{{ electric_¦bill |", MAPPING, (FLOW, "electric_bill")),
        ("{{ phone¦_1.digits", MAPPING, (FLOW, "phone_1")),
        ("mappings/sun¦path", FLOW, (MAPPING, "")),
        ("common/peo¦ple.flow", FLOW, ("common/people.flow", "")),
        ("fallback sun¦path", FLOW, (FLOW, "sunpath")),
    ],
)
def test_definition(demo: Analysis, marked: str, file: str, place: tuple[str, str]) -> None:
    (found,) = definition(demo, file, offset_of(demo, marked, file))
    assert (found.file, said(demo, found.file, found.start, found.end)) == place
    if found.end:
        assert found.start < offset_of(demo, marked, file) or file != found.file


def test_references_are_every_place_and_no_other(demo: Analysis) -> None:
    one = occurrence_at(demo, FLOW, offset_of(demo, "electric_¦bill  money"))
    assert one is not None
    found = [(other.span.file, other.span.line) for _, other in references((demo,), demo, one)]
    assert found == [(FLOW, 9), (FLOW, 33), (FLOW, 37), (MAPPING, 1)]


def test_a_key_that_is_spelt_like_a_field_is_no_field(demo: Analysis) -> None:
    """``"electric_bill": {{ electric_bill }}`` has one name, inside the braces; ``state = state`` the right one."""
    text = demo.text(MAPPING)
    places = [
        one.span.start
        for one in occurrences(demo)
        if one.span.file == MAPPING and one.name == "electric_bill"
    ]
    assert places == [text.index("{{ electric_bill") + 3]
    line = "body json { state = state }"
    start = demo.text(FLOW).index(line)
    states = [
        one.span.start - start for one in occurrences(demo) if one.name == "state" and one.span.file == FLOW
    ]
    assert line.rindex("state") in states and line.index("state") not in states


def test_every_occurrence_is_spelt_as_its_name(demo: Analysis) -> None:
    for one in occurrences(demo):
        assert said(demo, one.span.file, one.span.start, one.span.end) == one.name.rpartition(".")[2]


def test_outline(demo: Analysis) -> None:
    tree = demo.tree(FLOW)
    assert tree is not None
    found = {entry.name: [inner.name for inner in entry.inside] for entry in outline(tree)}
    assert list(found) == "lead blocked facts holidays web carrier quality crm sunpath route".split()
    assert found["lead"][:3] == ["use people", "state", "project"]
    assert found["sunpath"] == ["ping", "deliver"]
    assert found["route"] == ["waterfall tag west", "fallback sunpath"]


def test_folds_end_before_the_brace(demo: Analysis) -> None:
    tree = demo.tree(FLOW)
    assert tree is not None
    lines = PRELUDE.split("\n")
    found = folds(tree, demo.text(FLOW))
    assert len(found) == sum(line.endswith("{") for line in lines)
    assert all(lines[fold.first - 1].endswith("{") and lines[fold.last].strip() == "}" for fold in found)


def test_comments_on_the_first_lines_fold_and_one_alone_does_not() -> None:
    def comments(text: str) -> list[tuple[int, int]]:
        found = folds(parse(text, "x.flow")[0], text)
        return [(fold.first, fold.last) for fold in found if fold.kind == "comment"]

    assert comments("# one\nflow x\n") == []
    assert comments("# one\n# two\nflow x\n# three\n# four\n") == [(1, 2), (4, 5)]
