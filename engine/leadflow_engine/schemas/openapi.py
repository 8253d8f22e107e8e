"""OpenAPI 3.1 of the intake: for each source how it submits and pings, and how anybody asks for a lead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from leadflow_dsl.types import LEAD_OUTCOME
from leadflow_engine.instructions import intake
from leadflow_engine.instructions.phrases import plain
from leadflow_engine.instructions.records import AnswerExample, SourceInstructions, ping_path, submit_path
from leadflow_engine.intake.formats import IntakeError, read_json
from leadflow_engine.schemas.lead import lead_schema
from leadflow_engine.schemas.types import Schema

VERSION: Final = "3.1.0"
ERRORS: Final = tuple(status for status in intake.STATUSES if status not in intake.DECIDED)
KEY: Final = "key"


def openapi(told: Iterable[SourceInstructions], version: str) -> Schema:
    """The description of the intake for these sources of one flow; ``version`` is the plan's name.

    Raises ``ValueError`` where there is no source.
    """
    sources = tuple(told)
    if not sources:
        raise ValueError("an intake has at least one source")
    first = sources[0]
    schemas = {f"Lead_{each.source}": lead_schema(each, dialect=False) for each in sources}
    return {
        "openapi": VERSION,
        "info": {
            "title": f"{first.flow_title or first.flow}: intake",
            "version": version,
            "description": "How leads are posted, what is answered, and how a lead is asked for.",
        },
        "servers": [{"url": first.base_url}],
        "paths": {
            **{path: item for each in sources for path, item in _paths(each).items()},
            "/leads/{id}": _ask(any(each.needs_key for each in sources)),
        },
        "components": {
            "schemas": {**schemas, "Answer": ANSWER, "Problem": PROBLEM, "PingAnswer": PING_ANSWER},
            "securitySchemes": {
                KEY: {"type": "http", "scheme": "bearer", "description": "The key of the source."}
            },
            "responses": {str(status): _problem(status) for status in ERRORS},
        },
    }


def _paths(told: SourceInstructions) -> dict[str, Schema]:
    found = {submit_path(told.flow, told.source): {"post": _submit(told)}}
    if told.pings:
        found[ping_path(told.flow, told.source)] = {"post": _ping(told)}
    return found


def _submit(told: SourceInstructions) -> Schema:
    return {
        "operationId": f"submit_{told.source}",
        "summary": f"Submit a lead: {told.title or told.source}",
        "parameters": [IDEMPOTENCY],
        "requestBody": {"required": True, "content": _content(told, f"Lead_{told.source}")},
        "responses": _responses(told, [each for each in told.answers if not _of_ping(each)], "Answer"),
        "security": _security(told.needs_key),
    }


def _ping(told: SourceInstructions) -> Schema:
    examples = [told.ping_request] if told.ping_request is not None else []
    content = {
        kind: {
            "schema": {"type": "object", "description": "The fields of the ping, where the lead has them."}
        }
        for kind in _kinds(told)
    }
    for each in examples:
        content[each.content_type]["example"] = _example(each.kind, each.text)
    return {
        "operationId": f"ping_{told.source}",
        "summary": f"Ask what a lead would be worth: {told.title or told.source}",
        "requestBody": {"required": True, "content": content},
        "responses": _responses(told, [each for each in told.answers if _of_ping(each)], "PingAnswer"),
        "security": _security(told.needs_key),
    }


def _ask(needs_key: bool) -> Schema:
    return {
        "get": {
            "operationId": "lead",
            "summary": "What became of a lead",
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {
                "200": {"description": "The lead as it stands", "content": _json(_reference("Answer"))},
                **{str(status): {"$ref": f"#/components/responses/{status}"} for status in (401, 404, 429)},
            },
            "security": _security(needs_key),
        }
    }


def _of_ping(answer: AnswerExample) -> bool:
    return plain(answer.when).startswith("a ping")


def _kinds(told: SourceInstructions) -> list[str]:
    kinds = told.receive or ("json", "form")
    return [intake.CONTENT_TYPES[kind] for kind in kinds if intake.CONTENT_TYPES[kind]] or [
        "application/json"
    ]


def _content(told: SourceInstructions, name: str) -> Schema:
    examples = {
        each.content_type: _example(each.kind, each.text) for each in told.requests if each.content_type
    }
    found: Schema = {}
    for kind in _kinds(told):
        nested = kind in {"application/json", "application/x-www-form-urlencoded"}
        whole: Schema = (
            _reference(name) if told.whole_call else {"description": "Holds leads, or names them."}
        )
        found[kind] = {"schema": whole if nested else {"type": "string"}}
        if kind in examples:
            found[kind]["example"] = examples[kind]
    return found


def _example(kind: str, text: str) -> Any:
    from leadflow_engine.instructions.requests import read

    return read(kind, text) if kind in {"json", "form"} else text


def _responses(told: SourceInstructions, answers: list[AnswerExample], name: str) -> Schema:
    """By status: the answers that a flow shapes itself have no schema of ours, only their examples."""
    found: Schema = {}
    for each in answers:
        response = found.setdefault(str(each.status), {"description": plain(each.when), "content": {}})
        media = each.content_type.partition(";")[0] or "text/plain"
        content = response["content"].setdefault(media, {"examples": {}})
        if _is_ours(each):
            content["schema"] = _reference(name)
        label = plain(each.when).partition(":")[0].replace(" ", "_")
        content["examples"][label] = {"summary": plain(each.when), "value": _answer(each)}
    for response in found.values():
        if len(next(iter(response["content"].values()))["examples"]) > 1:
            response["description"] = "The lead was read and decided; the examples show each outcome."
    errors = {str(status): {"$ref": f"#/components/responses/{status}"} for status in ERRORS}
    return {**{status: value for status, value in errors.items() if status not in found}, **found}


def _answer(answer: AnswerExample) -> Any:
    try:
        return read_json(answer.body) if answer.content_type.endswith("json") else answer.body
    except IntakeError:
        return answer.body


def _is_ours(answer: AnswerExample) -> bool:
    body = _answer(answer)
    return (
        isinstance(body, dict)
        and {"outcome"} < set(body)
        and set(body) <= {*ANSWER["properties"], *PING_ANSWER["properties"]}
    )


def _security(needs_key: bool) -> list[Schema]:
    return [{KEY: []}] if needs_key else []


def _problem(status: int) -> Schema:
    said = intake.STATUSES[status].replace("`", "")
    found: Schema = {"description": said[:1].upper() + said[1:], "content": _json(_reference("Problem"))}
    if status == 429:
        retry = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        found["headers"] = {"Retry-After": retry}
    return found


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


IDEMPOTENCY: Final[Schema] = {
    "name": intake.IDEMPOTENCY_HEADER,
    "in": "header",
    "required": False,
    "description": "Names the lead: the same key and body again get the same lead and the same answer.",
    "schema": {"type": "string", "maxLength": 255},
}
_OUTCOME: Final[Schema] = {"type": "string", "enum": list(LEAD_OUTCOME.members)}
_PRICE: Final[Schema] = {
    "type": ["number", "null"],
    "description": "What you are paid, in the flow's currency.",
}
ANSWER: Final[Schema] = {
    "type": "object",
    "description": "The answer to a lead where the source does not shape it itself.",
    "required": ["outcome", "lead"],
    "properties": {
        "outcome": {**_OUTCOME, "description": "What became of the lead."},
        "reason": {"type": ["string", "null"], "description": "Why it was refused or not sold."},
        "lead": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
        "price": _PRICE,
    },
}
PING_ANSWER: Final[Schema] = {
    "type": "object",
    "description": "The answer to a ping where the source does not shape it itself.",
    "required": ["outcome"],
    "properties": {
        "outcome": _OUTCOME,
        "ping_id": {"type": ["string", "null"], "description": "Names the ping; the post carries it."},
        "price": _PRICE,
        "expires": {"type": "string", "format": "date-time", "description": "Until when the offer stands."},
        "reason": {"type": ["string", "null"], "description": "Why nobody would have the lead."},
        "buyers": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "legal_name": {"type": "string"}, "price": _PRICE},
            },
        },
    },
}
PROBLEM: Final[Schema] = {
    "type": "object",
    "description": "Why a call was not taken as a lead.",
    "required": ["error"],
    "properties": {"error": {"type": "string"}},
}
