"""Figures for Prometheus. Labels are names of the flow, words of the language, statuses: bounded, nothing personal."""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from leadflow_engine.plan import Plan
from leadflow_engine.records import Posting
from leadflow_engine.runner import Ending
from leadflow_engine.service.bounds import Room
from leadflow_engine.service.series import Counted, Timed
from leadflow_engine.store import SqliteStore

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds."""
NOBODY: Final = ""
"""The label of a flow or a source that there is not: what strangers ask for makes no series."""

PING: Final = "ping"
"""The outcome of a lead about which its seller only asked."""


class Metrics:
    """The figures of one service."""

    def __init__(self, store: SqliteStore, room: Room) -> None:
        self._registry = CollectorRegistry()
        self._calls = self._counter(
            "calls", "Calls to sources, by what they were answered.", "flow source status"
        )
        self._leads = self._counter("leads", "Leads whose Run ended, by outcome.", "flow source outcome")
        self._requests = self._counter("requests", "Requests to others, by verdict.", "flow name leg verdict")
        self._failures = self._counter(
            "failures", "Runs that stopped for an error of ours or of the journal.", ""
        )
        self._reloads = self._counter("reloads", "Flows loaded again.", "flow result")
        self._seconds = self._timed("answer_seconds", "From a call to its answer.", "flow source")
        self._sent = self._timed("request_seconds", "Requests to others.", "flow name")
        going = Gauge("leadflow_leads_under_way", "Runs under way.", registry=self._registry)
        going.set_function(lambda: room.taken)
        self._registry.register(_Journal(store))

    def called(self, flow: str, source: str, status: int, seconds: float) -> None:
        """A call to a source was answered."""
        self._calls.one(flow, source, str(status))
        if flow:
            self._seconds.one(seconds, flow, source)

    def ended(self, plan: Plan, ending: Ending) -> None:
        """A Run ended: its outcome, and what it sent."""
        flow = plan.flow.name
        source = ending.scope.source if ending.scope is not None else NOBODY
        outcome = PING if _is_ping(ending) else ending.outcome
        self._leads.one(flow, source, outcome)
        for record in ending.records:
            if isinstance(record, Posting):
                verdict = record.verdict or record.failure or "none"
                self._requests.one(flow, record.name, record.leg, verdict)
                self._sent.one(record.ms / 1000, flow, record.name)

    def failed(self) -> None:
        """A Run stopped for an error."""
        self._failures.one()

    def reloaded(self, flow: str, result: str) -> None:
        """A flow was loaded again: taken, unchanged or refused."""
        self._reloads.one(flow, result)

    def text(self) -> bytes:
        """All figures as Prometheus reads them."""
        return generate_latest(self._registry)

    def _counter(self, name: str, help: str, labels: str) -> Counted:
        series = Counted(f"leadflow_{name}", help, labels.split())
        self._registry.register(series)
        return series

    def _timed(self, name: str, help: str, labels: str) -> Timed:
        series = Timed(f"leadflow_{name}", help, labels.split(), BUCKETS)
        self._registry.register(series)
        return series


def _is_ping(ending: Ending) -> bool:
    return bool(ending.facts) and bool(ending.facts[0].body.get("pinging"))


class _Journal(Collector):
    """What the journal says at this moment."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def collect(self) -> Iterable[Metric]:
        waiting = GaugeMetricFamily("leadflow_leads_waiting", "Leads that wait, by why.", labels=["why"])
        for why, number in Counts(work.why for work in self._store.work()).items():
            waiting.add_metric([why], number)
        yield waiting
        unsettled = GaugeMetricFamily(
            "leadflow_deliveries_unsettled",
            "Deliveries of which nobody knows yet what they came to.",
            labels=["state"],
        )
        for state, number in Counts(doubt.state for doubt in self._store.doubts()).items():
            unsettled.add_metric([state], number)
        yield unsettled
