"""Regular expressions: only what RE2 takes."""

from __future__ import annotations

import re2

from leadflow_dsl import nodes
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.patterns import compiled
from leadflow_dsl.rules.conditions import PATTERN
from leadflow_dsl.terms import Pattern
from leadflow_dsl.types import PATTERN as PATTERN_TYPE


def pattern(draft: Draft, node: nodes.Regex) -> Pattern:
    """A pattern as a term, after trying whether it compiles."""
    try:
        compiled(node.source, "".join(dict.fromkeys(flag for flag in node.flags if flag in "ims")))
    except re2.error as error:
        reason = error.args[0] if error.args else error
        reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        help = "patterns are RE2: no back-references such as `\\1`, no look-around such as `(?=`"
        draft.found(PATTERN.at(node.span, f"{node.raw} is no pattern: {reason}", "", help))
    wrong = sorted(set(node.flags) - set("ims"))
    if wrong:
        draft.found(PATTERN.at(node.span, f"unknown flag `{wrong[0]}`", "", "flags are `i`, `m` and `s`"))
    return Pattern(node.source, node.flags, PATTERN_TYPE, node.span)
