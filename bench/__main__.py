"""All workloads side by side, held against their goals.

    python bench [WORKLOAD ...] [--all] [--quick] [--json FILE] [--page]

``--all`` runs the scripts beside too that have no goals here and print for themselves. ``--quick`` takes less than a
minute and says less. ``--json`` writes every figure. ``--page`` writes the tables of docs/performance.md. Peers need
`make bench-peers` first; without them their rows are left out, and the table says so.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import machine
import page
from frame import Told, measure, number, rows
from workloads import WORKLOADS

BUSY = 0.05
"""The share of the machine that others may use; beyond it seconds on a clock mean little."""
BESIDE = ("clients", "mapping", "answers", "values", "editor", "lint")


def document(all_told: list[Told], described: dict[str, Any], quick: bool) -> dict[str, Any]:
    """Everything, for a file."""
    return {
        "quick": quick,
        "machine": described,
        "goals": [row for told in all_told for row in rows(told)],
        "workloads": {
            told.workload.name: {
                "figures": {name: asdict(spread) for name, spread in told.figures.items()},
                "also": dict(told.workload.also),
                "notes": told.notes,
                "refused": told.refused,
                "others": round(told.others, 3),
                "seconds": round(told.seconds, 1),
            }
            for told in all_told
        },
    }


def show(told: Told) -> None:
    """A workload's rows, as soon as they are there."""
    print(f"\n{told.workload.name}  ({told.seconds:.0f} s)")
    for row in rows(told):
        met = {True: "met", False: "NOT MET", None: "-"}[row["met"]]
        print(f"  {row['what']:58} {row['goal']:24} {row['measured']:34} {met}")
    for name, unit in told.workload.also.items():
        if name in told.figures:
            print(f"  {unit:58} {'':24} {told.figures[name].said('')}")
    for note in told.notes:
        print(f"  {note}")
    if told.others > BUSY:
        print(
            f"  others used {told.others:.0%} of the machine: look at ratios and processor time, not at clocks"
        )
    sys.stdout.flush()


def beside() -> None:
    """The scripts that have no goals: each prints what it measured."""
    for name in BESIDE:
        print(f"\n== bench/{name}.py", flush=True)
        subprocess.run([sys.executable, str(Path(__file__).with_name(f"{name}.py"))], check=False)


def main() -> int:
    """Run what was asked for. 0 where every result was equal, whatever the figures are."""
    parser = argparse.ArgumentParser(prog="python bench", description="Workloads held against their goals.")
    parser.add_argument("names", nargs="*", metavar="WORKLOAD", help=", ".join(WORKLOADS))
    parser.add_argument("--all", action="store_true", help="the scripts without goals too")
    parser.add_argument("--quick", action="store_true", help="less than a minute")
    parser.add_argument("--json", metavar="FILE", help="write every figure")
    parser.add_argument("--page", action="store_true", help="write the tables of docs/performance.md")
    said = parser.parse_args()
    if unknown := [name for name in said.names if name not in WORKLOADS]:
        parser.error(f"no workload {', '.join(unknown)}; there are {', '.join(WORKLOADS)}")
    described = machine.described(Path(tempfile.gettempdir()))
    print("   ".join(f"{name} {value}" for name, value in described.items()))
    all_told = []
    for name in said.names or [name for name, each in WORKLOADS.items() if each.in_quick or not said.quick]:
        all_told.append(measure(WORKLOADS[name], said.quick))
        show(all_told[-1])
    found = document(all_told, described, said.quick)
    met = [row["met"] for row in found["goals"]]
    print(f"\n{met.count(True)} met, {met.count(False)} not met, {met.count(None)} not measured", end="")
    print(f", in {number(sum(told.seconds for told in all_told))} s", flush=True)
    if said.all:
        beside()
    if said.json:
        Path(said.json).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if said.page:
        page.write(found)
    return 1 if any(told.refused for told in all_told) else 0


if __name__ == "__main__":
    raise SystemExit(main())
