"""Secrets: from the environment (or a ``.env`` file) to the wire, and nowhere else.

Until a request leaves, a secret is only a placeholder made of characters that no flow and no lead can bring
(private-use code points are removed from lead values at the door), so that whatever is logged, stored, hashed or
shown before that moment cannot hold it.
"""

from __future__ import annotations

OPEN, CLOSE = "\uf8f0", "\uf8f1"


def placeholder(name: str) -> str:
    """What stands in a request where the value of ``env NAME`` will be."""
    return f"{OPEN}{name}{CLOSE}"
