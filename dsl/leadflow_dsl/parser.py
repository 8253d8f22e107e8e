"""``parse``: a text into a syntax tree and diagnostics. Never raises on what a file says."""

from __future__ import annotations

from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Diagnostic, Span
from leadflow_dsl.reader import read
from leadflow_dsl.rules import syntax as rules
from leadflow_dsl.syntax_checks import checks, hidden_order
from leadflow_dsl.tokens import source
from leadflow_dsl.unguarded import dataclass

MOST_CHARACTERS: Final = 1_000_000


def normalised(text: str) -> str:
    """The text that positions count in: no byte order mark, lines end with a line feed."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text gives: the tree (None where nothing could be read), every mistake in its spelling, and the
    stretches that could not be read, each from the beginning of its statement."""

    tree: nodes.File | None
    findings: tuple[Diagnostic, ...]
    broken: tuple[Span, ...] = ()


def parse(text: str, file: str) -> tuple[nodes.File | None, tuple[Diagnostic, ...]]:
    """The tree of a flow or library file, and every mistake in its spelling, in the order of the text.

    ``file`` is what diagnostics call it. The tree holds what could be read, also beside mistakes; it is None where
    nothing could. Positions count in ``normalised(text)``.
    """
    parsed = parse_whole(text, file)
    return parsed.tree, parsed.findings


def parse_whole(text: str, file: str) -> Parsed:
    """``parse``, and which stretches of the text the tree does not hold as they were meant."""
    if len(text) > MOST_CHARACTERS:
        here = source(file, "").span(0, 0)
        message = f"the file has {len(text)} characters, at most {MOST_CHARACTERS} are read"
        help = "long lists of values belong in a CSV file: `list NAME from csv ...`; steps and buyers in a library"
        return Parsed(None, (rules.TOO_LARGE.at(here, message, "", help),))
    whole = source(file, normalised(text))
    hidden = tuple(hidden_order(whole))
    tree, read_so, broken = read(whole)
    places = {one.span for one in hidden}
    found = (*(one for one in read_so if one.span not in places), *hidden)
    further = checks(tree) if tree else ()
    findings = tuple(sorted((*found, *further), key=lambda diagnostic: diagnostic.span))
    return Parsed(tree, findings, broken)


def parse_bytes(data: bytes, file: str) -> tuple[nodes.File | None, tuple[Diagnostic, ...]]:
    """``parse`` of a file's bytes, which must be UTF-8: where they are not, the diagnostic says at which line."""
    text = decoded(data, file)
    return (None, (text,)) if isinstance(text, Diagnostic) else parse(text, file)


def decoded(data: bytes, file: str) -> str | Diagnostic:
    """A file's bytes as text, or what is wrong with them and where."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = normalised(data[: error.start].decode("utf-8", "replace"))
        here = source(file, before).span(len(before), len(before))
        message = f"the file is not UTF-8: byte 0x{data[error.start]:02X}"
        return rules.ODD_CHARACTER.at(here, message, "", "save the file as UTF-8")
