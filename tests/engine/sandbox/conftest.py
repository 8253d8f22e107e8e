"""Tests that await run on asyncio, through anyio's plugin for pytest."""

from __future__ import annotations

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
