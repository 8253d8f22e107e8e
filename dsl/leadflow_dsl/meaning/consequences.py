"""One mistake, one finding: what was found only because something else could not be read is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Diagnostic, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.suggestions import nearest
from leadflow_dsl.rules import syntax
from leadflow_dsl.rules.names import UNKNOWN, UNUSED, UNUSED_DATA
from leadflow_dsl.rules.routes import EMPTY_TAG, NEVER_ROUTED
from leadflow_dsl.rules.templates import TEMPLATE_NAME

_OF_SPELLING: Final = frozenset(rule.code for rule in syntax.RULES)
_NAMES_NOTHING: Final = frozenset({UNKNOWN.code, EMPTY_TAG.code, TEMPLATE_NAME.code})
_READ_BY_NOTHING: Final = frozenset({UNUSED.code, UNUSED_DATA.code, NEVER_ROUTED.code})


def mistakes(draft: Draft) -> tuple[Diagnostic, ...]:
    """The findings of a draft without those that are the consequence of another that is told."""
    told = [finding for finding in draft.findings if not _follows(draft, finding)]
    words = {_last_word(draft, finding.span) for finding in told if finding.code in _NAMES_NOTHING}
    return tuple(
        finding
        for finding in told
        if finding.code not in _READ_BY_NOTHING or not _meant(_names(draft, finding), words)
    )


def _follows(draft: Draft, finding: Diagnostic) -> bool:
    """Whether a finding comes of a text that was not read, or of declarations that are not there."""
    if finding.code in _OF_SPELLING or finding.span in draft.lacking:
        return False
    if any(_touches(finding.span, stretch) for stretch in draft.broken):
        return True
    if finding.code in _NAMES_NOTHING | _READ_BY_NOTHING and draft.lacking:
        return True
    if finding.code in _NAMES_NOTHING and _is_library(draft):
        return True
    return _in_what_is_broken(draft, finding)


def _is_library(draft: Draft) -> bool:
    """Whether the file that is checked is a library: what it reads, the flows that import it declare."""
    return any(loaded.own and isinstance(loaded.tree.head, nodes.LibraryHead) for loaded in draft.files)


def _touches(span: Span, stretch: Span) -> bool:
    """Whether a span begins in a stretch that could not be read, or holds it whole."""
    if span.file != stretch.file:
        return False
    inside = stretch.start <= span.start < stretch.end
    return inside or (span.start <= stretch.start and stretch.end <= span.end)


def _in_what_is_broken(draft: Draft, finding: Diagnostic) -> bool:
    """A name that a broken declaration was to declare, or one of the flow's that a broken statement reads."""
    stretches = [re.findall(r"\w+", draft.text_at(stretch)) for stretch in draft.broken]
    if finding.code in _NAMES_NOTHING:
        return any(_last_word(draft, finding.span) in words[:2] for words in stretches)
    if finding.code in _READ_BY_NOTHING:
        return any(name in words for name in _names(draft, finding) for words in stretches)
    return False


def _last_word(draft: Draft, span: Span) -> str:
    """The name that a finding is about: ``west`` of ``tag west``."""
    return draft.text_at(span).rpartition(" ")[2]


def _names(draft: Draft, finding: Diagnostic) -> tuple[str, ...]:
    """By which names what is read by nothing could have been read: its own, a buyer's tags too."""
    name = _last_word(draft, finding.span)
    tags = (buyer.tags for buyer in draft.buyers if buyer.name == name and finding.code == NEVER_ROUTED.code)
    return name, *(tag for group in tags for tag in group)


def _meant(names: tuple[str, ...], words: Iterable[str]) -> bool:
    """Whether a word that names nothing is near to one of ``names``."""
    return any(nearest(word, names) for word in words)
