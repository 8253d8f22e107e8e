"""One real request to a buyer, as a test lead: what an integrator does before a buyer goes live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.effects import Result
from leadflow_engine.operations.alone import Leg, Sent, legs_named, send_alone
from leadflow_engine.operations.loading import LoadProblem, secrets_for, secrets_in
from leadflow_engine.operations.parsing import Parsed, parse_answer
from leadflow_engine.operations.rendering import Rendered, stand_ins, why_not
from leadflow_engine.outbound.client import HttpOutbound, settings_from
from leadflow_engine.outbound.wire import wire_of
from leadflow_engine.plan import Plan
from leadflow_engine.secrets import Secrets


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A request that was sent, its answer (secrets masked), and what was read from it."""

    rendered: Rendered
    result: Result
    parsed: Parsed


@dataclass(frozen=True, slots=True)
class Sending:
    """All that went to the buyer, in order; ``problem`` is why not everything was sent that the flow describes."""

    exchanges: tuple[Exchanged, ...]
    problem: str = ""


def check_test_dialect(plan: Plan, name: str) -> None:
    """Raises ``LoadProblem`` for a buyer that could not know that a lead is a test."""
    buyer = plan.buyers.get(name)
    if buyer is not None and not (buyer.buyer.test_fields or buyer.buyer.test_url):
        raise LoadProblem(
            f"{plan.flow.file}:{buyer.buyer.span.line}: buyer {name} does not say how it is told that a lead is a "
            'test, and would take it for a real one. Write `test { field "test" = 1 }` into it.'
        )


async def send_test(
    plan: Plan, name: str, source: str, payload: Mapping[str, object], environ: Mapping[str, str]
) -> Sending:
    """Send one payload to ``name`` as a test lead: its ping, then its post. ``environ`` says what may be reached.

    Raises ``LoadProblem``, ``SettingsError``."""
    legs = {leg.word: leg for leg in legs_named(plan.flow, name)}
    check_test_dialect(plan, name)
    secrets = _secrets(plan, name)
    async with HttpOutbound(settings_from(environ, secrets)) as outbound:
        seen = await send_alone(plan.flow, name, source, payload, outbound, RealClock())
    made = tuple(
        _exchanged(plan, legs[sent.word], sent)
        for sent in seen.sent
        if sent.name == name and sent.word in legs
    )
    lacking = [word for word in legs if word not in {one.rendered.word for one in made}]
    return Sending(made, f"no {lacking[0]}: {why_not(seen.ending, name)}" if lacking else "")


def _secrets(plan: Plan, name: str) -> Secrets:
    """The secrets of what is sent to ``name``; those of others need not be there."""
    needed = {secret.name for leg in legs_named(plan.flow, name) for secret in secrets_in(leg.leg)}
    known = Secrets.load([secret.name for secret in secrets_in(plan.flow)], plan.flow.root)
    return secrets_for(plan) if known.missing(needed) else known


def _exchanged(plan: Plan, leg: Leg, sent: Sent) -> Exchanged:
    result = sent.result
    headers = tuple((str(name), str(value)) for name, value in result.get("headers") or ())
    parsed = parse_answer(plan, leg, result.get("status") or 0, headers, str(result.get("body") or ""))
    rendered = Rendered(sent.word, sent, wire_of(sent.request, stand_ins(plan.flow)))
    return Exchanged(rendered, result, parsed)
