"""Fitting a model with scikit-learn, and writing what was learned in leadflow's own format. Only ``train`` needs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from leadflow_dsl.model import Feature, Leaf, Split, Trained

Kind: TypeAlias = Literal["logistic", "trees"]

TREES: Final = 100
DEPTH: Final = 3
RATE: Final = 0.1
LEAST_IN_A_LEAF: Final = 20
"""Small trees, many of them: what leads of a few thousand can carry."""

INSTALL: Final = (
    "leadflow train needs scikit-learn: pip install 'leadflow[train]' (running a model needs nothing)"
)


class NoLibrary(Exception):
    """scikit-learn is not there; the text says how to install it."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, and ``chances``, which the training library itself gives for rows of numbers: what a test compares."""

    model: Trained
    chances: Callable[[Sequence[Sequence[float]]], Sequence[float]]


def fit(
    kind: Kind, features: Sequence[Feature], rows: Sequence[Sequence[float]], good: Sequence[bool]
) -> Fitted:
    """The model that these leads make; the same leads make the same model. Raises ``NoLibrary``."""
    try:
        import numpy
        import sklearn  # noqa: F401
    except ImportError:
        raise NoLibrary(INSTALL) from None
    table = numpy.asarray(rows, dtype=float)
    return (_logistic if kind == "logistic" else _trees)(tuple(features), table, numpy.asarray(good))


def _logistic(features: tuple[Feature, ...], table: Any, good: Any) -> Fitted:
    """Weights are found on columns of the same spread, so that a penalty treats them alike, and told per unit."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=2_000))
    pipeline.fit(table, good)
    scaler, regression = pipeline[0], pipeline[1]
    weights = regression.coef_[0] / scaler.scale_
    typical = [float(feature.typical) for feature in features]
    base = float(regression.intercept_[0] + (weights * (typical - scaler.mean_)).sum())
    model = Trained("", "logistic", features, _exact(base), tuple(map(_exact, weights)))
    return Fitted(model, lambda rows: _good_of(pipeline, rows))


def _trees(features: tuple[Feature, ...], table: Any, good: Any) -> Fitted:
    from sklearn.ensemble import GradientBoostingClassifier

    boosted = GradientBoostingClassifier(
        n_estimators=TREES,
        max_depth=DEPTH,
        learning_rate=RATE,
        min_samples_leaf=LEAST_IN_A_LEAF,
        random_state=0,
    )
    boosted.fit(table, good)
    share = float(boosted.init_.class_prior_[1])
    base = (_exact(share) / (1 - _exact(share))).ln()
    trees = tuple(_tree(each[0].tree_, RATE) for each in boosted.estimators_)
    model = Trained("", "trees", features, base, trees=trees)
    return Fitted(model, lambda rows: _good_of(boosted, rows))


def _tree(tree: Any, rate: float) -> tuple[Leaf | Split, ...]:
    """A tree with what is expected at every node: the mean of the leaves below it, by the leads that came there. Nodes
    come with every one above those that it leads to, as they do there."""
    below = _expected(tree)
    nodes: list[Leaf | Split] = []
    for place in range(tree.node_count):
        value = below[place] * _exact(rate)
        if tree.children_left[place] < 0:
            nodes.append(Leaf(value))
        else:
            yes, no = int(tree.children_left[place]), int(tree.children_right[place])
            nodes.append(Split(value, int(tree.feature[place]), float(tree.threshold[place]), yes, no))
    return tuple(nodes)


def _expected(tree: Any) -> list[Decimal]:
    found = [_exact(value) for value in tree.value[:, 0, 0]]
    for place in reversed(range(tree.node_count)):
        yes, no = int(tree.children_left[place]), int(tree.children_right[place])
        if yes >= 0:
            leads = [Decimal(int(tree.n_node_samples[each])) for each in (yes, no)]
            found[place] = (found[yes] * leads[0] + found[no] * leads[1]) / sum(leads)
    return found


def _good_of(fitted: Any, rows: Sequence[Sequence[float]]) -> Sequence[float]:
    chances: Sequence[float] = fitted.predict_proba(rows)[:, 1]
    return chances


def _exact(number: Any) -> Decimal:
    """A float's number as its shortest text writes it."""
    return Decimal(repr(float(number)))
