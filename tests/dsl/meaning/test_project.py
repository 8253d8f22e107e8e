"""A flow reads the files of its own project, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_dsl import check
from leadflow_dsl.project import Unread, open_project, root_of, shipped_libraries

FLOW = 'flow x\nimport "{}"\nlead {{ email email }}\n'


def codes(path: Path, text: str) -> list[str]:
    return [finding.code for finding in check(path, text).diagnostics]


def test_the_root_is_the_nearest_directory_with_a_marker(tmp_path: Path) -> None:
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "flows" / "deep").mkdir(parents=True)
    project, name = open_project(tmp_path / "flows" / "deep" / "x.flow")
    assert (project.root, name) == (tmp_path, "flows/deep/x.flow")


def test_without_a_marker_the_root_is_the_flows_own_directory(tmp_path: Path) -> None:
    assert root_of(tmp_path / "x.flow") == tmp_path


@pytest.mark.parametrize(
    "path",
    [
        "../x.flow",
        "/etc/passwd",
        "a/../../x.flow",
        "C:/x.flow",
        "a\\\\..\\\\..\\\\x.flow",
        "~/../../../x.flow",
    ],
)
def test_a_path_that_leads_out_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "leadflow.toml").touch()
    (tmp_path / "x.flow").write_text("library x")
    assert codes(tmp_path / "project" / "main.flow", FLOW.format(path)) == ["LF209"]


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "secret.flow").write_text("library x")
    (tmp_path / "project" / "link.flow").symlink_to(tmp_path / "secret.flow")
    assert codes(tmp_path / "project" / "main.flow", FLOW.format("link.flow")) == ["LF209"]


def test_an_import_is_relative_to_the_file_that_says_it(tmp_path: Path) -> None:
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "flows" / "shared").mkdir(parents=True)
    (tmp_path / "flows" / "shared" / "a.flow").write_text('library a\nimport "b.flow"\n')
    (tmp_path / "flows" / "shared" / "b.flow").write_text('library b\nlist zips ["1"]\n')
    text = FLOW.format("shared/a.flow") + "filter f { reject when email in zips }\n"
    checked = check(tmp_path / "flows" / "main.flow", text)
    assert checked.diagnostics == ()
    assert list(checked.sources) == ["flows/main.flow", "flows/shared/a.flow", "flows/shared/b.flow"]


def test_a_file_imported_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.flow").write_text('library a\nimport "c.flow"\n')
    (tmp_path / "b.flow").write_text('library b\nimport "c.flow"\n')
    (tmp_path / "c.flow").write_text('library c\nlist zips ["1"]\n')
    text = 'flow x\nimport "a.flow"\nimport "b.flow"\nlead { email email }\nfilter f { reject when email in zips }\n'
    assert codes(tmp_path / "main.flow", text) == []


def test_imports_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.flow").write_text('library a\nimport "b.flow"\n')
    (tmp_path / "b.flow").write_text('library b\nimport "a.flow"\n')
    (finding,) = check(tmp_path / "main.flow", FLOW.format("a.flow")).diagnostics
    assert (finding.code, finding.span.file) == ("LF210", "b.flow")
    assert finding.label == "a.flow -> b.flow -> a.flow"


def test_the_projects_own_library_comes_before_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "calendars.flow").write_text("library mine\ncalendar ours { 2026-12-24 }\n")
    checked = check(tmp_path / "main.flow", FLOW.format("library/calendars.flow"))
    assert "ours" in checked.sources["library/calendars.flow"]


@pytest.mark.parametrize("path", shipped_libraries())
def test_the_shipped_libraries_are_clean(tmp_path: Path, path: str) -> None:
    text = FLOW.format(path)
    if path.endswith("standard_fields.flow"):
        text = text.replace("email email", "use standard")
    checked = check(tmp_path / "main.flow", text)
    assert checked.diagnostics == ()
    assert path in checked.sources


def test_the_standard_fields_answer_to_no_name_twice(tmp_path: Path) -> None:
    text = FLOW.format("library/standard_fields.flow").replace("email email", "use standard")
    flow = check(tmp_path / "main.flow", text).flow
    assert flow is not None
    names = [name.lower() for field in flow.fields for name in (field.name, *field.aliases)]
    assert sorted(names) == sorted(set(names))


def test_a_used_field_gives_up_a_name_that_the_flow_claims(tmp_path: Path) -> None:
    text = 'flow x\nimport "library/standard_fields.flow"\nlead {\n  use standard\n  zip  text\n}\n'
    flow = check(tmp_path / "main.flow", text).flow
    assert flow is not None
    postal = next(field for field in flow.fields if field.name == "postal_code")
    assert "zip" not in postal.aliases and "zipcode" in postal.aliases


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"flow x\n\xff", "line 2 is not UTF-8"), (b"", "")],
    ids=["not UTF-8", "empty"],
)
def test_a_file_that_is_no_text_is_a_finding(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "main.flow").write_bytes(data)
    checked = check(tmp_path / "main.flow")
    assert checked.flow is None and checked.errors
    assert reason in checked.errors[0].message


def test_a_missing_flow_and_a_directory_are_findings(tmp_path: Path) -> None:
    for path in (tmp_path / "none.flow", tmp_path):
        checked = check(path)
        assert [finding.code for finding in checked.diagnostics] == ["LF208"]


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.flow").write_bytes(b"\xef\xbb\xbfflow x\r\nlead {\r\n  email  emaill\r\n}\r\n")
    (finding,) = check(tmp_path / "a.flow").diagnostics
    assert (finding.span.line, finding.span.column) == (3, 10)


def test_unsaved_text_comes_before_the_disk(tmp_path: Path) -> None:
    (tmp_path / "a.flow").write_text("flow x\nlead { email emaill }\n")
    (tmp_path / "b.flow").write_text("not a flow")
    text = 'flow x\nimport "b.flow"\nlead { email email }\n'
    assert check(tmp_path / "a.flow", text, {"b.flow": "library b\n"}).diagnostics == ()


def test_outside_is_a_reason_that_says_so(tmp_path: Path) -> None:
    project, _ = open_project(tmp_path / "x.flow")
    assert isinstance(project.read("../x"), Unread)
