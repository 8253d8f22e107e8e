"""The simulator: what a simulated buyer or service answers to a request.

A dry run calls it in the process and the sandbox serves it over HTTP, so both hear the same. Chance depends on the
seed and the request alone. What depends on earlier requests are memory, caps and attempts, and only where a file of
answers uses them.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Protocol

from leadflow_engine.answers.conditions import holds, is_blank, text_of
from leadflow_engine.answers.draw import digest, draw_key, fraction
from leadflow_engine.answers.render import rendered
from leadflow_engine.answers.request_fields import RequestFields, fields_of
from leadflow_engine.answers.spec import Leg, LegKey, Range, Reply, Spec
from leadflow_engine.secrets import masked_placeholders

NOT_GIVEN = 501
"""The status with which a request is answered that no answer was given for."""


class RequestLike(Protocol):
    """What the simulator reads of a request; ``effects.HttpRequest`` is one."""

    @property
    def method(self) -> str:
        """GET, POST ..."""
        ...

    @property
    def url(self) -> str:
        """The whole url."""
        ...

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Names and values."""
        ...

    @property
    def body(self) -> str | None:
        """The text, None where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Simulated:
    """One simulated answer. ``choice`` names what was chosen (``answers[2]``, ``accepted`` ...; ``not given``),
    ``delay`` is in seconds, ``taken`` says that the buyer took the lead, ``given`` that the file had an answer."""

    choice: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    delay: float = 0.0
    hang: bool = False
    cut: str = ""
    taken: bool = False
    given: bool = True

    def result(self, timeout: float) -> dict[str, Any]:
        """What a caller with this time-out (in seconds) learns, as ``effects.CallOut`` describes it."""
        if self.hang or self.delay >= timeout:
            return _result(self, "sent", "timeout", ms=timeout * 1000)
        if self.cut in {"before", "headers"}:
            return _result(self, "sent", "reset", ms=self.delay * 1000)
        if self.cut:
            return _result(
                self, "partial", "reset", self.status, self.body[: len(self.body) // 2], self.delay * 1000
            )
        return _result(self, "answered", "", self.status, self.body, self.delay * 1000)


def _result(
    answer: Simulated, phase: str, failure: str, status: int | None = None, body: str = "", ms: float = 0.0
) -> dict[str, Any]:
    headers = [] if status is None else [[name, masked_placeholders(value)] for name, value in answer.headers]
    return {
        "phase": phase,
        "failure": failure,
        "status": status,
        "headers": headers,
        "body": masked_placeholders(body),
        "ms": round(ms, 3),
    }


class Simulator:
    """Answers from one spec, with the memory of one process. ``now`` (aware) decides into which window a cap counts."""

    def __init__(self, spec: Spec, now: Callable[[], datetime.datetime]) -> None:
        self.spec = spec
        self._now = now
        self.reset()

    def reset(self) -> None:
        """Forget everything that was asked so far."""
        self._attempts: Counter[tuple[LegKey, str]] = Counter()
        self._taken: Counter[tuple[LegKey, str]] = Counter()
        self._remembered: set[tuple[LegKey, str]] = set()
        self._replays: dict[tuple[LegKey, str], Simulated] = {}

    def key(self, name: str, leg: str) -> LegKey | None:
        """The leg that a call means: ``leg`` is a word of ``effects.CallOut``. A source is a service, too."""
        candidates = {
            "ping": (LegKey("buyer", name, "ping"),),
            "post": (LegKey("buyer", name, "post"),),
            "inquire": (LegKey("buyer", name, "inquire"),),
            "batch": (LegKey("buyer", name, "post"),),
            "enhance": (LegKey("service", name, ""),),
            "fetch": (LegKey("service", name, ""),),
            "postback": (LegKey("service", name, ""),),
            "deliver": (LegKey("service", name, ""), LegKey("buyer", name, "post")),
        }.get(leg, ())
        return next((key for key in candidates if key in self.spec.legs), None)

    def answer(self, name: str, leg: str, request: RequestLike, draw: str = "") -> Simulated:
        """Answer one request. ``draw`` is its draw key where it is known better than from the request."""
        key = self.key(name, leg)
        if key is None:
            return not_given(f"no answer is given for {leg} {name} in {self.spec.file or 'the answers'}")
        return self.answer_leg(key, request, draw)

    def answer_leg(self, key: LegKey, request: RequestLike, draw: str = "") -> Simulated:
        """Answer one request to a leg that the spec has."""
        leg = self.spec.legs[key]
        draw = draw or draw_key(request.method, request.url, request.body)
        self._attempts[key, draw] += 1
        fields = fields_of(
            request.method, request.url, request.headers, request.body, self._attempts[key, draw]
        )
        replay = self._replays.get((key, _repeat_key(leg, fields)))
        if replay is not None:
            return replay
        choice, reply = self._choose(leg, fields, draw)
        if reply is None:
            return not_given(f"no answer of {key} fits this request")
        answer = _Rendering(self.spec.seed, leg, fields, draw).answer(choice, reply)
        self._keep(leg, fields, answer)
        return answer

    def _choose(self, leg: Leg, fields: RequestFields, draw: str) -> tuple[str, Reply | None]:
        seed, key = self.spec.seed, leg.key
        for number, reply in enumerate(leg.replies, start=1):
            fits = holds(reply.tests, fields)
            if fits and (
                reply.chance is None or fraction(seed, *key, f"chance {number}", draw) < reply.chance
            ):
                return f"answers[{number}]", reply
        name = self._outcome(leg, fields, draw)
        replies = leg.named.get(name) or leg.named.get("rejected", ())
        fitting = [reply for reply in replies if holds(reply.tests, fields)]
        if not fitting:
            return name, None
        return name, fitting[int(fraction(seed, *key, f"which {name}", draw) * len(fitting))]

    def _outcome(self, leg: Leg, fields: RequestFields, draw: str) -> str:
        if leg.remember and (leg.key, _memory(leg, fields)) in self._remembered:
            return "duplicate"
        if leg.cap is not None and self._taken[leg.key, self._window(leg)] >= leg.cap.maximum:
            return "capped"
        return "accepted" if fraction(self.spec.seed, *leg.key, "accept", draw) < leg.accept else "rejected"

    def _keep(self, leg: Leg, fields: RequestFields, answer: Simulated) -> None:
        repeat = _repeat_key(leg, fields)
        if repeat:
            self._replays[leg.key, repeat] = replace(answer, hang=False, cut="", taken=False)
        if not answer.taken:
            return
        self._taken[leg.key, self._window(leg)] += 1
        memory = _memory(leg, fields)
        if memory:
            self._remembered.add((leg.key, memory))

    def _window(self, leg: Leg) -> str:
        digits = {"minute": 16, "hour": 13, "day": 10}.get(leg.cap.period if leg.cap else "", 0)
        return self._now().astimezone(datetime.UTC).isoformat()[:digits]


def not_given(sentence: str) -> Simulated:
    """The answer to what nothing was said about."""
    body, kind = rendered({"error": sentence}, lambda name: None)
    return Simulated("not given", NOT_GIVEN, (("Content-Type", kind),), body, given=False)


def _memory(leg: Leg, fields: RequestFields) -> str:
    value = fields.value(leg.remember) if leg.remember else None
    return "" if is_blank(value) else text_of(value).strip().casefold()


def _repeat_key(leg: Leg, fields: RequestFields) -> str:
    return fields.headers.get(leg.idempotency.lower(), "") if leg.idempotency else ""


@dataclass(frozen=True, slots=True)
class _Rendering:
    """What is drawn for one request."""

    seed: int
    leg: Leg
    fields: RequestFields
    draw: str

    def answer(self, choice: str, reply: Reply) -> Simulated:
        body, kind = rendered(reply.body, self.lookup)
        given = {name.lower() for name, _ in reply.headers}
        own = () if "content-type" in given else (("Content-Type", kind),)
        return Simulated(
            choice=choice,
            status=reply.status,
            headers=(*own, *reply.headers),
            body=body,
            delay=self._between(reply.delay or self.leg.latency, "delay"),
            hang=reply.hang,
            cut=reply.cut,
            taken=reply.takes or choice == "accepted",
        )

    def lookup(self, name: str) -> Any:
        match name:
            case "id":
                return digest(self.seed, *self.leg.key, "id", self.draw)[:6].hex()
            case "bid":
                return self._bid()
            case "attempt":
                return self.fields.attempt
        value = self.fields.value(name.removeprefix("request."))
        return "" if value is None else value

    def _bid(self) -> Decimal | None:
        bid = self.leg.bid
        if bid is None:
            return None
        cents = int(bid.low) + int(self._fraction("bid") * (int(bid.high) - int(bid.low) + 1))
        return (Decimal(cents) / 100).quantize(Decimal("0.01"))

    def _between(self, span: Range | None, what: str) -> float:
        return 0.0 if span is None else round(span.low + (span.high - span.low) * self._fraction(what), 4)

    def _fraction(self, what: str) -> float:
        return fraction(self.seed, *self.leg.key, what, self.draw)
