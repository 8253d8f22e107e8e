"""Answers of simulated buyers and services: one schema for the sandbox, dry runs and scenarios."""

from leadflow_engine.answers.document import AnswersError, Problem
from leadflow_engine.answers.load import answers_beside, load_answers, parse_answers
from leadflow_engine.answers.simulator import Simulated, Simulator
from leadflow_engine.answers.spec import Leg, LegKey, Spec

__all__ = [
    "AnswersError",
    "Leg",
    "LegKey",
    "Problem",
    "Simulated",
    "Simulator",
    "Spec",
    "answers_beside",
    "load_answers",
    "parse_answers",
]
