"""A call that brings leads, as plain data: what a service hands in, and what comes of it before any flow runs."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias
from urllib.parse import urlsplit

from leadflow_engine.texts.json_text import dumps

Json: TypeAlias = Any
Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request that came in, its body as it came over the wire.

    ``url`` is as it was called: its path and query, or the whole address where signatures are made over it.
    ``received_at`` is aware. ``name`` tells this call from every other; where it is "", the time and the body do.
    ``by_name`` are the headers by their names in small letters, where they are known so: of a call six are asked for.
    """

    method: str
    url: str
    headers: Headers
    body: bytes
    received_at: datetime.datetime
    remote: str = ""
    name: str = ""
    by_name: Mapping[str, str] | None = field(default=None, compare=False, repr=False)

    def header(self, name: str) -> str:
        """A header by its name in any case, several of it joined by commas; "" where there is none."""
        wanted = name.lower()
        if self.by_name is not None:
            return self.by_name.get(wanted, "")
        found = [value for key, value in self.headers if key.lower() == wanted]
        return found[0] if len(found) == 1 else ", ".join(found)

    @property
    def query(self) -> str:
        """What stands behind the ``?``."""
        try:
            return urlsplit(self.url).query
        except ValueError:
            return self.url.partition("?")[2]


@dataclass(frozen=True, slots=True)
class Payload:
    """What a source says of one lead: ``own`` is the lead's, ``beside`` what stands beside it in a call of several.

    ``identity`` names the lead for ever.
    """

    own: Mapping[str, Json]
    identity: str
    beside: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Received:
    """A call that was read: its leads in order; ``kind`` is how the body was read (a word of ``receive``)."""

    payloads: tuple[Payload, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A call that is answered at once: nothing of it is a lead. ``why`` is for the operator, free of values."""

    status: int
    headers: Headers
    body: str
    why: str


class Seen(Protocol):
    """Remembers which signed calls came in, so that none is taken twice."""

    def first(self, key: str, until: datetime.datetime) -> bool:
        """Is this key new? Then it is remembered until that time. Of several who ask at once, one hears yes."""
        ...


PLAIN: Final[Headers] = (("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"))
JSON: Final[Headers] = (("Content-Type", "application/json"),)


class Refused(Exception):
    """Inside the reading of a call: it ends with this answer."""

    def __init__(self, status: int, why: str, headers: Headers = ()) -> None:
        super().__init__(why)
        self.answered = Answered(status, (*JSON, *headers), dumps({"error": why}), why)
