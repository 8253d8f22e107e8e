"""One JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.render.json import as_object


def render(findings: Sequence[Diagnostic], sources: Mapping[str, str], colour: bool = False) -> str:
    """One line a finding, in the order found."""
    return "".join(json.dumps(as_object(finding), ensure_ascii=False) + "\n" for finding in findings)
