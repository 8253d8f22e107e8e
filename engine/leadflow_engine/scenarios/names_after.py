"""Names in what happens after a lead's Run must be in the flow, too: buyers, lists, events, policies."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from leadflow_engine.answers.document import Document, Path, Problem
from leadflow_engine.operations.overriding import OverrideProblem, cap_meant
from leadflow_engine.operations.resubmitting import unknown_fields
from leadflow_engine.plan import Plan
from leadflow_engine.scenarios.aftermath import BATCH, POLICY, RETURN
from leadflow_engine.scenarios.sited import Sited
from leadflow_engine.scenarios.spec import Part, Scenario

Named = tuple[str, Any, Collection[str], Path]
"""A name of a kind, those that there are, and where it stands."""

RESULT: Final = ("outcome", "said", "body")
STATES: Final = ("open", "closed", "sending", "sent", "refused", "in_doubt", "failed", "empty")
DECIDED: Final = ("acted", "ended", "began", "passed")


def done_by(plan: Plan, part: Part) -> Iterator[Named]:
    """The names in what somebody does in a part."""
    said, place = part.said, (*part.path, part.word)
    buyers, lists = list(plan.buyers), [each.name for each in plan.flow.suppressions]
    match part.word:
        case "pause" | "resume" | "invoice":
            is_short = isinstance(said, str)
            yield (
                "buyer",
                said if is_short else said["buyer"],
                buyers,
                place if is_short else (*place, "buyer"),
            )
        case "return" | "callback" | "cap" | "feedback":
            if "buyer" in said:
                yield "buyer", said["buyer"], buyers, (*place, "buyer")
        case "payment" | "payout":
            kind, known = ("buyer", buyers) if part.word == "payment" else ("source", list(plan.sources))
            yield from ((kind, name, known, (*place, name)) for name in said)
        case "suppress" | "unsuppress":
            yield from (("suppression", name, lists, (*place, name)) for name in said)
        case "resubmit":
            own = [each.name for each in plan.flow.fields]
            yield from (("field", name, own, (*place, "set", name)) for name in said.get("set", {}))
            yield from (
                ("buyer", name, buyers, (*place, "without", number))
                for number, name in enumerate(said.get("without", ()))
            )


def impossible(plan: Plan, document: Document, part: Part) -> Iterator[Problem]:
    """What the flow does not provide for: a callback of a buyer that never calls, a cap that is none."""
    said, place = part.said, (*part.path, part.word)
    if part.word == "callback" and said["buyer"] in plan.buyers:
        if plan.buyers[said["buyer"]].buyer.callback is None:
            yield document.problem((*place, "buyer"), f"{said['buyer']} does not call: it says no `callback`")
    elif part.word == "cap" and said["buyer"] in plan.buyers:
        try:
            cap_meant(plan, said["buyer"], said["cap"])
        except OverrideProblem as problem:
            yield document.problem((*place, "cap"), str(problem))
    elif part.word == "resubmit":
        for name in unknown_fields(plan, [name for name in said.get("set", {}) if name in plan.fields]):
            yield document.problem((*place, "set", name), f"`{name}` is not sent by a source")


def leads_meant(document: Document, scenario: Scenario) -> Iterator[Problem]:
    """``about`` is a lead that came before."""
    came = 0
    for part in scenario.parts:
        came += part.times if part.lead is not None else 0
        if part.about > came:
            said = f"so far {'one lead' if came == 1 else f'{came} leads'} came"
            yield document.problem((*part.path, "about"), f"there is no lead {part.about}: {said}")


def expected_after(plan: Plan, expect: Sited) -> Iterator[Named]:
    """The names in what is expected of what came after a lead's Run."""
    data = expect.data
    buyers, sources = list(plan.buyers), list(plan.sources)
    titles = [policy.title for policy in plan.flow.policies]
    for key, kind, known in (
        ("returns", "buyer", buyers),
        ("balance", "buyer", buyers),
        ("owed", "source", sources),
        ("batches", "buyer", buyers),
        ("policies", "policy", titles),
        ("in_force", "buyer or source", [*buyers, *sources]),
    ):
        yield from ((kind, name, known, expect.origin((key, name))) for name in data.get(key, ()))
    for key, words, states in (
        ("returns", RETURN, ("returned", "denied")),
        ("batches", BATCH, STATES),
        ("policies", POLICY, DECIDED),
    ):
        for name, row in data.get(key, {}).items():
            yield from _row(expect, (key, name), row, words, states)
    if isinstance(data.get("result"), Mapping):
        yield from (("word", word, RESULT, expect.origin(("result", word))) for word in data["result"])


def _row(
    expect: Sited, path: Path, row: Any, words: Collection[str], states: Collection[str]
) -> Iterator[Named]:
    if isinstance(row, list):
        for number, one in enumerate(row):
            yield from _row(expect, (*path, number), one, words, states)
    elif isinstance(row, Mapping):
        yield from (("word", word, words, expect.origin((*path, word))) for word in row)
    elif not str(row).startswith("~"):
        yield "state", row, states, expect.origin(path)
