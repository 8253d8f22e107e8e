"""What other engines make of the criteria's workload: each gets it as JSON, in a process of its own, and answers who
matched, which is compared with the plain reading before its time counts.

    python bench/criteria_peers.py [BUYERS] [LEADS] [scan|zen|cel|rule_engine|json_rules ...]

They need `make bench-peers` first; json-rules-engine needs node as well. The scan needs neither.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import criteria_workload as work
from frame import Differs, Missing

HERE = Path(__file__).absolute().parent
PEERS = HERE / "peers"
PYTHON = HERE.parent / ".venv-peers" / "bin" / "python"
NODE = PYTHON.parent.parent / "node" / "package.json"
NAMES = ("scan", "zen", "cel", "rule_engine", "json_rules")


def condition(each: work.Condition) -> dict[str, Any]:
    """A condition as peers read it: ``{"test": [attribute, operator, values]}`` or ``{"any": [...]}`` and so on."""
    if isinstance(each, work.Test):
        return {"test": [each.attribute, each.operator, list(each.values)]}
    return {each.kind: [condition(part) for part in each.parts]}


def as_json(
    buyers: list[work.Buyer], leads: list[dict[str, work.Scalar]], seconds: float = 0.5
) -> dict[str, Any]:
    """The workload as peers read it; a turn of theirs takes about so many seconds."""
    listed = [
        {"name": each.name, "conditions": [condition(one) for one in each.conditions]} for each in buyers
    ]
    return {"buyers": listed, "leads": leads, "seconds": seconds}


def plain(buyers: list[work.Buyer], leads: list[dict[str, work.Scalar]]) -> list[list[int]]:
    """Who matches, by the plain reading: numbers of buyers, from 0, a list a lead."""
    return [
        [number for number, buyer in enumerate(buyers) if not work.first_failing(buyer, lead)]
        for lead in leads
    ]


def command(name: str) -> list[str]:
    """How a peer is started; raises ``Missing``."""
    if name == "scan":
        return [sys.executable, str(PEERS / "criteria_scan.py")]
    if name != "json_rules":
        if not PYTHON.exists():
            raise Missing(f"{name} is not installed: make bench-peers")
        return [str(PYTHON), str(PEERS / f"criteria_{name}.py")]
    node = shutil.which("node")
    if node is None:
        raise Missing("json-rules-engine needs node, which is not on this machine")
    if not (NODE.parent / "node_modules" / "json-rules-engine").exists():
        raise Missing("json-rules-engine is not installed: make bench-peers")
    return [node, str(PEERS / "criteria_json_rules.mjs")]


def run(
    name: str, workload: dict[str, Any], expected: list[list[int]], seconds: float = 300.0
) -> dict[str, Any]:
    """What a peer says: ``us`` a lead at its best ``mode``, ``modes`` all of them. Raises ``Missing``, ``Differs``."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(workload, file)
        file.flush()
        started = [*command(name), file.name]
        environ = {**os.environ, "LEADFLOW_PEERS": str(NODE)}
        done = subprocess.run(
            started, env=environ, capture_output=True, text=True, timeout=seconds, check=False
        )
    if done.returncode:
        raise RuntimeError(f"{name} ended with {done.returncode}: {done.stderr[-500:]}")
    said: dict[str, Any] = json.loads(done.stdout)
    first = said.get("first", {"hits": [each[:8] for each in expected]})
    if said.pop("hits") != expected or first.pop("hits") != [each[:8] for each in expected]:
        raise Differs(f"{name} matched other buyers than the plain reading")
    return said


def main(buyers: int, leads: int, *names: str) -> None:
    """Measure each and tell."""
    drawn = work.workload(buyers, leads)
    workload, expected = as_json(*drawn), plain(*drawn)
    print(f"{buyers} buyers, {leads} leads, {sum(map(len, expected)) / leads:.0f} matches a lead")
    for name in names or NAMES:
        try:
            said = run(name, workload, expected)
        except (Missing, Differs) as problem:
            print(f"{name:12} {problem}")
            continue
        modes = "  ".join(f"{mode} {took:,.0f}" for mode, took in said.get("modes", {}).items())
        print(f"{said['peer']:18} {said['version']:14} {said['us']:10,.1f} us a lead   {modes}")


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:] if each.isdigit()]
    buyers_, leads_ = (given + [1000, 100][len(given) :])[:2]
    main(buyers_, leads_, *(each for each in sys.argv[1:] if not each.isdigit()))
