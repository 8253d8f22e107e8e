"""What may be named at a place of a flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from leadflow_dsl.terms import Type
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """A place of a flow, by what can be named there.

    ``known``: names of the steps that have run (None: all). ``ping``: what the buyer's ping gave, by name (None: there
    is no ping to read). ``sets``: values read earlier from this answer. ``paths``: whether quoted texts are JMESPath
    by their position. ``answer``: whether ``status``, ``text``, ``header`` exist. ``places``: whether a text may hold
    ``{{ }}``. ``secrets``: whether ``env`` may stand (a URL). ``delivery``: whether ``delivery.key`` exists.
    ``words``: words that exist only at such a place (``places``). ``called``: a call that came in, with ``header``.
    """

    known: frozenset[str] | None = None
    ping: Mapping[str, Type] | None = None
    sets: Mapping[str, Type] = field(default_factory=dict)
    paths: bool = False
    answer: bool = False
    places: bool = False
    secrets: bool = False
    delivery: bool = False
    words: Mapping[str, Type] = field(default_factory=dict)
    called: bool = False

    def in_request(self) -> Scope:
        """The same place inside a request's mapping or header."""
        return replace(self, places=True, delivery=True)

    def in_reply(self) -> Scope:
        """The same place inside what a call is answered: texts may hold ``{{ }}``."""
        return replace(self, places=True)

    def in_url(self) -> Scope:
        """The same place inside a URL."""
        return replace(self, places=True, delivery=True, secrets=True)

    def in_response(self, sets: Mapping[str, Type]) -> Scope:
        """The same place inside a response that has set ``sets`` so far."""
        return replace(self, paths=True, answer=True, sets=sets, delivery=True)

    def having(self, *words: Mapping[str, Type]) -> Scope:
        """The same place with words that exist only there."""
        return replace(self, words={**self.words, **{k: v for table in words for k, v in table.items()}})

    def in_payload(self) -> Scope:
        """The same place where texts are paths over what came in."""
        return replace(self, paths=True)
