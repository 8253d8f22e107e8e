"""Where buyers reach this service: the address that they are told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from leadflow_dsl import model as m
from leadflow_engine.effects import ReadCallback, Result

SETTING: Final = "LEADFLOW_PUBLIC_URL"
NOWHERE: Final = "https://your-host.example"
"""The host in dry runs and tests, where nobody can call."""


def is_known(address: str | None) -> bool:
    """Whether this says where buyers reach the service."""
    return (address or "").startswith(("https://", "http://"))


def unknown_to(flow: m.Flow, environ: Mapping[str, str] | None = None) -> list[str]:
    """The buyers of a flow that are to be told where to call while nobody has said where that is."""
    if is_known((os.environ if environ is None else environ).get(SETTING)):
        return []
    return [buyer.name for buyer in flow.buyers if buyer.callback and buyer.callback.by_url]


def called_at(data: ReadCallback, token: str, base: str | None = None) -> Result:
    """The result of the effect: an address below ``base``, or below what the environment says."""
    host = os.environ.get(SETTING, "") if base is None else base
    if not is_known(host):
        return {"url": None}
    path = f"/flows/{quote(data.flow)}/buyers/{quote(data.buyer)}/callback/{quote(token)}"
    return {"url": host.rstrip("/") + path}
