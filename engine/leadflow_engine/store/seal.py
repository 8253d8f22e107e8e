"""Personal data at rest: each lead's contents under a key of its own, and that key under a master key.

The master key is never in the file. Whoever destroys a lead's key destroys what was personal in it, in every copy that
is made from then on. ``fact.digest`` and ``fact.hash`` are made of what stands in the file, so that chains hold without
any key."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from leadflow_engine.store.errors import StoreError

SETTING: Final = "LEADFLOW_MASTER_KEY"
FILE_SETTING: Final = "LEADFLOW_MASTER_KEY_FILE"
SEALED: Final = "sealed:"
"""What a sealed text begins with. JSON never does."""

KEY_BYTES, NONCE_BYTES = 32, 12
REMEMBERED: Final = 5_000
"""Leads whose keys are kept at hand."""


@dataclass(frozen=True, slots=True, repr=False)
class Masters:
    """Master keys by their id (eight hex digits of the key's digest). ``current`` seals; the others only open what they
    had sealed."""

    keys: Mapping[str, bytes]
    current: str

    def wrap(self, key: bytes, about: str) -> str:
        """A key, sealed by the current master key: ``ID:TEXT``. ``about`` is what it belongs to."""
        return f"{self.current}:{_sealed(AESGCM(self.keys[self.current]), key, about)}"

    def unwrap(self, text: str, about: str) -> bytes:
        """The key again. Raises ``StoreError`` where its master key is not given, or it is not what was sealed."""
        name, _, sealed = text.partition(":")
        if name not in self.keys:
            raise StoreError(f"sealed under master key {name}, which is not given: name it in {SETTING}, too")
        return _opened(AESGCM(self.keys[name]), sealed, about)


def masters_from(environ: Mapping[str, str]) -> Masters | None:
    """The master keys that the environment gives: in ``LEADFLOW_MASTER_KEY``, or in the file that
    ``LEADFLOW_MASTER_KEY_FILE`` names; several stand apart by spaces, the current one first. Raises ``StoreError``."""
    text = environ.get(SETTING, "")
    if not text and environ.get(FILE_SETTING):
        text = _of_file(Path(environ[FILE_SETTING]))
    keys = {_id(key): key for key in map(_decoded, text.split())}
    return Masters(keys, next(iter(keys))) if keys else None


def new_master() -> str:
    """A new master key as text."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


class Seal:
    """Seals and opens the contents of one connection's journal. Without masters it leaves texts as they are, and cannot
    open what is sealed; without ``seals`` it only opens."""

    __slots__ = ("_keys", "_seals", "masters")

    def __init__(self, masters: Masters | None, seals: bool = True) -> None:
        self.masters = masters
        self._seals = seals and masters is not None
        self._keys: dict[str, AESGCM] = {}

    def close(self, connection: sqlite3.Connection, lead: str, about: str, text: str) -> str:
        """A content as it is stored."""
        if not self._seals:
            return text
        key = self._key(connection, lead, make=True)
        return SEALED + _sealed(key, text.encode("utf-8", "surrogatepass"), about)

    def close_instance(self, key: str) -> str:
        """The journal's own key as it is stored."""
        return (
            SEALED + self.masters.wrap(key.encode(), INSTANCE_ABOUT) if self._seals and self.masters else key
        )

    def open_instance(self, text: str) -> str:
        """The journal's own key as it was. Raises ``StoreError`` where that needs a master key."""
        if not text.startswith(SEALED):
            return text
        if self.masters is None:
            raise needs_master()
        return self.masters.unwrap(text[len(SEALED) :], INSTANCE_ABOUT).decode()

    def open(self, connection: sqlite3.Connection, lead: str, about: str, text: str) -> str:
        """A content as it was. Raises ``StoreError`` where that needs a key that is not there."""
        if not text.startswith(SEALED):
            return text
        key = self._key(connection, lead, make=False)
        return _opened(key, text[len(SEALED) :], about).decode("utf-8", "surrogatepass")

    def forget(self) -> None:
        """Keep no key at hand: one may have been destroyed, or its transaction been rolled back."""
        self._keys.clear()

    def _key(self, connection: sqlite3.Connection, lead: str, make: bool) -> AESGCM:
        known = self._keys.get(lead)
        if known is None:
            if len(self._keys) >= REMEMBERED:
                self._keys.clear()
            known = self._keys[lead] = AESGCM(self._found(connection, lead, make))
        return known

    def _found(self, connection: sqlite3.Connection, lead: str, make: bool) -> bytes:
        if self.masters is None:
            raise needs_master()
        row = connection.execute("SELECT wrapped FROM lead_key WHERE lead = ?", (lead,)).fetchone()
        if row is not None:
            return self.masters.unwrap(row[0], KEYS_ABOUT)
        if not make:
            raise StoreError(f"the key of lead {lead} is destroyed: what was personal in it is gone")
        key = AESGCM.generate_key(KEY_BYTES * 8)
        wrapped = self.masters.wrap(key, KEYS_ABOUT)
        connection.execute("INSERT INTO lead_key (lead, wrapped) VALUES (?, ?)", (lead, wrapped))
        return key


KEYS_ABOUT: Final = "lead key"
INSTANCE_ABOUT: Final = "instance key"


class Connection(sqlite3.Connection):
    """A connection to a journal, with what seals its contents, and what ``beside`` remembers of it."""

    seal: Seal = Seal(None)
    beside: object = None


def seal_of(connection: sqlite3.Connection) -> Seal:
    """What seals the contents of this connection's journal."""
    return connection.seal if isinstance(connection, Connection) else _PLAIN


_PLAIN: Final = Seal(None)


def needs_master() -> StoreError:
    """What is said where a sealed journal is opened without a master key."""
    return StoreError(
        f"this journal is sealed: give its master key in {SETTING}, or its file in {FILE_SETTING}"
    )


def rotate(connection: sqlite3.Connection) -> int:
    """Wrap every key anew under the current master key; gives how many were under another. Raises ``StoreError``."""
    masters = seal_of(connection).masters
    if masters is None:
        raise needs_master()
    others = (f"{masters.current}:%",)
    old = connection.execute("SELECT lead, wrapped FROM lead_key WHERE wrapped NOT LIKE ?", others).fetchall()
    rows = [(masters.wrap(masters.unwrap(text, KEYS_ABOUT), KEYS_ABOUT), lead) for lead, text in old]
    connection.executemany("UPDATE lead_key SET wrapped = ? WHERE lead = ?", rows)
    return len(rows) + _rotate_instance(connection, masters)


def _rotate_instance(connection: sqlite3.Connection, masters: Masters) -> int:
    """The journal's own key under the current master key; one that was never sealed is, from now on."""
    text = connection.execute("SELECT value FROM meta WHERE name = 'instance_key'").fetchone()[0]
    if text.startswith(f"{SEALED}{masters.current}:"):
        return 0
    seal = Seal(masters)
    connection.execute(
        "UPDATE meta SET value = ? WHERE name = 'instance_key'",
        (seal.close_instance(seal.open_instance(text)),),
    )
    return 1


def _sealed(key: AESGCM, data: bytes, about: str) -> str:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.b64encode(nonce + key.encrypt(nonce, data, about.encode())).decode()


def _opened(key: AESGCM, text: str, about: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
        return key.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], about.encode())
    except (InvalidTag, ValueError):
        raise StoreError("what is sealed was changed, or sealed under another key") from None


def _id(key: bytes) -> str:
    return sha256(b"leadflow master key" + key).hexdigest()[:8]


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise StoreError(
            f"{SETTING} is no master key: 32 bytes in base64; `leadflow master-key new` makes one"
        )
    return key


def _of_file(path: Path) -> str:
    try:
        if path.stat().st_mode & 0o077 and os.name == "posix":
            raise StoreError(f"{path}: others may read the master key; chmod 600 {path}")
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} ({FILE_SETTING}) cannot be read: {error}") from None
