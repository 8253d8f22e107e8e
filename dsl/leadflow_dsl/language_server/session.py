"""One editor's session: what it has open, what was told it, and answers to its questions in the protocol's records."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import field
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path

from leadflow_dsl.diagnostics import Diagnostic, Edit, Span
from leadflow_dsl.language_server import protocol
from leadflow_dsl.language_server.actions import Action, actions, fix_all
from leadflow_dsl.language_server.analysis import Analysis, analyse
from leadflow_dsl.language_server.completion import complete, complete_template
from leadflow_dsl.language_server.definition import definition, references
from leadflow_dsl.language_server.folding import folds
from leadflow_dsl.language_server.hover import hover
from leadflow_dsl.language_server.occurrences import occurrence_at
from leadflow_dsl.language_server.outline import outline
from leadflow_dsl.language_server.positions import Lines, lines_of
from leadflow_dsl.language_server.rename import Refused, rename, renamed_at
from leadflow_dsl.language_server.workspace import Workspace
from leadflow_dsl.parser import parse
from leadflow_dsl.printer import format_text
from leadflow_dsl.unguarded import dataclass

Place = tuple[Analysis, str, int]


@dataclass(slots=True)
class Session:
    """``addresses`` are the open files' own; ``told`` is what was published last, by file."""

    encoding: str = "utf-16"
    snippets: bool = False
    workspace: Workspace = field(default_factory=Workspace)
    addresses: dict[Path, str] = field(default_factory=dict)
    told: dict[Path, list[types.Diagnostic]] = field(default_factory=dict)

    # -------------------------------------------------------------- texts

    def open(self, uri: str, text: str) -> Path:
        """Take a text from the editor; gives the file's path."""
        path = path_of(uri)
        self.addresses[path] = uri
        self.workspace.set(path, text)
        return path

    def close(self, uri: str) -> None:
        """The file on the disk counts again."""
        path = path_of(uri)
        self.workspace.drop(path)
        self.addresses.pop(path, None)
        self.workspace.forget_unused()

    def lines(self, path: Path) -> Lines:
        """The positions of a file's text as it is now."""
        return lines_of(self.workspace.text(path) or "", self.encoding)

    def uri(self, path: Path) -> str:
        """The address of a file."""
        return self.addresses.get(path) or path.as_uri()

    # -------------------------------------------------------------- findings

    def news(self) -> Iterator[types.PublishDiagnosticsParams]:
        """What must be told the editor: files whose findings are others than were told last."""
        found = self.workspace.findings()
        for path in (*found, *(path for path in self.told if path not in found)):
            lines = self.lines(path)
            told = [self._diagnostic(lines, path, finding) for finding in found.get(path, ())]
            if told != self.told.get(path, []):
                self.told[path] = told
                yield types.PublishDiagnosticsParams(self.uri(path), told)
        self.told = {path: told for path, told in self.told.items() if told}

    def _diagnostic(self, lines: Lines, path: Path, finding: Diagnostic) -> types.Diagnostic:
        related = (
            types.DiagnosticRelatedInformation(self._location(place, label.span), label.text)
            for label in finding.labels
            for place in [self._beside(path, finding, label.span)]
        )
        return protocol.diagnostic(lines, finding, related)

    def _beside(self, path: Path, finding: Diagnostic, span: Span) -> Path:
        """The file of a further place of a finding."""
        owner = next((a for a in self.workspace.analyses.values() if finding in a.checked.diagnostics), None)
        return owner.path_of(span.file) if owner else path

    def _location(self, path: Path, span: Span) -> types.Location:
        return types.Location(self.uri(path), protocol.range_of(self.lines(path), span))

    # -------------------------------------------------------------- questions

    def _place(self, uri: str, position: types.Position) -> Place | None:
        path = path_of(uri)
        analysis = self.workspace.fresh(path)
        file = analysis.file_of(path) if analysis else None
        if analysis is None or file is None:
            return None
        return (
            analysis,
            file,
            lines_of(analysis.text(file), self.encoding).offset(position.line, position.character),
        )

    def completion(
        self, uri: str, position: types.Position, trigger: str | None
    ) -> list[types.CompletionItem]:
        """What may stand at a cursor. A blank that was typed brings up only what fits nowhere else."""
        path = path_of(uri)
        analysis = self.workspace.newest(path)
        file = analysis.file_of(path) if analysis else None
        if analysis is None or file is None:
            return []
        lines = self.lines(path)
        offset = lines.offset(position.line, position.character)
        if path.suffix == ".flow":
            files = self.workspace.files(analysis.root)
            offers, start = complete(analysis.draft, file, lines.text, offset, files)
        else:
            offers, start = complete_template(analysis.draft, file, lines.text, offset)
        if trigger == " ":
            offers = tuple(offer for offer in offers if offer.rank == 0 and offer.kind != "keyword")
        return [
            protocol.item(lines, offer, (start, offset, number), self.snippets)
            for number, offer in enumerate(offers)
        ]

    def hover(self, uri: str, position: types.Position) -> types.Hover | None:
        """What stands under the cursor."""
        place = self._place(uri, position)
        found = hover(*place) if place else None
        if place is None or found is None:
            return None
        text, span = found
        lines = lines_of(place[0].text(place[1]), self.encoding)
        return types.Hover(
            types.MarkupContent(types.MarkupKind.Markdown, text), protocol.range_of(lines, span)
        )

    def definition(self, uri: str, position: types.Position) -> list[types.Location]:
        """Where that is declared on which the cursor stands."""
        place = self._place(uri, position)
        if place is None:
            return []
        analysis = place[0]
        return [self._location(analysis.path_of(span.file), span) for span in definition(*place)]

    def references(self, uri: str, position: types.Position, declared: bool) -> list[types.Location]:
        """Every place that means the name under the cursor, in all flows of the project."""
        place = self._place(uri, position)
        one = occurrence_at(*place) if place else None
        if place is None or one is None:
            return []
        found = references(self._all(place[0], one.name), place[0], one)
        return [
            self._location(analysis.path_of(other.span.file), other.span)
            for analysis, other in found
            if declared or not other.declares
        ]

    def highlights(self, uri: str, position: types.Position) -> list[types.DocumentHighlight]:
        """The same name in the same file."""
        place = self._place(uri, position)
        one = occurrence_at(*place) if place else None
        if place is None or one is None:
            return []
        analysis, file, _ = place
        lines = lines_of(analysis.text(file), self.encoding)
        found = (other for _, other in references((analysis,), analysis, one) if other.span.file == file)
        return [types.DocumentHighlight(protocol.range_of(lines, other.span)) for other in found]

    def _all(self, of: Analysis, name: str) -> list[Analysis]:
        """The flow itself, and all flows of its project in which a name may be said."""
        kept = self.workspace.analyses
        flows = self.workspace.saying(of.root, name.rpartition(".")[2])
        others = (
            analyse(flow, self.workspace.texts) for flow in flows if flow != of.path and flow not in kept
        )
        return [of, *(kept[flow] for flow in flows if flow in kept and flow != of.path), *others]

    # -------------------------------------------------------------- changes

    def may_rename(self, uri: str, position: types.Position) -> types.PrepareRenamePlaceholder | Refused:
        """The name under the cursor where it can be renamed."""
        place = self._place(uri, position)
        found = renamed_at(*place) if place else Refused("there is no flow here")
        if isinstance(found, Refused) or place is None:
            return found if isinstance(found, Refused) else Refused("there is no flow here")
        lines = lines_of(place[0].text(place[1]), self.encoding)
        return types.PrepareRenamePlaceholder(protocol.range_of(lines, found[0].span), found[1])

    def rename(self, uri: str, position: types.Position, new: str) -> types.WorkspaceEdit | Refused:
        """The edits in all files that give the name under the cursor another word."""
        place = self._place(uri, position)
        found = renamed_at(*place) if place else Refused("there is no flow here")
        if isinstance(found, Refused) or place is None:
            return found if isinstance(found, Refused) else Refused("there is no flow here")
        analyses = self._all(place[0], found[0].name)
        made = rename(analyses, place[0], found[0], new, dict(self._scenarios(place[0].root, analyses)))
        return made if isinstance(made, Refused) else self._edit(made)

    def _scenarios(self, root: Path, analyses: Iterable[Analysis]) -> Iterator[tuple[Path, str]]:
        """The scenario files beside flows."""
        for analysis in analyses:
            path = analysis.path.with_suffix(".scenarios.yaml")
            text = self.workspace.text(path)
            if text is not None:
                yield path, text

    def _edit(self, changes: dict[Path, list[Edit]]) -> types.WorkspaceEdit:
        made = {self.uri(path): protocol.edits(self.lines(path), each) for path, each in changes.items()}
        return types.WorkspaceEdit(changes=made)

    def actions(self, uri: str, where: types.Range) -> list[types.CodeAction]:
        """Repairs and excuses for the findings on some lines, and all certain repairs of the file."""
        path = path_of(uri)
        analysis = self.workspace.fresh(path)
        file = analysis.file_of(path) if analysis else None
        if analysis is None or file is None:
            return []
        found = actions(analysis, file, where.start.line + 1, where.end.line + 1)
        made = [self._action(analysis, action) for action in found]
        every = fix_all(analysis.checked.diagnostics, file)
        if every:
            kind = types.CodeActionKind.SourceFixAll
            made.append(
                types.CodeAction("Make all certain repairs", kind=kind, edit=self._edit({path: list(every)}))
            )
        return made

    def _action(self, analysis: Analysis, action: Action) -> types.CodeAction:
        changes: dict[Path, list[Edit]] = {}
        for edit in action.edits:
            changes.setdefault(analysis.path_of(edit.span.file), []).append(edit)
        owner = analysis.path_of(action.finding.span.file)
        about = [self._diagnostic(self.lines(owner), owner, action.finding)]
        return types.CodeAction(
            action.title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=about,
            is_preferred=action.preferred or None,
            edit=self._edit(changes),
        )

    # -------------------------------------------------------------- the file as a whole

    def formatting(self, uri: str) -> list[types.TextEdit]:
        """The file in the one style; nothing where it is already, or cannot be read."""
        path = path_of(uri)
        lines = self.lines(path)
        after = format_text(lines.text, path.name)[0] if path.suffix == ".flow" else None
        if after is None or after == lines.text:
            return []
        end = types.Position(*lines.position(len(lines.text)))
        return [types.TextEdit(types.Range(types.Position(0, 0), end), after)]

    def outline(self, uri: str) -> list[types.DocumentSymbol]:
        """What the file declares."""
        path = path_of(uri)
        lines = self.lines(path)
        tree = parse(lines.text, path.name)[0] if path.suffix == ".flow" else None
        return [protocol.symbol(lines, entry) for entry in outline(tree)] if tree else []

    def folding(self, uri: str) -> list[types.FoldingRange]:
        """What may be folded."""
        path = path_of(uri)
        text = self.lines(path).text
        tree = parse(text, path.name)[0] if path.suffix == ".flow" else None
        return [protocol.fold(found) for found in folds(tree, text)] if tree else []


def path_of(uri: str) -> Path:
    """The path of an address. A text without a file (``untitled:``) is given one that lies nowhere."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    if path:
        return Path(os.path.abspath(path))
    name = "".join(letter if letter.isalnum() or letter in ".-_" else "_" for letter in uri)
    return Path(os.devnull) / (name if "." in name else f"{name}.flow")
