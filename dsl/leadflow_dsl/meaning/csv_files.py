"""The first line of a CSV file: which columns it has."""

from __future__ import annotations

import csv
import io

from leadflow_dsl import nodes
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.loading import unread
from leadflow_dsl.project import Unread


def columns_of(draft: Draft, path: nodes.Text) -> tuple[str, ...] | None:
    """The columns of a CSV file of the project; None after a finding where it cannot be read."""
    place, text = draft.project.find(path.value)
    if isinstance(text, Unread):
        draft.found(unread(path.span, path.value, place, text))
        return None
    first = text.removeprefix("\ufeff").partition("\n")[0]
    try:
        row = next(csv.reader(io.StringIO(first)), [])
    except csv.Error:
        row = []
    return tuple(name.strip() for name in row)
