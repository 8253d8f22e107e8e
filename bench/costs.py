"""Where the service spends a lead of `whole.py`, by file of the engine, with the libraries that each file calls.

    python bench/costs.py [LEADS]

Milliseconds a lead: the processor time of the event loop and of the journal's thread, shared out by looks of py-spy
from outside at what each does while it works (`make bench-peers` installs it); a thread that waits for the disk counts
as one that works. Here a thread of the service writes the journal, as on one processor. What no file of the engine
stands under (the server, the loop itself) is "server and loop".
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

import flame
import load
import whole
import whole_peers
import whole_workload as work
from frame import Missing, Turn

SPY: Final = whole_peers.PYTHON.with_name("py-spy")
STACKS: Final = Path(tempfile.gettempdir()) / "leadflow-whole.stacks"
"""The stacks of the last measurement."""
OUTSIDE: Final = "server and loop"
LOOK_THROUGH: Final = ("texts/", "drivers/loops", "ports")
"""Small tools whose time belongs to whoever calls them."""


def _ours() -> set[str]:
    import leadflow_engine

    return {path.stem for path in Path(leadflow_engine.__file__).parent.iterdir()}


def by_file(lines: list[str]) -> dict[str, Counter[str]]:
    """How often each thread was seen in each file of the engine, or in what it called."""
    ours, found = _ours(), {"loop": Counter[str](), "journal": Counter[str]()}
    for line in lines:
        stack, _, count = line.rpartition(" ")
        thread, *names = stack.split(";")
        files = [name.rpartition(":")[0] for name in names]
        inside = [each for each in files if each.split("/")[0] in ours and not each.startswith(LOOK_THROUGH)]
        found[thread][inside[-1] if inside else OUTSIDE] += int(count)
    return found


def measured(leads: int) -> dict[str, float]:
    """Milliseconds a lead, ``THREAD FILE``, the largest first. Raises ``Missing``."""
    if not SPY.exists():
        raise Missing("py-spy is not installed: make bench-peers")
    with tempfile.TemporaryDirectory() as folder:
        out, raw = load.Buyers(work.REFUSALS), Path(folder) / "raw"
        (Path(folder) / "whole.flow").write_text(whole.flow(work.buyers()))
        with whole.served(Path(folder), "whole.flow", out) as service:
            spy = [str(SPY), "record", "--pid", str(service.pid), "--output", str(raw), *LOOKS]
            spies: list[subprocess.Popen[bytes]] = []

            def look() -> None:
                spies.append(subprocess.Popen(spy, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

            done = whole.measured("leadflow", service, "/flows/whole/sources/web/submit", out, leads, look)
            spies[0].send_signal(2)
            spies[0].wait(60)
        out.end()
        STACKS.write_text(collapsed(raw.read_text(encoding="utf-8").splitlines()), encoding="utf-8")
    took = {"loop": done.cpu["loop"], "journal": done.cpu["service"] - done.cpu["loop"]}
    figures: dict[str, float] = {}
    for thread, files in by_file(STACKS.read_text(encoding="utf-8").splitlines()).items():
        looks = sum(files.values()) or 1
        figures |= {f"{thread} {file}": took[thread] * count / looks for file, count in files.items()}
    return dict(sorted(figures.items(), key=lambda each: -each[1]))


LOOKS: Final = ("--rate", "250", "--format", "raw", "--threads", "--duration", "3600")
RESTS: Final = "Writer._take "
"""Where the journal's thread waits for work."""
_FRAME: Final = re.compile(r"(.+) \((.+?)(?:\.py)?(?::\d+)?\)")


def collapsed(raw: list[str]) -> str:
    """py-spy's stacks as `sampled.py` writes them: the thread, then ``file:function`` from the outermost."""
    found: Counter[str] = Counter()
    for line in raw:
        stack, _, count = line.rpartition(" ")
        thread, *frames = stack.split(";")
        part = "loop" if "MainThread" in thread else "journal" if "journal" in thread else ""
        if part and not frames[-1].startswith(RESTS):
            found[";".join([part, *map(_named, frames)])] += int(count)
    return "".join(f"{stack} {count}\n" for stack, count in sorted(found.items()))


def _named(frame: str) -> str:
    said = _FRAME.fullmatch(frame)
    return f"{said[2].removeprefix('leadflow_engine/')}:{said[1]}" if said else frame


def once(quick: bool) -> Turn:
    """One turn."""
    try:
        return Turn(measured(400 if quick else 4000))
    except Missing as problem:
        return Turn(notes=[str(problem)])


def keep(folder: Path) -> None:
    """The stacks of the last measurement and their picture, into a folder."""
    if STACKS.exists():
        (folder / "whole.stacks").write_text(STACKS.read_text(encoding="utf-8"), encoding="utf-8")
        flame.main(str(STACKS), str(folder / "whole.svg"), "The service, a lead over HTTP with three posts")


if __name__ == "__main__":
    for name, took in list(measured(int(sys.argv[1]) if len(sys.argv) > 1 else 3000).items())[:50]:
        print(f"{took:8.4f} ms  {name}")
