"""Orders through the socket beside the journal: commands find the service there, and have it do what they would do.

Whoever may open the socket may give orders: it is the owner's alone."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from leadflow_engine.drivers.orders import address_of, socket_of
from leadflow_engine.effects import Json
from leadflow_engine.service.log import Log
from leadflow_engine.store import StoreError

LONGEST: Final = 64 * 2**20
"""Bytes of one order: a file of returns is one."""
SECONDS: Final = 30.0

CarryOut = Callable[[str, Mapping[str, Json]], Awaitable[Json]]


@asynccontextmanager
async def listening(journal: str | Path, carry_out: CarryOut, log: Log) -> AsyncIterator[None]:
    """Take orders while the block runs. Raises ``StoreError`` where the socket cannot be made."""
    path = socket_of(journal)
    path.unlink(missing_ok=True)  # of a service that was killed: the journal's lock is ours

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answer = await _answer(reader, carry_out, log)
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        except (OSError, TimeoutError):
            pass  # whoever asked has gone
        finally:
            writer.close()

    with address_of(path) as address:
        before = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(hear, address, limit=LONGEST)
        except OSError as error:
            raise StoreError(f"no orders can be taken at {path}: {error.strerror or error}") from None
        finally:
            os.umask(before)
    try:
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)


async def _answer(reader: asyncio.StreamReader, carry_out: CarryOut, log: Log) -> Mapping[str, Json]:
    try:
        async with asyncio.timeout(SECONDS):
            line = await reader.readline()
        order = json.loads(line)
        name, said = str(order["order"]), dict(order["said"])
    except (ValueError, KeyError, TypeError):
        return {"problem": "an order is a line of JSON with `order` and `said`"}
    try:
        return {"result": await carry_out(name, said)}
    except StoreError as problem:
        return {"problem": str(problem)}
    except Exception as error:
        log.mistake(f"order {name}", error)
        return {"problem": f"the service could not carry out `{name}`; its log says more"}
