"""All workloads and their goals, in the order in which they are told."""

from __future__ import annotations

from typing import Final

import auction
import costs
import criteria
import dry
import durable
import growth
import scale
import whole_peers
from frame import Goal, Workload

_ALL = (
    Workload(
        "criteria",
        criteria.once,
        (
            Goal("10,000 buyers, best 8: zen-engine takes", "best 10000 zen ratio", 200, "×", least=True),
            Goal(
                "10,000 buyers, best 8: a compiled scan takes", "best 10000 scan ratio", 50, "×", least=True
            ),
            Goal("1,000 buyers, a reason for each that is out", "reasons 1000", 60, "us"),
            Goal("the same: zen-engine's match alone takes", "reasons 1000 zen ratio", 10, "×", least=True),
            Goal("from 100 to 10,000 buyers, best 8: grows to", "growth", 5, "×"),
            Goal("why each of 100 buyers was out, as stored", "stored 100", 64, "bytes"),
            Goal("a plan of 1,000 buyers is built in", "built 1000", 1, "s"),
            Goal("one of 1,000 buyers is changed in", "patched 1000", 10, "ms"),
            Goal("10,000 buyers with long lists of ZIP codes", "memory", 400, "MB"),
        ),
        also={
            "best 100": "us a lead, best 8 of 100 buyers",
            "best 1000": "us, of 1,000",
            "best 10000": "us, of 10,000",
            "reasons 100": "us a lead, 100 buyers, a reason for each that is out",
            "reasons 10000": "us, 10,000 buyers",
            "zen 10000": "us, zen-engine, all that match of 10,000",
            "scan 10000": "us, a compiled scan, all that match of 10,000",
            "scan first 10000": "us, a compiled scan in order of rank that ends at the eighth match",
            "zen 1000": "us, zen-engine, all that match of 1,000",
            "cel 1000": "us, cel-expr-python, all that match of 1,000",
            "rule_engine 1000": "us, rule-engine, all that match of 1,000",
            "json_rules 1000": "us, json-rules-engine, all that match of 1,000",
            "patched 10000": "ms until one of 10,000 buyers is changed",
        },
        times=2,
    ),
    Workload(
        "auction",
        auction.once,
        (
            Goal("50 instant buyers, the whole Run, half within", "run", 5, "ms"),
            Goal("the same on httpx", "httpx ratio", 40, "×", least=True),
            Goal(
                "20 buyers of 300 ms, ping and post, 50 leads/s: 99 of 100 within",
                "slow p99",
                1000,
                "ms",
            ),
        ),
        also={
            "run cpu": "ms of processor time a Run",
            "httpx cpu ratio": "times the processor time on httpx",
            "slow p50": "ms, 20 buyers of 300 ms, half within",
        },
    ),
    Workload(
        "whole",
        whole_peers.once,
        (
            Goal("whole lead, 16 in flight, by the clock", "rate", 1500, "leads/s", least=True),
            Goal("the same against FastAPI, httpx, SQLAlchemy", "fastapi ratio", 20, "×", least=True),
            Goal("the same against Node-RED, which keeps nothing", "node_red ratio", 2, "×", least=True),
            Goal("rows of such a lead in the journal, all tables", "rows", 15, "rows"),
        ),
        also={
            "cpu": "ms of processor time a lead, callers and buyers included",
            "service cpu": "ms of it the service",
            "loop cpu": "ms of that its event loop",
            "beside cpu": "ms of that the process that writes its journal",
            "carries": "leads/s that two cores carry by processor time",
            "fastapi cpu": "ms of processor time a lead, FastAPI, httpx, SQLAlchemy",
            "fastapi cpu ratio": "times leadflow's",
            "node_red cpu": "ms of processor time a lead, Node-RED",
            "node_red cpu ratio": "times leadflow's, which keeps everything",
            "p50": "ms, half of all leads are answered within",
            "p99": "ms, 99 of 100",
        },
    ),
    Workload(
        "journal",
        durable.once,
        (
            Goal(
                "rows a second, durable, as its views show them",
                "rows a second",
                20_000,
                "rows/s",
                least=True,
            ),
            Goal("acknowledged, at 500 leads a second, 99 of 100 within", "p99", 15, "ms"),
        ),
        also={
            "journal rows": "rows of a lead of this workload, as views show them",
            "journal lying": "rows of it that lie in tables, where one holds all that was written at once",
            "lying a second": "such rows a second",
            "leads a second": "leads a second",
            "cpu": "us of processor time a lead",
            "p50": "ms, half of all writes are acknowledged within",
            "fsync": "us that one durable write takes the disk",
        },
    ),
    Workload(
        "dry",
        dry.once,
        (
            Goal("dry run, 50 buyers, every part read", "read", 2500, "leads/s", least=True),
            Goal("dry run, 50 buyers, no part read", "unread", 8000, "leads/s", least=True),
        ),
    ),
    Workload(
        "scale",
        scale.once,
        (
            Goal("`run` over four times the leads takes more memory by", "run growth", 10, "MB"),
            Goal("a process that took in 10,000 buyers with ZIP codes holds", "plan held", 400, "MB"),
            Goal("`serve`, 50 flows of 20 buyers: the first lead is answered in", "first lead", 2, "s"),
        ),
        times=1,
        also={
            "run": "MB, the most that `run` over 60,000 leads took",
            "plan most": "MB, the most while 10,000 buyers were taken in",
            "plan taken in": "s of processor time, taking in and planning 10,000 buyers",
            "start cpu": "s of processor time, the start with 50 flows and the first lead",
        },
    ),
    Workload("growth", growth.once, (), times=1, in_quick=False),
    Workload("costs", costs.once, (), times=1, in_quick=False),
)
WORKLOADS: Final = {workload.name: workload for workload in _ALL}
