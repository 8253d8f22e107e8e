"""How long lint takes, beside what Lark takes for the bare parse; many files; and the start from cold.

    python bench/lint.py [FILES]

- A flow of 1,000 lines, checked whole, beside Lark's own parser of the same grammar on the same text: at most 3. It
  holds no templates: their parsing is Jinja's.
- FILES (1,000) files of 50 lines that import one library: at most 20 s on two cores.
- ``leadflow --help`` under 150 ms, ``leadflow lint`` of one small file from cold under 600 ms.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lark import Lark

from leadflow_dsl.checking import check_files
from leadflow_dsl.parser import parse
from leadflow_dsl.table import GRAMMAR

HEAD = """\
flow bench "A flow to be measured"
timezone "America/New_York"
currency USD

lead {
  email          email    required
  phone_1        phone    required
  state          state    required
  age            number   between 18 and 99
  electric_bill  money
  homeowner      boolean
  project        enum(purchase, lease, unsure)   default unsure
}

source web "Web" {
  accept when homeowner and electric_bill >= 100  else "does not qualify"
  dedupe on email within 30d                      else "duplicate"
}

score quality {
  start 50
  add 20 when age >= 40
}

"""
BUYER = """\
buyer b{n} "Buyer {n}" {{
  tag first_look
  accept when state in [CA, TX, FL] and age between 25 and 64  else "outside"
  accept when electric_bill >= {n} or project == purchase      else "bill too low"
  price 50.00 when quality >= 60
  price 42.00
  cap 1000 per day
  budget 20000.00 per month
  hours mon-fri 08:00-20:00
  on closed hold up to 12h
  dedupe on phone_1 within 90d  else "bought before"
  deliver {{
    post "https://api.b{n}.example/leads"
    auth bearer env B{n}_TOKEN
    body json {{ number = phone_1.e164  mail = email  st = state  bill = electric_bill }}
    timeout 5s
    response json {{
      accepted when "result" == "success"
      otherwise rejected
      reference "id"
    }}
  }}
}}

"""
ROUTE = "route {{\n  if state == CA {{ waterfall b0 }}\n  waterfall {buyers}\n}}\n"


def flow(lines: int) -> str:
    """A flow of about so many lines: buyers, each like the next."""
    number = max((lines - HEAD.count("\n") - 4) // BUYER.count("\n"), 1)
    buyers = ", ".join(f"b{n}" for n in range(number))
    return HEAD + "".join(BUYER.format(n=n) for n in range(number)) + ROUTE.format(buyers=buyers)


def bare() -> Lark:
    """Lark's parser of the grammar. That a declaration begins a line is the reader's knowledge, not the grammar's."""
    grammar = GRAMMAR.read_text(encoding="utf-8")
    grammar = grammar.replace("%declare FIELD_NAME\n", "").replace("FIELD_NAME", "NAME")
    return Lark(grammar, start="file", parser="lalr", lexer="contextual", maybe_placeholders=True)


def seconds(run: Callable[[], object], times: int = 9) -> float:
    """The median of several runs, after one that does not count."""
    run()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def one_flow() -> None:
    """Lint beside the bare parse."""
    text = flow(1000)
    parser = bare()
    assert not [
        each for each in check_files({"f.flow": text}, "f.flow").diagnostics if each.severity == "error"
    ]
    lark = seconds(lambda: parser.parse(text))
    read = seconds(lambda: parse(text, "f.flow"))
    lint = seconds(lambda: check_files({"f.flow": text}, "f.flow"))
    print(f"{text.count(chr(10))} lines: Lark {lark * 1e3:.0f} ms")
    print(f"  parse  {read * 1e3:4.0f} ms  {read / lark:.2f} times")
    print(f"  lint   {lint * 1e3:4.0f} ms  {lint / lark:.2f} times, at most 3")


def many_files(files: int) -> None:
    """``leadflow lint`` of a folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pyproject.toml").touch()
        (folder / "shared.flow").write_text('library shared\nlist blocked ["10001", "10002"]\n')
        text = flow(50).replace("\nlead {", '\nimport "shared.flow"\n\nlead {', 1)
        for number in range(files):
            (folder / f"f{number}.flow").write_text(text)
        taken = command("lint", "--format", "concise", name)
    print(f"{files} files of {text.count(chr(10))} lines: {taken:.1f} s, at most {files / 50:.0f}")


def command(*words: str) -> float:
    """Seconds that a command takes, Python's start included."""
    begun = time.perf_counter()
    subprocess.run([Path(sys.executable).parent / "leadflow", *words], capture_output=True, check=False)
    return time.perf_counter() - begun


def cold() -> None:
    """The start of two commands."""
    small = str(Path(__file__).parent.parent / "examples" / "01-smallest" / "flow.flow")
    for words, most in ((("--help",), 150), (("lint", small), 600)):
        taken = min(command(*words) for _ in range(5))
        print(f"leadflow {words[0]}: {taken * 1e3:.0f} ms, at most {most}")


if __name__ == "__main__":
    one_flow()
    many_files(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    cold()
