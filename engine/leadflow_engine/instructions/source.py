"""The instructions of one source, made from the checked flow. Nothing of a buyer goes in."""

from __future__ import annotations

import datetime

from leadflow_dsl import model as m
from leadflow_engine.instructions import intake
from leadflow_engine.instructions.answers import answers
from leadflow_engine.instructions.fetched import fetched_payload
from leadflow_engine.instructions.records import Postback, SourceInstructions, submit_path
from leadflow_engine.instructions.requests import requests
from leadflow_engine.instructions.sample import Sample, source_sample, without_figures
from leadflow_engine.instructions.source_fields import (
    asked_fields,
    field_note,
    shown_fields,
    source_wording,
    together,
)
from leadflow_engine.instructions.source_refusals import example_refusal, reasons, source_refusals
from leadflow_engine.instructions.source_terms import (
    example_price,
    notes,
    payment,
    ping_fields,
    ping_request,
    postback_host,
    wrapped,
)
from leadflow_engine.plan import Plan


def source_instructions(
    plan: Plan, source: m.Source, moment: datetime.datetime, base_url: str = intake.DEFAULT_BASE
) -> SourceInstructions:
    """What this source's supplier has to know. ``moment`` (aware) is when the examples are sent."""
    judging = without_figures(plan)
    sample = source_sample(judging, judging.sources[source.name], moment, shown_fields(plan, source))
    fields = tuple(field_note(plan, source, field, sample) for field in asked_fields(plan))
    wording = source_wording(plan, fields)
    flow, base = plan.flow, base_url.rstrip("/")
    refused = tuple(source_refusals(plan, source, wording))
    price = example_price(source)
    fetched = source.fetch is not None
    payload = fetched_payload(source) if fetched else sample.payload
    shown = (
        ()
        if (not payload if fetched else sample.problem)
        else requests(
            judging, source, wrapped(source, payload), base + submit_path(flow.name, source.name), moment
        )
    )
    return SourceInstructions(
        flow=flow.name,
        flow_title=flow.title,
        source=source.name,
        title=source.title,
        base_url=base,
        currency=flow.currency,
        timezone=flow.timezone,
        country=flow.country,
        needs_key=source.key is not None,
        receive=source.receive,
        pings=source.ping is not None,
        fields=fields,
        together=tuple(together(flow, fields)),
        refusals=refused,
        requests=shown,
        problem="" if shown else _no_example(sample, fetched),
        example=sample.payload if shown and not fetched else None,
        answers=answers(plan, source, sample.lead, example_refusal(refused, fields), price),
        reasons=tuple(reasons(flow, refused, fields)),
        payment=tuple(payment(source, flow, wording)),
        notes=tuple(notes(source, flow, wording)),
        postbacks=tuple(
            Postback(each.events, each.leg.request.method, postback_host(each)) for each in source.postbacks
        ),
        ping_fields=ping_fields(source, fields),
        ping_request=ping_request(plan, source, sample, base),
        answer_within=source.answer_within,
        whole_call=source.each is None and not fetched,
        fetched=fetched,
        test=wording.condition(source.test_when) if source.test_when else (),
    )


def _no_example(sample: Sample, fetched: bool) -> str:
    if fetched:
        return "the lead is fetched from you: the call only names it"
    return sample.problem or "no content type that is accepted here can carry these fields"
