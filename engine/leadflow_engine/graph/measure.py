"""How wide a text is, and how it is broken into lines, without a font at hand.

The widths are those of Helvetica, with which Arial, Liberation Sans and their like agree; a little is added, so that
a text stays inside its card where another font of the stack stands in.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

_CLASSES: Final = {
    191: "'",
    222: "ijl",
    260: "|",
    278: " !,./:;I[\\]ft",
    333: "()-`r{}",
    355: '"',
    389: "*",
    469: "^",
    500: "Jckmsvxyz".replace("m", ""),
    556: "#$0123456789?L_abdeghnopqu",
    584: "+<=>~−",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1015: "@",
}
WIDTHS: Final = {char: width / 1000 for width, chars in _CLASSES.items() for char in chars}
WIDE, UNKNOWN = 1.0, 0.65
SLACK, BOLD = 1.05, 1.08
ELLIPSIS: Final = "…"
LONGEST: Final = 2_000
"""Characters of a text that are looked at: nothing that long is shown whole."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Lines of a text that fit, and whether something was left out."""

    lines: tuple[str, ...]
    shortened: bool = False


def clean(text: str) -> str:
    """A text on one line that a picture can hold: control and direction characters are shown as gaps."""
    shown = ("�" if unicodedata.category(char) in {"Cc", "Cs", "Cf", "Cn"} else char for char in text)
    return "".join(shown) if not text.isprintable() else text


def width(text: str, size: float, bold: bool = False) -> float:
    """The width of a text in pixels at a font size."""
    return sum(_advance(char) for char in text) * size * SLACK * (BOLD if bold else 1.0)


def _advance(char: str) -> float:
    known = WIDTHS.get(char)
    if known is not None:
        return known
    if unicodedata.combining(char):
        return 0.0
    return WIDE if unicodedata.east_asian_width(char) in {"W", "F"} or ord(char) > 0xFFFF else UNKNOWN


def fit(text: str, room: float, size: float, bold: bool = False) -> str:
    """The text, or as much of its beginning as fits with an ellipsis."""
    if len(text) <= LONGEST and width(text, size, bold) <= room:
        return text
    kept, left = 0, room - width(ELLIPSIS, size, bold)
    for char in text[:LONGEST]:
        left -= width(char, size, bold)
        if left < 0:
            break
        kept += 1
    return text[:kept].rstrip() + ELLIPSIS


def wrap(text: str, room: float, size: float, most: int, bold: bool = False) -> Cut:
    """The text in at most ``most`` lines, broken at spaces, in a word only where it is wider than the room."""
    lines: list[str] = []
    words = _words(text[:LONGEST], room, size, bold)
    for word in words:
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width(joined, size, bold) <= room:
            lines[-1] = joined
        else:
            lines.append(word)
    if len(lines) <= most and len(text) <= LONGEST:
        return Cut(tuple(lines))
    last = (
        fit(f"{lines[most - 1]} {ELLIPSIS}", room, size, bold) if len(lines) >= most else lines[-1] + ELLIPSIS
    )
    return Cut((*lines[: most - 1], last), True)


def _words(text: str, room: float, size: float, bold: bool) -> list[str]:
    found: list[str] = []
    for word in text.split():
        while width(word, size, bold) > room and len(word) > 1:
            kept = max(1, len(fit(word, room, size, bold)) - 1)
            found.append(word[:kept])
            word = word[kept:]
        found.append(word)
    return found
