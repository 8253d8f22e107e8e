"""The first pass: read the flow file and everything that it imports."""

from __future__ import annotations

import threading
from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Diagnostic, Label, Span
from leadflow_dsl.meaning.draft import Draft, Loaded
from leadflow_dsl.parser import Parsed, parse_whole
from leadflow_dsl.project import Unread, shipped_libraries
from leadflow_dsl.rules.names import CYCLE, NO_FILE, NOT_A_LIBRARY, OUTSIDE
from leadflow_dsl.rules.syntax import TOO_LARGE

IN_A_LIBRARY = (
    nodes.Import,
    nodes.Fields,
    nodes.ListValues,
    nodes.ListFile,
    nodes.Suppression,
    nodes.Table,
    nodes.Calendar,
    nodes.CallWindow,
    nodes.Source,
    nodes.Enhance,
    nodes.Filter,
    nodes.Score,
    nodes.DeliverStep,
    nodes.Buyer,
)

MOST_KEPT: Final = 500_000
MOST_DEPTH = 50
"""Libraries that import each other, one inside the other."""


def load(draft: Draft) -> None:
    """Fill ``draft.files``: imports before what imports them, each once, the flow last."""
    text = draft.project.read(draft.file)
    if isinstance(text, Unread):
        draft.found(NO_FILE.at(Span(draft.file, 1, 1, 1, 1), f"cannot read `{draft.file}`: {text.reason}"))
        return
    _load(draft, draft.file, text, (), None)


def _load(draft: Draft, path: str, text: str, above: tuple[str, ...], said: Span | None) -> None:
    parsed = parse_whole(text, path) if not above else IMPORTS.parsed(text, path)
    tree = parsed.tree
    for finding in parsed.findings:
        draft.found(finding)
    draft.broken += parsed.broken
    if tree is None:
        draft.lacking += () if said is None else (said,)
        return
    own = not above
    library = isinstance(tree.head, nodes.LibraryHead) or not own
    _check_head(draft, path, tree, own, said)
    for item in tree.items:
        if isinstance(item, nodes.Import):
            _import(draft, item, (*above, path))
        elif library and not isinstance(item, IN_A_LIBRARY):
            draft.found(_misplaced(item.span))
    draft.files.append(Loaded(path, tree, own))


class Imports:
    """Imports that were parsed, each once for all flows that share it: nothing changes a tree. Those used last are
    kept, of ``MOST_KEPT`` characters together: a tree takes 40 bytes a character."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Parsed] = {}
        self._lock = threading.Lock()

    def parsed(self, text: str, path: str) -> Parsed:
        """An import's tree."""
        with self._lock:
            known = self._kept.pop((text, path), None)
        parsed = known or parse_whole(text, path)
        with self._lock:
            self._kept[text, path] = parsed
            while sum(len(each) for each, _ in self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        return parsed

    def forget(self) -> None:
        """Keep none."""
        with self._lock:
            self._kept.clear()


IMPORTS: Final = Imports()


def _check_head(draft: Draft, path: str, tree: nodes.File, own: bool, said: Span | None) -> None:
    if own:
        draft.head = tree.head if isinstance(tree.head, nodes.FlowHead) else None
    elif isinstance(tree.head, nodes.FlowHead) and said is not None:
        place = Label(tree.head.span, "it says `flow`, not `library`")
        message = f"`{path}` is a flow, not a library"
        help = "move what both need into a file that opens with `library NAME`"
        draft.found(NOT_A_LIBRARY.at(said, message, "imported here", help, (place,)))


def _misplaced(span: Span) -> Diagnostic:
    message = "a library does not hold this statement"
    return NOT_A_LIBRARY.at(span, message, "belongs to a flow", "move it to the flow that imports this file")


def _import(draft: Draft, item: nodes.Import, above: tuple[str, ...]) -> None:
    written = item.path.value
    path, text = draft.project.find(written, above[-1])
    if path in above:
        chain = " -> ".join((*above[above.index(path) :], path))
        draft.found(CYCLE.at(item.path.span, f"`{written}` imports itself", chain, "take one import out"))
    elif isinstance(text, Unread):
        draft.found(unread(item.path.span, written, path, text))
        draft.lacking.append(item.path.span)
    elif len(above) >= MOST_DEPTH:
        message = f"libraries import each other deeper than {MOST_DEPTH}"
        draft.found(TOO_LARGE.at(item.path.span, message, "", "import what is needed in the flow itself"))
        draft.lacking.append(item.path.span)
    elif all(loaded.path != path for loaded in draft.files):
        _load(draft, path, text, above, item.path.span)


def unread(span: Span, written: str, path: str, why: Unread) -> Diagnostic:
    """The finding for a file that a flow names and that cannot be had."""
    if why.kind == "outside":
        return OUTSIDE.at(span, f"`{written}` is outside the project", why.reason, "keep it in the project")
    help = "paths of templates and lists are relative to the project's root"
    if written.endswith(".flow"):
        help = f"libraries that come with leadflow: {', '.join(shipped_libraries())}"
    return NO_FILE.at(span, f"cannot read `{written}`", f"`{path}`: {why.reason}", help)
