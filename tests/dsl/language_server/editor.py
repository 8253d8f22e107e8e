"""An editor for tests: a server process of its own, spoken to over its standard input and output."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

TIMEOUT = 30.0
COMMAND = (sys.executable, "-c", "from leadflow_engine.cli import main; main()", "lsp", "--stdio")


class Editor:
    """Sends requests and notifications; keeps the findings that were told, by address."""

    def __init__(self, root: Path | None, capabilities: dict[str, Any] | None = None) -> None:
        self.process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.inbox: queue.Queue[dict[str, Any]] = queue.Queue()
        self.findings: dict[str, list[dict[str, Any]]] = {}
        self.number = 0
        threading.Thread(target=self._read, daemon=True).start()
        where = {} if root is None else {"rootUri": root.as_uri()}
        self.server = self.ask("initialize", {"processId": None, "capabilities": capabilities or {}, **where})
        self.tell("initialized", {})

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while header := stream.readline():
            length = int(header.split(b":")[1]) if header.lower().startswith(b"content-length") else 0
            while stream.readline().strip():
                pass
            self.inbox.put(json.loads(stream.read(length)))

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def listen(self) -> dict[str, Any]:
        """The next message of the server."""
        message = self.inbox.get(timeout=TIMEOUT)
        if message.get("method") == "textDocument/publishDiagnostics":
            self.findings[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message

    def tell(self, method: str, params: dict[str, Any]) -> None:
        """A notification: nothing comes back."""
        self._send({"method": method, "params": params})

    def reply(self, method: str, params: Any) -> dict[str, Any]:
        """The whole answer to a request, its error too."""
        self.number += 1
        self._send({"id": self.number, "method": method, "params": params})
        while (message := self.listen()).get("id") != self.number or "method" in message:
            pass
        return message

    def ask(self, method: str, params: Any) -> Any:
        """The result of a request."""
        message = self.reply(method, params)
        assert "error" not in message, message
        return message["result"]

    def open(self, path: Path | str, text: str) -> str:
        """Open a text; gives its address."""
        uri = path if isinstance(path, str) else path.as_uri()
        document = {"uri": uri, "languageId": "leadflow", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def type(self, uri: str, text: str, version: int = 2) -> None:
        """The text is now another."""
        document = {"uri": uri, "version": version}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def codes(self, uri: str, *expected: str) -> list[dict[str, Any]]:
        """Wait until the file's findings have these codes."""
        while sorted(one["code"] for one in self.findings.get(uri, [{"code": "?"}])) != sorted(expected):
            self.listen()
        return self.findings[uri]

    def until(self, uri: str, code: str, there: bool = True) -> list[dict[str, Any]]:
        """Wait until a file has been told of, and has a finding of a code (or has none); gives those that it has."""
        while True:
            if uri in self.findings:
                found = [one for one in self.findings[uri] if one["code"] == code]
                if bool(found) == there:
                    return found
            self.listen()

    def at(self, uri: str, line: int, character: int, **more: Any) -> dict[str, Any]:
        """The parameters of a question about a place."""
        return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}, **more}

    def leave(self) -> int:
        """Say goodbye; gives how the process ended."""
        self.ask("shutdown", None)
        self.tell("exit", {})
        return self.process.wait(TIMEOUT)

    def close(self) -> None:
        """End the process in any case."""
        self.process.kill()
        self.process.wait(TIMEOUT)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
