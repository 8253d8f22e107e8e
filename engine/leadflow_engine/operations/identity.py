"""Who a record is: the same record of the same file is the same lead, however often the file is run."""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from leadflow_engine.intake.formats import IntakeError, Record
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.lead import walk
from leadflow_engine.operations.receiving import arrivals_of_payload
from leadflow_engine.plan import Plan

STDIN = "-"


class NoIdentity(ValueError):
    """A record without a value for ``--key``."""


@contextmanager
def as_file(leads: str) -> Iterator[Path]:
    """The file of leads; what comes through a pipe is kept in a temporary file, so that it can be read twice."""
    if leads != STDIN and (Path(leads).is_file() or not Path(leads).exists()):
        yield Path(leads)
        return
    with tempfile.NamedTemporaryFile(suffix=".stdin") as kept:
        with nullcontext(sys.stdin.buffer) if leads == STDIN else Path(leads).open("rb") as pipe:
            shutil.copyfileobj(pipe, kept)
        kept.flush()
        yield Path(kept.name)


def digest_of(path: Path) -> str:
    """The file's digest. Raises ``OSError``."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:24]


def identity_of(source: str, payload: Mapping[str, object], record: int, file: str, key: str = "") -> str:
    """``source/file/number``, or with ``--key`` a digest of that value (which may be personal).

    Raises ``NoIdentity`` where the record has no such value.
    """
    if not key:
        return f"{source}/{file}/{record}"
    value = walk(payload, key)
    if value is None or not str(value).strip():
        raise NoIdentity(f"record {record} has no `{key}`")
    return f"{source}/key/{hashlib.sha256(str(value).strip().casefold().encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class Arriving:
    """A lead of a record, or why there is none: ``arrival`` is None then."""

    record: Record
    arrival: Arrival | None
    problem: str = ""


def arriving(
    plan: Plan, source: str, records: Iterable[Record], file: str, key: str = ""
) -> Iterator[Arriving]:
    """The leads of a file's records, in order. A record of a source that says ``each`` may hold several."""
    for record in records:
        if isinstance(record.payload, IntakeError):
            yield Arriving(record, None, str(record.payload))
            continue
        try:
            identity = identity_of(source, record.payload, record.number, file, key)
            found = arrivals_of_payload(plan, source, record.payload, identity)
        except (NoIdentity, IntakeError) as problem:
            yield Arriving(record, None, str(problem))
            continue
        yield from (Arriving(record, arrival) for arrival in found)
