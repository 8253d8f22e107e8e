"""One JSON object a line."""

from __future__ import annotations

import json

from leadflow_dsl.render.json import as_object
from leadflow_dsl.render.report import Report


def render(report: Report) -> str:
    """One line a finding, in the order found."""
    return "".join(json.dumps(as_object(finding), ensure_ascii=False) + "\n" for finding in report.findings)
