"""The workload of the criteria's bench: buyers and leads as plain data, so that every engine gets the same.

A buyer has conditions that must all hold: tests (attribute, operator, values), a fifth of the buyers one group of tests
beside (``any`` of them, ``all`` or ``none``). 4.9 tests a buyer, about a tenth of all pairs match. Every lead has every
attribute, so that no engine's notion of a blank decides. ``first_failing`` is the plain reading that every engine's
answer is compared with.

    buyers, leads = workload(1_000, 200)
    buyers, leads = workload(10_000, 200, zips=800)     # a fifth of the buyers have lists of about 800 postal codes
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Final, TypeAlias

Scalar: TypeAlias = str | int | bool
Lead: TypeAlias = Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Test:
    """``attribute operator values``. Operators: == != < <= > >= (one value), between (two, both included), in, not in
    (any number); a truth is tested by == True or == False."""

    attribute: str
    operator: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """``any``, ``all`` or ``none`` of its parts."""

    kind: str
    parts: tuple[Condition, ...]


Condition: TypeAlias = Test | Group


@dataclass(frozen=True, slots=True)
class Buyer:
    """A buyer: its conditions in the order in which a reason is looked for; its price, by which buyers are ranked,
    highest first (equal ones as they stand)."""

    name: str
    price: int
    conditions: tuple[Condition, ...]


STATES: Final = (
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA "
    "RI SC SD TN TX UT VT VA WA WV WI WY"
).split()
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "state": tuple(STATES),
    "product": ("solar", "roofing", "windows", "hvac", "siding"),
    "property": ("house", "townhouse", "condo", "mobile", "commercial"),
    "timeframe": ("asap", "month", "quarter", "year", "unknown"),
}
NUMBERS: Final[Mapping[str, tuple[int, int, int]]] = {
    "age": (18, 90, 1),
    "credit_score": (450, 850, 1),
    "income": (20_000, 250_000, 1_000),
    "home_value": (80_000, 900_000, 5_000),
    "bill": (40, 600, 5),
    "years_there": (0, 30, 1),
}
"""Least, most, step: what leads have. Buyers' bounds are coarser, as people write them."""
TRUTHS: Final = ("owner", "insured", "veteran")
ZIPS: Final = tuple(f"{code:05d}" for code in range(501, 99_950, 3))

COMPARISONS: Final[Mapping[str, Callable[..., bool]]] = {
    "==": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
    "between": lambda value, low, high: low <= value <= high,
    "in": lambda value, *said: value in said,
    "not in": lambda value, *said: value not in said,
}


def workload(
    buyers: int, leads: int, zips: int = 0, seed: int = 7
) -> tuple[list[Buyer], list[dict[str, Scalar]]]:
    """So many buyers, ranked (best first), and so many leads. ``zips`` is how many postal codes a list has."""
    draw = random.Random(seed)
    drawn = [_buyer(draw, number, zips) for number in range(buyers)]
    ranked = sorted(drawn, key=lambda buyer: -buyer.price)
    return ranked, [_lead(draw) for _ in range(leads)]


def first_failing(buyer: Buyer, lead: Lead) -> int:
    """The number of the buyer's first condition that the lead fails, from 1; 0 where it passes."""
    failing = (number for number, each in enumerate(buyer.conditions, 1) if not holds(each, lead))
    return next(failing, 0)


def holds(condition: Condition, lead: Lead) -> bool:
    """Does a condition hold for a lead?"""
    if isinstance(condition, Test):
        return COMPARISONS[condition.operator](lead[condition.attribute], *condition.values)
    found = (holds(part, lead) for part in condition.parts)
    return (
        any(found) if condition.kind == "any" else all(found) if condition.kind == "all" else not any(found)
    )


def tests_of(condition: Condition) -> Iterator[Test]:
    """Every test of a condition."""
    if isinstance(condition, Test):
        yield condition
    else:
        for part in condition.parts:
            yield from tests_of(part)


# ------------------------------------------------------------------ drawing


def _lead(draw: random.Random) -> dict[str, Scalar]:
    lead: dict[str, Scalar] = {name: draw.choice(words) for name, words in WORDS.items()}
    lead |= {name: draw.randrange(low, high + 1, step) for name, (low, high, step) in NUMBERS.items()}
    lead |= {name: draw.random() < 0.6 for name in TRUTHS}
    lead["zip"] = draw.choice(ZIPS)
    return lead


def _buyer(draw: random.Random, number: int, zips: int) -> Buyer:
    tests = draw.choices((2, 3, 4, 5, 6), (5, 19, 29, 31, 16))[0]
    names = draw.sample([*WORDS, *NUMBERS, *TRUTHS], tests)
    conditions: list[Condition] = [_test(draw, name) for name in names]
    if draw.random() < 0.2:
        conditions.append(_group(draw))
    if zips and draw.random() < 0.2:
        conditions.insert(0, _zip_list(draw, zips))
    draw.shuffle(conditions)
    return Buyer(f"buyer_{number}", draw.randrange(500, 9_000), tuple(conditions))


def _test(draw: random.Random, name: str) -> Test:
    if name in WORDS:
        return _word_test(draw, name)
    if name in TRUTHS:
        return Test(name, "==", (draw.random() < 0.7,))
    low, high, _ = NUMBERS[name]
    coarse = max((high - low) // 40, 1)
    share = draw.uniform(0.45, 0.84)  # of leads that pass
    operator = draw.choice(("<", "<=", ">", ">=", "between"))
    span = round((high - low) * share / coarse) * coarse
    if operator == "between":
        begin = low + draw.randrange(0, max(high - low - span, 0) + 1, coarse)
        return Test(name, "between", (begin, begin + span))
    return Test(name, operator, (low + span if operator in ("<", "<=") else high - span,))


def _word_test(draw: random.Random, name: str) -> Test:
    words = WORDS[name]
    if draw.random() < 0.1:
        return Test(name, "!=", (draw.choice(words),))
    if draw.random() < 0.2:
        return Test(name, "not in", tuple(draw.sample(words, max(len(words) // 5, 2))))
    return Test(name, "in", tuple(draw.sample(words, max(int(len(words) * draw.uniform(0.4, 0.75)), 2))))


def _group(draw: random.Random) -> Group:
    names = draw.sample([*WORDS, *NUMBERS, *TRUTHS], 3)
    one, two, three = (_test(draw, name) for name in names)
    drawn = draw.random()
    if drawn < 0.4:
        return Group("any", (one, two))
    if drawn < 0.6:
        return Group("any", (Group("all", (one, two)), three))
    if drawn < 0.8:
        return Group("none", (Group("all", (one, two)),))
    return Group("any", (one, Group("none", (two, three))))


def _zip_list(draw: random.Random, zips: int) -> Test:
    return Test("zip", "in", tuple(draw.sample(ZIPS, round(zips * draw.uniform(0.5, 1.5)))))


# ------------------------------------------------------------------ as a flow

FIELDS: Final = {
    **{name: f"enum({', '.join(words)})" for name, words in WORDS.items() if name != "state"},
    "state": "state",
    **dict.fromkeys(NUMBERS, "number"),
    **dict.fromkeys(TRUTHS, "boolean"),
    "zip": "postal_code",
}


def flow_text(buyers: list[Buyer]) -> str:
    """The same buyers as a flow, one waterfall by priority."""
    fields = "\n".join(f"  {name} {type_}" for name, type_ in FIELDS.items())
    route = f"route {{ waterfall {', '.join(buyer.name for buyer in buyers)} }}"
    return "\n".join(
        ["flow criteria", f"lead {{\n{fields}\n}}", "source web { }", *map(_buyer_text, buyers), route, ""]
    )


def _buyer_text(buyer: Buyer) -> str:
    lines = [
        f'  accept when {condition_text(each)} else "condition {number}"'
        for number, each in enumerate(buyer.conditions, 1)
    ]
    deliver = (
        f'  deliver {{ post "https://{buyer.name.replace("_", "-")}.example/leads" body json {{ zip = zip }} '
    )
    deliver += 'response json { accepted when "ok" otherwise rejected } }'
    price = f"  price {buyer.price / 100:.2f}"
    return "\n".join([f"buyer {buyer.name} {{", *lines, price, deliver, "}"])


def condition_text(condition: Condition) -> str:
    """A condition as a flow writes it."""
    if isinstance(condition, Test):
        return _test_text(condition)
    word = " and " if condition.kind == "all" else " or "
    text = f"({word.join(map(condition_text, condition.parts))})"
    return f"not {text}" if condition.kind == "none" else text


def _test_text(test: Test) -> str:
    said = [_literal(test.attribute, value) for value in test.values]
    if test.operator == "between":
        return f"{test.attribute} between {said[0]} and {said[1]}"
    if test.operator in ("in", "not in"):
        return f"{test.attribute} {test.operator} [{', '.join(said)}]"
    return f"{test.attribute} {test.operator} {said[0]}"


def _literal(attribute: str, value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if attribute == "zip" else str(value)
