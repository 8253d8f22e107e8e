"""Writes the TextMate grammar of the VS Code extension from the language's own tables.

    python editors/textmate.py

``leadflow_dsl.vocabulary`` says which word plays which part; here stands which scope each part has. A test says when
the written file is behind.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from leadflow_dsl import vocabulary as v

TARGET: Final = Path(__file__).resolve().parent / "vscode" / "syntaxes" / "leadflow.tmLanguage.json"

PARTS: Final = {
    "operator": "keyword.operator.word",
    "control": "keyword.control",
    "stage": "keyword.control.stage",
    "declaration": "storage.type",
    "verdict": "constant.language.verdict",
    "statement": "keyword.other",
    "state": "constant.other.state",
}
"""The scope of each part that words play, in the order in which they are tried."""

LITERALS: Final = {
    "hours": "constant.numeric.hours",
    "date": "constant.numeric.date",
    "time": "constant.numeric.time",
    "duration": "constant.numeric.duration",
    "status": "constant.numeric.status",
    "percent": "constant.numeric.percent",
    "number": "constant.numeric",
    "days": "constant.numeric.days",
}
JINJA: Final = (
    "if else elif endif for endfor in is not and or set endset include extends block endblock macro endmacro import "
    "from with endwith filter endfilter"
)
TYPES: Final = "|".join(v.words()["type"])


def _match(pattern: str, scope: str = "", *captures: str) -> dict[str, Any]:
    """A rule; ``captures`` are the scopes of the pattern's groups, "" for none."""
    rule: dict[str, Any] = {"match": pattern}
    if scope:
        rule["name"] = f"{scope}.leadflow"
    groups = {str(at): {"name": f"{name}.leadflow"} for at, name in enumerate(captures, 1) if name}
    return rule | ({"captures": groups} if groups else {})


def _use(*names: str) -> list[dict[str, str]]:
    return [{"include": f"#{name}"} for name in names]


def _block(begin: str, scope: str, patterns: list[dict[str, Any]], *captures: str) -> dict[str, Any]:
    """``{ ... }`` whose opening is the last group of ``begin``."""
    groups = {str(at): {"name": f"{name}.leadflow"} for at, name in enumerate(captures, 1) if name}
    return {
        "name": f"{scope}.leadflow",
        "begin": begin,
        "beginCaptures": groups,
        "end": r"\}",
        "endCaptures": {"0": {"name": "punctuation.section.block.end.leadflow"}},
        "patterns": patterns,
    }


def _quoted(scope: str, mark: str, end: str, patterns: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": f"{scope}.leadflow",
        "begin": mark,
        "end": end,
        "beginCaptures": {"0": {"name": "punctuation.definition.string.begin.leadflow"}},
        "endCaptures": {"0": {"name": "punctuation.definition.string.end.leadflow"}},
        "patterns": patterns,
    }


def _inside(scope: str, begin: str, end: str, *patterns: str) -> dict[str, Any]:
    """A piece of a text that is code: ``{{ ... }}``."""
    mark = {"0": {"name": "punctuation.section.embedded.leadflow"}}
    return {
        "name": f"{scope}.leadflow",
        "begin": begin,
        "end": end,
        "beginCaptures": mark,
        "endCaptures": mark,
        "patterns": _use(*patterns),
    }


def _words() -> list[dict[str, Any]]:
    return [
        _match(rf"\b(env)([ \t]+)({v.NAME})", "", "keyword.other", "", "variable.other.constant"),
        _match(v.OPENS_FORMAT, "", "keyword.other", "", "keyword.other"),
        _match(rf"\.({v.NAME})", "", "variable.other.property"),
        _match(rf"@{v.NAME}", "entity.other.attribute-name"),
        _match(v.KEY, "variable.other.key"),
        _match(r"\benum(?=\()", "support.type"),
        _match(rf"\b(?:{'|'.join(v.words()['function'])})(?=\()", "support.function"),
        *(_match(v.either(part), scope) for part, scope in PARTS.items()),
        _match(r"\b(?:true|false)\b", "constant.language"),
        _match(rf"\b{v.NAME}\b", "variable.other"),
    ]


def _repository() -> dict[str, Any]:
    declared = ("storage.type", "", "entity.name.type")
    field = ("variable.other.declaration", "", "support.type")
    return {
        "comments": {
            "patterns": [
                _match(v.EXCUSE, "comment.line.number-sign.excuse"),
                _match("#.*$", "comment.line.number-sign"),
            ]
        },
        "templates": _quoted("string.quoted.triple", '"""', '"""', _use("remark", "output", "statement")),
        "texts": _quoted(
            "string.quoted.double",
            '"',
            '"|$',
            [_match(v.ESCAPE, "constant.character.escape"), *_use("interpolation")],
        ),
        "interpolation": _inside(
            "meta.embedded.interpolation", r"\{\{", r'\}\}|(?=(?<!\\)")|$', "expression"
        ),
        "output": _inside("meta.embedded.jinja", r"\{\{-?", r'-?\}\}|(?=""")', "jinja_words", "expression"),
        "statement": _inside("meta.embedded.jinja", r"\{%-?", r'-?%\}|(?=""")', "jinja_words", "expression"),
        "remark": {"name": "comment.block.jinja.leadflow", "begin": r"\{#", "end": r'#\}|(?=""")'},
        "jinja_words": {"patterns": [_match(rf"\b(?:{'|'.join(JINJA.split())})\b", "keyword.control.jinja")]},
        "expression": {
            "patterns": [
                _match(r'\\"(?:[^"\\]|\\(?!"))*\\"', "string.quoted.other"),
                _match(r"'(?:[^'\\]|\\.)*'", "string.quoted.single"),
                _match(rf"\|[ \t]*({v.NAME})", "", "support.function"),
                _match(rf"\.({v.NAME})", "", "variable.other.property"),
                _match(r"\b\d+(?:\.\d+)?", "constant.numeric"),
                _match(rf"\b{v.NAME}\b", "variable.other"),
                _match(r"==|!=|<=|>=|[-=<>+*/%~|]", "keyword.operator"),
            ]
        },
        "regexes": {"patterns": [_match(v.REGEX.replace(r"[^/\\\n]", r"[^/\\]"), "string.regexp")]},
        "literals": {"patterns": [_match(pattern, LITERALS[name]) for name, pattern in v.LITERALS]},
        "heads": {"patterns": [_match(rf"^[ \t]*({v.either('head')})(?=[ \t]+[^=\s])", "", "keyword.other")]},
        "words": {"patterns": _words()},
        "signs": {
            "patterns": [
                _match(r"==|!=|<=|>=|[-=<>+*/%]", "keyword.operator"),
                _match(r"[{}()\[\]]", "punctuation.section"),
                _match(r"[,.:]", "punctuation.separator"),
            ]
        },
        "declarations": {
            "patterns": [
                _match(rf"^[ \t]*{v.DECLARED}", "", *declared),
                _match(rf"\b(set)([ \t]+)({v.NAME})([ \t]+)({TYPES})\b", "", "keyword.other", "", *field),
            ]
        },
        "lead": _block(
            v.FIELD_BLOCK,
            "meta.block.fields",
            [
                _match(r"^[ \t]*(use|require)\b", "", "keyword.other"),
                _match(rf"^[ \t]*({v.NAME})([ \t]+)({TYPES})\b", "", *field),
                _match(rf"\b(of)([ \t]+)({TYPES})\b", "", "keyword.other", "", "support.type"),
                *_use("record", "values"),
            ],
            "storage.type",
            "entity.name.type",
            "",
            "punctuation.section.block.begin",
        ),
        "record": _block(
            r"(\{)",
            "meta.block.record",
            [_match(rf"\b({v.NAME})([ \t]+)({TYPES})\b", "", *field), *_use("values")],
            "punctuation.section.block.begin",
        ),
        "values": {
            "patterns": _use(
                "heads", "comments", "templates", "texts", "regexes", "literals", "words", "signs"
            )
        },
    }


def grammar() -> dict[str, Any]:
    """The grammar as VS Code reads it."""
    return {
        "information_for_contributors": "Written by editors/textmate.py from the language's tables; change those.",
        "name": "leadflow",
        "scopeName": "source.leadflow",
        "fileTypes": ["flow"],
        "patterns": _use("lead", "declarations", "values"),
        "repository": _repository(),
    }


def text() -> str:
    """The file's text."""
    return json.dumps(grammar(), indent=2) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text(), encoding="utf-8")
