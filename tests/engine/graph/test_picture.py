"""``leadflow graph``: what is drawn, in every format, and what holds of every picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from drawn_flows import FILTER_ASKS, SCORE_ASKS, flows
from hypothesis import HealthCheck, example, given, settings
from syrupy.assertion import SnapshotAssertion

from leadflow_dsl.checking import check, check_files
from leadflow_dsl.model import Flow
from leadflow_engine.cli import main
from leadflow_engine.graph import WRITERS, Picture, picture_of
from leadflow_engine.graph.boxes import Box
from leadflow_engine.graph.content import SIZES
from leadflow_engine.graph.layout import lay_out
from leadflow_engine.graph.measure import fit, width, wrap
from leadflow_engine.graph.mermaid import write_mermaid
from leadflow_engine.graph.svg import write_svg
from leadflow_engine.graph.ways import Point, ways

ROOT = Path(__file__).resolve().parents[3]
SOLAR = ROOT / "flows" / "solar.flow"
EVERY_FORM = ROOT / "tests" / "dsl" / "data" / "forms" / "every_form.flow"
FLOWS = sorted([SOLAR, *ROOT.glob("examples/*/*.flow"), EVERY_FORM])
SVG = "{http://www.w3.org/2000/svg}"


def flow_of(text: str) -> Flow:
    checked = check_files({"drawn.flow": text}, "drawn.flow")
    assert checked.flow is not None, checked.errors
    return checked.flow


def solar() -> Picture:
    flow = check(SOLAR).flow
    assert flow is not None
    return picture_of(flow)


@pytest.mark.parametrize("form", ["mermaid", "dot"])
def test_solar_as_it_is_written(form: str, snapshot: SnapshotAssertion) -> None:
    assert WRITERS[form](solar()) == snapshot


def test_solar_as_it_is_drawn() -> None:
    """Look at it before it is written anew: ``leadflow graph flows/solar.flow -o docs/solar.svg``."""
    assert write_svg(solar()) == (ROOT / "docs" / "solar.svg").read_text("utf-8")


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_flow_of_the_project_is_drawn(path: Path) -> None:
    flow = check(path).flow
    assert flow is not None
    holds(picture_of(flow))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(text=flows())
@example(text=SCORE_ASKS)
@example(text=FILTER_ASKS)
def test_of_every_flow_the_picture_is_whole(text: str) -> None:
    holds(picture_of(flow_of(text)))


# ------------------------------------------------------------------ what must hold


def holds(picture: Picture) -> None:
    laid = lay_out(picture)
    boxes = {box.id: box for box in laid.boxes}
    assert len(boxes) == len(laid.boxes), "an id is used twice"
    apart(laid.boxes)
    for box in laid.boxes:
        inside(box)
    for way in ways(picture, laid):
        start, end = boxes[way.edge.start], boxes[way.edge.end]
        assert on_border(start, way.points[0]), way
        assert on_border(end, way.points[-1]), way
        free(way.points, [box for box in laid.boxes if box not in (start, end)], (start, end))
    written(picture)


def written(picture: Picture) -> None:
    """Each format names every buyer of every stage, and is what it claims to be."""
    texts = {form: write(picture) for form, write in WRITERS.items()}
    tree = ET.fromstring(texts["svg"])
    shown = "\n".join("".join(each.itertext()) for each in tree.iter(f"{SVG}text"))
    for node in picture.nodes:
        for row in node.rows:
            assert row.buyer in shown
            assert row.buyer in texts["dot"]
            assert row.buyer in texts["mermaid"]
    assert texts["dot"].count("{") == texts["dot"].count("}") or "{" in picture.title
    assert all(line.count('"') % 2 == 0 for line in texts["mermaid"].splitlines()[3:])


def apart(boxes: tuple[Box, ...]) -> None:
    for one, other in combinations(boxes, 2):
        meet = one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom
        if meet:
            assert holds_inside(one, other) or holds_inside(other, one), (one.id, other.id)


def holds_inside(frame: Box, box: Box) -> bool:
    return frame.frame and (
        frame.x <= box.x and box.right <= frame.right and frame.y <= box.y and box.bottom <= frame.bottom
    )


def inside(box: Box) -> None:
    """What is written in a box ends before the box does."""
    for text in box.texts:
        size, bold = SIZES[text.style if text.style != "turn" else "chip"]
        assert text.x >= 0
        assert text.x + width(text.text, size, bold) <= box.width + 0.5, (box.id, text)
        assert 0 < text.y < box.height, (box.id, text)
    for rect in box.rects:
        assert rect.x + rect.width <= box.width + 0.01
        assert rect.y + rect.height <= box.height + 0.01


def on_border(box: Box, point: Point) -> bool:
    x, y = point
    within = box.x - 0.1 <= x <= box.right + 0.1 and box.y - 0.1 <= y <= box.bottom + 0.1
    edges = (abs(x - box.x), abs(x - box.right), abs(y - box.y), abs(y - box.bottom))
    return within and min(edges) < 0.1


def free(points: tuple[Point, ...], others: list[Box], ends: tuple[Box, Box]) -> None:
    """A way passes through no box: only through the frames that hold it, and behind a condition's label."""
    for (x0, y0), (x1, y1) in pairwise(points):
        assert x0 == x1 or y0 == y1 or abs(x0 - x1) < 0.6, "a way goes straight down or across"
        for box in others:
            if box.kind == "label" or any(holds_inside(box, end) for end in ends):
                continue
            hit = (
                (
                    min(x0, x1) < box.right - 0.6
                    and box.x + 0.6 < max(x0, x1)
                    and min(y0, y1) < box.bottom - 0.6
                    and box.y + 0.6 < max(y0, y1)
                )
                or (
                    x0 == x1
                    and box.x + 0.6 < x0 < box.right - 0.6
                    and min(y0, y1) < box.bottom
                    and box.y < max(y0, y1)
                )
                or (
                    y0 == y1
                    and box.y + 0.6 < y0 < box.bottom - 0.6
                    and min(x0, x1) < box.right
                    and box.x < max(x0, x1)
                )
            )
            assert not hit, (box.id, points)


# ------------------------------------------------------------------ what is on it

HOSTILE = """\
flow hostile "<script>alert(1)</script> ]]> & {long}"
lead {{ age number required }}
buyer one "]] end; #quot; \\"quoted\\" <b>" {{ price 5.00 accept when age > 3 else "<i>"
  deliver {{ post "https://b.example" response json {{ accepted when "ok" otherwise rejected }} }} }}
route "{long}" {{ if age > 3 {{ waterfall one }} else {{ fallback one }} }}
"""


def test_hostile_names_stay_text() -> None:
    picture = picture_of(flow_of(HOSTILE.format(long="x" * 5000)))
    holds(picture)
    tree = ET.fromstring(write_svg(picture))
    assert {each.tag for each in tree.iter()} == {
        SVG + tag for tag in "svg title style rect g path text".split()
    }
    told = [each.text or "" for each in tree.iter(f"{SVG}title")]
    assert any(text.startswith("<script>alert(1)</script> ]]>") and len(text) > 5000 for text in told)
    mermaid = write_mermaid(picture).split("flowchart TD", 1)[1]
    assert "<script>" not in mermaid
    assert "#quot;" not in mermaid


def test_a_lookup_stands_beside_and_says_who_asks() -> None:
    drawn = solar()
    assert [(edge.start, edge.end) for edge in drawn.edges if edge.kind == "asks"] == [
        ("step.phone_check", "route")
    ]
    rows = [row for node in drawn.nodes for row in node.rows if row.asks]
    assert {(row.buyer, row.asks) for row in rows} == {("sunpath", ("phone_check",))}


def test_a_lookup_that_only_a_template_reads_is_asked_for() -> None:
    text = """\
flow templated
lead { phone phone required }
enhance look on demand {
  get "https://l.example"
  response json { accepted when "ok" otherwise rejected set kind text "k" }
}
buyer one {
  price 1.00
  deliver { post "https://b.example" body text from "one.j2" response { accepted when status 2xx } }
}
route { waterfall one }
"""
    checked = check_files(
        {"t.flow": text, "one.j2": '{% include "two.j2" %}', "two.j2": "{{ look.kind }}"}, "t.flow"
    )
    assert checked.flow is not None, checked.errors
    asks = [edge for edge in picture_of(checked.flow).edges if edge.kind == "asks"]
    assert [(edge.start, edge.end) for edge in asks] == [("step.look", "route")]


def test_texts_are_broken_and_shortened_to_their_room() -> None:
    assert wrap("one two three", 60, 12, 3).lines == ("one two", "three")
    assert wrap("one two three four", 60, 12, 1).lines[0].endswith("…")
    assert all(width(line, 12) <= 60 for line in wrap("w" * 500, 60, 12, 50).lines)
    assert fit("short", 100, 12) == "short"
    assert width(fit("漢字" * 50, 100, 12), 12) <= 100


# ------------------------------------------------------------------ the command


@pytest.mark.parametrize(("name", "starts"), [("a.svg", "<svg"), ("a.mmd", "---"), ("a.gv", "digraph")])
def test_the_suffix_says_the_format(tmp_path: Path, name: str, starts: str) -> None:
    result = CliRunner().invoke(main, ["graph", str(SOLAR), "-o", str(tmp_path / name)])
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / name).read_text("utf-8").startswith(starts)


def test_without_a_file_it_goes_to_standard_output() -> None:
    result = CliRunner().invoke(main, ["graph", str(SOLAR), "--format", "mermaid"])
    assert result.exit_code == 0
    assert "flowchart TD" in result.stdout


def test_what_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    (tmp_path / "broken.flow").write_text("flow x\nroute { waterfall nobody }\n", "utf-8")
    (tmp_path / "shared.flow").write_text("library shared\n", "utf-8")
    broken = CliRunner().invoke(main, ["graph", str(tmp_path / "broken.flow")])
    assert (broken.exit_code, broken.stdout) == (1, "")
    assert "nobody" in broken.stderr
    library = CliRunner().invoke(main, ["graph", str(tmp_path / "shared.flow")])
    assert library.exit_code == 2
    assert "is a library" in library.stderr
    suffix = CliRunner().invoke(main, ["graph", str(SOLAR), "-o", str(tmp_path / "a.png")])
    assert suffix.exit_code == 2
    assert "no format has this suffix" in suffix.stderr
