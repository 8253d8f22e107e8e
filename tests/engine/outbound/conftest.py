"""Tests that await run on asyncio, through anyio's plugin for pytest; those of connections on libuv's loop, too."""

from __future__ import annotations

import importlib.util
from typing import Final

import pytest

Loop = str | tuple[str, dict[str, bool]]
UVLOOP: Final = pytest.param(
    ("asyncio", {"use_uvloop": True}),
    id="uvloop",
    marks=pytest.mark.skipif(importlib.util.find_spec("uvloop") is None, reason="uvloop is not installed"),
)
LOOPS: Final = ("asyncio", UVLOOP)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
