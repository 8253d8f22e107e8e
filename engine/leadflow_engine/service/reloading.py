"""Flows loaded again while leads run: those that came before end on the plan on which they began."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from leadflow_engine.drivers.apart import LARGE, Apart, Check
from leadflow_engine.effects import Json
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.resume import Plans
from leadflow_engine.plan import Plan
from leadflow_engine.secrets import LateSecrets
from leadflow_engine.service.log import Log
from leadflow_engine.service.metrics import Metrics
from leadflow_engine.service.served import Flows, Reloaded, Served, load_again
from leadflow_engine.store import SqliteStore

TURN: Final = 0.0005
"""Seconds for which a thread that loads a flow may keep the one that answers leads waiting: a tenth of what is usual,
as that one has to wait again after everything that it sends, receives or reads of the journal."""
OLDER_KEPT: Final = 16
"""Plans that are kept beside today's: leads under way hold their own, and those that wait mostly began on one of them.
Of a flow of 1,000 buyers with ZIP codes each takes 30 MB."""
WATCH_EVERY: Final = 2.0
"""Seconds between two looks at the files."""


@dataclass(slots=True)
class Reloader:
    """Loads flows again: when somebody says so, and when their files change."""

    flows: Flows
    store: SqliteStore
    plans: Plans
    secrets: LateSecrets
    metrics: Metrics
    log: Log
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def soon(self) -> None:
        """Load all of them again; for a signal."""
        self.asked.set()

    async def reload(self) -> Json:
        """Load all of them again. Gives what came of each: flow, result (taken, unchanged, refused), plan, problem."""
        return await self._load(list(self.flows.by_name.values()))

    async def work(self, watch: bool) -> None:
        """Wait for ``soon``, and (``watch``) for files to change."""
        while True:
            try:
                async with asyncio.timeout(WATCH_EVERY):
                    await self.asked.wait()
            except TimeoutError:
                changed = await asyncio.to_thread(self.flows.changed) if watch else []
                await self._load(changed)
            else:
                self.asked.clear()
                await self.reload()

    async def _load(self, flows: Sequence[Served]) -> Json:
        async with self.lock:
            with Apart(served.path for served in flows if _is_large(served)) as apart:
                return [await self._one(served, apart.checked) for served in flows]

    async def _one(self, served: Served, look: Check) -> Json:
        with _in_small_turns():
            found = await asyncio.to_thread(load_again, served, look)
            if found.served is not None:
                await asyncio.to_thread(self._keep, found.served.plan)
        if found.served is not None:
            plan = found.served.plan
            self.plans.known[plan.name] = plan
            self.secrets.renew()
        self.flows.take(found)
        if found.served is not None:
            self._forget_older()
            gc.freeze()  # as at the start: see `memory.py`
        return self._told(found)

    def _keep(self, plan: Plan) -> None:
        self.store.add_plan(plan.name, description(plan))

    def _forget_older(self) -> None:
        """Keep of the plans that are not today's the latest: what a lead begun on another goes by is made again."""
        todays = {served.plan.name for served in self.flows.by_name.values()}
        older = [name for name in self.plans.known if name not in todays]
        for name in older[:-OLDER_KEPT]:
            del self.plans.known[name]

    def _told(self, found: Reloaded) -> Json:
        result = "refused" if found.problem else "taken" if found.changed else "unchanged"
        self.metrics.reloaded(found.flow, result)
        plan = self.flows.by_name[found.flow].plan
        if found.problem:
            self.log.line(f"{found.flow} is not loaded again, plan {plan.short} goes on: {found.problem}")
        elif found.changed:
            self.log.line(f"{found.flow} is loaded again: plan {plan.short}")
        return {"flow": found.flow, "result": result, "plan": plan.short, "problem": found.problem}


def _is_large(served: Served) -> bool:
    return sum(len(text) for _, text in served.plan.flow.sources_text) >= LARGE


@contextmanager
def _in_small_turns() -> Iterator[None]:
    """While the block runs, no thread keeps the others waiting for longer than ``TURN``."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
