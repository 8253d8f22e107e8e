"""Paths that lead out of the project, or to what is no file: in flows, templates, schemas, lists and batches."""

# ruff: noqa: E501

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from leadflow_dsl import model as m
from leadflow_dsl.checking import check
from leadflow_engine.effects import HttpRequest
from leadflow_engine.mapping import MappingError, compile_request
from leadflow_engine.outbound.client import HttpOutbound, OutboundSettings
from leadflow_engine.outbound.ways import Ways
from leadflow_engine.templates import Templates
from tests.engine.mapping.conftest import request_of

HEAD = """flow paths "Paths"
lead {
  city text
}
"""
TAIL = """
buyer ace {
  price 1.00
  deliver {
    post "https://ace.example/leads"
    body %s
    response { accepted when status 2xx  otherwise error }
  }
}
source web { }
route { waterfall ace }
"""
FORMS = {
    "a flow": HEAD.replace("lead", 'include "%s"\n\nlead', 1) + TAIL % "json { c = city }",
    "a list": HEAD + 'list zips from csv "%s" column zip\n' + TAIL % "json { c = city }",
    "a table": HEAD + 'table facts from csv "%s" key zip { income number }\n' + TAIL % "json { c = city }",
    "a template": HEAD + TAIL % 'json from "%s"',
    "a schema": HEAD + TAIL % 'json { c = city } conforms to "%s"',
}
PATHS = (
    *("../secret", "a/../../secret", "/etc/passwd", "link", "folder/secret", "..", ".", "", "C:/secret", "..\\secret"),
    *("file:///etc/passwd", "https://evil.example/x", "fifo", "device", "loop", "a\x00b", "./../secret", "//etc/passwd", "a" * 5_000),
)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project beside which a secret lies, with links out of it."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "leadflow.toml").touch()
    (tmp_path / "secret").write_text("the-secret\n")
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "folder").symlink_to(tmp_path)
    (root / "device").symlink_to("/dev/zero")
    (root / "loop").symlink_to(root / "loop")
    os.mkfifo(root / "fifo")
    return root


@pytest.mark.parametrize("path", PATHS, ids=lambda path: repr(path[:20]))
@pytest.mark.parametrize("form", FORMS)
def test_no_flow_reads_what_is_not_its_own(form: str, path: str, project: Path) -> None:
    text = FORMS[form].replace("%s", path)
    found = check(project / "flow.flow", text=text)
    assert found.errors
    assert "the-secret" not in repr(found.diagnostics)
    assert "root:" not in repr(found.diagnostics)


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "link", "folder/secret", "fifo", "loop"])
def test_no_template_does_when_it_is_rendered(path: str, project: Path) -> None:
    (project / "own.j2").write_text("{% include '" + path + "' %}")
    for name in (path, "own.j2"):
        with pytest.raises(MappingError) as problem:
            compile_request(request_of(body=m.Body("text", template=name)), Templates(project))
        assert "the-secret" not in str(problem.value)


WRITTEN = (
    "../secret.csv",
    "a/../../secret.csv",
    "link.csv",
    "%2e%2e/secret.csv",
    "..%2fsecret.csv",
    "folder/secret.csv",
)


@pytest.mark.parametrize("name", WRITTEN)
def test_no_batch_is_written_beside_its_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "secret.csv").write_text("ours")
    (tmp_path / "out" / "link.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "out" / "folder").symlink_to(tmp_path)

    async def scene() -> dict[str, object]:
        settings = OutboundSettings(ways=Ways(folders=(str(tmp_path / "out"),)))
        async with HttpOutbound(settings) as out:
            request = HttpRequest("PUT", f"file://{tmp_path}/out/{name}", body="theirs")
            return dict(await out.send(request))

    result = asyncio.run(scene())
    assert result["phase"] == "not_sent"
    assert (tmp_path / "secret.csv").read_text() == "ours"
