"""The tables of docs/performance.md, written from what was measured: figures are never typed.

    python bench/page.py FILE.json      writes them from a file of `python bench --json`
    python bench/page.py                writes them anew from what is kept: after a change of a goal, or of a table

A table stands between `<!-- bench: NAME -->` and `<!-- bench end -->`. A run of some workloads writes their rows alone
where the table was written before: it keeps what it knows in docs/performance/figures.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import costs
from frame import Spread, Told, number, rows
from workloads import WORKLOADS

DOCS = Path(__file__).absolute().parent.parent / "docs"
PAGE = DOCS / "performance.md"
KEPT = DOCS / "performance" / "figures.json"
BEFORE = DOCS / "performance" / "before.json"
NOW = Path(__file__).absolute().with_name("guard.json")


def write(found: dict[str, Any]) -> None:
    """Add what was measured to what is kept, and write every table anew. Of what failed stays what was there before."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {"workloads": {}}
    measured = {
        name: each for name, each in found["workloads"].items() if not each["refused"].startswith("failed")
    }
    kept = {"machine": found["machine"], "quick": found["quick"], "workloads": kept["workloads"] | measured}
    KEPT.parent.mkdir(exist_ok=True)
    if "costs" in measured:
        costs.keep(KEPT.parent)
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    refill()
    print(f"wrote {PAGE.name}: {', '.join(sorted(measured))}")


def refill() -> None:
    """Write every table from what is kept."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), kept), encoding="utf-8")


def filled(text: str, kept: dict[str, Any]) -> str:
    """The page's text with every table as the figures have it."""
    for name, table in TABLES.items():
        before, begins, rest = text.partition(f"<!-- bench: {name} -->\n")
        _, ends, after = rest.partition("<!-- bench end -->")
        text = f"{before}{begins}{table(kept)}{ends}{after}" if ends else text
    return text


def _told(kept: dict[str, Any]) -> list[Told]:
    """What is kept as it was told, in the order of the workloads."""
    found = []
    for name, workload in WORKLOADS.items():
        each = kept["workloads"].get(name, {"figures": {}, "notes": [], "refused": "", "others": 0.0})
        spreads = {figure: Spread(**said) for figure, said in each["figures"].items()}
        found.append(Told(workload, spreads, each["notes"], each["refused"], each["others"]))
    return found


def _goals(kept: dict[str, Any]) -> str:
    lines = ["| what | goal | measured | |", "|---|---|---|---|"]
    words = {True: "met", False: "**not met**", None: "not measured"}
    for row in (row for told in _told(kept) for row in rows(told)):
        busy = _busy(row["others"])
        lines.append(f"| {row['what']} | {row['goal']} | {row['measured']}{busy} | {words[row['met']]} |")
    return "\n".join(lines) + "\n"


def _busy(others: float) -> str:
    return " (on a busy machine)" if others > 0.05 else ""


def _machine(kept: dict[str, Any]) -> str:
    said = kept["machine"]
    versions = ", ".join(f"{name} {said[name]}" for name in said if name not in _TOLD)
    quick = " The quick run: one turn each." if kept["quick"] else ""
    return (
        f"{said['cores']} cores, {said['system']}; fsync {said['fsync_us']} us; the reference loop "
        f"{said['reference_loop_us']} us of processor time; {versions}.{quick}\n"
    )


_TOLD = ("cores", "system", "fsync_us", "reference_loop_us")


def _growth(kept: dict[str, Any]) -> str:
    figures = kept["workloads"].get("growth", {}).get("figures", {})
    by: dict[str, list[tuple[int, float]]] = {}
    for name, spread in figures.items():
        what, _, count = name.rpartition(" ")
        by.setdefault(what, []).append((int(count), spread["median"]))
    tables = []
    for what, points in by.items():
        points.sort()
        heads = " | ".join(f"{count:,}" for count, _ in points)
        values = " | ".join(number(value) for _, value in points)
        tables.append(f"| {what} | {heads} |\n|---|{'---|' * len(points)}\n| us a lead | {values} |\n")
    return "\n".join(tables)


def _costs(kept: dict[str, Any]) -> str:
    figures = kept["workloads"].get("costs", {}).get("figures", {})
    lines = ["| thread | file | ms a lead |", "|---|---|---|"]
    for name in sorted(figures, key=lambda each: -figures[each]["median"])[:12]:
        thread, _, file = name.partition(" ")
        lines.append(f"| {thread} | {file} | {number(figures[name]['median'])} |")
    whole = sum(figure["median"] for figure in figures.values())
    lines.append(f"| both | all {len(figures)} | {number(whole)} |")
    return "\n".join(lines) + "\n"


def _day(kept: dict[str, Any]) -> str:
    figures = kept["workloads"].get("whole", {}).get("figures", {})
    if "rate" not in figures:
        return ""
    rate = figures["rate"]["median"]
    busy = _busy(kept["workloads"]["whole"]["others"])
    lines = [
        f"| | leads a day{busy} |",
        "|---|---|",
        f"| as fast as it goes, all day | {rate * 86_400:,.0f} |",
    ]
    lines.append(
        f"| the busiest hour four times the mean, half of the machine kept | {rate * 86_400 / 8:,.0f} |"
    )
    return "\n".join(lines) + "\n"


def _rooms(_: dict[str, Any]) -> str:
    before, now = (json.loads(path.read_text(encoding="utf-8"))["3.11"] for path in (BEFORE, NOW))
    named = sorted(before.keys() | now.keys(), key=lambda name: -max(before.get(name, 0), now.get(name, 0)))
    rooms = [name for name in named if name.startswith("instructions ")][:14]
    lines = ["| a lead over HTTP, three posts, 50 buyers | before | now |", "|---|---|---|"]
    lines += [f"| {said} | {before[name]:,.0f} | {now[name]:,.0f} |" for name, said in _SAID.items()]
    lines += [
        f"| {name.split()[1]} | {before.get(name, 0):,.0f} | {now.get(name, 0):,.0f} |" for name in rooms
    ]
    return "\n".join(lines) + "\n"


_SAID = {
    "instructions": "bytecode instructions, all",
    "statements": "statements of SQL",
    "rows": "rows written or changed",
}

TABLES = {
    "goals": _goals,
    "machine": _machine,
    "growth": _growth,
    "day": _day,
    "costs": _costs,
    "rooms": _rooms,
}

if __name__ == "__main__":
    if sys.argv[1:]:
        write(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    else:
        refill()
