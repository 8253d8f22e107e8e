"""Flows, templates, paths and patterns made to break whoever reads them: findings or none, soon, never an exception.

Each is checked and formatted. What is only large must be read; what nests without end must be told.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from leadflow_dsl.checking import check_files
from leadflow_dsl.parser import MOST_CHARACTERS
from leadflow_dsl.printer import format_whole

SOON = 10
"""Seconds; most take a tenth of one. Another process may have the processor."""

HEAD = "flow f\nlead {\n  age number\n  name text\n}\n"
ANSWER = 'response json { accepted when "ok"  otherwise rejected }'


def buyer(statements: str) -> str:
    deliver = f'deliver {{ post "https://x.example/"  {statements} }}'
    return f"{HEAD}buyer b {{\n  price 1\n  {deliver}\n}}\nroute {{ waterfall b }}\n"


def template(text: str, **files: str) -> Mapping[str, str]:
    return {"f.flow": buyer(f'body json from "m.j2"  {ANSWER}'), "m.j2": text, **files}


def path(expression: str) -> Mapping[str, str]:
    answer = f'response json {{ accepted when "ok"  otherwise rejected  reason "{expression}" }}'
    return {"f.flow": buyer(f"body json {{ a = age }}  {answer}")}


def condition(text: str) -> Mapping[str, str]:
    return {"f.flow": f"{HEAD}filter x {{ reject when {text} }}\n"}


def flow(text: str) -> Mapping[str, str]:
    return {"f.flow": HEAD + text}


def numbered(text: str, number: int, between: str = "") -> str:
    """A text ``number`` times, with its number for each ``#`` and the next one's for each ``@``."""
    return between.join(text.replace("#", str(n)).replace("@", str((n + 1) % number)) for n in range(number))


def includes(number: int, times: int) -> Mapping[str, str]:
    """Templates that include the next one so many times."""
    return {f"t{n}.j2": ('{% include "t' + str(n + 1) + '.j2" %}') * times for n in range(number)} | {
        f"t{number}.j2": "x"
    }


def chain(number: int, around: bool) -> Mapping[str, str]:
    """Libraries that import the next one, the last one the first where they go ``around``."""
    last = {} if around else {f"l{number}.flow": "library l\n"}
    libraries = {
        f"l{n}.flow": f'library l{n}\nimport "l{(n + 1) % number if around else n + 1}.flow"\n'
        for n in range(number)
    }
    return {"f.flow": 'flow f\nimport "l0.flow"\n', **libraries, **last}


def columns(text: str) -> Mapping[str, str]:
    """A list from a CSV file."""
    return {**flow('list l from csv "l.csv" column x\nfilter x { reject when name in l }\n'), "l.csv": text}


TOLD: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "loops nested": ("LF404", template("{% for a in [1] %}" * 5000 + "x" + "{% endfor %}" * 5000)),
    "parentheses in a template": ("LF404", template("{{ " + "(" * 50_000 + "1" + ")" * 50_000 + " }}")),
    "openings in a template": ("LF404", template("{{ " * 20_000)),
    "a sum in a template": ("LF404", template("{{ " + " + ".join(["age"] * 20_000) + " }}")),
    "filters in a row": ("LF404", template("{{ age" + " | upper" * 20_000 + " }}")),
    "a template that includes itself": ("LF210", template('{% include "m.j2" %}')),
    "a template that extends itself": ("LF210", template('{% extends "m.j2" %}')),
    "templates in a circle": ("LF210", template('{% include "n.j2" %}', **{"n.j2": '{% extends "m.j2" %}'})),
    "templates inside each other": ("LF404", template('{% include "t0.j2" %}', **includes(500, 1))),
    "a template outside": ("LF209", template('{% include "../../etc/passwd" %}')),
    "parentheses in a path": ("LF403", path("(" * 50_000 + "a" + ")" * 50_000)),
    "brackets in a path": ("LF403", path("[" * 50_000)),
    "a pattern that is too large": ("LF308", condition("name matches /(((a{1000}){1000}){1000})/")),
    "libraries in a circle": ("LF210", chain(20, around=True)),
    "libraries inside each other": ("LF109", chain(3000, around=False)),
    "an import of nothing": ("LF208", {"f.flow": 'flow f\nimport ""\n'}),
    "an import of a folder above": ("LF209", {"f.flow": 'flow f\nimport "../x.flow"\n'}),
    "an import from the root": ("LF209", {"f.flow": 'flow f\nimport "/etc/passwd"\n'}),
    "an import of half a character": ("LF208", {"f.flow": 'flow f\nimport "\udcff.flow"\n'}),
    "a text beyond the limit": ("LF109", {"f.flow": "flow f\n" + "(" * MOST_CHARACTERS}),
    "unknown names": ("LF203", condition(numbered("nme# == 1", 1000, " and "))),
    "unknown buyers": ("LF203", flow("route { waterfall " + numbered("b#", 5000, ", ") + " }\n")),
    "unknown names in a template": ("LF405", template("{{ zz }} " * 1800)),
    "buyers like each other in a circle": ("LF210", flow(numbered("buyer b# like b@ { }\n", 15))),
    "fields of each other in a circle": (
        "LF210",
        {"f.flow": "flow f\nlead {\n" + numbered("  f# number = f@ + 1\n", 500) + "}\n"},
    ),
    "buyers like each other": (
        "LF109",
        flow("buyer b0 { price 1 }\n" + "".join(f"buyer b{n} like b{n - 1} {{ }}\n" for n in range(1, 1500))),
    ),
    "a file of one word": ("LF101", {"f.flow": "route\n" * 50_000}),
}
"""The code that must be among the findings."""

READ: Mapping[str, Mapping[str, str]] = {
    "loops inside loops": template("{% for a in [1, 2] %}" * 50 + "x" + "{% endfor %}" * 50),
    "a text of a gigabyte": template('{{ "a" * 10**9 }}'),
    "a number of ten thousand million digits": template("{{ 10**10**10 }}"),
    "a constant of two gigabytes": template('{{ "a" * 10**9 ~ "b" * 10**9 }}'),
    "a macro that calls itself": template("{% macro a(x) %}{{ a(x) }}{% endmacro %}{{ a(1) }}"),
    "a tree of includes": template('{% include "t0.j2" %}', **includes(12, 10)),
    "names on many lines": template("{{ age }}\n" * 5000),
    "names on one line": template("{{ age }} " * 5000),
    "names in a text": condition('name == "' + "{{ age }}" * 20_000 + '"'),
    "a path of a hundred thousand characters": path("a." * 50_000 + "a"),
    "alternatives in a path": path(" || ".join(["a"] * 20_000)),
    "indexes in a path": path("a" + "[0]" * 30_000),
    "arguments in a path": path("join(',', [" + ",".join("a" * 30_000) + "])"),
    "groups in a pattern": condition("name matches /" + "(" * 500 + "a" + ")" * 500 + "/"),
    "words in a pattern": condition("name matches /" + numbered("a#", 20_000, "|") + "/"),
    "a pattern that others read for ever": condition("name matches /(a+)+$/"),
    "fields": {"f.flow": "flow f\nlead {\n" + numbered("  f# text\n", 10_000) + "}\n"},
    "fields of each other": {
        "f.flow": "flow f\nlead {\n  f0 number\n"
        + "".join(f"  f{n} number = f{n - 1} + 1\n" for n in range(1, 500))
        + "}\n"
    },
    "lists": flow(numbered("list l# [1]\n", 5000)),
    "words of an enum": {
        "f.flow": "flow f\nlead {\n  p enum("
        + numbered("w#", 20_000, ", ")
        + ")\n}\nfilter x { reject when p == w5 }\n"
    },
    "buyers": flow(
        numbered("buyer b# { price 1 accept when age > # }\n", 1000)
        + "route { waterfall "
        + numbered("b#", 1000, ", ")
        + " }\n"
    ),
    "numbers in a list": condition("age in [" + numbered("#", 10_000, ", ") + "]"),
    "conditions": condition(numbered("age != #", 2000, " and ")),
    "conditions of two kinds": condition(numbered('(age > # and name == "#")', 500, " or ")),
    "branches": flow(
        "buyer b { price 1 }\nroute {\n" + numbered("if age > # { waterfall b }\n", 500) + "}\n"
    ),
    "verdicts": {
        "f.flow": buyer(
            "body json { a = age }  response json { "
            + numbered('rejected when "a" == "#"\n', 1000)
            + "otherwise rejected }"
        )
    },
    "remarks": {"f.flow": "flow f\n" + "#\n" * 50_000},
    "remarks in a block": {"f.flow": "flow f\nfilter x {" + "#\n" * 50_000 + "}\n"},
    "a name of many characters": condition("x" * 500_000),
    "a text of many characters": condition('name == "' + "x" * 500_000 + '"'),
    "columns": columns("x," + numbered("c#", 100_000, ",") + "\n"),
    "a CSV file that never closes its quote": columns('x\n"' + "x" * 3_000_000),
    "a CSV file with a NUL": columns("x\n\0\n"),
}


@pytest.mark.parametrize(("code", "files"), TOLD.values(), ids=list(TOLD))
def test_what_cannot_be_is_told_soon(code: str, files: Mapping[str, str]) -> None:
    begun = time.process_time()
    assert code in {finding.code for finding in check_files(files, "f.flow").diagnostics}
    format_whole(files["f.flow"], "f.flow")
    assert time.process_time() - begun < SOON


@pytest.mark.parametrize("files", READ.values(), ids=list(READ))
def test_what_is_only_large_is_read_soon(files: Mapping[str, str]) -> None:
    begun = time.process_time()
    assert "LF109" not in {finding.code for finding in check_files(files, "f.flow").diagnostics}
    assert format_whole(files["f.flow"], "f.flow").text
    assert time.process_time() - begun < SOON
