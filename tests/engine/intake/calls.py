"""Flows and calls for the tests of the intake."""

from __future__ import annotations

import datetime
import hashlib
import hmac
from pathlib import Path

from leadflow_dsl.checking import check
from leadflow_engine.intake.call import Answered, Call, Received
from leadflow_engine.operations.receiving import SeenHere, receive
from leadflow_engine.plan import Plan, make_plan
from leadflow_engine.secrets import Secrets

NOW = datetime.datetime(2026, 11, 19, 15, 0, tzinfo=datetime.UTC)
SECRETS = Secrets({"KEY": "src_right", "SIGN": "signing-secret", "NEXT": "next-secret", "TOKEN": "hub-token"})

FLOW = """\
flow intake
lead {{ name text  phone phone  email email  state state }}
source web {{ {source} }}
buyer one {{
  price 1.00
  deliver {{
    post "https://one.example"  body json {{ n = name }}
    response {{ accepted when status 2xx  otherwise error }}
  }}
}}
route {{ waterfall one }}
"""


def plan_with(source: str, root: Path) -> Plan:
    """A plan whose one source, ``web``, says this."""
    (root / "leadflow.toml").touch()
    text = (
        FLOW.format(source=source).replace("lead { ", "lead {\n").replace("  phone phone", "\n  phone phone")
    )
    text = text.replace("  email email", "\n  email email").replace("  state state", "\n  state state")
    checked = check(root / "case.flow", text=text)
    assert checked.flow is not None, "\n".join(f"{d.span.line}: {d.code} {d.message}" for d in checked.errors)
    assert not checked.errors
    return make_plan(checked.flow)


def call(
    body: bytes | str = b"", content_type: str = "", url: str = "/", method: str = "POST", **headers: str
) -> Call:
    """A call; a header's name is written with ``_`` for ``-``."""
    said = [(name.replace("_", "-"), value) for name, value in headers.items()]
    if content_type:
        said.append(("Content-Type", content_type))
    return Call(method, url, tuple(said), body.encode() if isinstance(body, str) else body, NOW)


def received(plan: Plan, made: Call, seen: SeenHere | None = None) -> Answered | Received:
    """What the call comes to."""
    return receive(plan, "web", made, SECRETS, seen or SeenHere())


def payloads(plan: Plan, made: Call) -> list[dict[str, object]]:
    """The leads of a call that is taken."""
    found = received(plan, made)
    assert isinstance(found, Received), found
    return [dict(each.own) for each in found.payloads]


def refused(plan: Plan, made: Call, seen: SeenHere | None = None) -> str:
    """The status and the reason of a call that is not taken."""
    found = received(plan, made, seen)
    assert isinstance(found, Answered), found
    return f"{found.status} {found.why}"


def signature(body: bytes, secret: str = "signing-secret", algorithm: str = "sha256") -> str:
    """A signature in hexadecimal digits."""
    return hmac.new(secret.encode(), body, algorithm).hexdigest()


def digest(body: bytes, secret: str = "signing-secret") -> bytes:
    """A signature's bytes."""
    return hmac.new(secret.encode(), body, hashlib.sha256).digest()
