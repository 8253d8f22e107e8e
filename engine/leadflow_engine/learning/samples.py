"""Recorded answers whose outcomes somebody knows: from YAML, JSON or JSON lines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from leadflow_engine.answers.document import AnswersError, read_document
from leadflow_engine.texts.json_text import dumps, scalar_text

OUTCOMES: Final = ("accepted", "duplicate", "pending", "retry", "rejected", "error")
VALUES: Final = ("price", "reference", "reason")
_KEYS: Final = frozenset({"status", "headers", "body", "outcome", "name", *VALUES})


class SampleProblem(ValueError):
    """Samples that cannot be used. The message says which and why."""


@dataclass(frozen=True, slots=True)
class Sample:
    """An answer and what it meant. ``known`` are those of ``price reference reason`` that somebody told; "" says that
    the answer gives none."""

    name: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    outcome: str
    known: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> str:
        """The header of that name, "" without one."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), "")


def read_samples(path: Path) -> tuple[Sample, ...]:
    """The samples of a file. Raises ``SampleProblem``."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise SampleProblem(f"{path} cannot be read as UTF-8 text") from problem
    samples = tuple(_sample(number, one, path) for number, one in enumerate(_records(text, path), 1))
    if not samples:
        raise SampleProblem(f"{path} holds no sample")
    if twice := [name for name, number in Counter(one.name for one in samples).items() if number > 1]:
        raise SampleProblem(f"{path}: two samples are called `{twice[0]}`")
    return samples


def _records(text: str, path: Path) -> Iterable[Any]:
    if path.suffix in {".jsonl", ".ndjson"}:
        return _lines(text, path)
    try:
        whole = read_document(text, str(path)).data
    except AnswersError as problem:
        raise SampleProblem(str(problem)) from problem
    if not isinstance(whole, list):
        raise SampleProblem(
            f"{path}: samples are a list, each with `status`, `headers`, `body` and `outcome`"
        )
    return whole


def _lines(text: str, path: Path) -> Iterator[Any]:
    for number, line in enumerate(text.splitlines(), 1):
        try:
            if line.strip():
                yield json.loads(line, parse_float=Decimal)
        except ValueError as problem:
            raise SampleProblem(f"{path}:{number}: this line is no JSON") from problem


def _sample(number: int, said: Any, path: Path) -> Sample:
    where = f"{path}: sample {number}"
    if not isinstance(said, dict):
        raise SampleProblem(f"{where} is no object with `status`, `headers`, `body` and `outcome`")
    if unknown := sorted(set(said) - _KEYS):
        raise SampleProblem(f"{where}: there is no `{unknown[0]}` here; there are {', '.join(sorted(_KEYS))}")
    if said.get("outcome") not in OUTCOMES:
        raise SampleProblem(f"{where}: its `outcome` is one of {', '.join(OUTCOMES)}")
    status, headers, body = said.get("status", 200), said.get("headers") or {}, said.get("body", "")
    if not str(status).isdigit() or not 100 <= int(status) <= 599 or not isinstance(headers, dict):
        raise SampleProblem(f"{where}: `status` is a number from 100 to 599, `headers` an object")
    return Sample(
        str(said.get("name") or number),
        int(status),
        tuple((str(name), scalar_text(value)) for name, value in headers.items()),
        body if isinstance(body, str) else dumps(body),
        said["outcome"],
        {name: "" if said[name] is None else scalar_text(said[name]) for name in VALUES if name in said},
    )
