"""Keys of the service: made once, shown once, kept as hashes. Rows are only ever added; a revoked key has a row that
says so."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from leadflow_engine.store.codec import iso, text
from leadflow_engine.store.errors import StoreError

if TYPE_CHECKING:
    from leadflow_engine.store.core import Core

PREFIXES: Final[Mapping[str, str]] = {"source": "src", "public": "pub", "buyer": "buy"}
"""By kind, how its keys begin: a key that is found somewhere tells what it opens."""

MOST_ALIVE: Final = 2
"""Keys of one kind that a source or a buyer may have at once: the present one and the next."""

_KEY = re.compile(r"(src|pub|buy)_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")
_COLUMNS = "k.id, k.kind, k.flow, k.party, k.test, k.made_at, k.expires_at, k.by, r.at"
_FROM = "FROM service_key k LEFT JOIN service_key_revoked r ON r.key = k.id"


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret. ``kind`` is source (may do all that its source may), public (may only submit) or buyer;
    ``party`` is the source or the buyer. Times are ISO in UTC, None where there is none."""

    id: str
    kind: str
    flow: str
    party: str
    test: bool
    made_at: str
    expires_at: str | None
    by: str
    revoked_at: str | None = None

    def alive(self, now: str) -> bool:
        """Does it open anything at this moment (ISO)?"""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


def make(
    core: Core,
    kind: str,
    flow: str,
    party: str,
    by: str,
    test: bool = False,
    lasts: datetime.timedelta | None = None,
) -> tuple[Key, str]:
    """A new key and its text, which is never to be had again. Raises ``StoreError`` where two are alive."""
    now = core.clock.now()
    alive = [key.id for key in listed(core.connection, flow, party, kind) if key.alive(iso(now))]
    if len(alive) >= MOST_ALIVE:
        raise StoreError(
            f"{party} has {len(alive)} {kind} keys already ({', '.join(alive)}); revoke one: "
            f"leadflow key revoke {alive[0]}"
        )
    secret = secrets.token_urlsafe(32)
    end = iso(now + lasts) if lasts is not None else None
    key = Key(secrets.token_hex(4), kind, flow, party, test, iso(now), end, text(by))
    core.connection.execute(
        "INSERT INTO service_key (id, kind, flow, party, hash, test, made_at, expires_at, by) "
        "VALUES (?,?,?,?,?,?,?,?,?)",
        (key.id, kind, flow, party, _hash(secret), int(test), key.made_at, end, key.by),
    )
    return key, f"{PREFIXES[kind]}_{key.id}_{secret}"


def revoke(core: Core, id: str, by: str, because: str) -> Key:
    """End a key now. Raises ``StoreError`` where there is none, or it has ended."""
    key = next((each for each in listed(core.connection) if each.id == id), None)
    if key is None:
        raise StoreError(f"there is no key `{id}`; `leadflow key list` tells which there are")
    if key.revoked_at is not None:
        raise StoreError(f"key {id} was revoked at {key.revoked_at[:19]}Z")
    core.connection.execute(
        "INSERT INTO service_key_revoked VALUES (?,?,?,?)",
        (id, iso(core.clock.now()), text(by), text(because)),
    )
    return key


def listed(connection: sqlite3.Connection, flow: str = "", party: str = "", kind: str = "") -> list[Key]:
    """All keys that there ever were, oldest first; of one flow, party, kind where these are given."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} {_FROM} WHERE (?1 = '' OR k.flow = ?1) AND (?2 = '' OR k.party = ?2) "
        "AND (?3 = '' OR k.kind = ?3) ORDER BY k.made_at, k.id",
        (flow, party, kind),
    )
    return [_key(row) for row in rows]


def known(connection: sqlite3.Connection, given: str, at: datetime.datetime) -> Key | None:
    """The key that this text is, where it is alive; None for any other text."""
    found = _KEY.fullmatch(given)
    if found is None:
        return None
    row = connection.execute(f"SELECT {_COLUMNS}, k.hash {_FROM} WHERE k.id = ?", (found[2],)).fetchone()
    right = hmac.compare_digest(row[-1] if row else "0" * 64, _hash(found[3]))
    key = _key(row[:-1]) if row and right else None
    return key if key and PREFIXES[key.kind] == found[1] and key.alive(iso(at)) else None


def is_key(given: str) -> bool:
    """Does a text have the shape of a key of the service?"""
    return _KEY.fullmatch(given) is not None


def _key(row: Sequence[Any]) -> Key:
    id, kind, flow, party, test, made_at, expires_at, by, revoked_at = row
    return Key(id, kind, flow, party, bool(test), made_at, expires_at, by, revoked_at)


def _hash(secret: str) -> str:
    """Plain SHA-256: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
