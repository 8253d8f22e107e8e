"""Example requests: one payload in every content type that can carry it, each read back and taken by the door."""

from __future__ import annotations

import csv
import datetime
import io
import shlex
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from leadflow_dsl import model as m
from leadflow_engine.instructions.intake import CONTENT_TYPES, KEY_HEADER, KEY_PREFIX, YOUR_KEY
from leadflow_engine.instructions.records import Request
from leadflow_engine.intake import door
from leadflow_engine.intake.formats import IntakeError, read_form, read_json, read_records
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.mapping.bodies import XML_NAME
from leadflow_engine.plan import Plan
from leadflow_engine.response.decode import decode
from leadflow_engine.texts.jmes import Unfit, compile_path
from leadflow_engine.texts.json_text import dumps
from leadflow_engine.values.reading import raw_text

Json: TypeAlias = Any

USUAL: Final = ("json", "form")
"""What is shown of a source that takes every content type."""


def pretty(value: Json, indent: str = "") -> str:
    """JSON over several lines, numbers exact."""
    inner = indent + "  "
    if isinstance(value, Mapping) and value:
        rows = [f"{inner}{dumps(str(name))}: {pretty(item, inner)}" for name, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list | tuple) and any(isinstance(item, dict | list) for item in value):
        rows = [f"{inner}{pretty(item, inner)}" for item in value]
        return "[\n" + ",\n".join(rows) + f"\n{indent}]"
    return dumps(value)


def requests(
    plan: Plan, source: m.Source, payload: Mapping[str, Json], url: str, moment: datetime.datetime
) -> tuple[Request, ...]:
    """The payload as a request in each content type that the source takes and that can carry it."""
    found = []
    for kind in source.receive or USUAL:
        text = WRITERS[kind](payload)
        if text is not None and refused(plan, source, kind, text, moment) == "":
            found.append(request(source, kind, text, url))
    return tuple(found)


def request(source: m.Source, kind: str, text: str, url: str) -> Request:
    """One request as text and as a command."""
    return Request(kind, CONTENT_TYPES[kind], text, _curl(source, kind, text, url))


def _curl(source: m.Source, kind: str, text: str, url: str) -> str:
    lines = [f"curl -X POST {shlex.quote(f'{url}?{text}' if kind == 'query' else url)}"]
    if source.key is not None:
        lines.append(f"-H {shlex.quote(f'{KEY_HEADER}: {KEY_PREFIX}{YOUR_KEY}')}")
    signed = [each.name for each in source.verify if each.kind == "hmac"]
    lines += [f"-H {shlex.quote(f'{name}: SIGNATURE')}" for name in signed]
    if kind != "query":
        lines += [
            f"-H {shlex.quote(f'Content-Type: {CONTENT_TYPES[kind]}')}",
            f"--data-binary {shlex.quote(text)}",
        ]
    return " \\\n  ".join(lines)


def read(kind: str, text: str) -> Json:
    """A body as the intake reads it. Raises ``IntakeError``."""
    if kind == "json":
        return read_json(text)
    if kind in {"form", "query"}:
        return read_form(text)
    if kind == "xml":
        return decode("xml", "", text).tree
    record = next(read_records(io.BytesIO(text.encode()), "csv"))
    if isinstance(record.payload, IntakeError):
        raise record.payload
    return record.payload


def refused(plan: Plan, source: m.Source, kind: str, text: str, moment: datetime.datetime) -> str:
    """Why the door would refuse this body; "" where it takes it."""
    try:
        payload = read(kind, text)
        if source.each is not None:
            payload = (compile_path(source.each.source).of(payload) or [None])[0]
    except (IntakeError, Unfit) as problem:
        return str(problem)
    if source.fetch is not None:
        return "" if isinstance(payload, Mapping) else "no lead is named"
    arrival = Arrival("example", "example", source.name, payload)
    lead = door.read_lead(plan, arrival, moment, moment)
    return "; ".join(door.problems(plan, lead)) or door.refusal(plan, lead)


# ------------------------------------------------------------------ one writer a content type


def _scalars(payload: Mapping[str, Json]) -> bool:
    return all(not isinstance(value, dict | list) for value in payload.values())


def _form(payload: Mapping[str, Json]) -> str | None:
    if any(isinstance(value, dict) for value in payload.values()):
        return None
    lists = [value for value in payload.values() if isinstance(value, list)]
    if any(isinstance(item, dict | list) for value in lists for item in value):
        return None
    pairs = [
        (name, item)
        for name, value in payload.items()
        for item in (value if isinstance(value, list) else [value])
    ]
    return urlencode([(name, raw_text(item)) for name, item in pairs])


def _csv(payload: Mapping[str, Json]) -> str | None:
    if not _scalars(payload):
        return None
    whole = io.StringIO()
    writer = csv.writer(whole, lineterminator="\n")
    writer.writerow(payload)
    writer.writerow([raw_text(value) for value in payload.values()])
    return whole.getvalue()


def _xml(payload: Mapping[str, Json]) -> str | None:
    """XML has one root, which is part of every path: what has several cannot be XML."""
    if len(payload) != 1 or not isinstance(next(iter(payload.values())), dict):
        return None
    try:
        return "\n".join(_elements(payload, ""))
    except ValueError:
        return None


def _elements(whole: Mapping[str, Json], indent: str) -> list[str]:
    found: list[str] = []
    for name, value in whole.items():
        if not XML_NAME.match(name):
            raise ValueError(name)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                found += [f"{indent}<{name}>", *_elements(item, indent + "  "), f"{indent}</{name}>"]
            else:
                found.append(f"{indent}<{name}>{escape(raw_text(item))}</{name}>")
    return found


WRITERS: Final[Mapping[str, Callable[[Mapping[str, Json]], str | None]]] = {
    "json": pretty,
    "form": _form,
    "query": _form,
    "csv": _csv,
    "xml": _xml,
}
"""Each gives the body, or None where this content type cannot carry the payload."""
