"""The whole lead as neutral data, the same for every stack: fifty buyers, their criteria, the leads, what is sent.

Every buyer wants a state, an age, a bill and a credit score, and some want owners of their home. Whoever is asked first
and second for a lead refuses it, and the third takes it, whichever buyers that are: so what must come out follows from
the criteria alone, and ``expected`` says it of each lead by plain comparisons.
"""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from typing import Any, Final

BUYERS: Final = 50
REFUSALS: Final = 2
STATES: Final = "AZ CA CO FL GA IL NV NY TX WA".split()
SENT: Final = "ref first_name last_name email phone zip state age bill credit homeowner".split()
"""The fields of a lead that a buyer is sent, under the same names."""
FILTERS: Final = (
    ("no_state", "state == NY and age < 21", "too young for New York"),
    ("small_bill", "bill < 20", "bill too small"),
    ("minor", "age < 18", "a minor"),
    ("no_credit", "credit < 310", "no credit"),
    ("rich", "bill > 100000", "no such bill"),
    ("old", "age > 110", "no such age"),
    ("stranger", "homeowner and age < 19", "too young to own"),
)
"""Name, when a lead is refused in the flow's words, reason. None refuses a lead of this workload."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """A buyer: who comes first has the lower number. ``states`` and so on are what it wants of a lead."""

    name: str
    price: int
    states: tuple[str, ...]
    ages: tuple[int, int]
    bill: int
    credit: int
    owner: bool

    def wants(self, lead: dict[str, Any]) -> bool:
        """Whether a lead meets all that this buyer wants."""
        return (
            lead["state"] in self.states
            and self.ages[0] <= lead["age"] <= self.ages[1]
            and lead["bill"] >= self.bill
            and lead["credit"] >= self.credit
            and (lead["homeowner"] or not self.owner)
        )


def anybody() -> Buyer:
    """A buyer that wants every lead of the workload, and comes last."""
    return Buyer("anybody", 1, tuple(STATES), (0, 200), 0, 0, False)


def buyers(count: int = BUYERS) -> list[Buyer]:
    """The buyers, first the one that is asked first; the same at every call."""
    drawn = random.Random(7)
    return [
        Buyer(
            f"b{at:02}",
            max(90 - at, 1),
            tuple(sorted(drawn.sample(STATES, drawn.randint(2, 4)))),
            (drawn.randrange(18, 30), drawn.randrange(55, 75)),
            drawn.randrange(90, 260, 10),
            drawn.randrange(540, 740, 20),
            drawn.random() < 0.3,
        )
        for at in range(count)
    ]


def leads(count: int, wanted_by: list[Buyer]) -> list[dict[str, Any]]:
    """So many leads, each of its own person, each wanted by at least three buyers; the same at every call."""
    drawn = random.Random(11)
    made: list[dict[str, Any]] = []
    while len(made) < count:
        at = len(made)
        lead = {
            "ref": f"R{at:07}",
            "first_name": drawn.choice(("Ida", "Ann", "Bo", "Cy")),
            "last_name": drawn.choice(("Moss", "Lark", "Reed", "Wren")),
            "email": f"lead{at}@example.com",
            "phone": f"602{200 + at // 10000 % 700}{at % 10000:04}",
            "zip": drawn.choice(("85001", "85003", "94110", "33101")),
            "state": drawn.choice(STATES),
            "age": drawn.randrange(21, 80),
            "bill": drawn.randrange(60, 400, 5),
            "credit": drawn.randrange(480, 850),
            "homeowner": drawn.random() < 0.7,
        }
        if sum(buyer.wants(lead) for buyer in wanted_by) > REFUSALS:
            made.append(lead)
    return made


def expected(lead: dict[str, Any], wanted_by: list[Buyer]) -> list[str]:
    """The buyers that are sent a lead, in turn; the last takes it."""
    return [buyer.name for buyer in wanted_by if buyer.wants(lead)][: REFUSALS + 1]


def as_json(wanted_by: list[Buyer]) -> list[dict[str, Any]]:
    """The buyers for a stack that is no Python."""
    return [asdict(buyer) for buyer in wanted_by]
