"""All workloads and their goals, in the order in which they are told."""

from __future__ import annotations

from typing import Final

import dry
import growth
import whole_peers
from frame import Goal, Workload

_WHOLE = "whole lead"
_DRY = "dry run"

_ALL = (
    Workload(
        "whole",
        whole_peers.once,
        (
            Goal(_WHOLE, "whole lead, 16 in flight, by the clock", "rate", 1500, "leads/s", least=True),
            Goal(_WHOLE, "the same against FastAPI, httpx, SQLAlchemy", "fastapi ratio", 20, "×", least=True),
            Goal(
                _WHOLE, "the same against Node-RED, which keeps nothing", "node_red ratio", 2, "×", least=True
            ),
        ),
        also={
            "cpu": "ms of processor time a lead, all processes",
            "service cpu": "ms, the service",
            "loop cpu": "ms, its event loop",
            "callers cpu": "ms, who calls",
            "buyers cpu": "ms, who buys",
            "carries": "leads/s on two cores by processor time",
            "fastapi cpu": "ms a lead, FastAPI",
            "fastapi cpu ratio": "×, of processor time",
            "node_red cpu": "ms a lead, Node-RED",
            "node_red cpu ratio": "×, of processor time",
            "p50": "ms",
            "p99": "ms",
        },
    ),
    Workload(
        "dry",
        dry.once,
        (
            Goal(_DRY, "dry run, 50 buyers, every part read", "read", 2500, "leads/s", least=True),
            Goal(_DRY, "dry run, 50 buyers, no part read", "unread", 8000, "leads/s", least=True),
        ),
    ),
    Workload("growth", growth.once, (), times=1),
)
WORKLOADS: Final = {workload.name: workload for workload in _ALL}
