"""What is known of every lead of a flow, before any condition has been asked."""

from __future__ import annotations

from collections.abc import Callable

from leadflow_dsl.analysis.worlds import Declared
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Flow, Score


def world_of(flow: Flow) -> Declared:
    """The flow's fields and scores. Where a source pings first, a lead may come without what is required."""
    scores = (step for step in flow.steps if isinstance(step, Score))
    return Declared(flow.fields, scores, not any(source.ping for source in flow.sources))


def mistaken(draft: Draft, codes: tuple[str, ...] = ()) -> Callable[[Span], bool]:
    """Whether an error, or a finding of these ``codes``, lies in a stretch of text: what follows from it is not told as
    well."""
    return lambda span: draft.has_found(("error", *codes), span)
