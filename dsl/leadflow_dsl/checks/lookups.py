"""Look-ups that wait for one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leadflow_dsl.checks.template_reads import Templates
from leadflow_dsl.checks.terms_walk import terms_of
from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Enhance, Flow
from leadflow_dsl.rules.names import CYCLE
from leadflow_dsl.terms import Term, reads
from leadflow_dsl.unguarded import dataclass


def circular_lookups(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """On-demand look-ups whose request needs, directly or through others, their own answer: in a mapping, in a
    template, by a computed field."""
    lookups = {step.name: step for step in flow.steps if isinstance(step, Enhance) and step.on_demand}
    if not lookups:
        return
    computed = {field.name: field.computed for field in flow.fields if field.computed is not None}
    needing = _Needs(computed, Templates(draft))
    needs = {name: needing.of(lookup) & lookups.keys() for name, lookup in lookups.items()}
    for name, lookup in lookups.items():
        if name in _reached(name, needs):
            message = f"`{name}` waits for its own answer"
            help = "send what is known before the look-up"
            yield CYCLE.at(lookup.span, message, "circular", help)


@dataclass(frozen=True, slots=True)
class _Needs:
    """What has to be known before something is asked."""

    computed: dict[str, Term]
    templates: Templates

    def of(self, lookup: Enhance) -> set[str]:
        """Names that a look-up's condition and request read, those behind computed fields included."""
        found: set[str] = set()
        waiting = list(_names(terms_of((lookup.when, lookup.cache_by, lookup.leg))))
        for reading in self.templates.readings(lookup.leg.request.body):
            waiting += [use.path[0] for use in reading.uses]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                if name in self.computed:
                    waiting += _names((self.computed[name],))
        return found


def _names(terms: Iterable[Term]) -> Iterator[str]:
    """Names of the fields and look-ups that terms read. They share one space of names."""
    return (read.name for term in terms for read in reads(term) if read.kind in ("field", "result"))


def _reached(start: str, needs: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(needs[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(needs[name])
    return found
