"""What comes with a click: urls, TrustedForm certificates, IP addresses, browsers."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from leadflow_dsl.terms import Type
from leadflow_engine.values.reading import INVALID, Context, Parts, Reader, Reading, scalar_text, short_text

LONGEST_URL: Final = 8_192
PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}

_HAS_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE | re.ASCII)
_HOST_AND_PORT = re.compile(r"[^/?#\s:@]+\.[^/?#\s:@]+:\d{1,5}(?:[/?#]|$)")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_UNSAFE = re.compile(r"[\s\"<>\\^`{|}\x00-\x1f\x7f]")
_KEPT: Final = "!#$%&'()*+,/:;=?@[]~-._"


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


@lru_cache(maxsize=4_096)
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
    if given.scheme not in PORTS or not host or "@" in given.netloc:
        return None
    netloc = host if port in {None, PORTS[given.scheme]} else f"{host}:{port}"
    rest = (quote(piece, safe=_KEPT) for piece in (given.path, given.query, given.fragment))
    return SplitResult(given.scheme, netloc, *rest)


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


TRUSTEDFORM_HOSTS: Final = frozenset({"cert.trustedform.com"})
_CERTIFICATE = re.compile(r"/([A-Za-z0-9_-]{16,128})/?", re.ASCII)

CERTIFICATE_PARTS: Final[Mapping[str, Callable[[SplitResult], object]]] = {
    **URL_PARTS,
    "cert_id": lambda url: url.path.strip("/"),
}


def read_trustedform_url(raw: object, type_: Type, context: Context) -> Reading:
    """A TrustedForm certificate: https, on TrustedForm's own host, and nothing behind its identity but a
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


def read_ip(raw: object, type_: Type, context: Context) -> Reading:
    """An IPv4 or IPv6 address; an IPv4 address mapped into IPv6 is the IPv4 address."""
    text = short_text(raw, 64) if isinstance(raw, str) else None
    address = _address(text) if text else None
    return Reading(True, str(address), Parts(address, IP_PARTS)) if address else INVALID


# ------------------------------------------------------------------ browsers

_BOT = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|headless|phantomjs|puppeteer|playwright|selenium|curl/|wget/|python-|java/|go-http|okhttp|httpclient|facebookexternalhit|preview|monitor",
    re.IGNORECASE,
)
_TABLET = re.compile(r"ipad|tablet|kindle|silk/|playbook|android(?!.*mobile)", re.IGNORECASE)
_MOBILE = re.compile(r"iphone|ipod|mobile|windows phone|blackberry|opera mini", re.IGNORECASE)

TOLD_BY: Final = 1_024
"""Characters of a browser's text that are looked at."""

SYSTEMS: Final[tuple[tuple[str, str], ...]] = (
    ("Windows Phone", "Windows Phone"),
    ("Windows", "Windows"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("iPod", "iOS"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
"""Mark in the text, system; the first that stands in it."""

BROWSERS: Final[tuple[tuple[str, str], ...]] = (
    ("FBAN", "Facebook"),
    ("FBAV", "Facebook"),
    ("Instagram", "Instagram"),
    ("musical_ly", "TikTok"),
    ("BytedanceWebview", "TikTok"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Opera", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("DuckDuckGo", "DuckDuckGo"),
    ("YaBrowser", "Yandex"),
    ("UCBrowser", "UC Browser"),
    ("Silk/", "Silk"),
    ("CriOS", "Chrome"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("HeadlessChrome", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("Trident", "Internet Explorer"),
    ("MSIE", "Internet Explorer"),
)
"""Browsers name those that they take after behind themselves, so that the first that stands in the text is
it."""


def _named(table: tuple[tuple[str, str], ...]) -> Callable[[str], str | None]:
    return lambda text: next((name for mark, name in table if mark in text), None)


def _device(text: str) -> str:
    if _BOT.search(text):
        return "bot"
    return "tablet" if _TABLET.search(text) else "mobile" if _MOBILE.search(text) else "desktop"


AGENT_PARTS: Final[Mapping[str, Callable[[str], object]]] = {
    "device": _device,
    "os": _named(SYSTEMS),
    "browser": _named(BROWSERS),
    "is_bot": lambda text: bool(_BOT.search(text)),
}


def read_user_agent(raw: object, type_: Type, context: Context) -> Reading:
    """A browser's own description of itself, with what can be told from it."""
    text = scalar_text(raw) if isinstance(raw, str) else None
    return Reading(True, text, Parts(text[:TOLD_BY], AGENT_PARTS)) if text else INVALID


READERS: Final[Mapping[str, Reader]] = {
    "url": read_url,
    "trustedform_url": read_trustedform_url,
    "ip": read_ip,
    "user_agent": read_user_agent,
}
