"""What comes with a click: urls, TrustedForm certificates, IP addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from leadflow_dsl.terms import Type
from leadflow_engine.values.reading import INVALID, Context, Parts, Reader, Reading, short_text

LONGEST_URL: Final = 8_192
PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}

_HAS_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE | re.ASCII)
_HOST_AND_PORT = re.compile(r"[^/?#\s:@]+\.[^/?#\s:@]+:\d{1,5}(?:[/?#]|$)")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_UNSAFE = re.compile(r"[\s\"<>\\^`{|}\x00-\x1f\x7f]")
_KEPT: Final = "!#$%&'()*+,/:;=?@[]~-._"
_KEPT_WHOLE = re.compile(rf"[A-Za-z0-9{re.escape(_KEPT)}]*")


@lru_cache(maxsize=4_096)
def _ascii_host(host: str) -> str | None:
    """The host as name look-ups take it; None where it is none."""
    import idna

    if ":" in host:
        return f"[{host}]" if _address(host) else None
    try:
        plain = host.lower().rstrip(".") if host.isascii() else idna.encode(host, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return None
    labels = plain.split(".")
    named = len(plain) <= 253 and len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    return plain if named and (not labels[-1].isdigit() or _address(plain)) else None


def _with_scheme(text: str) -> str:
    """``example.com/path`` is meant as a web address; ``//example.com`` too."""
    if _HAS_SCHEME.match(text) and not _HOST_AND_PORT.match(text):
        return text
    return "http://" + text.removeprefix("//")


def split_url(text: str) -> SplitResult | None:
    """A web address in its normal form; None where it is none, or carries a user's name."""
    if _UNSAFE.search(text.replace("|", "").replace("{", "").replace("}", "")):
        return None
    try:
        given = urlsplit(_with_scheme(text))
        port = given.port
    except ValueError:
        return None
    host = _ascii_host(given.hostname) if given.hostname else None
    if given.scheme not in PORTS or not host or "@" in given.netloc or port == 0:
        return None
    netloc = host if port in {None, PORTS[given.scheme]} else f"{host}:{port}"
    rest = (_quoted(piece) for piece in (given.path, given.query, given.fragment))
    return SplitResult(given.scheme, netloc, *rest)


def _quoted(piece: str) -> str:
    return piece if _KEPT_WHOLE.fullmatch(piece) else quote(piece, safe=_KEPT)


URL_PARTS: Final[Mapping[str, Callable[[SplitResult], object]]] = {
    "scheme": lambda url: url.scheme,
    "host": lambda url: url.hostname,
    "path": lambda url: url.path or None,
    "query": lambda url: url.query or None,
}


def read_url(raw: object, type_: Type, context: Context) -> Reading:
    """A web address (http or https; http where it says none)."""
    text = short_text(raw, LONGEST_URL)
    url = split_url(text) if text else None
    return Reading(True, urlunsplit(url), Parts(url, URL_PARTS)) if url else INVALID


TRUSTEDFORM_HOSTS: Final = frozenset({"cert.trustedform.com", "ping.trustedform.com"})
"""A lead that is only offered comes with the certificate's address for pings."""
_CERTIFICATE = re.compile(r"/((?:\d\.)?[A-Za-z0-9_-]{16,256})/?", re.ASCII)

CERTIFICATE_PARTS: Final[Mapping[str, Callable[[SplitResult], object]]] = {
    **URL_PARTS,
    "cert_id": lambda url: url.path.strip("/"),
}


def read_trustedform_url(raw: object, type_: Type, context: Context) -> Reading:
    """A TrustedForm certificate: https, on one of TrustedForm's own hosts, and nothing behind its identity but a
    query."""
    text = short_text(raw, LONGEST_URL)
    url = split_url(text) if text else None
    if (
        not url
        or url.scheme != "https"
        or url.netloc not in TRUSTEDFORM_HOSTS
        or not _CERTIFICATE.fullmatch(url.path)
    ):
        return INVALID
    return Reading(True, urlunsplit(url), Parts(url, CERTIFICATE_PARTS))


# ------------------------------------------------------------------ addresses

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _address(text: str) -> _Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return None if address.scope_id else address.ipv4_mapped or address
    return address


IP_PARTS: Final[Mapping[str, Callable[[_Address], object]]] = {
    "is_private": lambda address: not address.is_global or address.is_multicast,
    "version": lambda address: Decimal(address.version),
}


_WITH_PORT = re.compile(r"(\d+(?:\.\d+){3}):\d{1,5}|\[([0-9a-f:.]+)\](?::\d{1,5})?", re.ASCII | re.IGNORECASE)


def read_ip(raw: object, type_: Type, context: Context) -> Reading:
    """An IPv4 or IPv6 address, without the port and brackets that proxies add; an IPv4 address mapped into IPv6 is
    the IPv4 address."""
    text = short_text(raw, 64) if isinstance(raw, str) else None
    match = _WITH_PORT.fullmatch(text) if text else None
    address = _address((match[1] or match[2]) if match else text) if text else None
    return Reading(True, str(address), Parts(address, IP_PARTS)) if address else INVALID


READERS: Final[Mapping[str, Reader]] = {
    "url": read_url,
    "trustedform_url": read_trustedform_url,
    "ip": read_ip,
}
