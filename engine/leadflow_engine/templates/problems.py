"""What can be wrong with a template, before any lead (a value) and with one lead (an exception)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """Something that a template may not do, or that is no template at all. ``line`` counts from 1."""

    name: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.name}:{self.line}: {self.message}"


class TemplateError(ValueError):
    """A template that is missing, refused, or fails with this lead. The message names places, never values."""
