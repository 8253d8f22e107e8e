"""Who was called, with what: the answers that a scenario gives, and a log of what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from leadflow_engine.answers import Simulator
from leadflow_engine.answers.draw import draw_key
from leadflow_engine.answers.request_fields import fields_of
from leadflow_engine.effects import CallOut, Effect, Result
from leadflow_engine.outbound.guard import Refused
from leadflow_engine.outbound.wire import Wire, wire_of
from leadflow_engine.secrets import Secrets

TAKEN: Final[Mapping[tuple[str, str], int]] = {
    ("postback", "https"): 200,
    ("postback", "http"): 200,
    ("batch", "sftp"): 201,
    ("batch", "file"): 201,
    ("batch", "mailto"): 250,
}
"""Who hears what comes to it where a scenario gives it nothing to say, by leg and scheme: the status."""


class StandIns(Secrets):
    """Secrets that need no environment: the value of each is its own name."""

    def get(self, name: str) -> str:
        """The name itself."""
        return name


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it would have left, and what came back. ``leg`` is a word of ``effects.CallOut``, ``batch`` for
    a file, ``postback`` for what a source is told."""

    key: str
    leg: str
    name: str
    wire: Wire
    result: Result

    @property
    def request(self) -> Mapping[str, Any]:
        """The request as data: ``method url headers query body``; a body that is JSON, a form or XML is a tree."""
        wire = self.wire
        text = (wire.body or b"").decode("utf-8", "replace")
        read = fields_of(wire.method, wire.url, wire.headers, text, 1)
        return {
            "method": wire.method,
            "url": wire.url,
            "headers": {name.lower(): value for name, value in wire.headers},
            "query": read.query,
            "body": text if read.body is None else read.body,
            "text": text,
        }


@dataclass(slots=True)
class GivenAnswers:
    """Answers as the scenario gives them. ``missing`` are the calls for which it gives none."""

    simulator: Simulator
    calls: list[Call] = field(default_factory=list)
    missing: list[tuple[Call, str]] = field(default_factory=list)

    def answer(self, lead: str, effect: Effect, data: CallOut) -> Result:
        """What the scenario says; what cannot be sent is not sent, as in a real run."""
        try:
            wire = wire_of(data.request, StandIns())
        except Refused as refusal:
            wire = Wire(data.request.method, data.request.url, data.request.headers, None)
            return self._noted(effect, data, wire, _not_sent(str(refusal)))
        text = None if wire.body is None else wire.body.decode("utf-8", "replace")
        filled = replace(data.request, url=wire.url, headers=wire.headers, body=text)
        draw = draw_key(data.request.method, data.request.url, data.request.body)
        if (status := self._taken(data)) is not None:
            taken = {
                "phase": "answered",
                "failure": "",
                "status": status,
                "headers": [],
                "body": "",
                "ms": 0.0,
            }
            return self._noted(effect, data, wire, taken)
        answer = self.simulator.answer(data.name, data.leg, filled, draw)
        result = self._noted(effect, data, wire, answer.result(data.request.timeout))
        if not answer.given:
            known = self.simulator.key(data.name, data.leg) is not None
            self.missing.append((self.calls[-1], "no answer fits" if known else "no answer is given"))
        return result

    def _taken(self, data: CallOut) -> int | None:
        """The status of what is heard without a word of the scenario; None where the scenario must say."""
        if self.simulator.key(data.name, data.leg) is not None:
            return None
        return TAKEN.get((data.leg, data.request.url.partition(":")[0].lower()))

    def _noted(self, effect: Effect, data: CallOut, wire: Wire, result: Result) -> Result:
        self.calls.append(Call(effect.key, data.leg, data.name, wire, result))
        return result


def _not_sent(why: str) -> Result:
    return {"phase": "not_sent", "failure": "refused", "status": None, "headers": [], "body": why, "ms": 0.0}
