"""How severe each rule is in a project: ``[lint]`` of ``leadflow.toml``, or ``[tool.leadflow.lint]`` of
``pyproject.toml``, at the project's root."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, get_args

from leadflow_dsl.diagnostics import Diagnostic, Severity, Span
from leadflow_dsl.project import Project
from leadflow_dsl.rules import nearest_rules, rule_of
from leadflow_dsl.rules.excuses import LINT_SETTING
from leadflow_dsl.tokens import Source, source
from leadflow_dsl.unguarded import dataclass

Level: TypeAlias = Severity | Literal["off"]
LEVELS: Final[tuple[str, ...]] = (*get_args(Severity), "off")

TABLES: Final = ("lint", "redirects", "serve")
"""What ``leadflow.toml`` may say: how severe rules are, where posts may redirect, what the service asks of callers."""
_FILES: Final = (
    ("leadflow.toml", ("lint",), "lint"),
    ("pyproject.toml", ("tool", "leadflow", "lint"), "tool.leadflow"),
)
"""The files that are looked at, of which the first with settings counts: the table of each, and a text without which
a file has no such table and need not be read as TOML."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Severities by code, where they are not the rule's own; what is wrong with the settings, and the texts of that.

    A rule that is an error by itself is never among ``severity``.
    """

    severity: Mapping[str, Level] = field(default_factory=dict)
    findings: tuple[Diagnostic, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)


def settings_of(project: Project) -> Settings:
    """The settings of a project; empty where it has none."""
    found = _found(project)
    text = project.raw("leadflow.toml")
    unknown = _unknown_tables(text) if text and text.strip() else ()
    if not unknown or text is None:
        return found
    return replace(found, findings=(*unknown, *found.findings), texts={**found.texts, "leadflow.toml": text})


def _found(project: Project) -> Settings:
    for file, table, word in _FILES:
        text = project.raw(file)
        if text is not None and word in text:
            found = _read(file, text, table)
            if found is not None:
                return found
    return Settings()


@lru_cache(maxsize=8)
def _unknown_tables(text: str) -> tuple[Diagnostic, ...]:
    """Tables of ``leadflow.toml`` that nothing reads; none where it is no TOML, which is told with the settings."""
    import tomllib

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return () if "lint" in text else _broken(source("leadflow.toml", text), str(error)).findings
    place = source("leadflow.toml", text)
    return tuple(_unknown_table(place, name) for name in tables if name not in TABLES)


def _unknown_table(place: Source, name: str) -> Diagnostic:
    head = re.search(rf"^\s*\[?[\"']?({re.escape(name)})", place.text, re.MULTILINE)
    span = place.span(*head.span(1)) if head else place.span(0, 0)
    near = get_close_matches(name.lower(), TABLES, 1, 0.6)
    help = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(TABLES)}"
    return LINT_SETTING.at(span, f"`leadflow.toml` has no table `{name}`", "read by nothing", help)


def set_severity(word: str, level: str) -> tuple[str, Level] | str:
    """A rule's code and the severity that it is given; or, as a text, why that cannot be."""
    rule = rule_of(word)
    if rule is None:
        near = nearest_rules(word)
        return f"there is no rule `{word}`" + (f"; did you mean {near}?" if near else "")
    if level not in LEVELS:
        return f"`{level}` is no severity; there are {', '.join(LEVELS)}"
    if rule.severity == "error" and level != "error":
        return f"{rule.code} ({rule.name}) keeps a flow from running; it stays an error"
    return rule.code, level  # type: ignore[return-value]  # it is one of LEVELS


def with_severities(findings: Iterable[Diagnostic], severity: Mapping[str, Level]) -> tuple[Diagnostic, ...]:
    """The findings as severe as they are set, without those that are off."""
    return tuple(
        finding if level == finding.severity else replace(finding, severity=level)
        for finding in findings
        if (level := severity.get(finding.code, finding.severity)) != "off"
    )


@lru_cache(maxsize=32)
def _read(file: str, text: str, table: tuple[str, ...]) -> Settings | None:
    import tomllib

    place = source(file, text)
    try:
        found: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _broken(place, str(error))
    for key in table:
        found = found.get(key) if isinstance(found, dict) else None
    if found is None:
        return None
    severity: dict[str, Level] = {}
    said = tuple(_settings(place, found, severity))
    return Settings(MappingProxyType(severity), said, {file: text} if said else {})


def _broken(place: Source, message: str) -> Settings:
    where = re.search(r"at line (\d+)", message)
    line = min(int(where[1]), len(place.lines)) if where else len(place.lines)
    start = place.lines[line - 1]
    finding = LINT_SETTING.at(place.span(start, start), f"this is no TOML: {message}")
    return Settings(findings=(finding,), texts={place.file: place.text})


def _settings(place: Source, table: Any, severity: dict[str, Level]) -> Iterator[Diagnostic]:
    """Fill ``severity``; what cannot be used is a finding at its place."""
    if not isinstance(table, dict) or not isinstance(table.get("severity", {}), dict):
        word = "severity" if isinstance(table, dict) else "lint"
        help = 'write `severity = { LF307 = "error" }`'
        yield LINT_SETTING.at(_span(place, word), f"`{word}` is a table", "", help)
        return
    for key in table:
        if key != "severity":
            message = f"`lint` has no setting `{key}`"
            yield LINT_SETTING.at(_span(place, key), message, "", "its one setting is `severity`")
    for word, level in table.get("severity", {}).items():
        given = set_severity(word, str(level))
        if isinstance(given, str):
            yield LINT_SETTING.at(_span(place, word), given)
        else:
            severity[given[0]] = given[1]


def _span(place: Source, key: str) -> Span:
    """Where a key stands: before a ``=``, or in the head of a table."""
    begin = max(place.text.find("leadflow.lint"), 0) or place.text.find("lint")
    found = re.compile(rf"(?<![\w-]){re.escape(key)}(?=[\"']?\s*(?:=|\]))").search(place.text, max(begin, 0))
    return place.span(*found.span()) if found else place.span(0, 0)
