"""An answer is one write: its head waits for its body."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from leadflow_engine.service.answers import Answer
from leadflow_engine.service.http import respond
from leadflow_engine.service.patience import PatientProtocol


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        """Keep it."""
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        """Was it closed?"""
        return self.closed

    def close(self) -> None:
        """Close it."""
        self.closed = True


async def answered(method: str, answer: Answer, *lines: str) -> tuple[list[bytes], bool]:
    """What is written to whoever calls with this method and these further lines of a head, and whether the connection
    is closed then."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await respond(send, answer, scope)

    config = Config(app, lifespan="off", log_config=None, access_log=False)
    protocol, wire = PatientProtocol(config, ServerState(), {}), Wire()
    protocol.connection_made(wire)
    head = "\r\n".join([f"{method} /flows/f/sources/s/submit HTTP/1.1", "Host: x", *lines])
    protocol.data_received(f"{head}\r\n\r\n".encode())
    for _ in range(5):
        await asyncio.sleep(0)
    closed = wire.closed
    protocol.connection_lost(None)
    return wire.written, closed


@pytest.mark.parametrize(
    ("method", "answer", "body"),
    [
        ("GET", Answer(200, (), "good"), b"good"),
        ("GET", Answer(200, (), ""), b""),
        ("OPTIONS", Answer(204, (), ""), b""),
        ("HEAD", Answer(200, (), "good"), b""),
    ],
)
def test_head_and_body_are_written_together(method: str, answer: Answer, body: bytes) -> None:
    written, closed = asyncio.run(answered(method, answer))
    assert len(written) == 1
    assert written[0].startswith(b"HTTP/1.1 %d " % answer.status)
    assert written[0].partition(b"\r\n\r\n")[2] == body
    assert not closed


def test_a_connection_that_ends_with_its_answer_is_closed_behind_it() -> None:
    written, closed = asyncio.run(answered("GET", Answer(200, (), "good"), "Connection: close"))
    assert [part.endswith(b"good") for part in written] == [True]
    assert closed
