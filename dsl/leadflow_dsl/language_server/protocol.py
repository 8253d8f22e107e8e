"""Our records as the protocol's: positions in the editor's units, kinds as its numbers. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lsprotocol import types

from leadflow_dsl.diagnostics import Diagnostic, Edit, Span
from leadflow_dsl.language_server.completion import Item
from leadflow_dsl.language_server.folding import Fold
from leadflow_dsl.language_server.outline import Entry
from leadflow_dsl.language_server.positions import Lines

SEVERITIES: Final = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}
ITEMS: Final = {
    "field": types.CompletionItemKind.Field,
    "value": types.CompletionItemKind.Variable,
    "keyword": types.CompletionItemKind.Keyword,
    "function": types.CompletionItemKind.Function,
    "class": types.CompletionItemKind.Class,
    "enum": types.CompletionItemKind.EnumMember,
    "file": types.CompletionItemKind.File,
    "constant": types.CompletionItemKind.Constant,
    "step": types.CompletionItemKind.Event,
    "buyer": types.CompletionItemKind.Module,
}
SYMBOLS: Final = {
    "field": types.SymbolKind.Field,
    "fields": types.SymbolKind.Struct,
    "list": types.SymbolKind.Array,
    "table": types.SymbolKind.Array,
    "calendar": types.SymbolKind.Constant,
    "source": types.SymbolKind.Interface,
    "step": types.SymbolKind.Event,
    "buyer": types.SymbolKind.Class,
    "block": types.SymbolKind.Namespace,
    "stage": types.SymbolKind.Method,
    "rule": types.SymbolKind.Boolean,
}
FOLDS: Final = {
    "region": types.FoldingRangeKind.Region,
    "comment": types.FoldingRangeKind.Comment,
    "imports": types.FoldingRangeKind.Imports,
}


def range_of(lines: Lines, span: Span) -> types.Range:
    """A span in the editor's units."""
    return types.Range(
        types.Position(*lines.at(span.line, span.column)),
        types.Position(*lines.at(span.end_line, span.end_column)),
    )


def diagnostic(
    lines: Lines, finding: Diagnostic, related: Iterable[types.DiagnosticRelatedInformation]
) -> types.Diagnostic:
    """A finding: its message, what stands under the carets, the ways out."""
    ways_out = (f"help: {line}" for line in finding.help)
    return types.Diagnostic(
        range=range_of(lines, finding.span),
        message="\n".join(each for each in (finding.message, finding.label, *ways_out) if each),
        severity=SEVERITIES[finding.severity],
        code=finding.code,
        source="leadflow",
        related_information=list(related) or None,
    )


def item(lines: Lines, offer: Item, place: tuple[int, int, int], snippets: bool) -> types.CompletionItem:
    """An offer; ``place`` is where the word begins, where the cursor stands, and the offer's number in the list."""
    start, offset, number = place
    snippet = offer.snippet if snippets else ""
    told = (
        types.MarkupContent(types.MarkupKind.Markdown, offer.documentation) if offer.documentation else None
    )
    where = types.Range(
        types.Position(*lines.position(offer.start if offer.start >= 0 else start)),
        types.Position(*lines.position(offset)),
    )
    return types.CompletionItem(
        label=offer.label,
        kind=ITEMS[offer.kind],
        detail=offer.detail or None,
        documentation=told,
        sort_text=f"{number:05}",
        filter_text=offer.label,
        insert_text_format=types.InsertTextFormat.Snippet if snippet else types.InsertTextFormat.PlainText,
        text_edit=types.TextEdit(where, snippet or offer.insert or offer.label),
    )


def symbol(lines: Lines, entry: Entry) -> types.DocumentSymbol:
    """A line of the outline with what stands inside."""
    return types.DocumentSymbol(
        name=entry.name or "?",
        detail=entry.detail or None,
        kind=SYMBOLS[entry.kind],
        range=range_of(lines, entry.span),
        selection_range=range_of(lines, entry.name_span),
        children=[symbol(lines, inner) for inner in entry.inside],
    )


def fold(found: Fold) -> types.FoldingRange:
    """Lines that may be folded."""
    return types.FoldingRange(start_line=found.first - 1, end_line=found.last - 1, kind=FOLDS[found.kind])


def edits(lines: Lines, changes: Iterable[Edit]) -> list[types.TextEdit]:
    """Edits of one file."""
    return [types.TextEdit(range_of(lines, change.span), change.text) for change in changes]
