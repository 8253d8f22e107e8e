"""cel-expr-python (CEL in C++): an expression a buyer, evaluated on one activation; or one that lists who matches."""

from __future__ import annotations

import json
from typing import Any

from cel_expr_python import cel
from criteria_peer import answer


def expression(condition: dict[str, Any]) -> str:
    """A condition as CEL writes it."""
    if "test" in condition:
        name, operator, values = condition["test"]
        said = [json.dumps(value) for value in values]
        if operator == "between":
            return f"({name} >= {said[0]} && {name} <= {said[1]})"
        if operator in ("in", "not in"):
            return f"{'!' if operator == 'not in' else ''}({name} in [{', '.join(said)}])"
        return f"{name} {operator} {said[0]}"
    kind, parts = next(iter(condition.items()))
    joined = f"({(' && ' if kind == 'all' else ' || ').join(map(expression, parts))})"
    return f"!{joined}" if kind == "none" else joined


def _environment(buyers: list[dict[str, Any]]) -> Any:
    kinds = {str: cel.Type.STRING, int: cel.Type.INT, bool: cel.Type.BOOL}
    found: dict[str, Any] = {}

    def look(condition: dict[str, Any]) -> None:
        if "test" in condition:
            found[condition["test"][0]] = kinds[type(condition["test"][2][0])]
        else:
            for part in next(iter(condition.values())):
                look(part)

    for buyer in buyers:
        for each in buyer["conditions"]:
            look(each)
    return cel.NewEnv(variables=found), set(found)


def _texts(buyers: list[dict[str, Any]]) -> list[str]:
    return [" && ".join(map(expression, buyer["conditions"])) for buyer in buyers]


def by_buyer(buyers: list[dict[str, Any]]) -> Any:
    """A function of a lead that gives the numbers of the buyers that it matches."""
    environment, names = _environment(buyers)
    judges = [(number, environment.compile(text).eval) for number, text in enumerate(_texts(buyers))]

    def judge(lead: dict[str, Any]) -> list[int]:
        activation = environment.Activation({name: lead[name] for name in names})
        return [number for number, evaluate in judges if evaluate(activation).plain_value()]

    return judge


def by_list(buyers: list[dict[str, Any]]) -> Any:
    """The same by expressions that list the verdicts of 50 buyers each: longer ones meet CEL's limits."""
    environment, names = _environment(buyers)
    texts = _texts(buyers)
    lists = [
        environment.compile(f"[{', '.join(texts[at : at + 50])}]").eval for at in range(0, len(texts), 50)
    ]

    def judge(lead: dict[str, Any]) -> list[int]:
        activation = environment.Activation({name: lead[name] for name in names})
        verdicts = [hit for evaluate in lists for hit in evaluate(activation).plain_value()]
        return [number for number, hit in enumerate(verdicts) if hit]

    return judge


if __name__ == "__main__":
    answer("cel-expr-python", buyer=by_buyer, lists=by_list)
