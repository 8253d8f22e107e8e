"""Values on their way into a request: written, cleaned, blank as ``None``; and what ends a build that cannot be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from leadflow_dsl import terms as t
from leadflow_engine import secrets
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.evaluation.evaluate import Scope, evaluate
from leadflow_engine.values import written

Kind: TypeAlias = Literal["json", "form", "xml", "text"]

_MARKS = re.compile(f"[{secrets.OPEN}{secrets.CLOSE}]")


@dataclass(frozen=True, slots=True)
class RequestProblem:
    """Why this lead's request is not sent. ``reason`` names places and fields, never values.

    ``needs`` are look-ups that have not been asked and that the request reads: ask them and build again.
    """

    reason: str
    needs: tuple[str, ...] = ()


class Refused(Exception):
    """Inside a build: it ends with this problem."""

    def __init__(self, reason: str, needs: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.problem = RequestProblem(reason, needs)


@dataclass(frozen=True, slots=True)
class Secret:
    """Stands where a secret will be: kept apart from text so that no value of a lead or an answer can be one."""

    name: str

    @property
    def text(self) -> str:
        """The placeholder that goes into the request."""
        return secrets.placeholder(self.name)


def clean(text: str) -> str:
    """A text without the characters of which placeholders are made."""
    return _MARKS.sub("", text) if secrets.OPEN in text or secrets.CLOSE in text else text


def leaf(term: t.Term, scope: Scope, kind: Kind) -> object:
    """A term's value ready for a body: ``None`` (blank), a scalar, ``Secret``, a list or a mapping of these.

    Raises ``Refused`` with the look-ups it needs where one has not been asked.
    """
    if isinstance(term, t.SecretRef):
        return Secret(term.name)
    value = evaluate(term, scope)
    if isinstance(value, Open):
        raise Refused(f"`{described(term)}` needs a look-up", value.needs)
    return shown(value, kind)


def shown(value: object, kind: Kind) -> object:
    """A value as ``leaf`` gives it, for one that was evaluated already."""
    result = written(value, kind)
    if type(result) is str:
        return clean(result)
    return _cleaned(result) if isinstance(result, list | dict) else result


def _cleaned(whole: object) -> object:
    """Lists and records with every text in them clean; an empty list is a blank."""
    if isinstance(whole, list):
        return [_cleaned(item) for item in whole] or None
    if isinstance(whole, dict):
        return {clean(name): _cleaned(item) for name, item in whole.items()}
    return clean(whole) if isinstance(whole, str) else whole


def described(term: t.Term) -> str:
    """A term's name in a message: ``phone_1.digits``, or what sort of expression it is."""
    if isinstance(term, t.Read):
        own = term.kind not in {"field", "result", "score", "step", "reply"}
        return ".".join(filter(None, (term.kind if own else "", term.name, term.part)))
    inner = t.reads(term)
    return described(inner[0]) if len(inner) == 1 else "an expression"
