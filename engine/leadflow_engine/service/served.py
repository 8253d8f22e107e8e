"""The flows that a service serves: loaded with all that they need, and loaded again where their files changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from leadflow_dsl import model as m
from leadflow_dsl.checking import check
from leadflow_dsl.render import render
from leadflow_engine.drivers.apart import Check
from leadflow_engine.intake.redirects import BadRedirects, allowed_hosts
from leadflow_engine.operations.loading import LoadProblem, call_secrets, load, secrets_for
from leadflow_engine.operations.ways import check_ways
from leadflow_engine.plan import Plan
from leadflow_engine.secrets import Secrets
from leadflow_engine.service.settings import BadSettings, SourceSettings, settings_at

BESIDE: Final = ("leadflow.toml", ".env")
"""Files at a project's root that count beside those of its flow."""

Marks = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class ServedSource:
    """A source as the service meets it: with its settings, the secrets of its calls, and where it may redirect.

    ``keyless`` is the same source for calls that a key of the service has proven."""

    source: m.Source
    keyless: m.Source
    settings: SourceSettings
    secrets: Secrets
    redirects: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The source's name."""
        return self.source.name

    @property
    def proves_itself(self) -> bool:
        """Does the flow say how its calls prove themselves?"""
        return self.source.key is not None or bool(self.source.verify)


@dataclass(frozen=True, slots=True)
class Served:
    """A flow that is served. ``path`` is its file as it was given; ``buyer_secrets`` are those by which
    buyers' calls prove themselves, too; ``marks`` tell whether files have changed."""

    path: str
    plan: Plan
    sources: Mapping[str, ServedSource]
    buyer_secrets: Secrets
    marks: Marks

    @property
    def name(self) -> str:
        """The flow's name."""
        return self.plan.flow.name


def load_served(path: str, look: Check = check, before: Plan | None = None) -> Served:
    """A flow, which ``look`` checks, with all that serving it needs; what changed is patched into the plan ``before``.
    Raises ``LoadProblem``: for errors, for a secret that is not set, for settings that are none."""
    plan = load(path, look, before).plan.ready()
    check_ways(plan, os.environ)
    buyer_secrets = secrets_for(plan)
    try:
        settings = settings_at(plan.flow.root, plan.sources)
        redirects = allowed_hosts(plan.flow.root)
    except (BadSettings, BadRedirects) as problem:
        raise LoadProblem(str(problem)) from None
    sources = {
        name: ServedSource(
            source,
            replace(source, key=None),
            settings[name],
            call_secrets(plan, source),
            redirects.get(name, ()),
        )
        for name, source in plan.sources.items()
    }
    return Served(path, plan, sources, buyer_secrets, marks_of(plan))


def marks_of(plan: Plan) -> Marks:
    """Times and sizes of a flow's files; of one that is not there, nothing."""
    root = Path(plan.flow.root)
    return tuple(_mark(root / name) for name in (*dict(plan.flow.sources_text), *BESIDE))


def _mark(file: Path) -> tuple[str, int, int]:
    try:
        found = file.stat()
    except OSError:
        return str(file), 0, 0
    return str(file), found.st_mtime_ns, found.st_size


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of loading a flow again. ``problem`` says why the one before goes on; ``changed``: new leads are routed
    by another plan now."""

    flow: str
    changed: bool
    problem: str = ""
    served: Served | None = None
    marks: Marks = ()


@dataclass(slots=True)
class Flows:
    """The flows by name. Each is replaced whole, so that a call meets one version of it."""

    by_name: dict[str, Served] = field(default_factory=dict)
    refused: dict[str, Marks] = field(default_factory=dict)

    def add(self, path: str, look: Check = check) -> Served:
        """Serve one more, which ``look`` checks. Raises ``LoadProblem``."""
        found = load_served(path, look)
        if not found.sources:
            raise LoadProblem(f"{path}: the flow has no source; a service takes leads from sources")
        if found.name in self.by_name:
            other = self.by_name[found.name].path
            raise LoadProblem(
                f"{path} and {other} are both called `{found.name}`; a service tells flows by name"
            )
        self.by_name[found.name] = found
        return found

    def source(self, flow: str, source: str) -> tuple[Served, ServedSource] | None:
        """A source of a flow; None where there is none."""
        served = self.by_name.get(flow)
        found = served.sources.get(source) if served else None
        return (served, found) if served and found else None

    def changed(self) -> list[Served]:
        """The flows whose files are not as they were when they were loaded, or refused."""
        return [
            served
            for served in self.by_name.values()
            if (marks := marks_of(served.plan)) != served.marks and marks != self.refused.get(served.name)
        ]

    def take(self, reloaded: Reloaded) -> None:
        """Serve what was loaded again, or remember that it was refused."""
        served = reloaded.served
        if served is None:
            self.refused[reloaded.flow] = reloaded.marks
        else:
            self.by_name[reloaded.flow] = served
            self.refused.pop(reloaded.flow, None)


def load_again(served: Served, look: Check = check) -> Reloaded:
    """Load a flow's file again, as ``look`` checks it. Changes nothing by itself."""
    marks = marks_of(served.plan)  # of before: what changes meanwhile is looked at again
    try:
        found = load_served(served.path, look, served.plan)
    except LoadProblem as problem:
        return Reloaded(served.name, False, _sentences(problem), marks=marks)
    except (OSError, ValueError) as problem:
        return Reloaded(served.name, False, str(problem), marks=marks)
    if found.name != served.name:
        why = f"{served.path} is called `{found.name}` now: start the service anew"
        return Reloaded(served.name, False, why, marks=marks)
    return Reloaded(served.name, found.plan.name != served.plan.name, served=found, marks=marks)


def _sentences(problem: LoadProblem) -> str:
    errors = [found for found in problem.diagnostics if found.severity == "error"]
    return "\n".join(
        [str(problem), render(tuple(errors), {}, "concise").rstrip("\n")] if errors else [str(problem)]
    )
