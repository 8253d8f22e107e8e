"""Rules about what is said of rules: LF6xx. Excuses in the text, and the settings of lint."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

EXCUSE_FORM: Final = Rule(
    "LF601",
    "excuse-form",
    "warning",
    "an excuse that is not in its form, or gives no reason",
    "A line is excused with `# leadflow: allow CODE because REASON` at its end, or alone on the line before it. "
    "Several codes have commas between them. The reason tells the next reader why the rule is wrong here; "
    "without one nothing is excused.",
    "filter reachable {\n  reject when not (phone_1 is present)  # leadflow: allow LF307\n}",
    "filter reachable {\n"
    "  reject when not (phone_1 is present)  # leadflow: allow LF307 because a wrong number is mended later\n}",
)

UNKNOWN_EXCUSE: Final = Rule(
    "LF602",
    "excuse-of-unknown-rule",
    "warning",
    "an excuse names a rule that does not exist",
    "An excuse names rules by code (`LF307`) or by name (`present-not-valid`); `leadflow rules` lists them.",
    "filter reachable {\n"
    "  reject when not (phone_1 is present)  # leadflow: allow LF370 because a wrong number is mended later\n}",
    "filter reachable {\n"
    "  reject when not (phone_1 is present)  # leadflow: allow LF307 because a wrong number is mended later\n}",
)

EXCUSE_OF_NOTHING: Final = Rule(
    "LF603",
    "excuse-of-nothing",
    "warning",
    "an excuse of what is not found on its line",
    "The line has been mended, or the excuse stands beside the wrong one. An excuse that is left behind would hide the "
    "next mistake. Only a flow's own lines are looked at in this way: what a library excuses, another flow may need.",
    "filter reachable {\n"
    "  reject when phone_1 is not valid  # leadflow: allow LF307 because a wrong number is mended later\n}",
    "filter reachable {\n  reject when phone_1 is not valid\n}",
)

EXCUSE_OF_ERROR: Final = Rule(
    "LF604",
    "excuse-of-error",
    "warning",
    "an excuse of a rule that cannot be excused",
    "What is an error by itself keeps the flow from running: the text cannot be read, a name means nothing, values do "
    "not fit. No reason makes it run, so it can be neither excused nor switched off.",
    "filter adults {\n  # leadflow: allow LF203 because the field comes next week\n  reject when agee < 18\n}",
    "filter adults {\n  reject when birth_date.age < 18\n}",
)

LINT_SETTING: Final = Rule(
    "LF605",
    "lint-setting",
    "warning",
    "a setting of lint that cannot be used",
    "`leadflow.toml` sets severities under `[lint]`, `pyproject.toml` under `[tool.leadflow.lint]`: "
    '`severity = { LF307 = "error", unused-declaration = "off" }`. A severity is `error`, `warning`, `info` or '
    "`off`. Rules that are errors by themselves stay errors. A table of `leadflow.toml` "
    "that nothing reads is told, too.",
    '[lint]\nseverity = { LF370 = "error" }',
    '[lint]\nseverity = { LF307 = "error" }',
    of="toml",
)

RULES: Final = (EXCUSE_FORM, UNKNOWN_EXCUSE, EXCUSE_OF_NOTHING, EXCUSE_OF_ERROR, LINT_SETTING)
