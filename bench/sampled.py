"""`leadflow serve` as a process that is looked at: where its processor time goes, by function and by stack.

    python bench/sampled.py FLOW DB loop|journal|thread STACKS  serves; SIGUSR1 begins the measurement, SIGTERM ends it

Looked at every few milliseconds of processor time, which makes nothing dearer: a profiler that counts calls makes small
functions look ten times as large as they are. Each look counts for the thread that worked more since the one before;
the journal's is seen where it waits for the interpreter, so that its shares show where to look, and its milliseconds
are those of the first line. With ``journal`` or ``thread`` a thread of this process writes the journal, else another
process, which is not looked at. STACKS is a file that collects stacks, a line each, as flame graphs want them; ``-``
keeps none.
"""

from __future__ import annotations

import asyncio
import resource
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType

EVERY = 0.002
APART = ("", "loop")
"""What is looked at where another process writes the journal, as it does where nothing else is said."""


class Journal:
    """What the journal's thread does: its jobs, its commits, its processor time since ``begin``."""

    def __init__(self) -> None:
        self.jobs = self.commits = self.ident = 0
        self.began = self.took = 0.0
        self.on = False

    def begin(self) -> None:
        """Count from now."""
        self.on = True

    def listen(self) -> None:
        """Hear of every batch that any writer takes."""
        from leadflow_engine.store.writer import Writer

        take = Writer._take

        def heard(writer: Writer) -> object:
            self.ident = threading.get_ident()
            if self.on and not self.began:
                self.began = time.thread_time()
            self.took = time.thread_time() - self.began if self.began else 0.0
            batch = take(writer)
            if self.on and batch:
                self.jobs, self.commits = self.jobs + len(batch), self.commits + 1
            return batch

        Writer._take = heard  # type: ignore[method-assign, assignment]


class Samples:
    """Where the process is, looked at once in so much of its processor time: nothing gets dearer by being looked at."""

    def __init__(self) -> None:
        self.stacks: dict[str, Counter[tuple[str, ...]]] = {"loop": Counter(), "journal": Counter()}
        self._names: dict[CodeType, str] = {}

    def begin(self, journal: Journal) -> None:
        """Look from now on; this is the loop's thread, the journal's has begun."""
        here, there = (time.pthread_getcpuclockid(each) for each in (threading.get_ident(), journal.ident))
        before = [time.clock_gettime(here), time.clock_gettime(there)]

        def look(_: int, frame: FrameType | None) -> None:
            try:
                now = [time.clock_gettime(here), time.clock_gettime(there)]
            except OSError:  # the journal's thread has ended, and so has the measurement
                return self.end()
            part = "loop"
            if now[1] - before[1] > now[0] - before[0]:
                part, frame = "journal", sys._current_frames().get(journal.ident)
            before[:] = now
            self.stacks[part][self._stack(frame)] += 1

        signal.signal(signal.SIGPROF, look)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)

    def _stack(self, frame: FrameType | None) -> tuple[str, ...]:
        found = []
        while frame is not None:
            code = frame.f_code
            if (name := self._names.get(code)) is None:
                name = self._names[code] = f"{_place(code.co_filename)}:{code.co_name}"
            found.append(name)
            frame = frame.f_back
        return tuple(reversed(found)) or ("?",)

    def end(self) -> None:
        """Look no more."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_IGN)

    def print(self, part: str, most: int = 130) -> None:
        """The functions of a part: shares of all processor time, within each and in it alone."""
        count = sum(sum(stacks.values()) for stacks in self.stacks.values()) or 1
        within: Counter[str] = Counter()
        alone: Counter[str] = Counter()
        for stack, times in self.stacks[part].items():
            alone[stack[-1]] += times
            for name in set(stack):
                within[name] += times
        for name, times in within.most_common(most):
            print(f"{times / count:7.1%} {alone[name] / count:7.1%}  {name}")

    def write(self, path: Path) -> None:
        """Both parts' stacks, a line each: names from the outermost, parted by semicolons, and how often seen."""
        with path.open("w", encoding="utf-8") as file:
            for part, stacks in self.stacks.items():
                for stack, times in sorted(stacks.items()):
                    print(";".join((part, *stack)), times, file=file)


def _place(file: str) -> str:
    """A file as people call it: ours from the engine's folder on, others by their folder."""
    _, ours, inside = file.removesuffix(".py").rpartition("/leadflow_engine/")
    return inside if ours else "/".join(inside.rsplit("/", 2)[-2:])


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(flow: str, db: str, report: str = "", stacks: str = "-") -> None:
    """Serve until SIGTERM, and tell what it cost since SIGUSR1."""
    from leadflow_engine.drivers import loops
    from leadflow_engine.service.server import Asked, serve

    journal, samples = Journal(), Samples()
    marks: list[tuple[float, float]] = []

    def begin() -> None:
        marks.append((time.process_time(), time.thread_time()))
        journal.begin()
        if report in samples.stacks or stacks != "-":
            samples.begin(journal)

    async def life() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, begin)
        await serve(Asked((flow,), db, port=0, open=True, watch=False, apart=report in APART), _say, _note)

    journal.listen()
    loops.run(life())
    samples.end()
    took = time.process_time() - marks[0][0]
    print(f"all {took} loop {time.thread_time() - marks[0][1]} journal {journal.took}")
    print(f"{journal.jobs} transactions asked for, in {journal.commits} commits; most memory {_memory()} MiB")
    if report in samples.stacks:
        samples.print(report)
    if stacks != "-":
        samples.write(Path(stacks))


def _say(text: str) -> None:
    print(text, flush=True)


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
