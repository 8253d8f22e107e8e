"""A whole session with a real server: open, type, complete, hover, rename, shut down."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dsl.language_server.editor import COMMAND, Editor
from dsl.language_server.project import FILES, PRELUDE, write_project

SNIPPETS = {"textDocument": {"completion": {"completionItem": {"snippetSupport": True}}}}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_project(tmp_path)
    return tmp_path


@pytest.fixture
def editor(project: Path) -> Iterator[Editor]:
    started = Editor(project, SNIPPETS)
    yield started
    started.close()


def place(text: str, marked: str) -> tuple[int, int]:
    """Line and column of the mark ¦ in the piece of text that stands around it (no emoji before it on its line)."""
    offset = text.index(marked.replace("¦", "")) + marked.index("¦")
    return text.count("\n", 0, offset), offset - text.rfind("\n", 0, offset) - 1


def test_a_session(editor: Editor, project: Path) -> None:
    text = FILES["flows/demo.flow"]
    flow = editor.open(project / "flows/demo.flow", text)
    editor.until(flow, "LF204", there=False)

    broken = text.replace("carrier.line_type == mobile", "carrier.line_typ == mobile")
    editor.type(flow, broken)
    (finding,) = editor.until(flow, "LF204")
    assert finding["source"] == "leadflow" and finding["severity"] == 1
    assert _text(broken, finding["range"]) == "line_typ"

    typed = text.replace("accept when carrier.line_type == mobile", "accept when carrier.")
    editor.type(flow, typed, 3)
    offers = editor.ask("textDocument/completion", editor.at(flow, *place(typed, "when carrier.¦")))
    assert offers[0]["label"] == "line_type"

    editor.type(flow, text, 4)
    editor.until(flow, "LF204", there=False)
    hover = editor.ask("textDocument/hover", editor.at(flow, *place(text, "fallback sun¦path")))
    assert "42.00" in hover["contents"]["value"]

    where = editor.ask("textDocument/definition", editor.at(flow, *place(text, "use peo¦ple")))
    assert [one["uri"] for one in where] == [(project / "common/people.flow").as_uri()]

    named = editor.ask("textDocument/prepareRename", editor.at(flow, *place(text, "electric¦_bill  money")))
    assert named["placeholder"] == "electric_bill"
    question = editor.at(flow, *place(text, "electric¦_bill  money"), newName="monthly_bill")
    made = editor.ask("textDocument/rename", question)
    mapping = (project / "mappings/sunpath.json.j2").as_uri()
    assert {uri: len(edits) for uri, edits in made["changes"].items()} == {flow: 3, mapping: 1}
    refused = editor.reply("textDocument/rename", {**question, "newName": "state"})
    assert "declared already" in refused["error"]["message"]

    assert editor.leave() == 0


def _codes(project: Path) -> list[str]:
    from leadflow_dsl import check

    found = check(project / "flows/demo.flow").diagnostics
    return [one.code for one in found if one.span.file == "flows/demo.flow"]


def _text(text: str, where: dict[str, Any]) -> str:
    assert where["start"]["line"] == where["end"]["line"]
    line = text.split("\n")[where["start"]["line"]]
    return line[where["start"]["character"] : where["end"]["character"]]


def test_findings_stand_in_the_file_that_is_wrong_and_go_when_it_is_mended(
    editor: Editor, project: Path
) -> None:
    editor.open(project / "flows/demo.flow", FILES["flows/demo.flow"])
    path = project / "common/people.flow"
    library = editor.open(path, FILES["common/people.flow"].replace("email       email", "email       emial"))
    assert "emial" in editor.codes(library, "LF203")[0]["message"]
    editor.type(library, FILES["common/people.flow"])
    editor.codes(library)
    template = editor.open(project / "mappings/sunpath.json.j2", '{"id": "{{ stat }}"}')
    finding = editor.codes(template, "LF405")[0]
    assert finding["range"]["start"] == {"line": 0, "character": 11}
    editor.tell("textDocument/didClose", {"textDocument": {"uri": template}})
    editor.codes(template)


def test_a_library_alone_brings_the_flow_that_imports_it(editor: Editor, project: Path) -> None:
    """Typing in a library tells what it breaks in a flow that is not open."""
    broken = FILES["common/people.flow"].replace("fields people", "fields persons")
    editor.open(project / "common/people.flow", broken)
    flow = (project / "flows/demo.flow").as_uri()
    while not any("people" in one["message"] for one in editor.findings.get(flow, [])):
        editor.listen()


def test_columns_behind_an_emoji(editor: Editor, project: Path) -> None:
    text = FILES["flows/demo.flow"] + 'filter odd "🙂🙂" { accept when stat == CA }\n'
    flow = editor.open(project / "flows/demo.flow", text)
    while not any("`stat`" in one["message"] for one in editor.findings.get(flow, [])):
        editor.listen()
    finding = next(one for one in editor.findings[flow] if "`stat`" in one["message"])
    line = text.split("\n")[finding["range"]["start"]["line"]]
    assert finding["range"]["start"]["character"] == line.index("stat") + 2
    position = {"line": finding["range"]["start"]["line"], "character": line.index("stat") + 2 + 4}
    offers = editor.ask("textDocument/completion", {"textDocument": {"uri": flow}, "position": position})
    state = next(one for one in offers if one["label"] == "state")
    assert state["textEdit"]["range"]["start"]["character"] == line.index("stat") + 2


def test_repairs_and_excuses(editor: Editor, project: Path) -> None:
    doubtful = "accept when phone_1 is present\n  accept when carrier"
    text = FILES["flows/demo.flow"].replace("accept when carrier", doubtful)
    flow = editor.open(project / "flows/demo.flow", text)
    while not any("is present" in one["message"] for one in editor.findings.get(flow, [])):
        editor.listen()
    finding = next(one for one in editor.findings[flow] if "is present" in one["message"])
    question = {
        "textDocument": {"uri": flow},
        "range": finding["range"],
        "context": {"diagnostics": [finding]},
    }
    actions = {one["title"]: one for one in editor.ask("textDocument/codeAction", question)}
    repair = actions["Replace `present` by `valid`"]
    assert repair["isPreferred"] and repair["edit"]["changes"][flow][0]["newText"] == "valid"
    excuse = actions[f"Excuse this finding: {finding['code']}"]["edit"]["changes"][flow][0]
    assert excuse["newText"] == f"  # leadflow: allow {finding['code']} because "
    assert excuse["range"]["start"]["character"] == len("  accept when phone_1 is present")


def test_the_whole_file(editor: Editor, project: Path) -> None:
    flow = editor.open(
        project / "flows/demo.flow", FILES["flows/demo.flow"].replace("  tag west", " tag   west")
    )
    document = {"textDocument": {"uri": flow}}
    edits = editor.ask(
        "textDocument/formatting", {**document, "options": {"tabSize": 2, "insertSpaces": True}}
    )
    assert "\n  tag west\n" in edits[0]["newText"]
    outline = editor.ask("textDocument/documentSymbol", document)
    assert [one["name"] for one in outline][-2:] == ["sunpath", "route"]
    folds = editor.ask("textDocument/foldingRange", document)
    assert len(folds) > 10
    marks = editor.ask(
        "textDocument/documentHighlight", editor.at(flow, *place(PRELUDE, "fallback sun¦path"))
    )
    assert len(marks) == 2


HOSTILE = {
    "nothing": "",
    "a NUL": "flow x\x00 buyer \x00 {",
    "deep": "flow x\nfilter f { accept when " + "(" * 5000,
    "one long line": "flow x # " + "a" * 2_000_000,
    "no words": "}" * 2000 + '"""' + "{" * 2000,
    "itself": 'flow x\nimport "demo.flow"\n',
    "another file": 'flow x\nimport "../../../../../../etc/passwd"\n',
    "other line ends": "flow x\r\nbuyer b {\r\n  price 1\r\n}\r",
    "other marks": "flow x\u2028\x0c\x85 buyer\ud7ff",
}


def test_nothing_that_is_typed_ends_the_server(editor: Editor, project: Path) -> None:
    flow = editor.open(project / "flows/demo.flow", "")
    questions = ("completion", "hover", "definition", "documentSymbol", "foldingRange")
    for version, text in enumerate(HOSTILE.values(), 2):
        editor.type(flow, text, version)
        for question in questions:
            for line, column in ((0, 0), (1, 9), (9, 9)):
                assert "error" not in editor.reply(f"textDocument/{question}", editor.at(flow, line, column))
    editor.type(flow, FILES["flows/demo.flow"], 99)
    editor.codes(flow, *_codes(project))
    assert editor.leave() == 0
    assert editor.process.stderr is not None and editor.process.stderr.read() == b""


def test_files_without_a_project_without_a_root_and_without_a_file(tmp_path: Path) -> None:
    editor = Editor(None)
    try:
        alone = editor.open(tmp_path / "alone.flow", 'flow x\nimport "gone.flow"\n')
        editor.codes(alone, *[one["code"] for one in _until_told(editor, alone)])
        nameless = editor.open("untitled:Untitled-1", "flow x\nbuyer b { accept wen a }\n")
        assert "LF" in _until_told(editor, nameless)[0]["code"]
        (tmp_path / "gone.flow").write_text("library gone\n")
        change = {"uri": (tmp_path / "gone.flow").as_uri(), "type": 1}
        editor.tell("workspace/didChangeWatchedFiles", {"changes": [change]})
        while any("gone.flow" in one["message"] for one in editor.findings[alone]):
            editor.listen()
        assert editor.leave() == 0
    finally:
        editor.close()


def _until_told(editor: Editor, uri: str) -> list[dict[str, Any]]:
    while not editor.findings.get(uri):
        editor.listen()
    return editor.findings[uri]


def test_an_editor_that_is_gone_ends_its_server(editor: Editor) -> None:
    assert editor.process.stdin is not None
    editor.process.stdin.close()
    assert editor.process.wait(30) is not None


def test_what_was_found_in_a_file_goes_with_its_last_reader(editor: Editor, project: Path) -> None:
    """A check that ends after the file was closed tells nothing of it."""
    flow = editor.open(project / "flows/demo.flow", "flow x\nbuyer b { accept wen a }\n")
    assert _until_told(editor, flow)
    editor.type(flow, "flow x\nbuyer b { accept when }\n")
    editor.tell("textDocument/didClose", {"textDocument": {"uri": flow}})
    editor.codes(flow)
    editor.ask("textDocument/documentSymbol", {"textDocument": {"uri": flow}})
    other = editor.open(project / "other.flow", "flow y\nbuyer b { accept wen a }\n")
    assert _until_told(editor, other)
    assert not editor.findings[flow]


def test_without_the_library_the_command_says_what_to_install() -> None:
    without = f"import sys; sys.modules['pygls'] = None; {COMMAND[2]}"
    ended = subprocess.run([sys.executable, "-c", without, "lsp"], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert 'pip install "leadflow[editor]"' in ended.stderr
