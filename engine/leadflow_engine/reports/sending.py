"""A request that was sent, with its answer, for a person and for a program."""

from __future__ import annotations

import json

from leadflow_engine.effects import Result
from leadflow_engine.operations.sending import Sending
from leadflow_engine.reports.layout import safe
from leadflow_engine.reports.parsed import parsed_object
from leadflow_engine.reports.requests import request_object

_SHOWN = 4_000
"""Characters of an answer's body at most."""


def answer_text(result: Result) -> str:
    """The answer as HTTP text, control characters escaped; where there is none, why."""
    if result["phase"] != "answered":
        return f"no answer: {result['failure']} ({safe(result.get('detail') or result['phase'])})"
    lines = [f"HTTP {result['status']}   {float(result.get('ms') or 0):.0f} ms"]
    lines += [f"{safe(name)}: {safe(value)}" for name, value in result["headers"]]
    body = [safe(line, _SHOWN) for line in str(result["body"])[:_SHOWN].splitlines()]
    return "\n".join([*lines, "", *body])


def sending_json(sending: Sending) -> str:
    """All exchanges as one document."""
    exchanges = [
        {
            "request": request_object(one.rendered),
            "answer": {
                name: one.result.get(name) for name in ("phase", "failure", "status", "headers", "body", "ms")
            },
            "read": parsed_object(one.parsed, one.rendered.word)
            if one.result["phase"] == "answered"
            else None,
        }
        for one in sending.exchanges
    ]
    return json.dumps(
        {"exchanges": exchanges, "problem": sending.problem or None}, ensure_ascii=False, indent=2
    )
