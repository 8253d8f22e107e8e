"""Giving an order to whoever holds a journal: the service, through the socket beside the file, or this process.

One line of JSON each way: ``{"order": NAME, "said": {...}}``, then ``{"result": ...}`` or ``{"problem": TEXT}``."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.effects import Json
from leadflow_engine.operations.orders import carry_out
from leadflow_engine.store import Held, SqliteStore, StoreError

SECONDS: Final = 30.0
"""How long the service may take."""


LONGEST_ADDRESS: Final = 100
"""Bytes of a socket's path that every system takes."""


def socket_of(journal: str | Path) -> Path:
    """Where the process that holds a journal listens for orders."""
    return Path(f"{journal}.socket")


@contextmanager
def address_of(path: Path) -> Iterator[str]:
    """A socket's path as the system takes it while the block runs: it takes no more than some hundred bytes, so that a
    long one is led through its folder."""
    if len(os.fsencode(path)) <= LONGEST_ADDRESS:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def give(journal: str | Path, name: str, said: Mapping[str, Json], create: bool = False) -> Json:
    """Have an order carried out; ``create`` makes a journal where there is none. Raises ``StoreError`` where it cannot
    be, and ``Held`` where a process that takes no orders has the journal."""
    try:
        store = SqliteStore.open(journal, RealClock(), create)
    except Held:
        if not socket_of(journal).exists():
            raise
        return ask_service(journal, name, said)
    try:
        return carry_out(store, name, said)
    finally:
        store.close_now()


def ask_service(journal: str | Path, name: str, said: Mapping[str, Json]) -> Json:
    """Have the service that holds a journal carry out an order. Raises ``StoreError``, also where none does."""
    if not socket_of(journal).exists():
        raise StoreError(f"no service holds journal {journal}: `leadflow serve` starts one")
    try:
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line,
            address_of(socket_of(journal)) as address,
        ):
            line.settimeout(SECONDS)
            line.connect(address)
            line.sendall(json.dumps({"order": name, "said": said}).encode() + b"\n")
            with line.makefile("rb") as answers:
                answer = json.loads(answers.readline() or b"{}")
    except (OSError, ValueError) as error:
        raise StoreError(f"the service that holds {journal} does not answer on its socket: {error}") from None
    if "result" not in answer:
        raise StoreError(str(answer.get("problem", "the service ended before it answered")))
    return answer["result"]
