"""What leadflow evaluates is what scikit-learn fitted: the same chances, for both kinds, through the written file."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest

from leadflow_dsl import check
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.model import Feature, Score, Trained
from leadflow_dsl.terms import Read, Type
from leadflow_engine.scores import evaluated
from leadflow_engine.scores.document import versioned, written_model
from leadflow_engine.scores.fitting import Kind, fit

NAMES = ("bill", "points", "owner", "rooms")
FLOW = """\
flow f
lead {
  bill number
  points number
  owner number
  rooms number
}
score quality { model "models/x.json" }
buyer b {
  price 1.00 when quality > 5
  deliver { post "https://b.example"  response { accepted when status 2xx  otherwise error } }
}
route { waterfall b }
"""


def features() -> list[Feature]:
    typical = (Decimal("180.25"), Decimal(690), Decimal(0), Decimal(3))
    return [
        Feature(name, Read("field", name, "", Type("number"), NOWHERE), "number", "", usual)
        for name, usual in zip(NAMES, typical, strict=True)
    ]


def leads(seed: int, number: int = 900) -> tuple[list[list[Decimal]], list[bool]]:
    """Random leads, of which those with a high bill and many points are good more often."""
    dice = random.Random(seed)
    rows, good = [], []
    for _ in range(number):
        bill = Decimal(dice.randint(5_000, 60_000)) / 100
        row = [
            bill,
            Decimal(dice.randint(300, 850)),
            Decimal(dice.randint(0, 1)),
            Decimal(dice.randint(1, 9)),
        ]
        rows.append(row)
        good.append(dice.random() < 0.1 + 0.5 * (bill > 300) + 0.2 * (row[1] > 700) * row[2].__int__())
    return rows, good


def through_its_file(model: Trained, folder: Path) -> Trained:
    """The model as a flow reads it from the file that is written of it."""
    text = written_model(versioned(model, "sold", "2026-11-20"), {"leads": 900})
    checked = check(folder / "f.flow", FLOW, {"models/x.json": text})
    assert checked.flow is not None and not checked.diagnostics, checked.diagnostics
    (score,) = [step for step in checked.flow.steps if isinstance(step, Score)]
    assert score.trained is not None
    return score.trained


@pytest.mark.parametrize("kind", ["logistic", "trees"])
@pytest.mark.parametrize("seed", [1, 2])
def test_chances_are_those_of_the_training_library(kind: Kind, seed: int, tmp_path: Path) -> None:
    rows, good = leads(seed)
    fitted = fit(kind, features(), [[float(n) for n in row] for row in rows], good)
    read = through_its_file(fitted.model, tmp_path)
    asked, _ = leads(seed + 100, 300)
    theirs = fitted.chances([[float(n) for n in row] for row in asked])
    ours = [evaluated(read, row).chance for row in asked]
    worst = max(abs(float(our) - their) for our, their in zip(ours, theirs, strict=True))
    assert worst < 1e-9
    assert len(set(ours)) > 50


@pytest.mark.parametrize("kind", ["logistic", "trees"])
def test_the_same_leads_make_the_same_model(kind: Kind) -> None:
    rows, good = leads(3, 300)
    table = [[float(n) for n in row] for row in rows]
    first, second = (
        versioned(fit(kind, features(), table, good).model, "sold", "2026-11-20") for _ in range(2)
    )
    assert first == second
    other = versioned(fit(kind, features(), table[:200], good[:200]).model, "sold", "2026-11-20")
    assert other.version != first.version
