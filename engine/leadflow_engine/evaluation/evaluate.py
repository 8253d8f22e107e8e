"""Evaluating terms: three-valued logic, blanks, and look-ups that have not been asked yet.

A blank or invalid value makes a comparison *unknown* (``None``). A value that only a look-up could give which has not
been asked is ``OPEN``: not blank, but either. Whatever does not depend on it is decided all the same.

A term is made into a closure when it is first met (``closures.py``) and evaluated as that ever after.
"""

from __future__ import annotations

from typing import Final

from leadflow_dsl import terms as t
from leadflow_engine.evaluation import pieces
from leadflow_engine.evaluation.calls import call
from leadflow_engine.evaluation.closures import MAKERS, Condition, Truth, always, made
from leadflow_engine.evaluation.kept import Kept
from leadflow_engine.evaluation.logic import made_truth
from leadflow_engine.evaluation.operators import operator
from leadflow_engine.evaluation.pieces import part_of as part_of
from leadflow_engine.evaluation.scope import Scope as Scope
from leadflow_engine.texts.patterns import pattern


def evaluate(term: t.Term, scope: Scope) -> object:
    """A term's value: a ``Value`` where a field or part stands alone, else a scalar, list, ``None`` or ``Open``.

    Raises nothing for what lead data can bring: what cannot be computed is blank.
    """
    kind = type(term)
    if kind is t.Read:
        return scope.read(term)  # type: ignore[arg-type]
    if kind is t.Path:
        return scope.path(term)  # type: ignore[arg-type]
    if kind is t.Const:
        return term.value  # type: ignore[union-attr]
    return _VALUES.of(term)(scope)


def holds(term: t.Term, scope: Scope) -> Truth:
    """A condition's truth: true, false, unknown (``None``), or ``Open`` where a look-up would decide it."""
    return _TRUTHS.of(term)(scope)


def holds_once(term: t.Term, scope: Scope) -> Truth:
    """``holds`` for a condition that nobody asks again: nothing is kept of it. What was kept for the story of a lead,
    of which 10,000 buyers with 100 ZIP codes were out, were 700 MB."""
    return made_truth(term)(scope)


def condition_of(term: t.Term) -> Condition:
    """What tells a condition's truth: for who asks again and again."""
    return _TRUTHS.of(term)


def leaf_truth(term: t.Term, scope: Scope) -> Truth:
    """The truth of a condition that is neither ``and``, ``or`` nor ``not``."""
    return holds(term, scope)


_VALUES: Final = Kept(made)
_TRUTHS: Final = Kept(made_truth)


# ------------------------------------------------------------------ one maker a kind of term

MAKERS.update(
    {
        t.Const: always(lambda term: term.value),
        t.Read: lambda term: lambda scope: scope.read(term),
        t.Op: operator,
        t.Call: call,
        t.ListOf: pieces.list_of,
        t.NamedList: lambda term: lambda scope: sorted(scope.named_list(term.name)),
        t.Exactly: always(lambda term: term.text),
        t.Pattern: always(lambda term: pattern(term.source, term.flags)),
        t.Index: pieces.index,
        t.Member: pieces.member,
        t.Each: pieces.each,
        t.Text: pieces.text_of_places,
        t.SecretRef: always(lambda term: None),  # a secret is no value: requests handle it apart
        t.Path: lambda term: lambda scope: scope.path(term),
        t.Answer: lambda term: lambda scope: scope.answer(term),
    }
)
