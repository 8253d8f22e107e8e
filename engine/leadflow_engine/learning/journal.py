"""Samples from a journal: the answers to a buyer's posts of which an operator has said what they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from leadflow_engine.learning.samples import Sample
from leadflow_engine.store import SqliteStore

OUTCOME: Final[Mapping[str, str]] = {"sold": "accepted", "declined": "rejected"}
"""What an operator's word says of the answer; no other word is known to ``doubt settle``."""

_SETTLED: Final = """\
SELECT lead, substr(key, length('settled/') + 1), json_extract(body, '$.word') FROM fact
WHERE kind = 'settled' AND key LIKE 'settled/%' AND json_extract(body, '$.conflict') = '' ORDER BY id"""


def settled_answers(store: SqliteStore, buyer: str) -> tuple[Sample, ...]:
    """Each whole answer to a post of ``buyer`` that was settled by hand, named after its lead. Reads, never writes."""
    words: dict[tuple[str, str], str] = {}
    for lead, place, word in store.query(_SETTLED):
        name, number, _ = place.rsplit("/", 2)
        if name == buyer:
            words[lead, number] = word
    found = (_answer(store, lead, buyer, number, word) for (lead, number), word in words.items())
    return tuple(sample for each in found for sample in each)


def _answer(store: SqliteStore, lead: str, buyer: str, number: str, word: str) -> Iterator[Sample]:
    """The last answer of that delivery: none where nothing came back, or what came was removed from the journal."""
    key = f"post/{buyer}/{number}"
    results = [
        {**fact.body, **(fact.content or {})}
        for fact in store.facts(lead)
        if fact.key == key or fact.key.startswith(f"{key}/")
    ]
    whole = [
        one for one in results if isinstance(one.get("status"), int) and isinstance(one.get("body"), str)
    ]
    if whole:
        yield Sample(
            f"{lead}/{number}", whole[-1]["status"], _headers(whole[-1]), whole[-1]["body"], OUTCOME[word]
        )


def _headers(result: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in result.get("headers") or ())
