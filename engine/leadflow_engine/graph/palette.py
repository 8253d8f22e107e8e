"""The style sheet of the picture: one colour for each kind of card, light and dark.

Paper is light whatever the screen is: the dark colours hold for screens alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leadflow_engine.graph.content import SIZES

FONTS: Final = (
    "'Helvetica Neue',Helvetica,Arial,'Liberation Sans','Segoe UI',Roboto,'DejaVu Sans Condensed',sans-serif"
)
"""Fonts that agree in their widths (``measure.py``), the last ones nearly."""

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "source": ("#2563eb", "#60a5fa"),
    "door": ("#475569", "#94a3b8"),
    "enhance": ("#0d9488", "#2dd4bf"),
    "on_demand": ("#0d9488", "#2dd4bf"),
    "filter": ("#dc2626", "#f87171"),
    "score": ("#9333ea", "#c084fc"),
    "deliver": ("#0284c7", "#38bdf8"),
    "waterfall": ("#4f46e5", "#818cf8"),
    "auction": ("#d97706", "#fbbf24"),
    "multisell": ("#16a34a", "#4ade80"),
    "fallback": ("#64748b", "#94a3b8"),
    "unsold": ("#78716c", "#a8a29e"),
    "alert": ("#db2777", "#f472b6"),
    "policy": ("#db2777", "#f472b6"),
}
"""The colour of each kind on light and on dark ground."""

INKS: Final[Mapping[str, tuple[str, str]]] = {
    ".paper": ("fill:#ffffff", "fill:#0f172a"),
    ".card": ("fill:#ffffff;stroke:#cbd5e1", "fill:#1e293b;stroke:#475569"),
    ".frame": ("fill:#f8fafc;stroke:#94a3b8", "fill:#131e33;stroke:#64748b"),
    ".best_of > .frame": ("fill:#f1f5f9;stroke:#94a3b8", "fill:#1a2740;stroke:#64748b"),
    ".rule": ("fill:#e2e8f0", "fill:#334155"),
    ".pill": ("fill:#334155;stroke:#334155", "fill:#e2e8f0;stroke:#e2e8f0"),
    ".pass > .pill": ("fill:#ffffff;stroke:#94a3b8", "fill:#0f172a;stroke:#64748b"),
    ".box.label > rect": ("fill:#ffffff;stroke:#94a3b8", "fill:#0f172a;stroke:#64748b"),
    ".tag": ("fill:#f1f5f9;stroke:#cbd5e1", "fill:#334155;stroke:#475569"),
    ".warn": ("fill:#fef3c7;stroke:#f59e0b", "fill:#422006;stroke:#b45309"),
    ".asks": ("fill:none;stroke:#0d9488", "fill:none;stroke:#2dd4bf"),
    ".way": ("stroke:#64748b", "stroke:#94a3b8"),
    ".tip": ("fill:#64748b", "fill:#94a3b8"),
    ".way.dashed": ("stroke:#0d9488", "stroke:#2dd4bf"),
    ".tip.dashed": ("fill:#0d9488", "fill:#2dd4bf"),
    "text": ("fill:#0f172a", "fill:#f1f5f9"),
    ".muted,.small,.head,.note,.legend": ("fill:#526075", "fill:#a8b5c8"),
    ".pill-text": ("fill:#ffffff", "fill:#0f172a"),
    ".pass > .pill-text": ("fill:#526075", "fill:#a8b5c8"),
    ".turn-text": ("fill:#ffffff", "fill:#0f172a"),
}
"""Everything else that has a colour."""


def style_sheet() -> str:
    """The rules, light first."""
    fixed = [
        f"svg{{font-family:{FONTS}}}",
        "rect,path{stroke-width:1.2}",
        ".way{fill:none;stroke-width:1.6;stroke-linejoin:round}",
        ".dashed.way{stroke-dasharray:5 4}",
        ".asks{stroke-dasharray:3 2}",
        ".on_demand > .card{stroke-dasharray:5 4}",
        ".title{font-size:24px;font-weight:700}",
        ".note{font-size:12px}",
        ".turn-text{font-size:10.5px;font-weight:700}",
        ".band{fill-opacity:.1}",
        *(f".{name}{{{_font(name)}}}" for name in SIZES if name != "pill"),
        f".pill-text{{{_font('pill')}}}",
        ".kind{letter-spacing:.6px}",
    ]
    light = [f"{name}{{{pair[0]}}}" for name, pair in INKS.items()] + _kinds(0)
    dark = [f"{name}{{{pair[1]}}}" for name, pair in INKS.items()] + _kinds(1)
    night = "".join(f"\n    {rule}" for rule in dark)
    return "\n  ".join([*fixed, *light, f"@media screen and (prefers-color-scheme: dark) {{{night}\n  }}"])


def _font(name: str) -> str:
    size, bold = SIZES[name]
    return f"font-size:{size:g}px" + (";font-weight:700" if bold else "")


def _kinds(side: int) -> list[str]:
    return [
        f".{kind} > .bar,.{kind} > .band,.{kind} > .turn,.{kind} > .kind{{fill:{pair[side]}}}"
        for kind, pair in KINDS.items()
    ]
