"""Giving an order to whoever holds a journal: the service, through the socket beside the file, or this process.

One line of JSON each way: ``{"order": NAME, "said": {...}}``, then ``{"result": ...}`` or ``{"problem": TEXT}``."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.effects import Json
from leadflow_engine.operations.orders import carry_out
from leadflow_engine.store import Held, SqliteStore, StoreError

SECONDS: Final = 30.0
"""How long the service may take."""


def socket_of(journal: str | Path) -> Path:
    """Where the process that holds a journal listens for orders."""
    return Path(f"{journal}.socket")


def give(journal: str | Path, name: str, said: Mapping[str, Json]) -> Json:
    """Have an order carried out. Raises ``StoreError`` where it cannot be, and ``Held`` where a process that takes no
    orders has the journal."""
    try:
        store = SqliteStore.open(journal, RealClock(), create=False)
    except Held:
        if not socket_of(journal).exists():
            raise
        return _asked(journal, name, said)
    try:
        return carry_out(store, name, said)
    finally:
        store.close_now()


def _asked(journal: str | Path, name: str, said: Mapping[str, Json]) -> Json:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(SECONDS)
            line.connect(str(socket_of(journal)))
            line.sendall(json.dumps({"order": name, "said": said}).encode() + b"\n")
            with line.makefile("rb") as answers:
                answer = json.loads(answers.readline() or b"{}")
    except (OSError, ValueError) as error:
        raise StoreError(f"the service that holds {journal} does not answer on its socket: {error}") from None
    if "result" not in answer:
        raise StoreError(str(answer.get("problem", "the service ended before it answered")))
    return answer["result"]
