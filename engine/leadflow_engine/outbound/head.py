"""A request as bytes: its first line, its headers, its body."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from leadflow_engine.outbound.answer import ACCEPTED_ENCODINGS
from leadflow_engine.outbound.guard import Refused
from leadflow_engine.outbound.wire import TOKEN, Wire

DEFAULTS: Final = (("User-Agent", "leadflow"), ("Accept", "*/*"), ("Accept-Encoding", ACCEPTED_ENCODINGS))
"""Headers of every request that does not say otherwise."""
WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods with which a length of nothing is not said."""
_OURS: Final = "content-length"


def request_bytes(wire: Wire, target: str, host: str) -> bytes:
    """All that is written for a request. ``host`` counts where the request has no Host header of its own; its length
    is always the true one. Raises ``guard.Refused``."""
    headers, body = wire.headers, wire.body
    first, own_host, defaults, left_out = _layout(wire.method, tuple([name for name, _ in headers]))
    if left_out:
        headers = tuple(pair for pair in headers if pair[0].lower() != _OURS)
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
    named = "" if own_host else f"Host: {host}\r\n"
    if body is not None:
        lines = f"{lines}Content-Length: {len(body)}\r\n"
    elif first not in WITHOUT_BODY:
        lines = f"{lines}Content-Length: 0\r\n"
    try:
        head = f"{first} {target} HTTP/1.1\r\n{named}{defaults}{lines}\r\n".encode()
    except UnicodeEncodeError as error:
        raise Refused("the url or a header cannot be sent as it is") from error
    return head + body if body else head


@lru_cache(maxsize=1024)
def _layout(method: str, names: tuple[str, ...]) -> tuple[str, bool, str, bool]:
    """What a request says without its values, which is the same for every lead: (its method, whether its headers say
    the host, the defaults that they do not say, whether they say a length, which is ours to say)."""
    said = {name.lower() for name in names}
    if not TOKEN.match(method):
        raise Refused(f"{method!r} is not a method")
    if "transfer-encoding" in said:
        raise Refused("the header Transfer-Encoding is not a flow's to set")
    defaults = "".join(f"{name}: {value}\r\n" for name, value in DEFAULTS if name.lower() not in said)
    return method.upper(), "host" in said, defaults, _OURS in said
