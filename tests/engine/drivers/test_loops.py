"""Commands run on libuv's loop where it is installed, and do without."""

from __future__ import annotations

import asyncio
import sys

import pytest

from leadflow_engine.drivers import loops


async def loops_module() -> str:
    return type(asyncio.get_running_loop()).__module__


def test_the_fastest_loop_that_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("uvloop")
    assert loops.run(loops_module()).startswith("uvloop")
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert loops.run(loops_module()).startswith("asyncio")
