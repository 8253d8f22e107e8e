"""Assertions, and what else stands beside the flow."""

from __future__ import annotations

from typing import Any, Final

from leadflow_dsl import model, nodes
from leadflow_dsl.meaning.beside import alert, policy
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.routes import buyer_exists, tagged
from leadflow_dsl.meaning.scope import Scope


def build_assertions(draft: Draft) -> None:
    """Assertions, alerts and policies, in written order."""
    r = Resolver(draft, Scope())
    for item in draft.own_items():
        if type(item) in _BUILD:
            _BUILD[type(item)](r, item)


def _never(r: Resolver, item: nodes.NeverAssertion) -> None:
    if isinstance(item.subject, nodes.TagRef):
        tagged(r, item.subject)
        subject = f"tag {item.subject.name.text}"
    else:
        subject = item.subject.text
        if subject != "sold":
            buyer_exists(r, item.subject)
    when = r.condition(item.condition)
    r.draft.assertions.append(model.Assertion(item.title.value, "never", subject, when, item.span))


def _some(r: Resolver, item: nodes.SomeAssertion) -> None:
    when = r.condition(item.condition)
    r.draft.assertions.append(model.Assertion(item.title.value, "some", "", when, item.span))


_BUILD: Final[dict[type, Any]] = {
    nodes.NeverAssertion: _never,
    nodes.SomeAssertion: _some,
    nodes.Alert: alert,
    nodes.Policy: policy,
}
