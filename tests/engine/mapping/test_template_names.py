"""What the names in a template read."""

from __future__ import annotations

import pytest

from leadflow_dsl import terms as t
from leadflow_engine.templates import Templates
from leadflow_engine.texts.leaves import Refused
from leadflow_engine.values import parse

KINDS = {
    "city": "field",
    "quality": "score",
    "phone_check": "result",
    "suppressed": "step",
    **{word: word for word in ("lead", "source", "buyer", "ping", "delivery", "extra", "now", "random")},
}

VALUES = {
    ("field", "city", ""): "Austin",
    ("score", "quality", ""): 70,
    ("result", "phone_check", "line_type"): "mobile",
    ("result", "phone_check", "owner"): parse(t.Type("phone"), "512-555-0147"),
    ("step", "suppressed", "outcome"): "success",
    ("lead", "id", ""): "L1",
    ("source", "name", ""): "facebook",
    ("buyer", "sunpath", "outcome"): "rejected",
    ("ping", "reference", ""): "p1",
    ("delivery", "key", ""): "k1",
    ("extra", "utm", ""): {"source": "fb", "tags": ["a", "b"]},
    ("random", "", ""): 7,
}


class Scope:
    """A scope that knows exactly these reads."""

    def read(self, read: t.Read) -> object:
        return VALUES.get((read.kind, read.name, read.part))


def render(expression: str) -> str:
    template = Templates(".", names=KINDS).inline("{{ " + expression + " }}")
    return template.render(Scope(), "text")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("city", "Austin"),
        ("quality", "70"),
        ("phone_check.line_type", "mobile"),
        ("phone_check.owner.digits", "5125550147"),
        ("suppressed.outcome", "success"),
        ("lead.id", "L1"),
        ("source.name", "facebook"),
        ("buyer.sunpath.outcome", "rejected"),
        ("ping.reference", "p1"),
        ("delivery.key", "k1"),
        ("extra.utm.source", "fb"),
        ("extra.utm.tags[1]", "b"),
        ("extra.utm['source']", "fb"),
        ("extra.other.source", ""),
        ("ping.bid", ""),
        ("random", "7"),
    ],
)
def test_a_name(expression, text):
    assert render(expression) == text


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("town", "'town' is undefined"),
        ("lead", "a part of it has to follow a dot"),
        ("buyer.sunpath", "a part of it has to follow a dot"),
        ("extra.utm", "written with `tojson`"),
        ("auth.nothing", "'auth.nothing' is undefined"),
    ],
)
def test_what_is_no_value(expression, message):
    with pytest.raises(Refused, match=message):
        render(expression)
