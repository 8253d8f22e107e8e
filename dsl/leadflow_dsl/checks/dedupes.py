"""Dedupes on several fields, which compare nothing where one of them is missing."""

from __future__ import annotations

from collections.abc import Iterator

from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Dedupe, Field, Flow
from leadflow_dsl.rules.limits import TOGETHER


def dedupes(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Each dedupe on several fields of which one need not be there. One that is asked for by hash has its own rule."""
    fields = {field.name: field for field in flow.fields}
    said = [each for source in flow.sources for each in source.dedupes]
    said += [each for buyer in flow.buyers for each in buyer.dedupes]
    told = set[Dedupe]()
    for dedupe in said:
        if len(dedupe.fields) < 2 or dedupe.by_hash or dedupe in told:
            continue
        told.add(dedupe)
        missing = [read.name for read in dedupe.fields if _may_be_missing(fields.get(read.name))]
        if missing:
            all_of = " and ".join(read.name for read in dedupe.fields)
            message = f"{all_of} together: without {missing[0]} a lead is compared with nothing"
            help = f"a `dedupe` for each compares either; or say that {missing[0]} is `required`"
            yield TOGETHER.at(dedupe.span, message, "all of them together", help)


def _may_be_missing(field: Field | None) -> bool:
    return (
        field is not None and field.required != "always" and field.default is None and field.computed is None
    )
