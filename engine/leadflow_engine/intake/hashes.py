"""Dedupe by hash: who sends leads asks, with a hash of an e-mail or a phone, whether a lead with it is known.

What a lead leaves for that is a dedupe key like any other, over the hash instead of the value: the journal keeps a
keyed digest of it, so that the file alone tells nobody's hash either.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from leadflow_engine.effects import KeyClaim
from leadflow_engine.evaluation.comparing import Open, folded, plain
from leadflow_engine.lead import Lead
from leadflow_engine.limits.planned import PlannedDedupe, names_of
from leadflow_engine.values import Value, written

ALGORITHMS: Final[Mapping[str, Callable[[bytes], str]]] = {
    "sha256": lambda text: hashlib.sha256(text).hexdigest(),
    "md5": lambda text: hashlib.md5(text, usedforsecurity=False).hexdigest(),
}
"""The hashes that senders use: SHA-256, and MD5, which is older and no weaker here: both are guessed, not broken."""

_HASH: Final = re.compile(r"(sha256):([0-9a-f]{64})|(md5):([0-9a-f]{32})", re.IGNORECASE)


def forms(value: object) -> tuple[str, ...]:
    """The texts that senders hash of a value: a phone as ``+12125550101`` and in its own digits (``2125550101``),
    everything else in its normal form and lower case. None of what is blank or invalid."""
    known = plain(value)
    if known is None or isinstance(known, Open):
        return ()
    if isinstance(value, Value) and value.type.name == "phone":
        parts = (value.part("e164"), value.part("digits"))
        return tuple(dict.fromkeys(part for part in parts if isinstance(part, str) and part))
    return (folded(str(written(known, "text"))),)


def hash_claims(planned: PlannedDedupe, lead: Lead) -> Iterator[KeyClaim]:
    """What a lead leaves so that a dedupe can be asked by hash; it never refuses anybody by itself."""
    if not (planned.kept and planned.dedupe.by_hash):
        return
    for form in forms(lead.read(planned.dedupe.fields[0])):
        for algorithm, of in ALGORITHMS.items():
            yield _claim(planned, algorithm, of(form.encode()))


def asking(planned: PlannedDedupe, said: str) -> KeyClaim | None:
    """The key that a hash as somebody sends it (``sha256:...``, ``md5:...``) stands for; None where it is no hash."""
    found = _HASH.fullmatch(said.strip())
    if found is None:
        return None
    algorithm, digest = (found[1], found[2]) if found[1] else (found[3], found[4])
    return _claim(planned, algorithm.lower(), digest.lower())


def _claim(planned: PlannedDedupe, algorithm: str, digest: str) -> KeyClaim:
    dedupe = planned.dedupe
    fields = f"{names_of(dedupe)} by {algorithm}"
    within = dedupe.within.total_seconds()
    return KeyClaim(planned.scope, fields, digest, within, dedupe.reason, False, True, planned.counting)
