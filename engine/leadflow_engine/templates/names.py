"""The names that a template may use, and what each is: a field, a look-up's result, a word of the language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from leadflow_dsl import model as m
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.meaning.places import DOTTED, WHERE
from leadflow_dsl.terms import Read, Type
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.evaluation.evaluate import Scope
from leadflow_engine.texts.leaves import Refused

_TEXT = Type("text")

WORDS: Final[Mapping[str, str]] = {
    "lead": "lead",
    "source": "source",
    "buyer": "buyer",
    "ping": "ping",
    "delivery": "delivery",
    "extra": "extra",
    "payload": "payload",
    "now": "now",
    "random": "random",
    **{word: word if word in DOTTED else "reply" for word in WHERE},
}
"""Words of the language that a template may use, and the kind of what they read. Those of some places only are among
them: lint says where they are known."""

OWN: Final = frozenset({"field", "score", "reply"})
"""Kinds whose ``Read`` has the name that stands in the template."""

SINGLE: Final = OWN | {"now", "random"}
"""Kinds that are read by their name alone; the others need a name behind a dot."""

PARTED: Final = frozenset({"result", "step", "buyer"})
"""Kinds whose ``Read`` has the step's name as its name and the rest as its part."""

_STEP_KIND: Final[Mapping[type, str]] = {
    m.Enhance: "result",
    m.Score: "score",
    m.Filter: "step",
    m.Route: "step",
    m.Deliver: "step",
}


def names_of(flow: m.Flow) -> dict[str, str]:
    """Every name that a flow's templates may use, and its kind. A flow's own names win over the language's words."""
    steps = {step.name: _STEP_KIND[type(step)] for step in (*flow.steps, *flow.named_delivers)}
    return {**WORDS, **steps, **{declared.name: "field" for declared in flow.fields}}


@dataclass(frozen=True, slots=True)
class Dotted:
    """A name on its way: ``phone_check`` or ``extra.utm``, which a further name completes."""

    kind: str
    path: tuple[str, ...]
    scope: Scope

    def then(self, name: str) -> object:
        """What the next name leads to: a value, or for ``extra`` and ``payload`` perhaps a longer path."""
        return value_of(Dotted(self.kind, (*self.path, name), self.scope))


def first(name: str, kind: str, scope: Scope) -> object:
    """What a bare name gives: a value, or the beginning of a dotted name."""
    if kind in SINGLE:
        return _read(kind, name if kind in OWN else "", "", scope)
    return Dotted(kind, (name,) if kind in PARTED and kind != "buyer" else (), scope)


def value_of(dotted: Dotted) -> object:
    """The value of a dotted name. A buyer's needs two names: ``buyer.sunpath.outcome``."""
    kind, path, scope = dotted.kind, dotted.path, dotted.scope
    if kind == "buyer" and len(path) < 2:
        return dotted
    if kind in PARTED:
        return _read(kind, path[0], ".".join(path[1:]), scope)
    return _read(kind, ".".join(path), "", scope)


@lru_cache(maxsize=4096)
def _term(kind: str, name: str, part: str) -> Read:
    return Read(kind, name, part, _TEXT, NOWHERE)


def _read(kind: str, name: str, part: str, scope: Scope) -> object:
    value = scope.read(_term(kind, name, part))
    if isinstance(value, Open):
        raise Refused(f"`{'.'.join(filter(None, (name, part)))}` needs a look-up", value.needs)
    return value
