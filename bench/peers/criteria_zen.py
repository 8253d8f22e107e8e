"""zen-engine: a decision table with a row a buyer, all hits collected, parsed once; or one expression for all."""

from __future__ import annotations

import json
from typing import Any

import zen
from criteria_peer import answer

GROUPS = "groups"


def literal(value: Any) -> str:
    """A value as zen writes it."""
    return json.dumps(value)


def cell(operator: str, values: list[Any]) -> str:
    """A test of its column's attribute."""
    said = [literal(value) for value in values]
    if operator == "between":
        return f"[{said[0]}..{said[1]}]"
    if operator == "in":
        return ", ".join(said)
    if operator == "not in":
        return f"not in [{', '.join(said)}]"
    return f"{operator} {said[0]}"


def expression(condition: dict[str, Any]) -> str:
    """A condition that names its attributes."""
    if "test" in condition:
        name, operator, values = condition["test"]
        said = [literal(value) for value in values]
        if operator == "between":
            return f"{name} in [{said[0]}..{said[1]}]"
        if operator in ("in", "not in"):
            return f"{name} {operator} [{', '.join(said)}]"
        return f"{name} {operator} {said[0]}"
    kind, parts = next(iter(condition.items()))
    joined = f"({(' and ' if kind == 'all' else ' or ').join(map(expression, parts))})"
    return f"not {joined}" if kind == "none" else joined


def table(buyers: list[dict[str, Any]]) -> str:
    """The decision: JSON as zen's editor writes it."""
    names = sorted({each["test"][0] for buyer in buyers for each in buyer["conditions"] if "test" in each})
    inputs = [{"id": name, "name": name, "field": name} for name in names] + [{"id": GROUPS, "name": GROUPS}]
    rules = []
    for number, buyer in enumerate(buyers):
        row = {"_id": f"r{number}", "hit": str(number)} | dict.fromkeys([*names, GROUPS], "")
        groups = []
        for each in buyer["conditions"]:
            if "test" in each:
                row[each["test"][0]] = cell(*each["test"][1:])
            else:
                groups.append(expression(each))
        row[GROUPS] = " and ".join(groups)
        rules.append(row)
    content = {
        "hitPolicy": "collect",
        "inputs": inputs,
        "outputs": [{"id": "hit", "name": "hit", "field": "hit"}],
        "rules": rules,
    }
    place = {"position": {"x": 0, "y": 0}}
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", **place},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": content, **place},
        {"id": "out", "name": "out", "type": "outputNode", **place},
    ]
    edges = [
        {"id": "1", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "2", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


def by_table(buyers: list[dict[str, Any]]) -> Any:
    """A function of a lead that gives the numbers of the buyers that it matches."""
    evaluate = zen.ZenEngine().create_decision(zen.ZenDecisionContent(table(buyers))).evaluate
    return lambda lead: [row["hit"] for row in evaluate(lead)["result"]]


def by_loader(buyers: list[dict[str, Any]]) -> Any:
    """The same table, compiled when the engine loads it."""
    content = {"t": json.loads(table(buyers))}
    evaluate = zen.ZenEngine({"loader": {"type": "static", "content": content}}).evaluate
    return lambda lead: [row["hit"] for row in evaluate("t", lead)["result"]]


def by_expression(buyers: list[dict[str, Any]]) -> Any:
    """One compiled expression that lists for every buyer whether it matches."""
    each = (" and ".join(map(expression, buyer["conditions"])) for buyer in buyers)
    evaluate = zen.compile_expression(f"[{', '.join(each)}]").evaluate
    return lambda lead: [number for number, hit in enumerate(evaluate(lead)) if hit]


if __name__ == "__main__":
    answer("zen-engine", table=by_table, loader=by_loader, expression=by_expression)
