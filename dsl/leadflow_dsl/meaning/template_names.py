"""Templates against the flow: every name that a template reads is declared, every filter exists."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.diagnostics import Span
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.loading import unread
from leadflow_dsl.meaning.names import Problem, Word, look_up
from leadflow_dsl.meaning.suggestions import did_you_mean, listed, slip
from leadflow_dsl.meaning.template_shape import check_uses
from leadflow_dsl.project import Unread
from leadflow_dsl.rules.names import CYCLE, UNKNOWN
from leadflow_dsl.rules.templates import FILTER, TEMPLATE, TEMPLATE_NAME
from leadflow_dsl.template_profile import FILTERS, TESTS
from leadflow_dsl.templates import Flaw, Place, Use, read_template
from leadflow_dsl.terms import Type
from leadflow_dsl.types import BROKEN

MOST_DEPTH: Final = 50
"""Templates inside each other."""


def check_template(
    r: Resolver, source: str, place: Place, above: tuple[str, ...], seen: set[str] | None = None
) -> dict[tuple[str, ...], Type]:
    """Report what is wrong with a template, and with those that it includes, each once.

    Gives the types of the names that the template itself reads, by path.
    """
    seen = set() if seen is None else seen
    reading = read_template(source, place)
    for flaw in reading.flaws:
        _flaw(r, flaw)
    types = {use.path: _use(r, use) for use in reading.uses}
    check_uses(r, source, place, types)
    for name, span in reading.files:
        _include(r, name, span, above, seen)
    return types


def _flaw(r: Resolver, flaw: Flaw) -> None:
    if flaw.kind == "filter":
        message = f"unknown filter `{flaw.message}`"
        help, fix = did_you_mean(flaw.message, FILTERS), slip(flaw.message, flaw.span, FILTERS)
        r.draft.found(FILTER.at(flaw.span, message, "no such filter", help, fix=fix))
    elif flaw.kind == "test":
        message = f"unknown test `{flaw.message}`"
        help = (*did_you_mean(flaw.message, TESTS), f"there are {listed(sorted(TESTS))}")
        fix = slip(flaw.message, flaw.span, TESTS)
        r.draft.found(TEMPLATE.at(flaw.span, message, "no such test", help, fix=fix))
    elif flaw.kind == "form":
        r.draft.found(TEMPLATE.at(flaw.span, flaw.message, "refused in a template", flaw.help))
    else:
        message = f"the template does not parse: {flaw.message}"
        r.draft.found(TEMPLATE.at(flaw.span, message, "", flaw.help))


def _use(r: Resolver, use: Use) -> Type:
    chain = tuple(Word(text, span) for text, span in zip(use.path, use.words, strict=True))
    answered = look_up(r.draft, r.scope, chain, use.span)
    if isinstance(answered, Problem):
        rule = TEMPLATE_NAME if answered.rule is UNKNOWN else answered.rule
        message = answered.message.replace("unknown field", "unknown name")
        r.draft.found(
            rule.at(use.span, message, answered.label, answered.help, answered.labels, answered.fix)
        )
        return BROKEN
    return answered.type


def _include(r: Resolver, name: str, span: Span, above: tuple[str, ...], seen: set[str]) -> None:
    path, text = r.draft.project.find(name)
    if path in above:
        r.draft.found(CYCLE.at(span, f"`{name}` includes itself", "", "take one include out"))
    elif isinstance(text, Unread):
        r.draft.found(unread(span, name, path, text))
    elif len(above) >= MOST_DEPTH:
        message = f"templates include each other deeper than {MOST_DEPTH}"
        r.draft.found(TEMPLATE.at(span, message, "", "put what they share into one file"))
    elif path not in seen:
        seen.add(path)
        check_template(r, text, Place(path), (*above, path), seen)
