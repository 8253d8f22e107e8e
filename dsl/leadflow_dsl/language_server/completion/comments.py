"""Inside a comment: the codes of rules after ``# leadflow: allow``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leadflow_dsl.language_server.completion.items import Item
from leadflow_dsl.rules import RULES


def in_comment(before: str) -> Iterator[Item]:
    """What may stand where the text of a comment ends."""
    if re.search(r"leadflow:\s*allow\b(?!.*\bbecause\b)[\s\w,]*\Z", before) and not before.endswith("allow"):
        for rule in RULES.values():
            if rule.severity != "error":
                yield Item(rule.code, "constant", rule.name, rule.summary, rank=0)
        yield Item("because", "keyword", "and the reason", rank=2)
    elif re.fullmatch(r"#\s*\w*", before):
        text = "excuses a finding of this line"
        yield Item("leadflow: allow", "keyword", text, insert="leadflow: allow ", rank=0)
