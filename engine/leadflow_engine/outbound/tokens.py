"""OAuth tokens: asked for once, kept while they are valid, asked for anew when a buyer no longer takes them.

A token is a secret of the process: it goes to the wire and is masked in answers, and is stored nowhere.
Grants are those of RFC 6749: client credentials (4.4), a user's password (4.3) where one is named, a refresh token
(6) where one is named.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from leadflow_dsl.model import Auth, OAuth
from leadflow_dsl.terms import Const, SecretRef, Term
from leadflow_engine.effects import HttpRequest, Result
from leadflow_engine.secrets import placeholder
from leadflow_engine.texts.escapes import form_quote

EARLY: Final = 30.0
"""Seconds before its end at which a token is no longer used: a request on its way takes time."""
UNSAID: Final = 300.0
"""Seconds that a token is kept where the answer does not say how long it is valid."""

Send: TypeAlias = Callable[[HttpRequest], Awaitable[Result]]
Key: TypeAlias = tuple[str, str, str]


class NoToken(Exception):
    """No token could be had. ``failure`` is ``connect`` where trying again may help, else ``refused``."""

    def __init__(self, failure: str, message: str) -> None:
        super().__init__(message)
        self.failure = failure


@dataclass(slots=True)
class _Held:
    token: str = ""
    until: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Tokens:
    """The tokens of one outbound side, by where they come from and for whom."""

    _held: dict[Key, _Held] = field(default_factory=dict)

    async def of(self, request: HttpRequest, send: Send, refused: Mapping[Key, str]) -> dict[Key, str]:
        """A valid token for each ``auth oauth`` of the request; those in ``refused`` are asked for anew.

        Raises ``NoToken``. ``send`` makes the request for a token, through the same guard as every other.
        """
        found: dict[Key, str] = {}
        for auth in request.auth:
            if auth.oauth is not None:
                key = key_of(auth)
                found[key] = await self._one(auth.oauth, key, request.timeout, send, refused.get(key, ""))
        return found

    async def _one(self, oauth: OAuth, key: Key, seconds: float, send: Send, refused: str) -> str:
        held = self._held.setdefault(key, _Held())
        async with held.lock:  # several that need the same token at once ask for it once
            if held.token and held.token != refused and time.monotonic() < held.until:
                return held.token
            result = await send(_token_request(oauth, key[0], seconds))
            held.token, valid = _read(result, key[0])
            held.until = time.monotonic() + max(0.0, valid - EARLY)
            return held.token


def key_of(auth: Auth) -> Key:
    """Where a token comes from and for whom, without any secret."""
    oauth = auth.oauth
    assert oauth is not None
    url = "".join(str(piece) for piece in oauth.token_url.pieces)
    return url, _shown(oauth.client_id), f"{oauth.scope}\0{oauth.audience}\0{_shown(oauth.user)}"


def _shown(term: Term | None) -> str:
    """A settled term as it stands in a request: a secret as its placeholder."""
    match term:
        case SecretRef(name=name):
            return placeholder(name)
        case Const(value=value):
            return form_quote(str(value))
    return ""


def _token_request(oauth: OAuth, url: str, timeout: float) -> HttpRequest:
    pairs = [("grant_type", _grant(oauth)), ("client_id", _shown(oauth.client_id))]
    pairs.append(("client_secret", placeholder(oauth.client_secret.name)))
    if oauth.refresh_token is not None:
        pairs.append(("refresh_token", placeholder(oauth.refresh_token.name)))
    elif oauth.password is not None:
        pairs += [("username", _shown(oauth.user)), ("password", placeholder(oauth.password.name))]
    pairs += [
        (name, form_quote(text))
        for name, text in (("scope", oauth.scope), ("audience", oauth.audience))
        if text
    ]
    return HttpRequest(
        method="POST",
        url=url,
        headers=(("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")),
        body="&".join(f"{name}={value}" for name, value in pairs),
        timeout=timeout,
    )


def _grant(oauth: OAuth) -> str:
    if oauth.refresh_token is not None:
        return "refresh_token"
    return "password" if oauth.password is not None else "client_credentials"


def _read(result: Result, url: str) -> tuple[str, float]:
    """The token and for how many seconds it is valid. Raises ``NoToken``."""
    if result["phase"] != "answered":
        raise NoToken("connect", f"no token from {url}: {result['failure']}")
    status = int(result.get("status") or 0)
    said = _object(str(result.get("body") or ""))
    token = said.get("access_token")
    if not 200 <= status < 300 or not isinstance(token, str) or not token:
        why = str(said.get("error") or f"status {status}")[:100]
        raise NoToken(
            "connect" if status >= 500 or status == 429 else "refused", f"no token from {url}: {why}"
        )
    try:
        return token, float(said.get("expires_in", UNSAID))
    except (TypeError, ValueError):
        return token, UNSAID


def _object(body: str) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
