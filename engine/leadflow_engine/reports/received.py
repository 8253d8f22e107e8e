"""A call that was tried, for people and as JSON: how it was read, each lead's fields, what the door says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadflow_engine.effects import HttpRequest
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.intake.call import Answered
from leadflow_engine.intake.replies import Reply
from leadflow_engine.lead import Lead
from leadflow_engine.masking import shown
from leadflow_engine.operations.trying import Trial, Tried
from leadflow_engine.reports.lead_object import json_line
from leadflow_engine.secrets import masked_placeholders
from leadflow_engine.texts.counted import counted
from leadflow_engine.values import Value


def trial_json(trial: Trial) -> str:
    """One JSON object on one line."""
    return json_line(
        {
            "read_as": trial.kind or None,
            "answer": _answer(trial.answered) if trial.answered else None,
            "why": trial.answered.why if trial.answered else None,
            "leads": [_lead_object(each) for each in trial.leads],
        }
    )


def _answer(answer: Answered | Reply) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in answer.headers}
    return {"status": answer.status, "headers": headers, "body": answer.body}


def _lead_object(tried: Tried) -> dict[str, Any]:
    lead, fetch = tried.lead, tried.fetch
    names = ("name", "type", "value", "state")
    fields = [dict(zip(names, row, strict=True)) for row in fields_of(lead)] if fetch is None else []
    return {
        "fields": fields,
        "extra": sorted(map(str, lead.extra)),
        "test": lead.test,
        "fetch": _request_line(fetch) if isinstance(fetch, HttpRequest) else fetch,
        "refused": list(tried.problems) or ([tried.refusal] if tried.refusal else []),
        "reply": _answer(tried.reply) if tried.reply else None,
        "redirect": (tried.redirect.url or None) if tried.redirect else None,
    }


def fields_of(lead: Lead) -> Iterator[tuple[str, str, Any, str]]:
    """Each field of a lead: name, type, value as people may read it, and ``valid``, ``not valid``, ``blank`` or
    ``later`` (what only a look-up tells)."""
    for field in lead.plan.flow.fields:
        value = lead.value(field.name)
        yield field.name, field.type.name, shown(field, value), _state(value)


def _state(value: object) -> str:
    if isinstance(value, Open):
        return "later"
    if not isinstance(value, Value) or value.blank:
        return "blank"
    return "valid" if value.valid else "not valid"


def trial_lines(trial: Trial) -> Iterator[str]:
    """The same as lines of text."""
    if trial.answered is not None:
        yield f"answered at once  {trial.answered.status}: {trial.answered.why}"
        if trial.answered.body:
            yield f"                  {trial.answered.body}"
        return
    number = len(trial.leads)
    yield f"read as {trial.kind}: {counted(number, 'lead')}"
    for place, tried in enumerate(trial.leads, 1):
        yield ""
        if number > 1:
            yield f"lead {place}"
        yield from _lead_lines(tried)


def _lead_lines(tried: Tried) -> Iterator[str]:
    if tried.fetch is not None:
        made = isinstance(tried.fetch, HttpRequest)
        yield f"fetched  {_request_line(tried.fetch)}" if made else f"fetched  never: {tried.fetch}"  # type: ignore[arg-type]
        return
    rows = list(fields_of(tried.lead))
    wide = [max(len(str(row[place])) for row in rows) for place in (0, 1)] if rows else [0, 0]
    for name, type_, value, state in rows:
        text = "" if value is None else str(value)
        yield f"  {name:<{wide[0]}}  {type_:<{wide[1]}}  {state:<9}  {text}".rstrip()
    if tried.lead.extra:
        yield f"  beyond the fields: {', '.join(sorted(map(str, tried.lead.extra)))}"
    if tried.lead.test:
        yield "a test lead"
    yield from _door_lines(tried)


def _door_lines(tried: Tried) -> Iterator[str]:
    reasons = tried.problems or ((tried.refusal,) if tried.refusal else ())
    for reason in reasons:
        yield f"refused  {reason}"
    if tried.reply is None and tried.redirect is not None:
        said = tried.redirect
        yield f"reply    303 {said.url}" if said.url else f"reply    no redirect: {said.problem}"
    if tried.reply is None:
        yield "taken    duplicates and caps apart; `leadflow dry-run` tells what would become of it"
    else:
        place = dict(tried.reply.headers).get("Location", "")
        yield f"reply    {tried.reply.status} {place or tried.reply.body}"
        if tried.reply.problem:
            yield f"         {tried.reply.problem}"


def _request_line(request: HttpRequest) -> str:
    return masked_placeholders(f"{request.method} {request.url}")
