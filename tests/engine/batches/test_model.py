"""Random leads, times, answers and crashes: every sold lead is in one file, and no file is taken twice unasked."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow_engine.effects import HttpRequest, Result
from leadflow_engine.plan import Plan
from tests.engine.batches.world import CSV, Taker, World, plan_of

STEPS = st.lists(
    st.one_of(
        st.just("lead"),
        st.just("test lead"),
        st.integers(1, 90),
        st.sampled_from(
            ["take", "refuse", "put off", "lose before", "lose after", "die before", "die after"]
        ),
    ),
    max_size=30,
)


class Killed(BaseException):
    """The process ends here."""


class Buyer(Taker):
    """Takes files, and behaves as it is told to; a file that it has taken is counted."""

    def __init__(self) -> None:
        super().__init__()
        self.how = "take"
        self.taken: list[str] = []

    async def send(self, request: HttpRequest) -> Result:
        if self.how == "die before":
            raise Killed
        if self.how in ("take", "lose after", "die after"):
            self.taken.append(dict(request.headers)["Idempotency-Key"])
            self.asked.append(request)
        if self.how == "die after":
            raise Killed
        status = {"take": 200, "refuse": 404, "put off": 503}.get(self.how)
        headers = [["Retry-After", "60"]] if self.how == "put off" else []
        failure = "" if status else "timeout"
        phase = "answered" if status else "sent"
        return {
            "phase": phase,
            "failure": failure,
            "status": status,
            "headers": headers,
            "body": "",
            "ms": 1.0,
        }


@pytest.fixture(scope="module")
def plan() -> Plan:
    batch = (
        f'size 3  every 60m  at 18:00  post "https://a.example"  idempotency header "Idempotency-Key"  {CSV}'
    )
    with tempfile.TemporaryDirectory() as root:
        return plan_of(batch, Path(root), 'test { field "t" = 1 }')


@given(steps=STEPS)
@settings(max_examples=20, deadline=None)
def test_no_lead_is_lost_or_sent_twice(plan: Plan, steps: list[str | int]) -> None:
    world, buyer, sold = World(plan), Buyer(), Counter[bool]()
    for step in steps:
        if step in ("lead", "test lead"):
            world.lead(f"N{world.count}", is_test=step == "test lead")
            sold[step == "test lead"] += 1
        elif isinstance(step, int):
            world.pass_(minutes=step)
        else:
            buyer.how = str(step)
            try:
                world.send(buyer)
            except Killed:
                pass
    rows = world.store.query("SELECT batch, lead FROM batch_row")
    assert len(rows) == len({lead for _, lead in rows}) == sold.total()
    assert all(batch.leads <= 3 for batch in world.batches())
    counts = Counter(batch for batch, _ in rows)
    assert {batch.id: batch.leads for batch in world.batches()} == counts
    assert max(Counter(buyer.taken).values(), default=1) == 1
    sure = {batch.id for batch in world.batches() if batch.state == "sent"}
    maybe = {batch.id for batch in world.batches() if batch.state in ("in_doubt", "sending")}
    assert sure <= set(buyer.taken) <= sure | maybe
    assert sum(batch.leads for batch in world.batches() if batch.test) == sold[True]
