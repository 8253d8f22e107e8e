"""What a format is given to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from leadflow_dsl.diagnostics import Diagnostic, Severity, at_least
from leadflow_dsl.excuses import Excused
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Report:
    """Findings, and what a format may need beside them.

    ``sources`` are texts by file. ``files`` are those that were checked, with or without findings; ``fail_on`` is the
    least severity that counts as a failure.
    """

    findings: Sequence[Diagnostic]
    sources: Mapping[str, str] = field(default_factory=dict)
    colour: bool = False
    excused: Sequence[Excused] = ()
    files: Sequence[str] = ()
    fail_on: Severity = "warning"

    def fails(self, finding: Diagnostic) -> bool:
        """Whether a finding is severe enough to fail."""
        return at_least(finding.severity, self.fail_on)
