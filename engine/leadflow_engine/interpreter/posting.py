"""The post under an intent: made once, and again only as far as ``retry`` and what came back allow."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.effects import CallOut, Result
from leadflow_engine.interpreter import exchange as x
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.interpreter.lots import Lot, Posted
from leadflow_engine.settle import Came, Settled, settle

BUSY = 503
"""The one status of which `Retry-After` says more: that the lead was not taken."""

SAFE_TO_REPEAT = frozenset({"connect", "429", "retry"})
"""Causes after which a post may be made again to any buyer: it certainly did not take the lead."""


def post(journey: Journey, lot: Lot) -> Generator[Any, Any, Posted]:
    """Post under an intent, again as far as ``retry`` allows. Only an idempotent buyer is asked again in doubt.

    May be one branch of a fork: it writes nothing shared but its own postings."""
    buyer, number, request = journey.plan.buyers[lot.offer.buyer].buyer, lot.number, lot.request
    leg = buyer.at_once
    if request is None or leg is None:
        return Posted(Settled("confirmed", "sold", f"in batch {lot.batch}" if lot.batch else ""))
    key = f"post/{buyer.name}/{number}"
    data = CallOut("post", buyer.name, number, request)
    done = yield from x.exchange(journey, key, data, leg, scope=lot.scope)
    settled = settle(came_of(done, leg))
    retry, doubted = leg.request.retry, settled.state == "in_doubt"
    for again in range(1, retry.times + 1 if retry else 1):
        assert retry is not None
        if not _may_resend(settled, retry, buyer):
            break
        before = done.ms + (yield from x.pause(journey, retry, f"{key}/retry.{again}"))
        done = yield from x.exchange(journey, f"{key}/retry.{again}", data, leg, scope=lot.scope)
        done = replace(done, before=before)
        settled = _after(settle(came_of(done, leg, resend=doubted)), doubted)
        doubted = settled.state == "in_doubt"  # a repeat may be the first that was heard of
    return Posted(settled, done, done.ms)


def _after(settled: Settled, doubted: bool) -> Settled:
    """A resend that was not sent says nothing of the first post: that one is still in doubt."""
    if doubted and settled.state == "not_sent":
        return replace(settled, state="in_doubt", outcome="in_doubt", again="timeout")
    return settled


def _may_resend(settled: Settled, retry: m.Retry, buyer: m.Buyer) -> bool:
    cause = settled.again
    if not cause or (settled.state == "in_doubt" and not buyer.idempotent):
        return False
    return (
        cause == "retry" or cause in retry.causes or (cause in SAFE_TO_REPEAT and "connect" in retry.causes)
    )


def came_of(done: x.Exchange, leg: m.Leg, resend: bool = False) -> Came:
    """The exchange as the settling table sees it."""
    result, reading = done.result, done.reading
    status = result.get("status")
    return Came(
        phase=str(result["phase"]),
        failure=str(result.get("failure") or ""),
        status=status,
        verdict=reading.verdict if reading.rule != 0 else "",
        otherwise=leg.response.otherwise,
        readable=reading.readable,
        reason=reading.reason or "",
        retry_after=status == BUSY and _asks_for_later(result),
        resend=resend,
    )


def _asks_for_later(result: Result) -> bool:
    return any(str(name).lower() == "retry-after" for name, _ in result.get("headers") or ())
