"""A model's score: the parts always add up to it, and it never leaves 0 to 100."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.model import Feature, Leaf, Split, Trained
from leadflow_dsl.terms import Read, Type
from leadflow_engine.scores import evaluated
from leadflow_engine.scores.evaluate import chance_of

NUMBERS = st.decimals(-1_000_000, 1_000_000, allow_nan=False, places=4)


def feature(name: str, typical: Decimal = Decimal(0)) -> Feature:
    """A number of this name."""
    return Feature(name, Read("field", name, "", Type("number"), NOWHERE), "number", "", typical)


@st.composite
def trees(draw: st.DrawFn, features: int) -> tuple[Leaf | Split, ...]:
    """Random trees, whose nodes lead further down."""
    size = 2 * draw(st.integers(0, 6)) + 1
    nodes: list[Leaf | Split] = []
    for place in range(size):
        if place + 2 < size and (place == 0 or draw(st.booleans())):
            below = draw(st.lists(st.integers(place + 1, size - 1), min_size=2, max_size=2))
            asked = draw(st.integers(0, features - 1))
            nodes.append(Split(draw(NUMBERS), asked, draw(st.floats(-1e6, 1e6)), *below))
        else:
            nodes.append(Leaf(draw(NUMBERS)))
    return tuple(nodes)


@st.composite
def models(draw: st.DrawFn) -> Trained:
    """Random models of both kinds."""
    features = tuple(feature(f"f{n}", draw(NUMBERS)) for n in range(draw(st.integers(1, 5))))
    if draw(st.booleans()):
        weights = tuple(draw(NUMBERS) for _ in features)
        return Trained("1", "logistic", features, draw(NUMBERS), weights)
    grown = tuple(draw(trees(len(features))) for _ in range(draw(st.integers(1, 4))))
    return Trained("1", "trees", features, draw(NUMBERS), trees=grown)


@given(models(), st.data())
def test_parts_and_base_are_the_log_odds(model: Trained, data: st.DataObject) -> None:
    numbers = [data.draw(NUMBERS) for _ in model.features]
    found = evaluated(model, numbers)
    assert found.odds == found.base + sum(part.amount for part in found.parts)
    assert found.chance == chance_of(found.odds)
    assert 0 <= found.score <= 100
    assert evaluated(model, numbers) == found


@given(models())
def test_a_typical_lead_has_no_parts_in_a_logistic_model(model: Trained) -> None:
    found = evaluated(model, [each.typical for each in model.features])
    assert model.kind == "trees" or (found.odds == model.base and not any(p.amount for p in found.parts))


def test_a_threshold_is_met_as_it_was_trained_with_32_bits() -> None:
    """0.1 as a 32-bit float is a little more than 0.1, and less than the next one."""
    tree = (Split(Decimal(0), 0, 0.1, 1, 2), Leaf(Decimal(-1)), Leaf(Decimal(1)))
    model = Trained("1", "trees", (feature("x"),), Decimal(0), trees=(tree,))
    assert evaluated(model, [Decimal("0.1")]).odds == 1
    assert evaluated(model, [Decimal("0.0999999")]).odds == -1
    assert evaluated(model, [Decimal("1e400")]).odds == 1


def test_a_score_is_rounded_half_even_to_four_places() -> None:
    model = Trained("1", "logistic", (feature("x"),), Decimal(0), (Decimal(1),))
    assert str(evaluated(model, [Decimal("0.8472978603872037")]).score) == "70.0000"
    assert [str(evaluated(model, [Decimal(n)]).score) for n in (-1000, 0, 1000)] == [
        "0.0000",
        "50.0000",
        "100.0000",
    ]
