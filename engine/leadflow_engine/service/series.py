"""Counts and times of a service as plain numbers, told as Prometheus reads them when somebody looks.

A lead counts five and times four: numbers of the library take locks, 0.7 and 1.5 us where these take 0.3 and 0.6."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector


class Counted(Collector):
    """How often something happened, by the values of its labels."""

    def __init__(self, name: str, help: str, labels: Sequence[str]) -> None:
        self._name, self._help, self._labels = name, help, labels
        self._counts: dict[tuple[str, ...], int] = {} if labels else {(): 0}

    def one(self, *labels: str) -> None:
        """It happened once more."""
        self._counts[labels] = self._counts.get(labels, 0) + 1

    def collect(self) -> Iterable[Metric]:
        """See ``Collector``."""
        family = CounterMetricFamily(self._name, self._help, labels=self._labels)
        for labels, count in self._counts.items():
            family.add_metric(labels, count)
        yield family


class Timed(Collector):
    """How long something took, by the values of its labels; ``bounds`` are where its buckets end, in seconds."""

    def __init__(self, name: str, help: str, labels: Sequence[str], bounds: Sequence[float]) -> None:
        self._name, self._help, self._labels, self._bounds = name, help, labels, bounds
        self._times: dict[tuple[str, ...], list[int]] = {}
        self._sums: dict[tuple[str, ...], float] = {}

    def one(self, seconds: float, *labels: str) -> None:
        """It took so long once more."""
        times = self._times.get(labels)
        if times is None:
            times, self._sums[labels] = self._times.setdefault(labels, [0] * (len(self._bounds) + 1)), 0.0
        times[bisect_left(self._bounds, seconds)] += 1
        self._sums[labels] += seconds

    def collect(self) -> Iterable[Metric]:
        """See ``Collector``."""
        family = HistogramMetricFamily(self._name, self._help, labels=self._labels)
        ends = [*map(repr, self._bounds), "+Inf"]
        for labels, times in self._times.items():
            family.add_metric(labels, list(zip(ends, accumulate(times), strict=True)), self._sums[labels])
        yield family
