"""What a signature is made over, settled for one lead: texts, and the places where the request itself stands.

The request's own body and url stay places until the request leaves (``outbound.wire`` fills them): secrets are
filled in only then, and what is signed must be what is sent, byte for byte.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from leadflow_dsl import terms as t
from leadflow_engine import secrets
from leadflow_engine.effects import HttpRequest
from leadflow_engine.evaluation.evaluate import Scope
from leadflow_engine.mapping.bodies import text_of
from leadflow_engine.texts.leaves import Refused, leaf

Pieces: TypeAlias = tuple[str | t.Term, ...]

_LATER = "`auth hmac` computes with `request.{}`, which holds a secret only once it is sent; sign it as it is"


@dataclass(frozen=True, slots=True)
class Signing:
    """A lead's scope in which the built request can be named as well."""

    lead: Scope
    request: HttpRequest

    def read(self, read: t.Read) -> object:
        """``request.body``, ``request.url``, ``request.method``; anything else is the lead's.

        Raises ``Refused`` where a secret is still to come into it.
        """
        if read.kind != "request":
            return self.lead.read(read)
        parts = {"body": self.request.body or "", "url": self.request.url, "method": self.request.method}
        found = parts[read.name]
        keyed = read.name == "url" and any(auth.kind == "query" for auth in self.request.auth)
        if keyed or secrets.OPEN in found:
            raise Refused(_LATER.format(read.name))
        return found

    def path(self, path: t.Path) -> object:
        """A path over what the lead has at hand."""
        return self.lead.path(path)

    def answer(self, answer: t.Answer) -> object:
        """A piece of the answer that the lead has at hand."""
        return self.lead.answer(answer)

    def named_list(self, name: str) -> frozenset[str]:
        """A declared list's values."""
        return self.lead.named_list(name)

    def lookup(self, table: str, key: str) -> Mapping[str, object] | None:
        """A table's row."""
        return self.lead.lookup(table, key)

    def now(self) -> datetime.datetime:
        """The present moment, as for the rest of the request."""
        return self.lead.now()


def settled(over: t.Term, request: HttpRequest, lead: Scope) -> t.Text:
    """``over`` as texts, secrets and parts of ``request``, in order. Raises ``Refused`` where it is blank."""
    pieces = _pieces(over, Signing(lead, request))
    if pieces is None:
        raise Refused("what the request is authorised with is blank")
    return t.Text(pieces, over.type, over.span)


def _pieces(term: str | t.Term, scope: Signing) -> Pieces | None:
    """None for a blank. Texts are joined here and not by ``concat``, which gives none that is longer than a field."""
    if isinstance(term, str | t.SecretRef) or (isinstance(term, t.Read) and term.kind == "request"):
        return (term,)
    if isinstance(term, t.Text):  # blank where any of its places is
        found = [_pieces(piece, scope) for piece in term.pieces]
        return None if None in found else tuple(chain.from_iterable(filter(None, found)))
    if isinstance(term, t.Call) and term.name == "concat":  # which leaves blanks out
        return tuple(chain.from_iterable(filter(None, (_pieces(each, scope) for each in term.args)))) or None
    value = leaf(term, scope, "text")
    return None if value is None else (text_of(value),)
