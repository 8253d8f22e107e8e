"""What the environment must say before leads go out by mail: told before the first lead, not with each of them."""

from __future__ import annotations

from collections.abc import Mapping

from leadflow_engine.operations.loading import LoadProblem
from leadflow_engine.outbound.mail import URL
from leadflow_engine.plan import Plan


def check_ways(plan: Plan, environ: Mapping[str, str]) -> None:
    """Raises ``LoadProblem`` where a buyer gets its leads as mails and no mail server is set. In the sandbox none is
    needed."""
    if environ.get(URL, "").strip() or environ.get("LEADFLOW_SANDBOX", "").strip():
        return
    for buyer in plan.flow.buyers:
        if buyer.email is not None:
            place = f"buyer {buyer.name} ({buyer.span.file}:{buyer.span.line})"
            raise LoadProblem(
                f"environment: {URL} is not set; {place} cannot be sent mails\n"
                f"Set it: {URL}=smtp://user:password@host:587"
            )
