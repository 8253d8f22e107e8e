"""Bodies that are none: each is answered within a second, never by an error of ours, and the service goes on."""

from __future__ import annotations

import asyncio
import gc
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.abuse.calls import CALLS
from tests.engine.service.served import within

LONGEST = 1.0
"""Seconds of processor time that one call may cost."""
MOST_MEMORY = 50 * 1_048_576
"""Bytes by which the process may have grown after all of them."""
LONGEST_ANSWER = 4_096
"""Bytes of an answer to a call that was refused: no caller makes us write a book."""


def memory() -> int:
    """Bytes that the process holds."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def problems_of(answer: httpx.Response, seconds: float) -> Iterator[str]:
    """What is wrong with an answer."""
    if answer.status_code >= 500:
        yield f"status {answer.status_code}"
    if seconds > LONGEST:
        yield f"{seconds:.1f} s"
    if answer.status_code >= 400 and set(answer.json()) != {"error"}:
        yield "an answer of another form"
    if len(answer.content) > LONGEST_ANSWER:
        yield f"an answer of {len(answer.content):,} bytes"


def test_two_hundred_calls_by_hand(here: Path) -> None:
    said: list[str] = []

    async def scene() -> list[str]:
        wrong = []
        async with within(here, said, shadow=True) as (_, client):
            before = memory()
            for number, (kind, body) in enumerate(CALLS):
                sent = {"Content-Type": kind.encode("latin-1")} if kind else {}
                began = time.process_time()
                answer = await client.post("/flows/desk/sources/web/submit", content=body, headers=sent)
                seconds = time.process_time() - began
                wrong += [f"{number} {kind} {body[:60]!r}: {why}" for why in problems_of(answer, seconds)]
            grown = memory() - before
            good = await client.post("/flows/desk/sources/web/submit", json={"mail": "zoe@example.com"})
            wrong += [f"grown by {grown:,} bytes"] if grown > MOST_MEMORY else []
            return wrong + ([] if good.status_code == 200 else [f"afterwards {good.status_code}"])

    assert len(CALLS) >= 200
    wrong = asyncio.run(scene())
    assert not wrong, "\n".join(wrong)
    assert said == []
