"""A compiled predicate scan: code generated of all buyers' conditions, as plain Python as can be written by hand.

Lists are frozen sets, tests are in the order in which they stand, attributes are read once. Gives everybody that
matches; ``first`` is what it costs to stop at the eighth, as a scan in the order of rank may.
"""

from __future__ import annotations

from typing import Any

from criteria_peer import answer


class Code:
    """Conditions as Python expressions over names; ``held`` are the sets that they look in."""

    def __init__(self) -> None:
        self.held: dict[str, frozenset[Any]] = {}
        self.names: set[str] = set()

    def of(self, condition: dict[str, Any]) -> str:
        """The expression of a condition."""
        if "test" in condition:
            return self._test(*condition["test"])
        kind, parts = next(iter(condition.items()))
        joined = f"({(' and ' if kind == 'all' else ' or ').join(map(self.of, parts))})"
        return f"(not {joined})" if kind == "none" else joined

    def _test(self, name: str, operator: str, values: list[Any]) -> str:
        self.names.add(name)
        if operator == "between":
            return f"{values[0]!r} <= {name} <= {values[1]!r}"
        if operator in ("in", "not in"):
            held = f"s{len(self.held)}"
            self.held[held] = frozenset(values)
            return f"{name} {operator} {held}"
        if isinstance(values[0], bool):
            return name if values[0] == (operator == "==") else f"not {name}"
        return f"{name} {operator} {values[0]!r}"


def build(buyers: list[dict[str, Any]]) -> Any:
    """A function of a lead that gives the numbers of the buyers that it matches."""
    code = Code()
    tests = [" and ".join(map(code.of, buyer["conditions"])) for buyer in buyers]
    lines = ["def judge(lead):", " found = []", " add = found.append"]
    lines += [f" {name} = lead[{name!r}]" for name in sorted(code.names)]
    lines += [f" if {test}: add({number})" for number, test in enumerate(tests)]
    names: dict[str, Any] = dict(code.held)
    exec("\n".join([*lines, " return found"]), names)
    return names["judge"]


def first_eight(buyers: list[dict[str, Any]]) -> Any:
    """The same, ended at the eighth buyer that matches: buyers are in the order of their rank."""
    code = Code()
    tests = [" and ".join(map(code.of, buyer["conditions"])) for buyer in buyers]
    lines = ["def judge(lead):", " found = []", " add = found.append"]
    lines += [f" {name} = lead[{name!r}]" for name in sorted(code.names)]
    for number, test in enumerate(tests):
        lines += [f" if {test}:", f"  add({number})", "  if len(found) == 8: return found"]
    names: dict[str, Any] = dict(code.held)
    exec("\n".join([*lines, " return found"]), names)
    return names["judge"]


def by_function(buyers: list[dict[str, Any]]) -> Any:
    """The same by a function a buyer, in a list."""
    code = Code()
    tests = [" and ".join(map(code.of, buyer["conditions"])) for buyer in buyers]
    order = sorted(code.names)
    names: dict[str, Any] = dict(code.held)
    listed = ", ".join(f"lambda {', '.join(order)}: {test}" for test in tests)
    exec(f"each = [{listed}]", names)
    pairs = list(enumerate(names["each"]))

    def judge(lead: dict[str, Any]) -> list[int]:
        values = [lead[name] for name in order]
        return [number for number, passes in pairs if passes(*values)]

    return judge


if __name__ == "__main__":
    answer("compiled scan", first_eight, function_for_all=build, function_a_buyer=by_function)
