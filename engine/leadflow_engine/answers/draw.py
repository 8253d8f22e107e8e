"""Chance that repeats: every draw depends on the seed and on what is asked, never on order, process or time."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

DRAW_HEADER = "X-Leadflow-Draw"
"""Set on the way to a sandbox only: the request's draw key as it was before secrets were filled in, so that a
simulated answer is the same whether the request came over HTTP (with secrets) or stayed in the process (without)."""


def draw_key(method: str, url: str, body: str | bytes | None) -> str:
    """What a request's draws depend on: its method, path, query and body; not its host. 64 hexadecimal digits."""
    data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body or b""
    return drawn(draw_head(method, url), data)


def draw_head(method: str, url: str) -> bytes:
    """What draws depend on beside the body."""
    parts = urlsplit(url)
    return f"{method.upper()} {parts.path or '/'}?{parts.query}\n".encode("utf-8", "surrogatepass")


def drawn(head: bytes, body: bytes) -> str:
    """``draw_key`` of a request by its ``draw_head`` and its body."""
    return hashlib.sha256(head + body).hexdigest()


def digest(seed: int, *what: str) -> bytes:
    """32 bytes that look random and depend on nothing but the arguments."""
    return hashlib.sha256("\x1f".join((str(seed), *what)).encode("utf-8", "surrogatepass")).digest()


def fraction(seed: int, *what: str) -> float:
    """A number from 0 up to, not including, 1."""
    return int.from_bytes(digest(seed, *what)[:6], "big") / (1 << 48)
