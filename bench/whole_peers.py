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

HERE = Path(__file__).absolute().parent
PYTHON = HERE.parent / ".venv-peers" / "bin" / "python"
NODE_RED = HERE / "peers" / "node_modules" / "node-red" / "red.js"


class Missing(Exception):
    """A peer is not installed. Its text says what to do."""


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
    if not NODE_RED.exists():
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
            environ = {**os.environ, "NODE_ENV": "production"}
            stack = subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.PIPE, text=True)
            try:
                return whole.measured(name, stack, path, out, leads)
            finally:
                stack.send_signal(signal.SIGKILL)
                stack.communicate()
        finally:
            out.end()


def main(leads: int, *names: str) -> None:
    """Measure and tell."""
    for name in names or STACKS:
        done = run(name, leads)
        print(f"{name:9} {done.rate:6,.0f} a second, p50 {done.p50:.1f} ms, p99 {done.p99:.1f} ms", end="   ")
        print("   ".join(f"{part} {took:.3f}" for part, took in {**done.cpu, "all": done.all_cpu}.items()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, *sys.argv[2:])
