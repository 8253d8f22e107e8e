"""How a call that comes in proves itself: of a source, and of a buyer's callback."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from leadflow_dsl import model, nodes
from leadflow_dsl.meaning.auth import secret, signed
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.limits import longer_than_nothing
from leadflow_dsl.meaning.places import PAYLOAD
from leadflow_dsl.rules.names import NOT_HERE
from leadflow_dsl.terms import Term, reads


def verification(r: Resolver, node: Any) -> model.Verification:
    """``verify hmac``, ``verify field`` or ``verify challenge``."""
    match node:
        case nodes.VerifyField(name=name):
            return model.Verification("field", name.value, secret(node.secret), span=node.span)
        case nodes.VerifyChallenge(query=query, token=token):
            return model.Verification("challenge", query.value, secret(token), span=node.span)
        case _:
            return _hmac(r, node)


MAPPED: Final = frozenset({"field", "extra"})
"""Reads of a lead that is not there before its payload is mapped."""


def not_yet(r: Resolver, terms: Iterable[Term]) -> None:
    """Report fields where only the call is known, before anything of it is mapped."""
    for read in (read for term in terms for read in reads(term) if read.kind in MAPPED):
        message = f"`{r.draft.text_at(read.span)}` is not known before the call is mapped"
        r.draft.found(NOT_HERE.at(read.span, message, "always blank here", "`payload.NAME` is what came"))


def _hmac(r: Resolver, node: nodes.VerifyHmac) -> model.Verification:
    """The call itself can be named in what is signed: ``request.body``, ``header "T"``, ``payload.id``."""
    here = r.at(replace(r.scope.having(PAYLOAD).in_reply(), called=True))
    over = signed(here, node.over) if node.over is not None else None
    not_yet(r, (over,) if over else ())
    return model.Verification(
        kind="hmac",
        name=node.header.value,
        secret=secret(node.secret),
        algorithm=node.algorithm.text,
        over=over,
        within=longer_than_nothing(r.draft, node.within, "how old a call may be") if node.within else None,
        time_header=node.time_header.value if node.time_header else "",
        span=node.span,
    )
