"""The call of a source whose leads are fetched: it names a lead, and what it names it by is what the fetch reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from leadflow_dsl import model as m
from leadflow_dsl.checks.terms_walk import terms_of
from leadflow_engine.instructions.payload import NoPlace, paths_of, place

Json: TypeAlias = Any

NUMBER: Final = "1234567890"
"""What stands for a lead's name in the supplier's own system."""


def fetched_payload(source: m.Source) -> Mapping[str, Json]:
    """The payload of a call that names a lead; empty where what the fetch reads has no one place in it."""
    payload: Json = {}
    for term in terms_of(source.fetch.request) if source.fetch is not None else ():
        for path in paths_of(term):
            try:
                payload = place(payload, path, NUMBER)
            except NoPlace:
                return {}
    return payload if isinstance(payload, Mapping) else {}
