"""Running files of scenarios: what is wrong with each file, then each of its scenarios."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leadflow_dsl.diagnostics import Diagnostic
from leadflow_engine.operations.loading import Loaded, LoadProblem, load
from leadflow_engine.plan import Plan
from leadflow_engine.scenarios import names
from leadflow_engine.scenarios.load import ScenariosError, load_scenarios
from leadflow_engine.scenarios.play import Played, play
from leadflow_engine.scenarios.spec import Scenario, ScenarioFile

Tell = Callable[[Played], None]


@dataclass(slots=True)
class FileReport:
    """What came of one file. ``problem`` says why its scenarios were not run: the file cannot be used (``unusable``),
    or its flow cannot run (``findings`` say why)."""

    path: str
    file: ScenarioFile | None = None
    plan: Plan | None = None
    played: list[Played] = field(default_factory=list)
    problem: str = ""
    unusable: bool = False
    findings: tuple[Diagnostic, ...] = ()

    @property
    def failed(self) -> list[Played]:
        """The scenarios that did not come out as they should."""
        return [each for each in self.played if not each.passed]

    @property
    def passed(self) -> bool:
        """Is all well?"""
        return not self.problem and not self.failed


@dataclass(slots=True)
class Suite:
    """A run of several files. Flows are checked once, however many files are about them.

    ``only`` is a part of the names that are run; with ``fail_fast`` the run ends at the first failure, with
    ``to_the_end`` each scenario is run whole.
    """

    only: str = ""
    fail_fast: bool = False
    to_the_end: bool = False
    _loaded: dict[str, Loaded | LoadProblem] = field(default_factory=dict)

    def run(self, paths: Sequence[Path], tell: Tell = lambda played: None) -> Iterator[FileReport]:
        """Each file's report, as soon as it is done; ``tell`` hears of each scenario before that."""
        for path in paths:
            report = self._file(str(path), tell)
            yield report
            if self.fail_fast and not report.passed:
                return

    def _file(self, path: str, tell: Tell) -> FileReport:
        report = FileReport(path)
        try:
            report.file = load_scenarios(path)
            loaded = self._flow(report.file.flow)
            if isinstance(loaded, LoadProblem):
                report.problem, report.findings = str(loaded), loaded.diagnostics
                return report
            report.plan = loaded.plan
            found = names.problems(loaded.plan, report.file)
            if found:
                raise ScenariosError(found)
        except ScenariosError as error:
            report.problem, report.unusable = str(error), True
            return report
        for scenario in self._chosen(report.file):
            played = play(loaded.plan, report.file, scenario, self.to_the_end)
            report.played.append(played)
            tell(played)
            if self.fail_fast and not played.passed:
                break
        return report

    def _chosen(self, file: ScenarioFile) -> list[Scenario]:
        wanted = self.only.casefold()
        return [scenario for scenario in file.scenarios if wanted in scenario.name.casefold()]

    def _flow(self, flow: str) -> Loaded | LoadProblem:
        if flow not in self._loaded:
            try:
                self._loaded[flow] = load(flow)
            except LoadProblem as problem:
                self._loaded[flow] = problem
        return self._loaded[flow]
