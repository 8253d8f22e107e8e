"""The record that is a rule: from it come its diagnostics' severity, its page, and its tests."""

from __future__ import annotations

from typing import Literal

from leadflow_dsl.diagnostics import Diagnostic, Edit, Label, Severity, Span
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    ``wrong`` is an example that must be found, ``right`` one that must not; both are declarations of a flow,
    and ``example.complete`` adds what a whole flow needs beside them. ``files`` are files that the examples read.
    ``of`` is what the examples are: declarations, the project's ``leadflow.toml``, declarations of a flow whose
    whole project is linted, or of one that is tried with the sample leads among ``files``.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    explanation: str
    wrong: str
    right: str
    files: tuple[tuple[str, str], ...] = ()
    of: Literal["flow", "toml", "project", "samples"] = "flow"

    def at(
        self,
        span: Span,
        message: str,
        label: str = "",
        help: tuple[str, ...] | str = (),
        labels: tuple[Label, ...] = (),
        fix: tuple[Edit, ...] = (),
    ) -> Diagnostic:
        """A finding of this rule at ``span``."""
        ways_out = (help,) if isinstance(help, str) else help
        return Diagnostic(self.code, self.severity, message, span, label, labels, ways_out, fix)
