"""Where buyers reach this service: the address that they are told."""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import quote

from leadflow_engine.effects import ReadCallback, Result

SETTING: Final = "LEADFLOW_PUBLIC_URL"
NOWHERE: Final = "https://your-host.example"
"""The host in dry runs and tests, where nobody can call."""


def called_at(data: ReadCallback, token: str, base: str | None = None) -> Result:
    """The result of the effect: an address below ``base``, or below what the environment says."""
    host = os.environ.get(SETTING, "") if base is None else base
    if not host.startswith(("https://", "http://")):
        return {"url": None}
    path = f"/flows/{quote(data.flow)}/buyers/{quote(data.buyer)}/callback/{quote(token)}"
    return {"url": host.rstrip("/") + path}
