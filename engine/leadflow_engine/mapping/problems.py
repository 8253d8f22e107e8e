"""What is wrong with the description of a request: no lead could make it right."""

from __future__ import annotations

from leadflow_dsl.diagnostics import NOWHERE, Span


class MappingError(ValueError):
    """A request that cannot be built for any lead. ``span`` is the place in the flow."""

    def __init__(self, message: str, span: Span = NOWHERE) -> None:
        super().__init__(message)
        self.span = span


class NotBuilt(MappingError):
    """A form of the language that is read and checked but not built yet."""
