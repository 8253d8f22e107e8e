"""How the cost of a lead grows: with buyers, with fields, with steps, with the leads that the journal holds already.

    python bench/growth.py [LEADS]

Microseconds of processor time a lead in a dry run: the whole lead's flow, one thing in it changed at a time.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import whole
import whole_workload as work
from frame import Turn

from leadflow_engine.operations.dry import dry_run
from leadflow_engine.operations.loading import load
from leadflow_engine.service.memory import keep_what_is

WARM = 50
BUYERS = (1, 10, 50, 200, 1000)
FIELDS = (11, 31, 91)
STEPS = (12, 24, 48)
KEPT = (0, 2_000, 10_000)


def us_a_lead(flow: str, leads: Iterator[dict[str, Any]], count: int, before: int = 0) -> float:
    """Microseconds of processor time a lead; so many are in the journal ``before``."""
    with tempfile.TemporaryDirectory() as folder:
        there, file = Path(folder) / "whole.flow", Path(folder) / "leads.jsonl"
        there.write_text(flow)
        number = WARM + before + count
        file.write_text("".join(json.dumps(next(leads)) + "\n" for _ in range(number)))
        plan = load(there).plan
        keep_what_is()  # as the command does
        run = dry_run(plan, there, "web", file)
        each = run.leads()
        for _ in range(WARM + before):
            assert next(each).ending
        began = time.process_time()
        done = [one.ending.outcome for one in each if one.ending]
        took = time.process_time() - began
        assert set(done) == {"sold"}, set(done)
        run.store.close_now()
    return took / count * 1e6


def _leads(number: int, more: int = 0) -> Iterator[dict[str, Any]]:
    rest = {f"extra_{each}": f"value {each}" for each in range(more)}
    return ({**lead, **rest} for lead in work.leads(number, work.buyers()))


def _with_fields(more: int) -> str:
    fields = "".join(f"  extra_{each} text\n" for each in range(more))
    text = whole.flow(work.buyers()).replace("  homeowner boolean\n}", f"  homeowner boolean\n{fields}}}")
    sent = "  ".join(f"extra_{each} = extra_{each}" for each in range(more))
    return text.replace("ref = ref", f"ref = ref  {sent}")


def _with_steps(more: int) -> str:
    steps = "".join(
        f'filter more_{each} {{ reject when age > {200 + each} because "too old" }}\n' for each in range(more)
    )
    return whole.flow(work.buyers()).replace("score quality", f"{steps}score quality")


def once(quick: bool) -> Turn:
    """One turn: every point of every table."""
    count = 100 if quick else 400
    turn = Turn()
    flow = whole.flow(work.buyers())
    for each in BUYERS[:4] if quick else BUYERS:
        wanted = [*work.buyers(each - 1), work.anybody()]
        turn.figures[f"buyers {each}"] = us_a_lead(whole.flow(wanted), _leads(WARM + count), count)
    for each in FIELDS:
        more = each - len(work.SENT)
        leads = _leads(WARM + count, more)
        turn.figures[f"fields {each}"] = us_a_lead(_with_fields(more), leads, count)
    for each in STEPS:
        turn.figures[f"steps {each}"] = us_a_lead(_with_steps(each - 12), _leads(WARM + count), count)
    for each in KEPT[: 2 if quick else 3]:
        turn.figures[f"leads in the journal {each}"] = us_a_lead(
            flow, _leads(WARM + each + count), count, each
        )
    return turn


if __name__ == "__main__":
    for name, value in once(len(sys.argv) > 1).figures.items():
        print(f"{name:32} {value:8,.0f} us a lead")
