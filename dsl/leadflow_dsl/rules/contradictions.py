"""Rules about conditions that cannot come out differently: LF3xx."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

NEVER: Final = Rule(
    "LF313",
    "contradiction",
    "warning",
    "a condition that no lead can meet",
    "Its parts exclude each other, or what stands before it, or what the field may be by its declaration: "
    "`age < 18 and age > 65`, `credit_score > 900` where the field says `between 300 and 850`, a buyer's `accept` "
    "that another `accept` of the same buyer rules out, an `if` inside an `if`.",
    "filter f { reject when credit_score < 300 and credit_score > 850 }",
    "filter f { reject when credit_score < 300 or credit_score > 850 }",
)

ALWAYS: Final = Rule(
    "LF314",
    "always-true",
    "warning",
    "a condition that every lead meets",
    "Whatever the value is, the condition holds (at most a blank keeps it from holding, which `is present` asks in "
    "plain words). Usually `and` was meant, or a limit is wrong.",
    "filter f { accept when project != lease or project != purchase }",
    "filter f { accept when project not in [lease, purchase] }",
)

ADDS_NOTHING: Final = Rule(
    "LF315",
    "adds-nothing",
    "info",
    "a condition that has been said before",
    "What stands before it settles it already, so that it can be taken out. Often a limit or a word was meant to be "
    "another one.",
    "filter f { accept when credit_score >= 700 and credit_score >= 600 }",
    "filter f { accept when credit_score between 600 and 700 }",
)

ZERO: Final = Rule(
    "LF316",
    "division-by-zero",
    "warning",
    "a division by what may be zero",
    "A quotient with a zero below is blank: every comparison with it is unknown, and a mapping leaves it out. A "
    "declared range without zero, a condition that excludes it, or `max(value, 1)` keeps it away.",
    "filter f { accept when 1000 / credit_score < 2 }",
    "filter f { accept when credit_score > 0 and 1000 / credit_score < 2 }",
)

BLANK: Final = Rule(
    "LF317",
    "blank-does-not-match",
    "info",
    "a comparison with `not` on a field that may be blank",
    "A comparison with a blank is unknown, and unknown does not hold, with `not` before it either: `state != CA` does "
    "not hold for a lead without a state. In a `reject` such a lead passes, in an `if` it takes the `else`, in an "
    "`accept` it is out. `or FIELD is blank` takes it in, `FIELD is present and` says that it is known. An `accept` "
    "with `not in` is left alone: where the value is not known, the lead is kept out as one of the list would be.",
    "filter f { reject when state != CA }",
    "filter f { reject when state != CA or state is blank }",
)

RULES: Final = (NEVER, ALWAYS, ADDS_NOTHING, ZERO, BLANK)
