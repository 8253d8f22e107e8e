"""How long the certificates of the hosts that a flow sends to are still good, and how far our clock is from theirs."""

from __future__ import annotations

import asyncio
import datetime
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from leadflow_engine.outbound.guard import Guard, GuardedResolver, Refused, check_url

SECONDS = 8.0
"""How long a host may take."""

UNASKED = "not asked: LEADFLOW_SANDBOX leads every request from here to the sandbox"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a host showed: until when its certificate is good, seconds by which our clock is ahead of its; ``problem``
    where it could not be asked."""

    host: str
    port: int
    until: datetime.datetime | None = None
    ahead: float | None = None
    problem: str = ""


async def look_at(hosts: Sequence[tuple[str, int]], guard: Guard) -> list[Seen]:
    """Ask each host, all at once, by a HEAD of its root; nothing of a flow or a lead is sent. Nobody real is asked
    where the environment leads every request to a sandbox."""
    if guard.sandbox:
        return [Seen(host, port, problem=UNASKED) for host, port in hosts]
    return await asyncio.gather(*(_look(host, port, guard) for host, port in hosts))


async def _look(host: str, port: int, guard: Guard) -> Seen:
    try:
        async with asyncio.timeout(SECONDS):
            return await _asked(host, port, guard)
    except TimeoutError:
        return Seen(host, port, problem=f"no answer within {SECONDS:g} s")
    except ssl.SSLCertVerificationError as error:
        return Seen(host, port, problem=f"its certificate does not hold: {error.verify_message}")
    except (Refused, OSError) as error:
        return Seen(host, port, problem=error.strerror or str(error) or type(error).__name__)


async def _asked(host: str, port: int, guard: Guard) -> Seen:
    check_url(f"https://{host}:{port}/", guard)
    address = (await GuardedResolver(guard).resolve(host, port))[0]["host"]
    reader, writer = await asyncio.open_connection(
        address, port, ssl=ssl.create_default_context(), server_hostname=host
    )
    try:
        shown = writer.get_extra_info("peercert") or {}
        until = datetime.datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), datetime.UTC)
        writer.write(f"HEAD / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        head = await reader.read(8192)
        return Seen(host, port, until, _ahead(head))
    finally:
        writer.close()


def _ahead(head: bytes) -> float | None:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"date":
            try:
                return time.time() - parsedate_to_datetime(value.strip().decode("ascii")).timestamp()
            except ValueError:
                return None
    return None
