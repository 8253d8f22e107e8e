"""Dry runs: how many leads a second one core decides against the fifty buyers of the whole lead, every step, reason and
request kept in a journal in memory, no network. Once with every field's parts read by the request, once with none.

    python bench/dry.py [LEADS]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import whole
import whole_workload as work
from frame import Turn

from leadflow_dsl.types import KINDS
from leadflow_engine.operations.dry import dry_run
from leadflow_engine.operations.loading import load
from leadflow_engine.service.memory import keep_what_is

WARM = 100
PARTS = tuple(
    f"{name}.{part}"
    for name, kind in (("email", "email"), ("phone", "phone"), ("zip", "postal_code"), ("state", "state"))
    for part in KINDS[kind].parts
)
"""Every part that the types of the lead's fields have."""


def flow(parts: bool) -> str:
    """The whole lead's flow, with requests that read fields' parts, or that send fields as they came."""
    text = whole.flow(work.buyers())
    plain = text.replace("phone = phone.e164", "phone = phone").replace("subtract 10 when email.is_free", "")
    if not parts:
        return plain
    more = "  ".join(f"p{number} = {part}" for number, part in enumerate(PARTS))
    return text.replace("phone = phone.e164", f"phone = phone.e164  {more}")


def leads_a_second(parts: bool, leads: int) -> float:
    """Leads a second of processor time. Every lead must be sold to the first buyer that wants it."""
    buyers = work.buyers()
    todo = work.leads(WARM + leads, buyers)
    with tempfile.TemporaryDirectory() as folder:
        there, file = Path(folder) / "whole.flow", Path(folder) / "leads.jsonl"
        there.write_text(flow(parts))
        file.write_text("".join(json.dumps(lead) + "\n" for lead in todo))
        plan = load(there).plan
        keep_what_is()  # as the command does
        run = dry_run(plan, there, "web", file)
        each = run.leads()
        for lead in todo[:WARM]:
            assert next(each).ending, lead
        began = time.process_time()
        said = [done.ending.reason for done in each if done.ending]  # a lead that is told is let go
        took = time.process_time() - began
        wanted = [work.expected(lead, buyers)[0] for lead in todo[WARM:]]
        assert [text.split()[2] for text in said] == wanted, list(zip(said, wanted, strict=True))[:3]
        run.store.close_now()
    return leads / took


def once(quick: bool) -> Turn:
    """One turn of both."""
    count = 200 if quick else 1000
    return Turn({"read": leads_a_second(True, count), "unread": leads_a_second(False, count)})


def main(leads: int) -> None:
    """Measure both and tell."""
    for name, parts in (("every part read", True), ("no part read", False)):
        print(f"{name:16} {leads_a_second(parts, leads):8,.0f} leads a second of processor time")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
