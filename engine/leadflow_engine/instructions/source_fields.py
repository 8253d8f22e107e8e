"""The fields of a source as its supplier sends them, and the names under which it knows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_engine.instructions.payload import is_place, paths_of
from leadflow_engine.instructions.phrases import Name, Phrase, joined, plain, say
from leadflow_engine.instructions.records import FieldNote, RequiredTogether
from leadflow_engine.instructions.sample import Sample, example_for
from leadflow_engine.instructions.types_in_words import takes
from leadflow_engine.instructions.wording import Wording, constant
from leadflow_engine.masking import hidden
from leadflow_engine.plan import Plan

SHORT_LIST: Final = 20
"""Values of an inline list up to which they are told; longer ones, and those from files, are only named."""


def asked_fields(plan: Plan) -> Iterator[m.Field]:
    """The fields that come from outside: those of the flow first, then those of its libraries."""
    asked = [field for field in plan.flow.fields if field.computed is None]
    yield from (field for field in asked if field.span.file == plan.flow.file)
    yield from (field for field in asked if field.span.file != plan.flow.file)


def shown_fields(plan: Plan, source: m.Source) -> tuple[str, ...]:
    """The fields of the example: what is required, mapped, judged, or declared by the flow itself."""
    flow = plan.flow
    named = {name for name, _ in source.map} | {name for each in flow.require_any for name in each.fields[:1]}
    terms = [each.condition for each in source.criteria]
    terms += [each.condition for step in flow.steps if isinstance(step, m.Filter) for each in step.criteria]
    for read in (
        *(read for term in terms for read in t.reads(term)),
        *(r for d in source.dedupes for r in d.fields),
    ):
        named |= _under(plan, read)
    usual = {"first_name", "last_name", "email", "phone_1", "state", "postal_code"}
    return tuple(
        field.name
        for field in flow.fields
        if field.computed is None
        and (field.required or field.name in named | usual or field.span.file == flow.file)
    )


def _under(plan: Plan, read: t.Read) -> set[str]:
    """The fields that a read comes down to: itself, or those from which it is computed."""
    field = plan.fields.get(read.name) if read.kind == "field" else None
    if field is None:
        return set()
    if field.computed is None:
        return {field.name}
    return {
        name for inner in t.reads(field.computed) if inner.name != field.name for name in _under(plan, inner)
    }


def field_note(plan: Plan, source: m.Source, field: m.Field, sample: Sample) -> FieldNote:
    """A field as this source sends it, with the example that the sample found."""
    flow = plan.flow
    mapped = dict(source.map).get(field.name)
    paths = [field.name] if mapped is None else list(paths_of(mapped))
    pattern = field.pattern if isinstance(field.pattern, t.Pattern) else None
    example = sample.values.get(field.name)
    return FieldNote(
        name=field.name,
        path=" , ".join(paths),
        by_name=mapped is None,
        placed=mapped is None or is_place(mapped),
        type=field.type,
        takes=takes(field.type, flow.country, source.timezone or flow.timezone),
        required=field.required,
        aliases=field.aliases if mapped is None else (),
        low=_limit(field.low),
        high=_limit(field.high),
        pattern=pattern.source if pattern else "",
        flags=pattern.flags if pattern else "",
        default=Wording().value(field.default),
        example=example if example is not None else example_for(plan, field, sample.lead.received_at),
        personal=hidden(field),
        kept=not field.transient,
        own=field.name in sample.values,
    )


def _limit(term: t.Term | None) -> str:
    return plain(constant(term.value)) if isinstance(term, t.Const) else ""


def source_wording(plan: Plan, fields: Iterable[FieldNote]) -> Wording:
    """Sentences in which every field is called as this source sends it."""
    names: dict[str, Phrase] = {note.name: (Name(note.path or note.name),) for note in fields}
    told = Wording(names=names)
    for field in plan.flow.fields:
        if field.computed is not None:
            named = joined(
                [names[name] for name in sorted(_computed_of(plan, field)) if name in names], ", ", " and "
            )
            origin = say(" (made from ", named, ")") if named else ()
            names[field.name] = (
                say(Name(field.name), origin) if told.may_tell(field.computed) else (Name(field.name),)
            )
    return Wording(names=names, lists=short_lists(plan))


def _computed_of(plan: Plan, field: m.Field) -> set[str]:
    found: set[str] = set()
    for read in t.reads(field.computed) if field.computed else ():
        found |= _under(plan, read)
    return found


def short_lists(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """Lists that stand in the flow and are short enough to be told."""
    return {
        each.name: each.values
        for each in plan.flow.lists
        if not each.file and 0 < len(each.values) <= SHORT_LIST
    }


def together(flow: m.Flow, fields: tuple[FieldNote, ...]) -> Iterator[RequiredTogether]:
    """Of which fields one must come."""
    paths = {note.name: note.path for note in fields}
    for each in flow.require_any:
        yield RequiredTogether(tuple(paths.get(name, name) for name in each.fields), each.reason)
