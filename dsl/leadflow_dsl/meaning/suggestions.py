"""Did you mean ...?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from leadflow_dsl.meaning.draft import Draft, Symbol
from leadflow_dsl.types import described


def nearest(word: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known words that look most like ``word``, best first; none where nothing is near."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), list(by_lower), n=count, cutoff=0.65)
    return [by_lower[name] for name in found]


def did_you_mean(word: str, known: Iterable[str], draft: Draft | None = None) -> tuple[str, ...]:
    """The question as a help line; nothing where nothing is near."""
    names = nearest(word, known)
    if not names:
        return ()
    return (f"did you mean {' or '.join(_named(name, draft) for name in names)}?",)


def _named(name: str, draft: Draft | None) -> str:
    symbol = draft.words.get(name) if draft else None
    return f"`{name}`" + (f" ({introduced(symbol)})" if symbol else "")


def introduced(symbol: Symbol) -> str:
    """What a name is and where it stands: ``number, flows/solar.flow:12``."""
    what = described(symbol.type) if symbol.kind == "field" and symbol.type else symbol.kind
    return f"{what}, {symbol.span.file}:{symbol.span.line}"


def listed(names: Iterable[str]) -> str:
    """Names as a message lists them, at most a dozen."""
    known = list(names)
    shown = ", ".join(f"`{name}`" for name in known[:12])
    return shown + (f" and {len(known) - 12} more" if len(known) > 12 else "")
