"""How a call that comes in proves itself: of a source, and of a buyer's callback."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from leadflow_dsl import model, nodes
from leadflow_dsl.meaning.auth import secret, signed
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.limits import longer_than_nothing
from leadflow_dsl.meaning.places import PAYLOAD


def verification(r: Resolver, node: Any) -> model.Verification:
    """``verify hmac``, ``verify field`` or ``verify challenge``."""
    r.draft.not_built("verify", node.span)
    match node:
        case nodes.VerifyField(name=name):
            return model.Verification("field", name.value, secret(node.secret), span=node.span)
        case nodes.VerifyChallenge(query=query, token=token):
            return model.Verification("challenge", query.value, secret(token), span=node.span)
        case _:
            return _hmac(r, node)


def _hmac(r: Resolver, node: nodes.VerifyHmac) -> model.Verification:
    """The call itself can be named in what is signed: ``request.body``, ``header "T"``, ``payload.id``."""
    here = r.at(replace(r.scope.having(PAYLOAD).in_reply(), called=True))
    return model.Verification(
        kind="hmac",
        name=node.header.value,
        secret=secret(node.secret),
        algorithm=node.algorithm.text,
        over=signed(here, node.over) if node.over is not None else None,
        within=longer_than_nothing(r.draft, node.within, "how old a call may be") if node.within else None,
        time_header=node.time_header.value if node.time_header else "",
        span=node.span,
    )
