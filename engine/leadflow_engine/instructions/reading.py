"""How an answer is read, as sentences: the verdict rules in their order, and what is taken from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from leadflow_dsl import model as m
from leadflow_engine.instructions.phrases import Name, Phrase, say
from leadflow_engine.instructions.types_in_words import called
from leadflow_engine.instructions.wording import Wording

_OUTCOMES: Final[Mapping[str, str]] = {
    "accepted": "The lead is sold",
    "duplicate": "It is a duplicate and not sold",
    "rejected": "It is refused",
    "error": "It counts as an error and is not sold",
    "retry": "It is sent again later",
    "pending": "Your verdict is waited for",
}
_OTHERWISE: Final[Mapping[str, str]] = {
    "rejected": "Any other answer that can be read is a refusal.",
    "error": "Any other answer is in doubt: whether you took the lead is not known.",
    "": "Any other answer is in doubt: whether you took the lead is not known.",
}
_OF_A_PING: Final[Mapping[str, str]] = {
    **_OUTCOMES,
    "accepted": "You bid",
    "duplicate": "It is a duplicate, and no bid",
    "rejected": "You do not bid",
    "error": "It counts as an error, and as no bid",
}
_VALUES: Final[Mapping[str, str]] = {
    "reason": "why it was refused",
    "price": "the price",
    "reference": "your name for the lead",
    "redirect": "where the person is sent",
    "bid": "your bid",
    "expires": "how long the bid stands",
}
_KINDS: Final[Mapping[str, str]] = {
    "json": "JSON",
    "xml": "XML",
    "form": "form fields",
    "text": "text",
    "html": "HTML",
    "query": "form fields",
}


def reading(response: m.Response, wording: Wording, ping: bool = False) -> Iterator[Phrase]:
    """What an answer means, rule by rule; the first that holds decides. Of a ping it is a bid or none."""
    outcomes = _OF_A_PING if ping else _OUTCOMES
    yield (f"Your answer is read as {_KINDS.get(response.kind, 'what its content type says')}.",)
    for rule in response.verdicts:
        reason = f", “{rule.reason}”" if rule.reason else ""
        yield say(f"{outcomes[rule.outcome]}{reason} where ", wording.condition(rule.condition), ".")
    if response.verdicts:
        yield ("Any other answer is no bid." if ping else _OTHERWISE[response.otherwise],)


def values_read(response: m.Response, wording: Wording) -> Iterator[Phrase]:
    """What is taken from an answer, and where it stands."""
    for name, term in response.values:
        yield say(f"{_VALUES.get(name, name)}: ", wording.value(term))
    for said in response.sets:
        yield say(Name(said.name), f" ({called(said.type)}): ", wording.value(said.value))
    if response.bids is not None:
        yield say("several bids, at ", Name(response.bids.path.source), "; the best of them is taken")
        for name, term in response.bids.values:
            yield say(f"of each, {_VALUES.get(name, name.replace('_', ' '))}: ", wording.value(term))
