"""An editor at work: from a keystroke in a flow of 500 lines to its findings and to its offers, with a real server.

    python bench/editor.py [LINES]

The server is a process of its own, spoken to as an editor does. Each figure is the median and the worst of 20
keystrokes; the goal is a median of 100 ms. Beside them stands what the check and the bare reading of the text take, so
that the ratio means something on any machine. Who strikes a key every 20 ms must not wait longer than who pauses.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from dsl.language_server.editor import Editor

from leadflow_dsl import check
from leadflow_dsl.parser import parse

STROKES = 20
GOAL = 100.0
BUYER = """
buyer acme_{n} "Acme {n}" {{
  tag west
  accept when state in [CA, TX, FL]       else "state not bought"
  accept when electric_bill >= {n}        else "bill too small"
  accept when email is valid              else "no e-mail address"
  price 42.00
  cap {n} per day
  hours mon-fri 08:00-20:00
  deliver {{
    post "https://acme-{n}.example/leads"
    auth bearer env ACME_TOKEN
    body json {{ email = email  phone = phone_1.digits  first = first_name }}
    timeout 5s
    response json {{
      accepted  when "status" == "ok"
      duplicate when "reason" == "duplicate"
      otherwise rejected
      reference "id"
    }}
  }}
}}
"""
HEAD = """flow bench "Bench"
timezone "America/New_York"
import "library/standard_fields.flow"
lead {
  use standard
  electric_bill  money  required
}
"""
TAIL = "\nroute {\n  waterfall tag west\n}\n"


def flow(lines: int) -> str:
    """A clean flow of at least so many lines."""
    buyers = -(-(lines - HEAD.count("\n") - TAIL.count("\n")) // BUYER.count("\n"))
    return HEAD + "".join(BUYER.format(n=number) for number in range(1, buyers + 1)) + TAIL


def milliseconds(do: Callable[[], object]) -> float:
    """How long something takes."""
    begin = time.perf_counter()
    do()
    return (time.perf_counter() - begin) * 1000


def typed(text: str, stroke: int) -> str:
    """The text after a keystroke in its last buyer: a word that names nothing, other at each stroke."""
    before, found, after = text.rpartition("electric_bill >=")
    return f"{before}electric_bil{'l' * (stroke % 2)}{stroke} >={after}" if found else text


class Typist:
    """Types into one file and waits for what the server says of it."""

    def __init__(self, editor: Editor, uri: str, text: str) -> None:
        self.editor, self.uri, self.text, self.version = editor, uri, text, 1

    def strike(self, stroke: int) -> None:
        """One keystroke."""
        self.version += 1
        self.editor.type(self.uri, typed(self.text, stroke), self.version)

    def wait(self, stroke: int) -> None:
        """Until the findings are those of this keystroke."""
        word = f"`electric_bil{'l' * (stroke % 2)}{stroke}`"
        while not any(word in one["message"] for one in self.editor.findings.get(self.uri, [])):
            self.editor.listen()

    def pausing(self, stroke: int) -> None:
        """A keystroke, and waiting for what comes of it."""
        self.strike(stroke)
        self.wait(stroke)

    def hurrying(self, stroke: int) -> float:
        """Five keystrokes, 20 ms apart; the milliseconds from the last one to its findings."""
        for each in range(5):
            self.strike(stroke * 5 + each)
            time.sleep(0.02)
        begin = time.perf_counter()
        self.wait(stroke * 5 + 4)
        return (time.perf_counter() - begin) * 1000 + 20

    def offers(self) -> None:
        """What may stand behind the comparison of the last buyer's state."""
        offset = self.text.rindex("state in [CA, ") + len("state in [CA, ")
        line = self.text.count("\n", 0, offset)
        column = offset - self.text.rfind("\n", 0, offset) - 1
        assert self.editor.ask("textDocument/completion", self.editor.at(self.uri, line, column))


def row(name: str, times: list[float], goal: bool = True) -> str:
    """A line of the report."""
    median, worst = statistics.median(times), max(times)
    verdict = "" if not goal else "  within 100 ms" if median <= GOAL else "  OVER 100 ms"
    return f"{name:<44}{median:>8.1f} ms{worst:>10.1f} ms{verdict}"


def processor(path: Path, text: str, strokes: int) -> float:
    """The milliseconds of a processor that a server takes for its start and so many keystrokes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    editor = Editor(path.parent)
    typist = Typist(editor, editor.open(path, text), text)
    for stroke in range(strokes + 1):
        typist.pausing(stroke)
    editor.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def main(lines: int) -> None:
    """Measure and print."""
    text = flow(lines)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bench.flow")
        path.write_text(text, encoding="utf-8")
        editor = Editor(Path(folder))
        try:
            typist = Typist(editor, editor.open(path, text), text)
            typist.pausing(0)
            pausing = [milliseconds(lambda n=n: typist.pausing(n)) for n in range(1, STROKES + 1)]
            hurrying = [typist.hurrying(n) for n in range(STROKES, STROKES + 5)]
            offers = [milliseconds(typist.offers) for _ in range(STROKES)]
        finally:
            editor.close()
        taken = (processor(path, text, STROKES) - processor(path, text, 0)) / STROKES
        begin = time.process_time()
        checks = [milliseconds(lambda n=n: check(path, typed(text, n))) for n in range(STROKES)]
        share = (time.process_time() - begin) * 1000 / sum(checks)
        reads = [milliseconds(lambda: parse(text, "bench.flow")) for _ in range(STROKES)]
    print(f"{text.count(chr(10))} lines{'median':>47}{'worst':>13}")
    print(row("keystroke to findings", pausing))
    print(row("the last of five keystrokes, 20 ms apart", hurrying))
    print(row("offers at a cursor near the end", offers))
    print(row("check alone, in this process", checks, False))
    print(row("reading alone, in this process", reads, False))
    print(f"a keystroke takes the server {taken:.0f} ms of a processor; this process had {share:.0%} of one")
    print(f"findings cost {statistics.median(pausing) / statistics.median(checks):.2f} times the check")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
