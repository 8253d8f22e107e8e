"""From a flow file to a plan that may run, or to the findings that keep it from running."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from leadflow_dsl.checking import Checked, check, check_files, not_built
from leadflow_dsl.checks.terms_walk import PLAIN, parts_of
from leadflow_dsl.collecting import no_collecting
from leadflow_dsl.diagnostics import NOWHERE, Diagnostic, Span
from leadflow_dsl.model import Deliver, Enhance, Flow, Leg, Source
from leadflow_dsl.rules.unbuilt import NOT_BUILT
from leadflow_dsl.terms import Const, Read, SecretRef
from leadflow_engine.drivers import public
from leadflow_engine.effects import Json
from leadflow_engine.mapping import MappingError
from leadflow_engine.plan import Plan, make_plan
from leadflow_engine.replanning import replanned
from leadflow_engine.secrets import Secrets
from leadflow_engine.texts.counted import counted

_NO_SECRETS: Final = PLAIN | {Const, Read, Decimal}


class LoadProblem(Exception):
    """A flow that cannot run. ``diagnostics`` say why; its text is a summary for a person."""

    def __init__(self, message: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(message)
        self.diagnostics = diagnostics


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plan and the findings that do not stop it (warnings)."""

    plan: Plan
    diagnostics: tuple[Diagnostic, ...]


@no_collecting()
def load(path: str | Path, look: Callable[[str], Checked] = check, before: Plan | None = None) -> Loaded:
    """Check a flow file (``look`` does it) and plan it; where there is a plan ``before``, what changed is patched into
    that. Raises ``LoadProblem`` for errors, and for forms that do not run yet."""
    checked = look(str(path))
    errors = tuple(d for d in checked.diagnostics if d.severity == "error")
    if checked.flow is None or errors:
        raise LoadProblem(
            f"{path}: {counted(len(errors) or 1, 'error')}; mend the flow first", checked.diagnostics
        )
    _refuse_unbuilt(checked.flow)
    plan = make_plan(checked.flow) if before is None else replanned(before, checked.flow)
    _compile_legs(plan)
    return Loaded(plan, checked.diagnostics)


def _compile_legs(plan: Plan) -> None:
    """Every request and response is compiled before the first lead: what cannot be is told now, not in its middle."""
    found = []
    for batch in (buyer.batch for buyer in plan.flow.buyers if buyer.batch is not None):
        try:
            plan.row_builder(batch)
        except MappingError as problem:
            span = batch.span if problem.span == NOWHERE else problem.span
            found.append(NOT_BUILT.at(span, str(problem), "cannot be built by this version"))
    for leg in legs_of(plan.flow):
        try:
            plan.builder(leg)
            plan.reader(leg)
        except MappingError as problem:
            span = leg.span if problem.span == NOWHERE else problem.span
            found.append(NOT_BUILT.at(span, str(problem), "cannot be built by this version"))
    if found:
        raise LoadProblem(
            f"{plan.flow.file}: {counted(len(found), 'request')} that cannot be built", tuple(found)
        )


def legs_of(flow: Flow) -> Iterator[Leg]:
    """Every request of a flow with its response."""
    for buyer in flow.buyers:
        batched = buyer.batch.leg if buyer.batch else None
        yield from (leg for leg in (buyer.ping, buyer.at_once, batched) if leg is not None)
    yield from (
        step.leg for step in (*flow.steps, *flow.named_delivers) if isinstance(step, Enhance | Deliver)
    )
    for source in flow.sources:
        yield from (
            leg for leg in (source.fetch, *(each.leg for each in source.postbacks)) if leg is not None
        )


def _refuse_unbuilt(flow: Flow) -> None:
    """A form that is read and checked but cannot run yet is never passed over in silence."""
    found = not_built(flow)
    if found:
        raise LoadProblem(f"{flow.file}: {counted(len(found), 'form')} that cannot run yet", found)


def plan_of_files(files: Mapping[str, str], main: str) -> Plan:
    """A plan made again from the files that a journal keeps, whatever is on the disk by now. Raises ``LoadProblem``."""
    checked = check_files(files, main)
    if checked.flow is None:
        raise LoadProblem(
            f"{main}: this version cannot read the flow that the journal keeps", checked.diagnostics
        )
    return make_plan(checked.flow)


def description(plan: Plan) -> Json:
    """What a journal keeps of a plan (``docs/journal.md``): its files, its buyers in order, their reasons by digit."""
    return {
        "flow": plan.flow.name,
        "main": plan.flow.file,
        "files": dict(plan.flow.sources_text),
        "buyers": [buyer.name for buyer in plan.flow.buyers],
        "reasons": {
            name: [{"code": item.code, "text": item.text} for item in planned.items]
            for name, planned in plan.buyers.items()
        },
        "stages": {stage.id: list(stage.buyers) for stage in plan.stages.values()},
    }


# ------------------------------------------------------------------ secrets


def secrets_for(plan: Plan, root: str | Path | None = None) -> Secrets:
    """The secrets that a flow's requests need, from the environment or ``.env``.

    Raises ``LoadProblem`` that names each missing one, who needs it, and where.
    """
    return secrets_for_all([plan], root or plan.flow.root)


def secrets_for_all(plans: Iterable[Plan], root: str | Path) -> Secrets:
    """The secrets that the requests of several plans need; see ``secrets_for``. It raises, too, where buyers are sent
    ``callback.url`` and nobody has said where they reach this service."""
    plans = tuple(plans)
    used = {name: who for plan in plans for name, who in _secrets_of(plan.flow)}
    secrets = Secrets.load(used, root)
    lines = [
        f"environment: {name} is not set; {used[name]} cannot be asked" for name in secrets.missing(used)
    ]
    if lines:
        lines.append("Set them in the environment or in a .env file at the project's root.")
    unknown = list(dict.fromkeys(name for plan in plans for name in public.unknown_to(plan.flow)))
    if unknown:
        told = f"{public.SETTING} is not set to an address; buyer {', '.join(unknown)} cannot be told where to call"
        lines.append(f"environment: {told}")
    if lines:
        raise LoadProblem("\n".join(lines))
    return secrets


def _secrets_of(flow: Flow) -> Iterator[tuple[str, str]]:
    for owner in (*flow.buyers, *flow.steps, *flow.named_delivers):
        kind = type(owner).__name__.lower()
        for secret in secrets_in(owner):
            yield secret.name, f"{kind} {owner.name} ({_place(secret.span)})"
    for source in flow.sources:  # its key is of no use where leads come from a file
        for secret in secrets_in((source.fetch, source.postbacks)):
            yield secret.name, f"source {source.name} ({_place(secret.span)})"


def call_secrets(plan: Plan, source: Source, root: str | Path | None = None) -> Secrets:
    """The secrets by which a source's calls prove themselves. Raises ``LoadProblem`` that names each missing one."""
    used = {each.name: _place(each.span) for each in secrets_in((source.key, source.verify))}
    secrets = Secrets.load(used, root or plan.flow.root)
    missing = secrets.missing(used)
    if missing:
        lines = [
            f"environment: {name} is not set; source {source.name} ({used[name]}) cannot check calls"
            for name in missing
        ]
        raise LoadProblem("\n".join(lines))
    return secrets


def secrets_in(value: object) -> Iterator[SecretRef]:
    """Every secret that a piece of a flow names, in written order; one that is named twice comes twice."""
    waiting: list[Any] = [value]
    while waiting:
        one = waiting.pop()
        kind = type(one)
        if kind is tuple:
            waiting += reversed(one)
        elif kind is SecretRef:
            yield one
        elif kind not in _NO_SECRETS:
            waiting += parts_of(kind)(one)  # type: ignore[arg-type]  # a class is hashable


def _place(span: Span) -> str:
    return f"{span.file}:{span.line}"


def source_of(plan: Plan, name: str = "", asked_by: str = "say --source") -> Source:
    """The source by name; the only one where no name is given. ``asked_by`` is how a command asks
    for it. Raises ``LoadProblem``."""
    known = list(plan.sources)
    if not name and len(known) == 1:
        return plan.sources[known[0]]
    if name in plan.sources:
        return plan.sources[name]
    said = f"no source `{name}`" if name else "several sources"
    raise LoadProblem(f"{plan.flow.file}: {said}; {asked_by} {_either(known)}")


def _either(names: Iterable[str]) -> str:
    return " or ".join(names)
