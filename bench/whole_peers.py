"""The whole lead through other stacks, each sent the same leads by the same callers to the same buyers.

    python bench/whole_peers.py [LEADS] [fastapi|node_red]

They need `make bench-peers` first; Node-RED needs node as well.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import load
import whole
import whole_workload as work
from frame import Differs, Missing, Turn

HERE = Path(__file__).absolute().parent
PYTHON = HERE.parent / ".venv-peers" / "bin" / "python"
NODE = PYTHON.parent.parent / "node" / "package.json"


def fastapi(folder: Path, out: load.Buyers) -> tuple[list[str], str]:
    """Its command and the path of its calls."""
    if not PYTHON.exists():
        raise Missing("FastAPI and the others are not installed: make bench-peers")
    (folder / "buyers.json").write_text(json.dumps(work.as_json(work.buyers())))
    script = str(HERE / "peers" / "whole_fastapi.py")
    return [str(PYTHON), script, "buyers.json", "whole.db", str(out.port)], "/submit"


def node_red(folder: Path, out: load.Buyers) -> tuple[list[str], str]:
    """Its command and the path of its calls."""
    node = shutil.which("node")
    if node is None:
        raise Missing("Node-RED needs node, which is not on this machine")
    if not (NODE.parent / "node_modules" / "node-red").exists():
        raise Missing("Node-RED is not installed: make bench-peers")
    (folder / "buyers.json").write_text(json.dumps(work.as_json(work.buyers())))
    script = str(HERE / "peers" / "whole_node_red.mjs")
    return [node, script, "buyers.json", str(out.port), str(folder)], "/submit"


STACKS = {"fastapi": fastapi, "node_red": node_red}


def run(name: str, leads: int) -> whole.Measured:
    """Send the workload's leads through another stack; raises ``Missing`` where it is not installed."""
    with tempfile.TemporaryDirectory() as there:
        folder = Path(there)
        out = load.Buyers(work.REFUSALS)
        try:
            command, path = STACKS[name](folder, out)
            environ = {**os.environ, "NODE_ENV": "production", "LEADFLOW_PEERS": str(NODE)}
            stack = subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.PIPE, text=True)
            try:
                return whole.measured(name, stack, path, out, leads)
            finally:
                stack.send_signal(signal.SIGKILL)
                stack.communicate()
        finally:
            out.end()


def once(quick: bool) -> Turn:
    """One turn: leadflow and the others, one after the other."""
    turn = Turn()
    try:
        ours, _ = whole.run(600 if quick else 3000)
        turn.figures |= {
            "rate": ours.rate,
            "p50": ours.p50,
            "p99": ours.p99,
            "carries": ours.carries,
            "rows": ours.rows,
        }
        turn.figures |= {"cpu": ours.all_cpu} | {f"{part} cpu": took for part, took in ours.cpu.items()}
        for name, leads in (("fastapi", 200 if quick else 600), ("node_red", 600 if quick else 2000)):
            try:
                theirs = run(name, leads)
            except Missing as problem:
                turn.notes.append(str(problem))
                continue
            turn.figures[f"{name} cpu"] = theirs.all_cpu
            turn.figures[f"{name} ratio"] = ours.rate / theirs.rate
            turn.figures[f"{name} cpu ratio"] = theirs.all_cpu / ours.all_cpu
    except AssertionError as problem:
        raise Differs(str(problem)[:200]) from problem
    return turn


def main(leads: int, *names: str) -> None:
    """Measure and tell."""
    for name in names or STACKS:
        done = run(name, leads)
        print(f"{name:9} {done.rate:6,.0f} a second, p50 {done.p50:.1f} ms, p99 {done.p99:.1f} ms", end="   ")
        print("   ".join(f"{part} {took:.3f}" for part, took in {**done.cpu, "all": done.all_cpu}.items()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, *sys.argv[2:])
