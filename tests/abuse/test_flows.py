"""Flows of a stranger's pull request, which are only linted: read or refused soon, with findings and no more."""

from __future__ import annotations

import time

import pytest

from leadflow_dsl.checking import check_files

FLOW = """flow hostile "Hostile"

lead {
  a number
}

source s { accept when %s else "x" }

buyer b {
  price 1.00
  deliver {
    post "https://b.example"
    body json { a = a }
    response { accepted when status 2xx  otherwise error }
  }
}

route { waterfall b }
"""

CONDITIONS = {
    "parentheses": "(" * 5_000 + "a > 1" + ")" * 5_000,
    "not": "not " * 5_000 + "a > 1",
    "and": " and ".join(["a > 1"] * 2_000),
    "or": " or ".join(f"a == {number}" for number in range(2_000)),
    "ranges": " or ".join(f"(a > {number} and a < {number * 7 % 101})" for number in range(600)),
    "sums": "a " + "+ 1 " * 5_000 + "> 1",
    "a list": f"a in [{', '.join(map(str, range(15_000)))}]",
    "calls": "round(" * 2_000 + "a" + ")" * 2_000 + " > 1",
    "arguments": f"a > coalesce({','.join(['a'] * 5_000)})",
    "a long text": 'a > 1 and "' + "x" * 500_000 + '" == "y"',
    "a long number": "a > " + "9" * 100_000,
    "a number beyond all": "a > 1e999999999",
    "places": '"' + "{{ a }}" * 5_000 + '" == "x"',
    "brackets": "[" * 5_000,
    "quotes": '"' * 50_001,
    "a pattern": "a matches /" + "(a*)*" * 2_000 + "/",
    "comparisons": "a " + "> 1 " * 3_000,
}
FILES = {
    "fields": 'flow p "P"\nlead {\n' + "".join(f"  f{number} text\n" for number in range(10_000)) + "}\n",
    "nothing": "\x00" * 100_000,
    "words": "a b c\n" * 20_000,
    "braces": "{" * 100_000,
    "a comment": "#" * 1_000_000,
    "carriage returns": "\r" * 500_000,
    "a chain": FLOW % "a > 1"
    + "".join(f"buyer c{n} like {f'c{n - 1}' if n else 'b'} {{}}\n" for n in range(600)),
    "a circle": FLOW % "a > 1" + "buyer x like y {}\nbuyer y like x {}\n",
    "itself": 'flow p "P"\ninclude "flow.flow"\n',
    "filters of filters": FLOW % "a > 1"
    + "".join(f"filter f{n} {{ reject when f{n + 1} }}\n" for n in range(500)),
}
HOSTILE = {**{name: FLOW % condition for name, condition in CONDITIONS.items()}, **FILES}


@pytest.mark.parametrize("name", HOSTILE)
def test_linting_ends_soon(name: str) -> None:
    began = time.process_time()
    found = check_files({"flow.flow": HOSTILE[name]}, "flow.flow")
    assert time.process_time() - began < 5.0
    assert found.flow is not None or found.diagnostics
    assert all(len(each.message) < 2_000 for each in found.diagnostics)
