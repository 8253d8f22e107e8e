"""Scenarios: a lead, a clock, what buyers answer, and what must come of it (``docs/scenarios.md``)."""

from leadflow_engine.scenarios.finding import scenario_files
from leadflow_engine.scenarios.load import ScenariosError, load_scenarios, parse_scenarios
from leadflow_engine.scenarios.outcome import Outcome
from leadflow_engine.scenarios.play import Played, play
from leadflow_engine.scenarios.schema import schema
from leadflow_engine.scenarios.spec import Scenario, ScenarioFile
from leadflow_engine.scenarios.suite import FileReport, Suite

__all__ = [
    "FileReport",
    "Outcome",
    "Played",
    "Scenario",
    "ScenarioFile",
    "ScenariosError",
    "Suite",
    "load_scenarios",
    "parse_scenarios",
    "play",
    "scenario_files",
    "schema",
]
