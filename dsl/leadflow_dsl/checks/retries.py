"""Repeating a post that the buyer may have taken."""

from __future__ import annotations

from collections.abc import Iterator

from leadflow_dsl.diagnostics import Diagnostic, Label
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Flow
from leadflow_dsl.rules.requests import UNSAFE_RETRY


def unsafe_retries(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """A deliver that retries after what may have arrived, to a buyer that is not ``idempotent``."""
    for buyer in flow.buyers:
        retry = buyer.deliver.request.retry if buyer.deliver else None
        unsafe = [cause for cause in retry.causes if _may_have_arrived(cause)] if retry else []
        if retry and unsafe and not buyer.idempotent:
            message = f"a repeat on {', '.join(unsafe)} could sell the lead to `{buyer.name}` twice"
            place = Label(buyer.span, "does not say `idempotent`")
            help = (
                "say `idempotent` in the buyer, if it recognises the same lead",
                "or retry on `connect` only: then nothing has been sent",
            )
            yield UNSAFE_RETRY.at(retry.span, message, "", help, (place,))


def _may_have_arrived(cause: str) -> bool:
    return cause == "timeout" or cause.startswith("5")
