"""Personal values in a ping, which goes to buyers that may never buy the lead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from leadflow_dsl.checks.template_reads import Templates
from leadflow_dsl.diagnostics import Diagnostic, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Body, Buyer, Field, Flow, Request
from leadflow_dsl.rules.requests import SENSITIVE_PING
from leadflow_dsl.terms import Call, Read, Term, children
from leadflow_dsl.types import BOOLEAN, kind
from leadflow_dsl.unguarded import dataclass

IDENTIFYING: Final = {
    "email": ("", "raw", "user"),
    "phone": ("", "raw", "e164", "national", "digits", "line"),
    "first_name": ("", "raw"),
    "last_name": ("", "raw"),
    "street": ("", "raw"),
    "ssn": ("", "raw", "last_four"),
}
"""Parts that tell who somebody is, by type."""
DEEPEST: Final = 8
"""Computed fields of computed fields that are looked through."""
HIDING: Final = ("sha256", "md5", "mask", "years_since", "days_since")
"""Functions after which nobody can tell who it was."""


def personal_in_ping(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """What a ping's mapping or template sends that identifies a person."""
    look = _Look({field.name: field for field in flow.fields}, Templates(draft))
    for buyer in flow.buyers:
        if buyer.ping is None or not (buyer.deliver or buyer.batch or buyer.email):
            continue  # a ping that is itself the sale sends what a post would
        for written, span in look.telling(buyer.ping.request):
            yield _personal(buyer, written, span)


@dataclass(frozen=True, slots=True)
class _Look:
    fields: dict[str, Field]
    templates: Templates

    def telling(self, request: Request) -> Iterator[tuple[str, Span]]:
        """What identifies a person in a request: how it is written, and where."""
        for term in _sent(request):
            for read in _bare_reads(term):
                if self._tells(read):
                    yield _written(read), read.span
        for reading in self.templates.readings(request.body):
            for use in reading.uses:
                part = use.path[1] if len(use.path) > 1 else ""
                if not use.hidden and self._field_tells(use.path[0], part):
                    yield ".".join(use.path[:2]), use.span

    def _tells(self, read: Read, depth: int = 0) -> bool:
        return read.kind == "field" and self._field_tells(read.name, read.part, depth)

    def _field_tells(self, name: str, part: str, depth: int = 0) -> bool:
        field = self.fields.get(name)
        if field is None:
            return False
        known = IDENTIFYING.get(field.type.name)
        if part in (known or ()):
            return True
        if known is None and field.sensitive and part not in (*kind(field.type).open_parts, "valid"):
            return True
        if field.computed is None or part or depth > DEEPEST or kind(field.type).group == "boolean":
            return False
        return any(self._tells(read, depth + 1) for read in _bare_reads(field.computed))


def _written(read: Read) -> str:
    return f"{read.name}.{read.part}" if read.part else read.name


def _sent(request: Request) -> Iterator[Term]:
    body = request.body or Body("")
    yield from (pair.right for pair in (*request.query, *body.pairs))
    yield from (value for _, value in request.headers)
    yield request.url


def _bare_reads(term: Term) -> Iterator[Read]:
    """What a value shows of what it is made of: a comparison, a choice's condition and a hash show nothing."""
    if isinstance(term, Read):
        yield term
    elif isinstance(term, Call) and term.name == "case":
        for value in (*(value for _, value in term.keyed), *((term.otherwise,) if term.otherwise else ())):
            yield from _bare_reads(value)
    elif isinstance(term, Call) and term.name == "map":
        return
    elif not (isinstance(term, Call) and term.name in HIDING) and term.type != BOOLEAN:
        for child in children(term):
            yield from _bare_reads(child)


def _personal(buyer: Buyer, name: str, span: Span) -> Diagnostic:
    message = f"the ping to `{buyer.name}` tells who the lead is: `{name}`"
    help = (
        "send it in the `deliver`, after the buyer has agreed",
        f"or send what tells less: a part, or `sha256({name})`",
    )
    return SENSITIVE_PING.at(span, message, "identifies a person", help)
