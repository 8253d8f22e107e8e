"""From a call's body to trees: which content type it is, and a reader for each. Strict, and bounded in every way."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from leadflow_engine.intake.call import Call, Refused
from leadflow_engine.intake.formats import read_pairs, read_records
from leadflow_engine.intake.multipart import read_multipart
from leadflow_engine.intake.nesting import nested
from leadflow_engine.intake.strict_json import IntakeError, read_json
from leadflow_engine.outbound.answer import AnswerTooLarge, AnswerUnreadable, decompressed
from leadflow_engine.texts.xml_tree import xml_tree

Json: TypeAlias = Any

LARGEST: Final = 1_048_576
"""Bytes of a body, as it came and decompressed."""
MOST_LEADS: Final = 1_000
"""Leads in one call."""

CHARSETS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("utf-8", "utf8", "us-ascii", "ascii"), "utf-8"),
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "windows-1252", "cp1252"), "cp1252"),
    **dict.fromkeys(("iso-8859-15", "iso8859-15", "latin-9"), "iso8859-15"),
    "utf-16": "utf-16",
}
"""The character sets that are read, and the codec of each. Latin 1 is read as browsers do."""

MEDIA: Final = (
    ("json", re.compile(r".+/json|.+\+json")),
    ("form", re.compile(r"application/x-www-form-urlencoded")),
    ("multipart", re.compile(r"multipart/form-data")),
    ("xml", re.compile(r".+/xml|.+\+xml")),
    ("csv", re.compile(r"(text|application)/csv")),
)
UNTELLING: Final = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream"})
"""Content types that are sent by whoever knows no better: the body's looks decide."""
WORDS: Final[Mapping[str, str]] = {"multipart": "form"}
"""The word of ``receive`` for a kind, where it is another."""

_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([A-Za-z0-9._:-]+)", re.IGNORECASE)
_XML_SAYS = re.compile(rb"<\?xml[^>]{0,100}encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_FORM = re.compile(r"\??[^\s=&,;\"<{\[]+=[^\s&]*(?:&[^\s=&]*=[^\s&]*)*")


@dataclass(frozen=True, slots=True)
class Body:
    """A body that was read. ``kind`` is a word of ``receive``; ``tree`` an object, or a list of records."""

    kind: str
    tree: Json


def read_body(call: Call, takes: tuple[str, ...]) -> Body:
    """The body of a call, or its query where it has none. ``takes``: the words of ``receive``, none for all.

    Raises ``Refused``: 400 for what cannot be read (with its place), 413, 415.
    """
    if call.method.upper() == "GET" or (not call.body and call.query):
        _check_taken("query", takes, "a query string")
        return Body("query", _tree(lambda: nested(read_pairs(call.query))))
    data = _plain(call)
    media = call.header("Content-Type").partition(";")[0].strip().lower()
    kind = _kind(media, data, takes)
    _check_taken(WORDS.get(kind, kind), takes, media or "this body")
    if not data.strip():
        raise Refused(400, "the call has no body")
    return Body(WORDS.get(kind, kind), _tree(lambda: READERS[kind](data, call)))


def _tree(read: Callable[[], Json]) -> Json:
    try:
        tree = read()
    except IntakeError as problem:
        raise Refused(400, str(problem)) from None
    except ValueError as problem:  # of XML; its message holds nothing of the body
        raise Refused(400, f"this is no XML: {problem}") from None
    if not isinstance(tree, dict | list):
        raise Refused(400, "a lead is a JSON object")
    return tree


def _plain(call: Call) -> bytes:
    too_large = f"the body is over {LARGEST:,} bytes"
    if len(call.body) > LARGEST:
        raise Refused(413, too_large)
    try:
        return decompressed(call.body, [call.header("Content-Encoding")])
    except AnswerTooLarge:
        raise Refused(413, f"{too_large} once decompressed") from None
    except AnswerUnreadable:
        said = call.header("Content-Encoding")[:40]
        if said.lower() in {"gzip", "x-gzip", "deflate"}:
            raise Refused(400, f"the body is not {said}, as it says, or cut off") from None
        raise Refused(415, "the content encoding is not one of those taken: gzip, deflate") from None


# ------------------------------------------------------------------ which kind


def _kind(media: str, data: bytes, takes: tuple[str, ...]) -> str:
    for kind, pattern in MEDIA:
        if pattern.fullmatch(media):
            return kind
    if media not in UNTELLING:
        raise Refused(415, _taken(takes, media))
    with_body = [word for word in takes if word != "query"]
    return with_body[0] if len(with_body) == 1 else looks_like(data)


def looks_like(data: bytes) -> str:
    """What a body without a telling content type begins like."""
    text = data[:4096].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if text[:1] in {"{", "["}:
        return "json"
    if text[:1] == "<":
        return "xml"
    first = text.split("\n", 1)[0].strip()
    return "form" if len(text) >= 4096 or _FORM.fullmatch(first) or "\n" not in text else "csv"


def _check_taken(word: str, takes: tuple[str, ...], what: str) -> None:
    if takes and word not in takes:
        raise Refused(415, _taken(takes, what))


def _taken(takes: tuple[str, ...], what: str) -> str:
    known = ", ".join(takes) or "json, form, xml, csv, query"
    return f"{what[:100]} is not taken here; this source takes {known}"


# ------------------------------------------------------------------ one reader a kind


def text_of(data: bytes, call: Call) -> str:
    """A body's text, by the charset that it says, else its byte-order mark, else UTF-8. Raises ``IntakeError``."""
    codec = charset_of(data, call)
    try:
        return data.decode(codec).removeprefix("\ufeff")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        message = (
            f"the byte at offset {problem.start} is not {codec.upper()}; say the charset in the content type"
        )
        raise IntakeError(message, line) from None


def charset_of(data: bytes, call: Call) -> str:
    """The codec of a body. Raises ``Refused`` (415) for a charset that is not read."""
    said = _CHARSET.search(call.header("Content-Type"))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    inside = _XML_SAYS.match(data)
    name = (said[1] if said else inside[1].decode("ascii") if inside else "utf-8").lower()
    if name not in CHARSETS:
        raise Refused(415, "the charset is not one of those read: UTF-8, UTF-16, ISO-8859-1, ISO-8859-15")
    return CHARSETS[name]


def _json(data: bytes, call: Call) -> Json:
    return read_json(text_of(data, call))


def _form(data: bytes, call: Call) -> Json:
    return nested(read_pairs(text_of(data, call)))


def _multipart(data: bytes, call: Call) -> Json:
    said = _CHARSET.search(call.header("Content-Type"))
    codec = charset_of(data, call) if said else "utf-8"
    return nested(read_multipart(data, call.header("Content-Type"), codec))


def _xml(data: bytes, call: Call) -> Json:
    return xml_tree(text_of(data, call))


def _csv(data: bytes, call: Call) -> Json:
    """Every row; one that cannot be read is the whole call's, so that nobody has to find out which were taken."""
    found: list[Json] = []
    for record in read_records(io.BytesIO(text_of(data, call).encode()), "csv"):
        if isinstance(record.payload, IntakeError):
            raise record.payload
        if len(found) == MOST_LEADS:
            raise IntakeError(f"more than {MOST_LEADS:,} leads in one call", record.line)
        found.append(record.payload)
    return found


READERS: Final[Mapping[str, Callable[[bytes, Call], Json]]] = {
    "json": _json,
    "form": _form,
    "multipart": _multipart,
    "xml": _xml,
    "csv": _csv,
}
