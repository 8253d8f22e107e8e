"""Who asks for a look-up on demand: whatever reads one of its results, in an expression or in a template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from leadflow_dsl import model as m
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.templates import Place, read_template
from leadflow_dsl.terms import Read


class Askers:
    """Answers which look-ups on demand a piece of a flow asks for."""

    def __init__(self, flow: m.Flow) -> None:
        self._texts = dict(flow.sources_text)
        self.lookups = tuple(s.name for s in flow.steps if isinstance(s, m.Enhance) and s.on_demand)

    def asked_by(self, *pieces: object) -> tuple[str, ...]:
        """The look-ups that the pieces read, in the order in which they are declared."""
        found = {name for piece in pieces for name in self._named(piece)}
        return tuple(name for name in self.lookups if name in found)

    def _named(self, value: object) -> Iterator[str]:
        if isinstance(value, m.Buyer):
            yield from value.needs
        if isinstance(value, Read):
            yield from (value.name,) if value.kind == "result" else ()
        elif isinstance(value, m.Body):
            yield from self._in_template(value.inline or self._texts.get(value.template, ""), frozenset())
            yield from self._named(value.pairs)
        elif isinstance(value, tuple):
            for item in value:
                yield from self._named(item)
        elif is_dataclass(value) and not isinstance(value, type | Span):
            for part in fields(value):
                yield from self._named(getattr(value, part.name))

    def _in_template(self, source: str, above: frozenset[str]) -> Iterator[str]:
        reading = read_template(source, Place(""))
        yield from (use.path[0] for use in reading.uses if use.path)
        for name, _ in reading.files:
            if name not in above and name in self._texts:
                yield from self._in_template(self._texts[name], above | {name})
