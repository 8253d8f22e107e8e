"""Secrets go over the wire and nowhere else: buyers who send back all that they got, and everything that can be read after."""

# ruff: noqa: E501

from __future__ import annotations

import base64
import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from leadflow_engine.cli import main
from leadflow_engine.secrets import Secrets, _masked_forms

CANARIES = {
    name: f'canary-{number}-Wq{number}+/&<é>"z'
    for number, name in enumerate(
        ["BEARER", "PASS", "HEAD", "QUERY", "BODY", "SIGN", "PLACE", "FETCH", "CLIENT", "SRC", "VERIFY"]
    )
} | {"SRC": "canary-src-0123456789", "BEARER": "canary-bearer-0123", "HEAD": "canary-head-0123"}

FLOW = """flow leaking "Leaking"

lead {
  city text
  mail email
}

source web {
  key env SRC
  verify hmac sha256 header "X-Sig" env VERIFY
}

enhance line "Line" on demand {
  get "http://127.0.0.1:%(port)d/line/{{ env PLACE }}"
  auth query "k" env QUERY
  response json { accepted when "ok"  otherwise rejected  set kind text "why" }
  on error continue
}
%(buyers)s
route { waterfall %(names)s }
"""
BUYER = """
buyer %(name)s {
  reject when line.kind == "x"  because "x"
  price 1.00
  deliver {
    post "http://127.0.0.1:%(port)d/%(name)s"
    %(auth)s
    body json { city = city  mail = mail }
    response json {
      accepted when "ok"
      otherwise rejected
      reason "why"
      reference "why"
    }
  }
}
"""
AUTHS = {
    "by_bearer": "auth bearer env BEARER",
    "by_basic": 'auth basic "user" env PASS',
    "by_header": 'auth header "X-Key" env HEAD',
    "by_query": 'auth query "k" env QUERY',
    "by_body": "auth body key env BODY",
    "by_hmac": 'auth hmac sha256 header "X-Sig" env SIGN over concat(epoch(now), ".", request.body)',
    "by_oauth": 'auth oauth { token_url "http://127.0.0.1:%(port)d/token"  client_id env CLIENT  client_secret env FETCH }',
}


class Echo(BaseHTTPRequestHandler):
    """Sends back all that came, as it came, in the body and in a header; keeps it, too."""

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        whole = f"{self.requestline}\n{self.headers}\n{data}"
        self.server.came.append(whole)  # type: ignore[attr-defined]
        body = json.dumps({"ok": False, "why": whole, "error": whole}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Echo", self.headers.get("Authorization") or "none")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *said: object) -> None:
        """Nothing."""


@dataclass
class Leaking:
    """A project that was run once. ``came`` is what the buyers got."""

    folder: Path
    came: list[str]
    said: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def leaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Leaking]:
    """Everything was run, and all that was said is there by the command."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.came = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    folder, port = tmp_path_factory.mktemp("leaking"), server.server_address[1]
    buyers = "".join(
        BUYER % {"name": name, "auth": auth % {"port": port} if "%(" in auth else auth, "port": port}
        for name, auth in AUTHS.items()
    )
    (folder / "leadflow.toml").touch()
    (folder / "leak.flow").write_text(FLOW % {"port": port, "buyers": buyers, "names": ", ".join(AUTHS)})
    (folder / "leads.jsonl").write_text('{"city": "Austin", "mail": "ana@example.com"}\n')
    (folder / "call.txt").write_text(
        'POST /in HTTP/1.1\nAuthorization: Bearer wrong\nX-Sig: 00\nContent-Type: application/json\n\n{"city": "Austin"}'
    )
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        for name, value in (
            CANARIES | {"LEADFLOW_ALLOW_HOSTS": f"127.0.0.1:{port}", "COLUMNS": "200"}
        ).items():
            patch.setenv(name, value)
        found = Leaking(folder, server.came)  # type: ignore[attr-defined]
        for command in COMMANDS:
            found.said[command] = given(command.split())
        yield found
    server.shutdown()
    server.server_close()


def given(command: list[str]) -> str:
    """All that a command says."""
    result = CliRunner().invoke(main, command, prog_name="leadflow")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return f"{result.output}{result.stderr}"


COMMANDS = (
    "run leak.flow leads.jsonl --db leak.db",
    "trace --last --db leak.db",
    "trace --last --db leak.db --format json",
    "trace --last --db leak.db --reveal --because why",
    "trace --last --db leak.db --replay",
    "send leak.flow by_bearer leads.jsonl",
    "send leak.flow by_body leads.jsonl --format json",
    "render leak.flow by_body leads.jsonl",
    "render leak.flow by_query leads.jsonl --format curl",
    "render leak.flow by_basic leads.jsonl --format json",
    "receive leak.flow web call.txt",
    "dry-run leak.flow leads.jsonl",
    "dry-run leak.flow leads.jsonl --format json",
    "lint leak.flow",
    "lint leak.flow --format sarif",
    "lint leak.flow --format json",
    "docs leak.flow --source web --format markdown",
    "docs leak.flow --source web --format html",
    "graph leak.flow --format mermaid",
    "schema leak.flow",
    "stats --db leak.db",
    "stats --db leak.db --format json",
    "doubt list --db leak.db",
    "queue --db leak.db",
    "backup copy.db --db leak.db",
    "audit verify --db leak.db",
    "doctor leak.flow --db leak.db",
    "state leak.flow --db leak.db",
)
TOKEN = base64.b64encode(f"user:{CANARIES['PASS']}".encode()).decode()
FORMS = (*_masked_forms(CANARIES.values()), TOKEN)


def leaks(text: str) -> list[str]:
    """Which secrets stand in a text, in whatever spelling."""
    return [form for form in FORMS if form in text]


def test_the_buyers_got_them_all(leaking: Leaking) -> None:
    """Else nothing that follows would show anything."""
    came = "\n".join(leaking.came)
    sent = {name for name, value in CANARIES.items() if any(form in came for form in _masked_forms([value]))}
    assert sent == set(CANARIES) - {"PASS", "SIGN", "SRC", "VERIFY"}
    assert TOKEN in came
    assert "X-Sig" in came


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_tells_one(command: str, leaking: Leaking) -> None:
    assert leaking.said[command].strip()
    assert leaks(leaking.said[command]) == []


def test_no_file_holds_one(leaking: Leaking) -> None:
    files = [path for path in leaking.folder.rglob("*") if path.is_file()]
    assert {"leak.db", "copy.db"} <= {path.name for path in files}
    for path in files:
        assert leaks(path.read_bytes().decode("utf-8", "replace")) == [], path.name


def test_none_shows_by_itself() -> None:
    secrets: Any = Secrets(CANARIES)
    for text in (repr(secrets), str(secrets), f"{secrets}", f"{[secrets]}"):
        assert leaks(text) == []
    with pytest.raises(LookupError) as missing:
        secrets.get("NONE")
    assert leaks(str(missing.value)) == []
