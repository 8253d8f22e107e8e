"""Rename: a name in every file that says it, or a sentence why that is not certain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Edit, Span
from leadflow_dsl.language_server.analysis import Analysis
from leadflow_dsl.language_server.definition import references
from leadflow_dsl.language_server.occurrences import Occurrence, declaration, occurrence_at
from leadflow_dsl.language_server.scenario_names import scenario_names
from leadflow_dsl.meaning.declaring import BUILT_IN
from leadflow_dsl.meaning.names import PING, STEP_PARTS
from leadflow_dsl.rules.templates import TEMPLATE
from leadflow_dsl.unguarded import dataclass
from leadflow_dsl.walk import find

RESERVED: Final = frozenset(
    "and or not in is between contains starts ends matches within env exactly else of true false".split()
)
_OF_FIELDS: Final = frozenset(
    "required default between matches aliases sensitive transient use require on".split()
)
_IN_RESPONSES: Final = frozenset("status header cookie css".split())
_RENAMED: Final = frozenset(
    "field list suppression enhance filter score deliver table calendar call_window source buyer fields tag group "
    "shared result".split()
)
_OWN_ROOM: Final = frozenset({"tag", "group", "shared", "result", "fields"})


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a name is not changed, as a sentence."""

    why: str


def renamed_at(analysis: Analysis, file: str, offset: int) -> tuple[Occurrence, str] | Refused:
    """The name under the cursor and its last word, where it can be renamed."""
    one = occurrence_at(analysis, file, offset)
    if one is None or one.kind not in _RENAMED:
        return Refused("there is no name here that the flow declares")
    place = declaration(analysis, one)
    word = one.name.rpartition(".")[2]
    if place is not None and analysis.is_shipped(place.file):
        return Refused(
            f"`{word}` is declared in `{place.file}`, which comes with leadflow and is not changed"
        )
    return one, word


def rename(
    analyses: Sequence[Analysis],
    of: Analysis,
    one: Occurrence,
    new: str,
    scenarios: Mapping[Path, str] | None = None,
) -> dict[Path, list[Edit]] | Refused:
    """The edits by file that give a name another word in all flows; ``scenarios``: the texts of scenario files."""
    old = one.name.rpartition(".")[2]
    places = references(analyses, of, one)
    touched = list({id(analysis): analysis for analysis, _ in places}.values()) or [of]
    refused = _illegal(one, new) or _taken(touched, one, new) or _unread(touched) or _inexact(places, old)
    if refused:
        return Refused(refused)
    edits: dict[Path, list[Edit]] = {}
    for analysis, place in places:
        edits.setdefault(analysis.path_of(place.span.file), []).append(Edit(place.span, new))
    if not (one.kind == "field" and _is_mapped(touched, one.name)):
        refused = _in_scenarios(edits, scenarios or {}, one, new)
    return Refused(refused) if refused else edits


def _is_mapped(analyses: Iterable[Analysis], field: str) -> bool:
    """Whether a source takes the field by a path: then a payload's keys are not its name."""
    trees = (loaded.tree for analysis in analyses for loaded in analysis.draft.files)
    return any(pair.name.text == field for tree in trees for pair in find(tree, nodes.MapPair))


def _in_scenarios(
    edits: dict[Path, list[Edit]], scenarios: Mapping[Path, str], one: Occurrence, new: str
) -> str:
    """Add what scenario files say by their form; a sentence where one says the name in a text."""
    for path, text in scenarios.items():
        found = scenario_names(path, text, one.kind, one.name)
        if found.unsure:
            return f"{path.name}:{found.unsure} may say `{one.name}` in a text; change it there first"
        if found.spans:
            edits[path] = [Edit(span, new) for span in found.spans]
    return ""


def _illegal(one: Occurrence, new: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", new):
        return f"`{new}` is no name: names are in lower case, with digits and `_`, and begin with a letter"
    kept = RESERVED | (_OF_FIELDS if one.kind == "field" else frozenset())
    kept |= _IN_RESPONSES if one.kind in ("field", "result") else frozenset()
    if new in kept or (one.kind not in _OWN_ROOM and new in BUILT_IN and one.kind != "buyer"):
        return f"`{new}` is a word of the language and names nothing else"
    return ""


def _taken(analyses: Iterable[Analysis], one: Occurrence, new: str) -> str:
    """Whether a flow has the new name already, where the two would meet."""
    for analysis in analyses:
        if one.kind == "result":
            symbol = analysis.symbol("enhance", one.name.partition(".")[0])
            if symbol is not None and new in {**symbol.results, **STEP_PARTS, **PING}:
                return f"`{one.name.partition('.')[0]}` has a `{new}` already"
            continue
        table = analysis.draft.of(one.kind) if analysis.draft.of(one.kind) else analysis.draft.words
        found = table.get(new)
        if found is not None and one.kind not in ("tag", "group", "shared"):
            return f"`{new}` is declared already, in {found.span.file}:{found.span.line}, as {found.kind}"
        aliased = next((field for field, aliases in analysis.draft.aliases.items() if new in aliases), "")
        if one.kind == "field" and aliased and aliased != one.name:
            return f"`{new}` is an alias of the field `{aliased}`"
    return ""


def _unread(analyses: Iterable[Analysis]) -> str:
    """A file that does not parse may say the name where nobody sees it."""
    for analysis in analyses:
        broken = next(iter(analysis.draft.broken), None) or next(iter(analysis.draft.lacking), None)
        if broken is not None:
            return f"{broken.file}:{broken.line} cannot be read; mend it first, so that no place is missed"
        flaw = next((f for f in analysis.checked.diagnostics if f.code == TEMPLATE.code), None)
        if flaw is not None:
            return (
                f"{flaw.span.file}:{flaw.span.line} does not parse; mend it first, so that no place is missed"
            )
    return ""


def _inexact(places: Iterable[tuple[Analysis, Occurrence]], old: str) -> str:
    """A place whose text is not the name itself: a template's ``record["name"]``."""
    for analysis, place in places:
        span: Span = place.span
        if analysis.text(span.file)[span.start : span.end] != old:
            return f"{span.file}:{span.line} says `{old}` in a way that is not certain; write it as `.{old}` first"
    return ""
