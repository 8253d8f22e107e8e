"""Writing plain JSON again and again: the standard library's own writer, made once.

``json.JSONEncoder.encode`` makes its C writer anew at each call, which takes as long as writing what a step has read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from json import encoder as library
from typing import Any, TypeAlias

Json: TypeAlias = Any


def compact_writer(*, ascii_only: bool, default: Callable[[Any], Any] | None = None) -> Callable[[Json], str]:
    """What writes values as ``json.dumps`` does without blanks, NaN refused. ``default`` makes something of what JSON
    has no form for. The writer raises ``TypeError``, ``ValueError`` and ``RecursionError`` as that does, the last for a
    value that holds itself, too."""
    usual = json.JSONEncoder(ensure_ascii=ascii_only, separators=(",", ":"), allow_nan=False, default=default)
    make = getattr(library, "c_make_encoder", None)  # other Pythons have none
    if make is None:
        return usual.encode
    quote = library.encode_basestring_ascii if ascii_only else library.encode_basestring
    write = make(None, usual.default, quote, None, ":", ",", False, False, False)
    return lambda value: "".join(write(value, 0))
