"""The sandbox's own books: every request that arrived whole, in order, with what was answered.

No value of a request stands in it, only digests: enough to find a lead's requests, and to see one that came twice.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from leadflow_engine.answers.conditions import text_of
from leadflow_engine.answers.request_fields import fields_of, flat
from leadflow_engine.answers.simulator import RequestLike, Simulated
from leadflow_engine.answers.spec import LegKey

IDEMPOTENCY_HEADERS = ("idempotency-key", "x-idempotency-key", "x-request-id")


@dataclass(frozen=True, slots=True)
class Entry:
    """One request. ``at`` is ISO 8601 in UTC; ``fields`` maps each field's path to ``field_digest`` of its value;
    ``answer`` is what was chosen; ``status`` is None where no answer was to be sent (a hang, a cut)."""

    seq: int
    at: str
    name: str
    leg: str
    method: str
    url: str
    idempotency_key: str
    body_hash: str
    fields: Mapping[str, str]
    answer: str
    status: int | None
    taken: bool
    hang: bool
    cut: str
    delay_ms: float


class Ledger:
    """Entries in order of arrival, and a line of JSON for each in ``file`` where one is given (appended, flushed)."""

    def __init__(self, file: Path | str | None = None) -> None:
        self._entries: list[Entry] = []
        self._seq = 0
        self._file: IO[str] | None = None
        if file is not None:
            self._file = Path(file).open("a", encoding="utf-8")  # noqa: SIM115 - kept open as long as the ledger

    def add(self, key: LegKey | None, request: RequestLike, idempotency: str, answer: Simulated) -> Entry:
        """Enter one request and what it is answered."""
        self._seq += 1
        entry = Entry(
            seq=self._seq,
            at=datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
            name=key.name if key else "",
            leg=(key.leg or "service") if key else "",
            method=request.method,
            url=request.url.partition("?")[0],
            idempotency_key=idempotency,
            body_hash=hashlib.sha256((request.body or "").encode("utf-8", "surrogatepass")).hexdigest(),
            fields=dict(_digests(request)),
            answer=answer.choice,
            status=None if answer.hang or answer.cut else answer.status,
            taken=answer.taken,
            hang=answer.hang,
            cut=answer.cut,
            delay_ms=round(answer.delay * 1000, 3),
        )
        self._entries.append(entry)
        if self._file is not None:
            self._file.write(f"{json.dumps(asdict(entry))}\n")
            self._file.flush()
        return entry

    def entries(self, name: str = "", leg: str = "") -> list[Entry]:
        """Entries in order, of one buyer or service and one leg where asked."""
        return [
            entry
            for entry in self._entries
            if (not name or entry.name == name) and (not leg or entry.leg == leg)
        ]

    def reset(self) -> None:
        """Begin anew. What stands in the file stays."""
        self._entries.clear()
        self._seq = 0

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def field_digest(value: Any) -> str:
    """16 hexadecimal digits for one value, as the ledger writes it."""
    return hashlib.sha256(text_of(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _digests(request: RequestLike) -> Iterator[tuple[str, str]]:
    fields = fields_of(request.method, request.url, request.headers, request.body, 1)
    for tree in (fields.query, fields.body):
        if isinstance(tree, (dict, list)):
            yield from ((path, field_digest(value)) for path, value in flat(tree))


def as_json(entry: Entry) -> dict[str, Any]:
    """An entry for ``GET /_ledger``."""
    return asdict(entry)
