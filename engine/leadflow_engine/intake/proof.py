"""How a call proves itself: the source's key, signatures over the body, a secret in the payload, the first handshake.

Secrets are compared in a time that tells nothing; no answer and no sentence for the operator holds one.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final, TypeAlias

from leadflow_dsl import model as m
from leadflow_dsl.terms import Answer, Read, Term, Text
from leadflow_dsl.terms import Call as Function
from leadflow_engine.evaluation.evaluate import evaluate
from leadflow_engine.evaluation.scope import NothingThere
from leadflow_engine.intake.call import PLAIN, Answered, Call, Refused, Seen
from leadflow_engine.intake.formats import IntakeError, read_pairs
from leadflow_engine.intake.signatures import signed_by, time_beside, time_of
from leadflow_engine.lead import walk
from leadflow_engine.secrets import Secrets
from leadflow_engine.values import written

Json: TypeAlias = Any
Headers: TypeAlias = tuple[tuple[str, str], ...]

BYTES: Final = "surrogateescape"
"""How bytes that are no text pass through an expression."""

_CHALLENGE = re.compile(r"[!-~]{1,256}")


def same(given: str, secret: str) -> bool:
    """Are two secrets the same? Takes as long whatever they are."""
    one, other = (hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (given, secret))
    return hmac.compare_digest(one, other)


# ------------------------------------------------------------------ key and handshake


def check_key(source: m.Source, call: Call, secrets: Secrets) -> None:
    """The source's key: ``Authorization: Bearer KEY``, or ``X-Api-Key: KEY``. Raises ``Refused`` (401)."""
    if source.key is None:
        return
    scheme, _, bearer = call.header("Authorization").partition(" ")
    given = bearer.strip() if scheme.lower() == "bearer" else call.header("X-Api-Key").strip()
    if not given or not same(given, secrets.get(source.key.name)):
        why = "the key is wrong" if given else "the key is missing; send it as Authorization: Bearer KEY"
        raise Refused(401, why, (("WWW-Authenticate", "Bearer"),))


def challenged(source: m.Source, call: Call, secrets: Secrets) -> Answered | None:
    """The answer to the handshake with which a webhook is set up; None where the call is none.

    The token stands in the query beside the challenge: of ``hub.challenge`` as ``hub.verify_token`` or ``hub.token``.
    """
    if call.method.upper() != "GET":
        return None
    query = _query(call)
    for said in source.verify:
        if said.kind == "challenge" and said.name in query:
            before = said.name.rpartition(".")[0]
            tokens = [
                query.get(f"{before}.{word}" if before else word, "") for word in ("verify_token", "token")
            ]
            given = next(filter(None, tokens), "")
            if not given or not same(given, secrets.get(said.secret.name)):
                why = "the handshake's token is wrong" if given else "the handshake has no token"
                return Answered(403, PLAIN, "", why)
            return _echo(query[said.name])
    return None


def _echo(challenge: str) -> Answered:
    if not _CHALLENGE.fullmatch(challenge):
        return Answered(400, PLAIN, "", "the handshake's challenge is no plain word")
    return Answered(200, PLAIN, challenge, "the handshake of a webhook")


def _query(call: Call) -> Mapping[str, str]:
    try:
        return dict(reversed(read_pairs(call.query)))
    except IntakeError:
        return {}


# ------------------------------------------------------------------ signatures


@dataclass(frozen=True, slots=True)
class CallScope(NothingThere):
    """The call as a signature's ``over`` names it: ``request.body``, ``header "T"``, ``payload.id``."""

    call: Call
    tree: Callable[[], Json]

    def read(self, read: Read) -> object:
        """A part of the request, or of the payload before anything of it is mapped."""
        if read.kind == "payload":
            return walk(self.tree(), read.name)
        found = {
            "body": self.call.body.decode("utf-8", BYTES),
            "url": self.call.url,
            "method": self.call.method,
        }
        return found.get(read.name) if read.kind == "request" else None

    def answer(self, answer: Answer) -> object:
        """A header or a cookie of the call."""
        if answer.kind == "header":
            return self.call.header(answer.name) or None
        return _cookie(self.call.header("Cookie"), answer.name) if answer.kind == "cookie" else None

    def now(self) -> datetime.datetime:
        """When the call came."""
        return self.call.received_at


def _cookie(header: str, name: str) -> str | None:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return found.value if found else None


@dataclass(frozen=True, slots=True)
class Once:
    """A signed call that must not come twice: its key, and until when that is remembered."""

    key: str
    until: datetime.datetime


def check_signatures(source: m.Source, call: Call, secrets: Secrets, tree: Callable[[], Json]) -> list[Once]:
    """Every ``verify hmac``; of several for one header one is enough, so that secrets can be changed without a gap.

    Gives what must not have come before. Raises ``Refused`` (401).
    """
    found: dict[str, list[m.Verification]] = {}
    for said in source.verify:
        if said.kind == "hmac":
            found.setdefault(said.name.lower(), []).append(said)
    return [once for group in found.values() for once in _one_of(group, source, call, secrets, tree)]


def _one_of(
    group: list[m.Verification], source: m.Source, call: Call, secrets: Secrets, tree: Callable[[], Json]
) -> Iterator[Once]:
    header = call.header(group[0].name)
    if not header:
        raise Refused(401, f"the header {group[0].name} with the signature is missing")
    for said in group:
        signed = _signed(said.over, call, tree)
        if signed is not None and signed_by(header, secrets.get(said.secret.name), said.algorithm, signed):
            yield from _in_time(said, source, call, signed)
            return
    raise Refused(401, "the signature does not fit")


def _signed(over: Term | None, call: Call, tree: Callable[[], Json]) -> bytes | None:
    """What is signed; None where a part of it is blank. Joined here, so that no limit of texts cuts a long body."""
    if over is None:
        return call.body
    pieces: tuple[str | Term, ...] = (over,)
    if isinstance(over, Text):
        pieces = over.pieces
    elif isinstance(over, Function) and over.name == "concat":
        pieces = over.args
    found = [_piece(piece, CallScope(call, tree)) for piece in pieces]
    return b"".join(part for part in found if part is not None) if None not in found else None


def _piece(piece: str | Term, scope: CallScope) -> bytes | None:
    if isinstance(piece, str):
        return piece.encode()
    if isinstance(piece, Read) and (piece.kind, piece.name) == ("request", "body"):
        return scope.call.body
    text = written(evaluate(piece, scope), "text")
    return None if text is None else str(text).encode("utf-8", BYTES)


def _in_time(said: m.Verification, source: m.Source, call: Call, signed: bytes) -> Iterator[Once]:
    if said.within is None:
        return
    own = call.header(said.time_header or said.name)
    at = time_of(own) if said.time_header else time_beside(own)
    within = said.within
    if at is None:
        raise Refused(401, "the call does not say when it was signed")
    if abs(call.received_at - at) > within:
        raise Refused(401, "the call was signed too long ago, or its clock is wrong")
    digest = hashlib.sha256(f"{said.name} {said.algorithm}\0".encode() + signed)
    yield Once(f"{source.name}/{digest.hexdigest()}", at + within)


def check_first(once: list[Once], seen: Seen) -> None:
    """Raises ``Refused`` (401) for a signed call that came before."""
    for each in once:
        if not seen.first(each.key, each.until):
            raise Refused(401, "this signed call came before")


# ------------------------------------------------------------------ secrets in the payload


def check_fields(source: m.Source, tree: Json, secrets: Secrets) -> Json:
    """Every ``verify field``: the payload without it. Raises ``Refused`` (401)."""
    for said in source.verify:
        if said.kind == "field":
            for item in tree if isinstance(tree, list) else [tree]:
                given = walk(item, said.name)
                if not isinstance(given, str) or not same(given, secrets.get(said.secret.name)):
                    why = "is wrong" if given else "is missing"
                    raise Refused(401, f"the secret `{said.name}` of the payload {why}")
    return without_secrets(source, tree)


def without_secrets(source: m.Source, tree: Json) -> Json:
    """A payload without the secrets by which its calls prove themselves: they are nothing of a lead."""
    for said in source.verify:
        if said.kind == "field":
            steps = [step for step in said.name.replace("[", ".").replace("]", "").split(".") if step]
            tree = (
                [_without(item, steps) for item in tree] if isinstance(tree, list) else _without(tree, steps)
            )
    return tree


def _without(tree: Json, steps: list[str]) -> Json:
    if not isinstance(tree, Mapping) or not steps or steps[0] not in tree:
        return tree
    if len(steps) == 1:
        return {name: value for name, value in tree.items() if name != steps[0]}
    return {**tree, steps[0]: _without(tree[steps[0]], steps[1:])}
