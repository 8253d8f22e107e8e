"""A file of answers, read and checked: all that is wrong with it is said at once, with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any

from leadflow_engine.answers.document import AnswersError, Document, Path, Problem, read_document
from leadflow_engine.answers.problems import leg_problems, schema_problems
from leadflow_engine.answers.spec import CapRule, Leg, LegKey, Range, Reply, Spec, Test

NAMED = ("accepted", "rejected", "duplicate", "capped")
SECONDS: Mapping[str, float] = {"ms": 0.001, "s": 1.0, "m": 60.0}


def load_answers(path: FilePath | str) -> Spec:
    """Read a file of answers. Raises ``AnswersError`` with every problem found."""
    file = str(path)
    try:
        text = FilePath(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise AnswersError((Problem(file, 1, 1, f"the file cannot be read: {error.strerror}"),)) from error
    except UnicodeDecodeError as error:
        raise AnswersError((Problem(file, 1, 1, f"the file is not UTF-8 (byte {error.start})"),)) from error
    return parse_answers(text, file)


def parse_answers(text: str, file: str = "answers.yaml") -> Spec:
    """A text of answers. Raises ``AnswersError`` with every problem found."""
    return spec_of(read_document(text, file))


def answers_beside(flow: FilePath | str) -> FilePath | None:
    """The file of answers that belongs to a flow: ``flows/solar.answers.yaml`` beside ``flows/solar.flow``, or
    ``answers.yaml`` in its directory. None where there is neither."""
    path = FilePath(flow)
    candidates = (path.with_suffix(".answers.yaml"), path.with_name("answers.yaml"))
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def spec_of(document: Document) -> Spec:
    """Check a document (of a file, or a part of a scenario) and make its answers. Raises ``AnswersError``."""
    problems = tuple(schema_problems(document))
    if problems:
        raise AnswersError(problems)
    data = document.data
    legs = {key: _leg(key, _as_leg(raw)) for key, _, raw in _legs(data)}
    problems = tuple(
        found for key, path, _ in _legs(data) for found in leg_problems(document, path, legs[key])
    )
    if problems:
        raise AnswersError(problems)
    return Spec(data.get("seed", 0), legs, document.file)


# ------------------------------------------------------------------ from data to a spec


def _legs(data: Mapping[str, Any]) -> Iterator[tuple[LegKey, Path, Any]]:
    for name, buyer in data.get("buyers", {}).items():
        for word, raw in buyer.items():
            yield LegKey("buyer", name, "post" if word == "deliver" else word), ("buyers", name, word), raw
    for name, raw in data.get("services", {}).items():
        yield LegKey("service", name, ""), ("services", name), raw


def _as_leg(raw: Any) -> Mapping[str, Any]:
    return {"answers": raw} if isinstance(raw, list) else raw


def _leg(key: LegKey, raw: Mapping[str, Any]) -> Leg:
    return Leg(
        key=key,
        url=raw.get("url", "").split("://", 1)[-1],
        latency=_span(raw.get("latency")),
        replies=tuple(_reply(item) for item in raw.get("answers", ())),
        accept=_share(raw.get("accept", "100%")),
        bid=_cents(raw.get("bid")),
        remember=raw.get("remember", ""),
        cap=_cap(raw.get("cap")),
        idempotency=raw.get("idempotency", ""),
        named={name: tuple(_reply(item) for item in _several(raw[name])) for name in NAMED if name in raw},
    )


def _several(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else [raw]


def _reply(raw: Mapping[str, Any]) -> Reply:
    return Reply(
        tests=tuple(test for path, given in raw.get("when", {}).items() for test in _tests(path, given)),
        chance=_share(raw["chance"]) if "chance" in raw else None,
        takes=raw.get("takes", False),
        status=raw.get("status", 200),
        headers=tuple(raw.get("headers", {}).items()),
        body=raw.get("body", ""),
        delay=_span(raw.get("delay")),
        hang=raw.get("hang", False),
        cut=raw.get("cut", ""),
    )


def _tests(path: str, given: Any) -> Iterator[Test]:
    if isinstance(given, dict):
        yield from (Test(path, kind, tuple(_several(v)) if kind == "not" else v) for kind, v in given.items())
    else:
        yield Test(path, "is", tuple(_several(given)))


def _share(text: str) -> float:
    return float(Decimal(text.removesuffix("%")) / 100)


def _span(text: str | None) -> Range | None:
    if text is None:
        return None
    low, _, high = text.partition("-")
    return Range(_seconds(low), _seconds(high or low))


def _seconds(text: str) -> float:
    unit = next(unit for unit in SECONDS if text.endswith(unit))
    return float(text.removesuffix(unit)) * SECONDS[unit]


def _cents(given: Any) -> Range | None:
    if given is None:
        return None
    low, _, high = str(given).partition("-")
    return Range(int(Decimal(low) * 100), int(Decimal(high or low) * 100))


def _cap(text: str | None) -> CapRule | None:
    if text is None:
        return None
    number, _, rest = text.partition(" ")
    return CapRule(int(number), rest.removeprefix("per "))
