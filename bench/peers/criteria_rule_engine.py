"""rule-engine: a compiled rule a buyer, each asked whether it matches."""

from __future__ import annotations

import json
from typing import Any

import rule_engine
from criteria_peer import answer


def expression(condition: dict[str, Any]) -> str:
    """A condition as rule-engine writes it."""
    if "test" in condition:
        name, operator, values = condition["test"]
        said = [json.dumps(value) for value in values]
        if operator == "between":
            return f"({name} >= {said[0]} and {name} <= {said[1]})"
        if operator in ("in", "not in"):
            return f"{'not ' if operator == 'not in' else ''}({name} in [{', '.join(said)}])"
        return f"{name} {operator} {said[0]}"
    kind, parts = next(iter(condition.items()))
    joined = f"({(' and ' if kind == 'all' else ' or ').join(map(expression, parts))})"
    return f"not {joined}" if kind == "none" else joined


def build(buyers: list[dict[str, Any]]) -> Any:
    """A function of a lead that gives the numbers of the buyers that it matches."""
    rules = [
        (number, rule_engine.Rule(" and ".join(map(expression, buyer["conditions"]))).matches)
        for number, buyer in enumerate(buyers)
    ]
    return lambda lead: [number for number, matches in rules if matches(lead)]


if __name__ == "__main__":
    answer("rule-engine", rule=build)
