"""A request as HTTP text and as a curl command. A secret is ``***`` in the one, ``$NAME`` in the other."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from leadflow_engine.operations.rendering import Rendered, stand_in
from leadflow_engine.outbound.wire import Wire
from leadflow_engine.secrets import MASK

_STAND_IN: Final = re.compile(stand_in("([A-Za-z0-9_]+?)"))
_SHELL: Final = re.compile(r"[A-Za-z0-9_./:=@%+,-]+\Z")


def http_text(rendered: Rendered) -> str:
    """The request as it goes over the wire, its body as it is, secrets as ``***``; of a mail what it says."""
    wire = rendered.wire
    parts = urlsplit(wire.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    is_mail = parts.scheme == "mailto"
    lines = [] if is_mail else [f"{wire.method} {target} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in wire.headers]
    return _hidden(wire, "\n".join(lines) + "\n\n" + (wire.body.decode() if wire.body is not None else ""))


def curl(rendered: Rendered) -> str:
    """The request as a command of a shell; a secret is taken from the variable of its name. "" for a mail."""
    wire = rendered.wire
    if wire.url.startswith("mailto:"):
        return ""
    pieces = [f"curl -X {wire.method} {_quoted(wire, wire.url)}"]
    pieces += [_header(wire, name, value) for name, value in wire.headers]
    if wire.body is not None:
        pieces.append(f"--data-binary {_quoted(wire, wire.body.decode())}")
    return " \\\n  ".join(pieces)


def _header(wire: Wire, name: str, value: str) -> str:
    """A header as an option; a user and a password in their own, since what is computed of a secret is not shown."""
    credential = _credential(value) if name.lower() == "authorization" else ""
    return f"-u {_quoted(wire, credential)}" if credential else f"-H {_quoted(wire, f'{name}: {value}')}"


def _credential(value: str) -> str:
    """``user:password`` of a basic authorization; an empty text for any other."""
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        return ""


def request_object(rendered: Rendered) -> Mapping[str, Any]:
    """The request for a program: ``leg method url headers body`` with secrets masked, and ``curl``."""
    wire = rendered.wire
    return {
        "leg": rendered.word,
        "method": wire.method,
        "url": _hidden(wire, wire.url),
        "headers": [[name, _hidden(wire, value)] for name, value in wire.headers],
        "body": None if wire.body is None else _hidden(wire, wire.body.decode()),
        "timeout": rendered.sent.request.timeout,
        "curl": curl(rendered),
    }


def _hidden(wire: Wire, text: str) -> str:
    """The text with ``***`` for each secret, and for what was computed of one (a credential, a signature)."""
    for echo in wire.echoes:
        text = text.replace(echo, MASK)
    return _STAND_IN.sub(MASK, text)


def _quoted(wire: Wire, text: str) -> str:
    """A text as one word of a POSIX shell."""
    for echo in wire.echoes:
        text = text.replace(echo, MASK)
    if _SHELL.match(text) and not _STAND_IN.search(text):
        return text
    quoted = "'" + text.replace("'", "'\\''") + "'"
    return _STAND_IN.sub(lambda found: f"'\"${found[1]}\"'", quoted).removeprefix("''").removesuffix("''")


def as_json(rendered: tuple[Rendered, ...], problem: str) -> str:
    """All requests as one document."""
    whole = {"requests": [request_object(one) for one in rendered], "problem": problem or None}
    return json.dumps(whole, ensure_ascii=False, indent=2)
