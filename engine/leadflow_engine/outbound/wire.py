"""From a request with placeholders to what goes over the wire: secrets filled in, authentication computed."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape as escape_xml

from leadflow_dsl.model import Auth
from leadflow_dsl.terms import Const, Read, SecretRef, Term, Text
from leadflow_engine.effects import HttpRequest
from leadflow_engine.outbound.guard import Refused
from leadflow_engine.outbound.tokens import Key, key_of
from leadflow_engine.secrets import MASK, OPEN, Secrets, escape_json

DIGESTS = frozenset({"sha1", "sha256", "sha384", "sha512"})
_SIGNED = "what `auth hmac` signs"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""Of a header's value only a tab may be one of these: some servers take others for the end of a line."""
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")

_NAMES: Final[set[str]] = set()
"""Names of headers that were found to be such: those of a flow are the same for every lead."""
MOST_NAMES: Final = 1_000

Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Wire:
    """A request as it leaves; never changed, though not frozen: making it would take twice as long. It holds secrets,
    so it is never shown; ``echoes`` are spellings of them made here (a basic credential, a signature) that an answer
    might bring back."""

    method: str
    url: str
    headers: Headers
    body: bytes | None
    echoes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Wire({self.method})"


def wire_of(request: HttpRequest, secrets: Secrets, tokens: Mapping[Key, str] | None = None) -> Wire:
    """Fill in every secret, escaped as its place needs; ``tokens`` are those of ``auth oauth``, ``***`` where they are
    not given. Raises ``SecretMissing``, and ``Refused`` for what cannot be sent (a line break in a header)."""
    headers, url = request.headers, request.url
    values = "\t".join([value for _, value in headers])
    if OPEN in values:
        headers = tuple([(name, secrets.fill(value, _as_it_is)) for name, value in headers])
    wire = Wire(
        request.method,
        secrets.fill(url, _percent) if OPEN in url else url,
        headers,
        None if request.body is None else _encoded(_filled(request, request.body, secrets)),
    )
    if request.auth:
        for item in sorted(request.auth, key=lambda item: item.kind == "hmac"):  # it may sign what others add
            if item.oauth is not None:
                wire = _token(wire, (tokens or {}).get(key_of(item), MASK))
            else:
                wire = _authenticated(wire, item, secrets)
    _check_headers(wire.headers, values if wire.headers is request.headers else None)
    return wire


def _filled(request: HttpRequest, body: str, secrets: Secrets) -> str:
    if OPEN not in body:
        return body
    content_type = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    return secrets.fill(body, body_escape(content_type, body))


def body_escape(content_type: str, body: str) -> Callable[[str], str]:
    """How a secret is escaped inside a body of this content type (by its first character where there is none)."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return quote_plus
    if kind.endswith(("json", "+json")) or (not kind and body.lstrip()[:1] in {"{", "["}):
        return escape_json
    if kind.endswith(("xml", "html")) or (not kind and body.lstrip()[:1] == "<"):
        return _xml
    return _as_it_is


def _percent(value: str) -> str:
    return quote(value, safe="")


def _xml(value: str) -> str:
    return escape_xml(value, {'"': "&quot;", "'": "&#39;"})


def _as_it_is(value: str) -> str:
    return value


def _encoded(text: str, what: str = "the body") -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise Refused(f"{what} holds half of a character at position {error.start}") from error


def _check_headers(headers: Headers, values: str | None) -> None:
    """``values``: those of the headers, with tabs between them, where they are known."""
    text = "\t".join([value for _, value in headers]) if values is None else values
    if _CONTROL.search(text):
        _check_values(headers)
    for name, _ in headers:
        if name not in _NAMES:
            _check_name(name)


def _check_name(name: str) -> None:
    if not TOKEN.match(name):
        raise Refused(f"{name!r} is not a header's name")
    if len(_NAMES) < MOST_NAMES:
        _NAMES.add(name)


def _check_values(headers: Headers) -> None:
    for name, value in headers:
        if _CONTROL.search(value):
            raise Refused(f"the value of header {name} holds a line break or another control character")


# ------------------------------------------------------------------ authentication


def _authenticated(wire: Wire, item: Auth, secrets: Secrets) -> Wire:
    apply = AUTHENTICATION.get(item.kind)
    if apply is None:
        raise Refused(f"`auth {item.kind}` cannot be sent yet")
    return apply(wire, item, secrets)


def _bearer(wire: Wire, item: Auth, secrets: Secrets) -> Wire:
    return _with_header(wire, "Authorization", f"Bearer {_secret(item, secrets)}")


def _token(wire: Wire, token: str) -> Wire:
    echoes = (*wire.echoes, token) if token != MASK else wire.echoes
    return _with_header(replace(wire, echoes=echoes), "Authorization", f"Bearer {token}")


def _basic(wire: Wire, item: Auth, secrets: Secrets) -> Wire:
    pair = f"{_text(item.user, secrets, 'the user of `auth basic`')}:{_secret(item, secrets)}"
    credential = base64.b64encode(pair.encode()).decode()
    return _with_header(
        replace(wire, echoes=(*wire.echoes, credential)), "Authorization", f"Basic {credential}"
    )


def _header(wire: Wire, item: Auth, secrets: Secrets) -> Wire:
    return _with_header(wire, item.name, f"{item.prefix}{_secret(item, secrets)}")


def _query(wire: Wire, item: Auth, secrets: Secrets) -> Wire:
    return replace(wire, url=_with_query(wire.url, item.name, _secret(item, secrets)))


def _with_query(whole: str, name: str, value: str) -> str:
    url, hash_sign, fragment = whole.partition("#")
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}{quote(name, safe='')}={_percent(value)}{hash_sign}{fragment}"


def _hmac(wire: Wire, item: Auth, secrets: Secrets) -> Wire:
    if item.algorithm not in DIGESTS:
        raise Refused(f"`auth hmac {item.algorithm}`: known are {', '.join(sorted(DIGESTS))}")
    covered = wire.body or b"" if item.over is None else _signed(item.over, wire, secrets)
    signature = hmac.new(_secret(item, secrets).encode(), covered, item.algorithm).hexdigest()
    signed = replace(wire, echoes=(*wire.echoes, signature))
    if item.place == "query":
        return replace(signed, url=_with_query(wire.url, item.name, signature))
    return _with_header(signed, item.name, f"{item.prefix}{signature}")


def _signed(over: Term, wire: Wire, secrets: Secrets) -> bytes:
    """The bytes that ``over`` stands for: the request's own as they are sent, every other text in UTF-8."""
    if isinstance(over, Text):
        return b"".join(
            _encoded(piece, _SIGNED) if isinstance(piece, str) else _signed(piece, wire, secrets)
            for piece in over.pieces
        )
    if isinstance(over, Read) and over.kind == "request":
        parts = {"body": wire.body or b"", "method": wire.method.encode()}
        return parts[over.name] if over.name in parts else _encoded(wire.url, "the url")
    return _encoded(_text(over, secrets, _SIGNED), _SIGNED)


def _body(wire: Wire, item: Auth, secrets: Secrets) -> Wire:
    return wire  # the mapping has put its placeholder into the body


AUTHENTICATION: Mapping[str, Callable[[Wire, Auth, Secrets], Wire]] = {
    "bearer": _bearer,
    "basic": _basic,
    "header": _header,
    "query": _query,
    "hmac": _hmac,
    "body": _body,
}


def _with_header(wire: Wire, name: str, value: str) -> Wire:
    kept = tuple(pair for pair in wire.headers if pair[0].lower() != name.lower())
    return replace(wire, headers=(*kept, (name, value)))


def _secret(item: Auth, secrets: Secrets) -> str:
    if item.secret is None:
        raise Refused(f"`auth {item.kind}` names no secret")
    return secrets.get(item.secret.name)


def _text(term: Term | None, secrets: Secrets, what: str) -> str:
    """A term that is known without a lead; the mapping turns any other into a constant."""
    match term:
        case None:
            return ""
        case Const(value=value):
            return secrets.fill(str(value), _as_it_is)
        case SecretRef(name=name):
            return secrets.get(name)
    raise Refused(f"{what} was not computed before sending")
