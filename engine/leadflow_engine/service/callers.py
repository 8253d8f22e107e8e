"""Who calls: the key that came with a call, and whether it opens what is asked for."""

from __future__ import annotations

import base64
import binascii
import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leadflow_engine.intake.call import Call, Refused
from leadflow_engine.intake.proof import check_key
from leadflow_engine.service.served import Served, ServedSource
from leadflow_engine.store import SqliteStore, keys
from leadflow_engine.store.keys import Key

QUERY: Final = "key"
"""The parameter in which a form that a browser posts carries its public key."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who may call. ``key`` is the service's, None where the flow's own proof is asked for instead."""

    key: Key | None = None

    @property
    def test(self) -> bool:
        """Are the leads of this caller test leads?"""
        return self.key is not None and self.key.test


def given_key(call: Call) -> str:
    """The key that a call carries: as a bearer, in ``X-Api-Key``, or (a public one) in the query; "" where it carries
    none. Of one that only reads it may be a browser's password: those go along unasked, with whatever page sends
    the browser here."""
    scheme, _, rest = call.header("Authorization").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic" and call.method in ("GET", "HEAD"):
        return _password(rest.strip())
    return call.header("X-Api-Key").strip() or (_public_in(call.query) if "?" in call.url else "")


def _is_browsers_own(call: Call) -> bool:
    return call.header("Authorization").partition(" ")[0].lower() == "basic"


def _password(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _public_in(query: str) -> str:
    prefix = f"{QUERY}={keys.PREFIXES['public']}_"
    found = next((part for part in query.split("&") if part.startswith(prefix)), "")
    return found.partition("=")[2]


def without_key(url: str) -> str:
    """A call's url without the public key in its query: it is nothing of a lead."""
    path, mark, query = url.partition("?")
    if not mark:
        return url
    prefix = f"{QUERY}={keys.PREFIXES['public']}_"
    rest = "&".join(part for part in query.split("&") if not part.startswith(prefix))
    return f"{path}?{rest}" if rest else path


@dataclass(frozen=True, slots=True)
class Gate:
    """Decides who may call. ``open``: a source that says nothing of who calls takes everybody."""

    store: SqliteStore
    open: bool = False

    def submitter(self, served: Served, source: ServedSource, call: Call) -> Caller:
        """Who may submit to a source. Raises ``Refused`` (401, 403)."""
        _check_address(call.remote, source.settings.addresses)
        given = given_key(call) if not _is_browsers_own(call) else ""
        if keys.is_key(given):
            key = self._key(served, source, given, call.received_at, ("source", "public"))
            if key.kind == "public":
                _check_origin(source, call)
            return Caller(key)
        if source.proves_itself or self.open:
            return Caller()
        raise _no_key(given)

    def reader(self, served: Served, source: ServedSource, call: Call) -> Caller:
        """Who may ask for a source's leads and documents. Raises ``Refused`` (401)."""
        given = given_key(call)
        if keys.is_key(given):
            return Caller(self._key(served, source, given, call.received_at, ("source",)))
        if source.source.key is not None:
            check_key(source.source, call, source.secrets)
            return Caller()
        if self.open and not source.source.verify:
            return Caller()
        raise _no_key(given)

    def buyer(self, call: Call) -> Key:
        """The key of a buyer. Raises ``Refused`` (401)."""
        key = self._known(given_key(call), call.received_at)
        if key is None or key.kind != "buyer":
            raise _no_key(given_key(call))
        return key

    def _key(
        self, served: Served, source: ServedSource, given: str, at: datetime.datetime, kinds: Sequence[str]
    ) -> Key:
        key = self._known(given, at)
        if key is None or (key.flow, key.party) != (served.name, source.name) or key.kind not in kinds:
            raise _no_key(given)
        return key

    def _known(self, given: str, at: datetime.datetime) -> Key | None:
        return self.store.ask(lambda connection: keys.known(connection, given, at))


def _no_key(given: str) -> Refused:
    why = "the key is wrong here" if given else "the key is missing; send it as Authorization: Bearer KEY"
    return Refused(401, why, (("WWW-Authenticate", "Bearer"),))


def _check_origin(source: ServedSource, call: Call) -> None:
    if call.header("Origin").lower() not in source.settings.origins:
        raise Refused(403, "pages of this origin may not post here")


def _check_address(remote: str, networks: Sequence[object]) -> None:
    if not networks:
        return
    try:
        address = ipaddress.ip_address(remote)
    except ValueError:
        raise Refused(403, "calls from this address are not taken") from None
    if not any(address in network for network in networks):  # type: ignore[operator]
        raise Refused(403, "calls from this address are not taken")
