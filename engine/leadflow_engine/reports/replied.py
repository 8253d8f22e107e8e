"""A reply to a source as data: what scenarios expect and ``--format json`` prints."""

from __future__ import annotations

from typing import Any

from leadflow_engine.intake.replies import Reply
from leadflow_engine.response.decode import decode


def reply_object(reply: Reply) -> dict[str, Any]:
    """``status headers body text``; a body that is JSON, a form or XML is a tree."""
    headers = {name.lower(): value for name, value in reply.headers}
    read = decode("", headers.get("content-type", ""), reply.body)
    return {"status": reply.status, "headers": headers, "body": read.tree, "text": reply.body}
