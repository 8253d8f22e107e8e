"""Rules about types, literals and conditions: LF3xx."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

MISMATCH: Final = Rule(
    "LF301",
    "type-mismatch",
    "error",
    "two values that never compare",
    "A number compares with numbers, a date with dates, a text with texts. Anything else would be unknown for every "
    "lead, so that the condition never holds.",
    'filter credit { reject when credit_score < "600" }',
    "filter credit { reject when credit_score < 600 }",
)

NOT_A_MEMBER: Final = Rule(
    "LF302",
    "not-in-enum",
    "error",
    "a word that the enum does not have",
    "An enum's value is one of its words; a comparison with another word never holds.",
    "filter wish { accept when project == rent }",
    "filter wish { accept when project == lease }",
)

UNKNOWN_STATE: Final = Rule(
    "LF303",
    "unknown-state",
    "error",
    "no such state",
    "A state is written as its two-letter code (`CA`, `OR`) or in quotes by its name; provinces of Canada are states "
    "too.",
    "filter area { accept when state in [CA, TX, XX] }",
    "filter area { accept when state in [CA, TX, NM] }",
)

OPERANDS: Final = Rule(
    "LF304",
    "operator-does-not-fit",
    "error",
    "an operator on values that it does not work on",
    "`<` and `between` need an order, which texts and booleans do not have; `contains`, `starts with` and `matches` "
    "need a text; `+ - * /` need numbers, or a date and a duration.",
    'filter f { reject when email < "m" }',
    'filter f { reject when email.domain == "m.example" }',
)

ARGUMENTS: Final = Rule(
    "LF305",
    "wrong-arguments",
    "error",
    "a function called with what it does not take",
    "Each function takes a fixed number of arguments of fixed types.",
    "filter f { reject when years_since(credit_score) < 18 }",
    "filter f { reject when years_since(birth_date) < 18 }",
)

NOT_A_CONDITION: Final = Rule(
    "LF306",
    "not-a-condition",
    "error",
    "a value where a condition is wanted",
    "What stands after `when`, `if`, `where`, `and`, `or` and `not` is true, false or unknown: a comparison, a "
    "boolean field, a check such as `is valid`.",
    "filter f { accept when credit_score }",
    "filter f { accept when credit_score is valid }",
)

PRESENT: Final = Rule(
    "LF307",
    "present-not-valid",
    "warning",
    "`is present` where `is valid` is meant",
    "An invalid value is kept and is present: `phone_1 is present` holds for `call me`. `is valid` holds only for "
    "values that are present and good.",
    "filter f { accept when phone_1 is present }",
    "filter f { accept when phone_1 is valid }",
)

PATTERN: Final = Rule(
    "LF308",
    "bad-pattern",
    "error",
    "a regular expression that cannot be used",
    "Patterns are RE2: matched in linear time, without back-references and look-around; flags are `i`, `m` and `s`.",
    r"filter f { reject when email matches /(a)\1/ }",
    r"filter f { reject when email matches /^test/i }",
)

EMPTY_TEXT: Final = Rule(
    "LF309",
    "compared-with-empty-text",
    "warning",
    "a comparison with an empty text",
    'An empty value is blank, and a comparison with a blank is unknown: `== ""` never holds. `is blank` asks.',
    'filter f { reject when phone_1.area == "" }',
    "filter f { reject when phone_1 is blank }",
)

REVERSED: Final = Rule(
    "LF310",
    "empty-range",
    "error",
    "a range whose end lies before its beginning",
    "`between A and B` holds from A to B, both included; where B is less than A it never holds.",
    "filter f { accept when credit_score between 850 and 300 }",
    "filter f { accept when credit_score between 300 and 850 }",
)

VALUE: Final = Rule(
    "LF311",
    "bad-value",
    "error",
    "a value that cannot be what its place needs",
    "A time zone is a name of the IANA data (`America/New_York`), a currency and a country are codes, a date exists in "
    "the calendar, a limit is at least 1.",
    'flow example\ntimezone "New York"\nlead { email email }\n',
    'flow example\ntimezone "America/New_York"\nlead { email email }\n',
)

CONSTANT: Final = Rule(
    "LF312",
    "constant-condition",
    "warning",
    "a condition that no lead can change",
    "Both sides are fixed, so the condition is always true or always false; usually a field's name was meant.",
    'filter f { reject when "state" == "CA" }',
    "filter f { reject when state == CA }",
)

RULES: Final = (
    MISMATCH,
    NOT_A_MEMBER,
    UNKNOWN_STATE,
    OPERANDS,
    ARGUMENTS,
    NOT_A_CONDITION,
    PRESENT,
    PATTERN,
    EMPTY_TEXT,
    REVERSED,
    VALUE,
    CONSTANT,
)
