"""Counts and times are told exactly as Prometheus's own library tells them."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from leadflow_engine.service.series import Counted, Timed

BOUNDS = (0.005, 0.25, 1.0, 30.0)
LABELS = ["flow", "name"]


def lines(registry: CollectorRegistry) -> list[str]:
    return [line for line in generate_latest(registry).decode().splitlines() if "_created" not in line]


def test_as_the_library_tells_them() -> None:
    theirs, ours = CollectorRegistry(), CollectorRegistry()
    counter = Counter("leadflow_leads", "Leads.", LABELS, registry=theirs)
    times = Histogram("leadflow_seconds", "How long.", LABELS, registry=theirs, buckets=BOUNDS)
    Counter("leadflow_failures", "Stopped.", registry=theirs)
    counted, timed = (
        Counted("leadflow_leads", "Leads.", LABELS),
        Timed("leadflow_seconds", "How long.", LABELS, BOUNDS),
    )
    for each in (counted, timed, Counted("leadflow_failures", "Stopped.", [])):
        ours.register(each)
    assert lines(ours) == lines(theirs)
    for number, seconds in enumerate((0.0, 0.005, 0.0051, 3.0, 30.0, 31.5, 0.25)):
        labels = ("desk", ("web", 'a"b')[number % 2])
        counter.labels(*labels).inc()
        counted.one(*labels)
        times.labels(*labels).observe(seconds)
        timed.one(seconds, *labels)
    assert lines(ours) == lines(theirs)
