"""The criteria index: all buyers of a stage judged at once, by sets of bits instead of one after the other.

A buyer's items (what can put it out, in the order in which a reason is looked for) are laid out as *slots*, bits of
one large integer (``layout.py``). For every subject (a field, a part, an expression) a table gives, by the lead's
value, the slots that do not fail on it; their AND over all subjects is what the lead passes, for all buyers together.
``literals.py`` makes slots of conditions, ``subjects.py`` finds what a predicate is about, ``tables.py`` goes from a
value to slots, ``blocks.py`` judges a thousand buyers, ``index.py`` is what others use.

Its meaning is that of ``judge.judge_buyer``, which walks one buyer's items: tests hold the one against the other.
"""

from leadflow_engine.criteria.index import Index, Verdicts

__all__ = ["Index", "Verdicts"]
