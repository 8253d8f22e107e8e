"""``leadflow lsp``: the language server over standard input and output. Every answer is ``session``'s."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from leadflow_dsl.language_server.analysis import analyse
from leadflow_dsl.language_server.rename import Refused
from leadflow_dsl.language_server.session import Session, path_of

DELAY: Final = 0.01
"""Seconds from a single keystroke to its check."""
HASTE: Final = 0.1
"""Keystrokes that follow one another within so many seconds are one burst."""
PAUSE: Final = 0.025
"""Seconds without a keystroke that end a burst: the check of each would only keep the last one waiting."""
MOST_PAUSES: Final = 20
"""How often a burst is waited for; a key that is held down does not put the findings off for ever."""
MOST_OUTDATED: Final = 3
"""How many checks in a row are thrown away because the text went on; then one is told although it is a little old."""
TRIGGERS: Final = [".", '"', "|", "/", " "]
Answer = TypeVar("Answer")
_LOG: Final = logging.getLogger(__name__)


class FlowServer(LanguageServer):
    """The server with its session. Files that changed are ``due``; one check runs at a time, for the newest text."""

    def __init__(self, version: str) -> None:
        super().__init__("leadflow", version, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.session = Session()
        self.due: dict[Path, None] = {}
        self.edition = 0
        self.last, self.hasty = 0.0, False
        self.checking: asyncio.Task[None] | None = None

    def changed(self, *paths: Path) -> None:
        """Check what these files touch, soon."""
        self.edition += 1
        loop = asyncio.get_running_loop()
        self.hasty, self.last = loop.time() - self.last < HASTE, loop.time()
        self.due.update(dict.fromkeys(paths))
        if self.checking is None or self.checking.done():
            self.checking = loop.create_task(self._check())

    async def _quiet(self) -> None:
        """Wait for a moment in which nobody types."""
        for _ in range(MOST_PAUSES):
            edition = self.edition
            await asyncio.sleep(PAUSE if self.hasty else DELAY)
            if edition == self.edition:
                return

    async def _check(self) -> None:
        while self.due:
            await self._quiet()
            due, self.due = self.due, {}
            flows: dict[Path, None] = {}
            for path in due:
                flows.update(dict.fromkeys(await asyncio.to_thread(self.session.workspace.flows, path)))
            for flow in flows:
                await self._check_one(flow)

    async def _check_one(self, flow: Path) -> None:
        """Check one flow; anew where its text changed meanwhile."""
        for _ in range(MOST_OUTDATED):
            edition = self.edition
            try:
                found = await asyncio.to_thread(analyse, flow, dict(self.session.workspace.texts))
            except Exception:  # a defect of the check must not end the session
                _LOG.exception("checking %s failed", flow)
                return
            if edition == self.edition:
                break
            await self._quiet()
        self.session.workspace.analyses[flow] = found
        self.session.workspace.forget_unused()  # the editor may have closed it meanwhile
        self.tell()

    def tell(self) -> None:
        """Publish the findings that are others than those the editor has."""
        for params in self.session.news():
            self.text_document_publish_diagnostics(params)


def make(version: str) -> FlowServer:
    """A server with all its features, which nobody speaks to yet."""
    server = FlowServer(version)
    _texts(server)
    _questions(server)
    _changes(server)
    return server


def _texts(server: FlowServer) -> None:
    """What the editor tells: texts opened, typed and closed, files changed on the disk."""
    session = server.session

    @server.feature(types.INITIALIZED)
    def initialized(params: types.InitializedParams) -> None:
        can = server.client_capabilities
        encoding = server.workspace.position_encoding or types.PositionEncodingKind.Utf16
        session.encoding = types.PositionEncodingKind(encoding).value
        completion = can.text_document.completion if can.text_document else None
        item = completion.completion_item if completion else None
        session.snippets = bool(item and item.snippet_support)
        watching = can.workspace.did_change_watched_files if can.workspace else None
        if watching and watching.dynamic_registration:
            server.client_register_capability(types.RegistrationParams([_watchers()]))

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.changed(session.open(params.text_document.uri, params.text_document.text))

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def typed(params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.changed(session.open(uri, server.workspace.get_text_document(uri).source))

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: types.DidCloseTextDocumentParams) -> None:
        session.close(params.text_document.uri)
        server.tell()
        server.changed(*session.workspace.texts)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: types.DidSaveTextDocumentParams) -> None:
        session.workspace.refresh()
        server.changed(path_of(params.text_document.uri))

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def watched(params: types.DidChangeWatchedFilesParams) -> None:
        session.workspace.refresh()
        server.changed(*session.workspace.texts)


def _watchers() -> types.Registration:
    pattern = "**/*.{flow,j2,jinja,jinja2,csv,toml}"
    options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(pattern)])
    return types.Registration("leadflow-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)


def _questions(server: FlowServer) -> None:
    """What the editor asks."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=TRIGGERS))
    def completion(params: types.CompletionParams) -> list[types.CompletionItem]:
        trigger = params.context.trigger_character if params.context else None
        return session.completion(params.text_document.uri, params.position, trigger)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        return session.hover(params.text_document.uri, params.position)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(params: types.DefinitionParams) -> list[types.Location]:
        return session.definition(params.text_document.uri, params.position)

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def references(params: types.ReferenceParams) -> list[types.Location]:
        return session.references(
            params.text_document.uri, params.position, params.context.include_declaration
        )

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def highlights(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
        return session.highlights(params.text_document.uri, params.position)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def outline(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        return session.outline(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    def folding(params: types.FoldingRangeParams) -> list[types.FoldingRange]:
        return session.folding(params.text_document.uri)


def _changes(server: FlowServer) -> None:
    """What the editor has done."""
    session = server.session
    kinds = [types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll]

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def formatting(params: types.DocumentFormattingParams) -> list[types.TextEdit]:
        return session.formatting(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=kinds))
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        return session.actions(params.text_document.uri, params.range)

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder:
        return _or_refuse(session.may_rename(params.text_document.uri, params.position))

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def rename(params: types.RenameParams) -> types.WorkspaceEdit:
        return _or_refuse(session.rename(params.text_document.uri, params.position, params.new_name))


def _or_refuse(answer: Answer | Refused) -> Answer:
    """The answer; a refusal goes to the editor as a failed request with its sentence."""
    if isinstance(answer, Refused):
        raise JsonRpcException(answer.why, types.LSPErrorCodes.RequestFailed)
    return answer


def serve(version: str) -> None:
    """Serve one editor over standard input and output until it says goodbye."""
    logging.basicConfig(level=logging.ERROR)
    make(version).start_io()
