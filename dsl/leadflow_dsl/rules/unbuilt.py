"""What is not built yet: LF9xx."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

NOT_BUILT: Final = Rule(
    "LF901",
    "not-built",
    "error",
    "a form that this version cannot run yet",
    "The form is part of the language and is checked like any other, but the engine of this "
    "version has no body for it. `lint` accepts it; `run` and `dry-run` refuse a flow that has "
    "any, because ignoring it would change which leads are sold to whom.",
    """\
route { waterfall acme }

alert "quiet" when stats.sold(acme, 1h) < 1 notify email "ops@market.example"
""",
    """\
route { waterfall acme }
""",
)

RULES: Final = (NOT_BUILT,)
