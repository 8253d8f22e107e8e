"""Rules about spelling: LF1xx. What the reader says when a text is not of the language."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

UNEXPECTED: Final = Rule(
    "LF101",
    "unexpected-word",
    "error",
    "something else belongs here",
    "Each statement has one form. The message says what could stand here, and shows the statement's form.",
    'filter adults {\n  reject wen birth_date.age < 18 because "minor"\n}',
    'filter adults {\n  reject when birth_date.age < 18 because "minor"\n}',
)

UNKNOWN_STATEMENT: Final = Rule(
    "LF102",
    "unknown-statement",
    "error",
    "a statement that this block does not have",
    "A block holds only the statements of its kind. The message names the nearest ones; a statement of another block "
    "belongs there.",
    "filter adults {\n  refuse when birth_date.age < 18\n}",
    "filter adults {\n  reject when birth_date.age < 18\n}",
)

BROKEN_TEXT: Final = Rule(
    "LF103",
    "broken-text",
    "error",
    "a text that does not end, or an escape that there is not",
    'A text stands between `"` on one line; in it `\\"`, `\\\\`, `\\n` and `\\t` are the escapes. Text over many lines '
    'stands between `"""`, where nothing is an escape.',
    'filter adults {\n  reject when birth_date.age < 18 because "minor\n}',
    'filter adults {\n  reject when birth_date.age < 18 because "minor"\n}',
)

BROKEN_NUMBER: Final = Rule(
    "LF104",
    "broken-number",
    "error",
    "a number, a time or a date that cannot be read",
    "Numbers are plain decimals (`1000`, `0.5`), without separators; `20%` is a percentage. Durations are a number and "
    "one of ms, s, m, h, d. Times have four digits (`08:00`), dates are `2026-12-24`, and both must exist.",
    "filter rich {\n  reject when credit_score > 700points\n}",
    "filter rich {\n  reject when credit_score > 700\n}",
)

FOREIGN_SIGN: Final = Rule(
    "LF105",
    "foreign-operator",
    "error",
    "an operator of another language",
    "Equality is `==`; `and`, `or` and `not` are words in lower case; a further condition is `else if`.",
    "filter adults {\n  reject when homeowner && credit_score > 700\n}",
    "filter adults {\n  reject when homeowner and credit_score > 700\n}",
)

MAPPING_SIGN: Final = Rule(
    "LF106",
    "mapping-sign",
    "error",
    "a comma, a semicolon or a colon where none belongs",
    "A mapping is `{ name = value  other = value }`: an equals sign between the two, white space between the pairs. "
    "Statements need no separator either.",
    'deliver crm {\n  post "https://crm.example/"\n  body json { email: email, phone: phone_1 }\n}',
    'deliver crm {\n  post "https://crm.example/"\n  body json { email = email  phone = phone_1 }\n}',
)

BRACES: Final = Rule(
    "LF107",
    "unbalanced-brace",
    "error",
    "a block that is not closed, or a brace too many",
    "Every `{` has its `}`. A block that is still open where the file ends, or where a declaration of the whole flow "
    "begins at the left edge, lacks one.",
    "filter adults {\n  reject when birth_date.age < 18\n",
    "filter adults {\n  reject when birth_date.age < 18\n}",
)

DECLARATION_LINE: Final = Rule(
    "LF108",
    "declaration-line",
    "error",
    "a field's declaration stands on one line of its own",
    "In `lead` and `fields` a line declares one field: its name, its type, its modifiers, and last `= EXPRESSION`. "
    "A modifier stands on its field's line, and the next field begins the next line.",
    "lead {\n  email  email\n    required\n}",
    "lead {\n  email  email  required\n}",
)

TOO_LARGE: Final = Rule(
    "LF109",
    "too-large",
    "error",
    "a file or a nesting beyond what can be read",
    "A file has at most a million characters, and an expression or a block nests at most a hundred deep. Long lists "
    "of values belong in a CSV file, long conditions in steps with names.",
    "filter deep {\n  reject when " + "(" * 6000 + "homeowner" + ")" * 6000 + "\n}",
    "filter deep {\n  reject when (homeowner)\n}",
)

ODD_CHARACTER: Final = Rule(
    "LF110",
    "odd-character",
    "error",
    "a character that the language does not have",
    "Outside texts and comments the language is written in plain letters, digits and signs, in a file of UTF-8. "
    "Curly quotes, dashes and signs that a word processor puts in are replaced by plain ones.",
    "filter adults {\n  reject when birth_date.age < 18 because “minor”\n}",
    'filter adults {\n  reject when birth_date.age < 18 because "minor"\n}',
)

ORDER: Final = Rule(
    "LF111",
    "statement-order",
    "error",
    "a statement that stands in the wrong place of its block",
    "`flow` or `library` opens a file; a step's `when` is the first statement of its block; the options of a whole "
    "route stand before its first stage.",
    "filter adults {\n  reject when birth_date.age < 18\n  when homeowner\n}",
    "filter adults {\n  when homeowner\n  reject when birth_date.age < 18\n}",
)

BROKEN_REGEX: Final = Rule(
    "LF112",
    "broken-pattern",
    "error",
    "a regular expression that does not end, or with flags that there are not",
    "A regular expression stands between slashes on one line; a slash in it is `\\/`; the flags are `i`, `m` and `s`.",
    "filter mail {\n  reject when email matches /@test/g\n}",
    "filter mail {\n  reject when email matches /@test/i\n}",
)

HIDDEN_ORDER: Final = Rule(
    "LF113",
    "hidden-order",
    "error",
    "a sign that turns the order of a text round, unseen",
    "U+202A to U+202E and U+2066 to U+2069 make an editor show a text in another order than it is read in, so that a "
    "comment can look like a condition. They are refused everywhere in a flow and its templates, in texts and comments "
    "too; letters of any script are welcome.",
    "filter f {\n  reject when credit_score < 500  # \u202e sdael llams \u202c\n}",
    "filter f {\n  reject when credit_score < 500  # small leads\n}",
)

RULES: Final = (
    UNEXPECTED,
    UNKNOWN_STATEMENT,
    BROKEN_TEXT,
    BROKEN_NUMBER,
    FOREIGN_SIGN,
    MAPPING_SIGN,
    BRACES,
    DECLARATION_LINE,
    TOO_LARGE,
    ODD_CHARACTER,
    ORDER,
    BROKEN_REGEX,
    HIDDEN_ORDER,
)
