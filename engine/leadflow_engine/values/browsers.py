"""Browsers: what a user agent tells of the device, its system, the browser, and whether nobody sits before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from leadflow_dsl.terms import Type
from leadflow_engine.values.reading import INVALID, Context, Parts, Reader, Reading, scalar_text

_BOT = re.compile(
    r"(?<!cu)bot\b|(?<!cu)bot/|crawl|spider|slurp|headless|phantomjs|puppeteer|playwright|selenium|curl/|wget/"
    r"|python[-/]|java/|go-http|okhttp|httpclient|facebookexternalhit|preview|monitor|mediapartners|apis-google"
    r"|google-|axios|node-fetch|undici|postman|insomnia|aiohttp|libwww|guzzle|^ruby|^php|^whatsapp/|(?:chatgpt|claude"
    r"|perplexity|mistralai|duckassist)-user|lighthouse|pingdom|uptime|scrapy|zgrab|nmap",
    re.IGNORECASE,
)
_TELEVISION = re.compile(
    r"smart-?tv|\btv\b|appletv|roku|bravia|aft[a-z]\b|playstation|xbox|nintendo", re.IGNORECASE
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
    ("Snapchat", "Snapchat"),
    ("Pinterest", "Pinterest"),
    ("musical_ly", "TikTok"),
    ("BytedanceWebview", "TikTok"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("Vivaldi", "Vivaldi"),
    ("Brave", "Brave"),
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
    if _TELEVISION.search(text):
        return "tv"
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


READERS: Final[Mapping[str, Reader]] = {"user_agent": read_user_agent}
