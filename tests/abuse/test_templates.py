"""Templates as attacks on whoever checks and renders them: each costs less than 100 ms and 50 MB, whatever it says."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import pytest

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.templates import Place, read_template
from leadflow_engine.effects import HttpRequest
from leadflow_engine.mapping import MappingError, RequestProblem, compile_request
from leadflow_engine.templates import Templates, check_template
from leadflow_engine.values import parse
from tests.engine.mapping.conftest import Lead, request_of
from tests.engine.mapping.test_templates import BOMBS, ESCAPES, HOSTILE_AT_LINT

MORE_BOMBS = (
    "{{ big|replace('', big) }}",
    "{{ long|join(big) }}",
    "{% for x in long %}{{ big|upper }}{% endfor %}",
    "{{ 1.0|round(999999999) }}",
    "{{ 9e9999999999 }}",
    "{{ evil|tojson|tojson|tojson|tojson|tojson|tojson|tojson|tojson }}",
    "{{ evil|urlencode|urlencode|urlencode|urlencode|urlencode }}",
    "{{ evil|xml|xml|xml|xml|xml|xml|xml|xml }}",
    "{{ 1e308 * 1e308 }}",
    "{{ " + "~".join(["big"] * 60) + " }}",
    "{% set a = big %}" + "{% set a = a|replace('x', 'xx') %}" * 60 + "{{ a }}",
    "{{ long|map('upper')|map('lower')|join(big) }}",
)
HOSTILE = (*ESCAPES, *HOSTILE_AT_LINT, *BOMBS, *MORE_BOMBS)
TEXTS = t.Type("list", of=t.Type("text"))
LEAD = Lead(
    {
        "big": "x" * 60_000,
        "evil": "=1\r\n<>&\"'%41" * 5_000,
        "long": parse(TEXTS, ["x"] * 900),
        "pets": parse(TEXTS, ["a"] * 9),
        "city": "x",
    }
)


def rendered(template: str) -> str | None:
    """The body; None where the template is refused, by itself or with this lead."""
    try:
        builder = compile_request(request_of(body=m.Body("text", inline=template)), Templates("."))
    except MappingError:
        return None
    found = builder.build(LEAD)
    assert isinstance(found, HttpRequest | RequestProblem)
    return found.body if isinstance(found, HttpRequest) else None


WAYS: dict[str, Callable[[str], object]] = {
    "checked": lambda text: read_template(text, Place("x.j2")),
    "linted": check_template,
    "rendered": rendered,
}


def seconds(way: Callable[[str], object], template: str) -> float:
    """Processor time that it takes."""
    began = time.process_time()
    way(template)
    return time.process_time() - began


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("template", HOSTILE, ids=lambda text: text[:20])
def test_none_takes_long_or_much(template: str, way: str) -> None:
    WAYS[way]("{{ city|upper }}")  # what is loaded at the first time is not the template's
    took = min(seconds(WAYS[way], template) for _ in range(2))
    tracemalloc.start()
    try:
        WAYS[way](template)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert took < 0.1, f"{took:.3f} s"
    assert peak < 50e6, f"{peak / 1e6:.0f} MB"


@pytest.mark.parametrize("template", HOSTILE, ids=lambda text: text[:20])
def test_none_tells_of_python(template: str) -> None:
    assert not any(
        word in (rendered(template) or "") for word in ("class", "object", "0x", "builtin", "<function")
    )


def test_secrets_have_no_filter() -> None:
    secret = t.SecretRef("K", t.Type("secret"), NOWHERE)
    auth = (m.Auth("body", secret, name="api_key"),)
    body = m.Body("text", inline="{{ auth.api_key|upper }}")
    assert isinstance(
        compile_request(request_of(auth=auth, body=body), Templates(".")).build(LEAD), RequestProblem
    )
