"""Rules about scores from a model: LF562 to LF564."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

_FILES: Final = (
    (
        "models/quality.json",
        """{
  "format": "leadflow score model 1",
  "kind": "logistic",
  "version": "2026-11-01",
  "base": -1.2,
  "features": [{"field": "credit_score", "as": "number", "typical": 690}],
  "weights": [0.01]
}
""",
    ),
    ("models/old.json", '{"coefficients": [0.01], "intercept": -1.2}\n'),
    (
        "models/pets.json",
        """{
  "format": "leadflow score model 1",
  "kind": "logistic",
  "version": "2026-11-01",
  "base": -1.2,
  "features": [{"field": "number_of_pets", "as": "number"}],
  "weights": [0.01]
}
""",
    ),
)

MODEL: Final = Rule(
    "LF562",
    "unusable-model",
    "error",
    "a file that holds no model of a score",
    "A model is a JSON file of leadflow's own format: its kind, its version, its features, and weights or trees. "
    "`leadflow train` writes one; the schema comes with the package (`score_model.schema.json`).",
    'score quality { model "models/old.json" }\n',
    'score quality { model "models/quality.json"  limits 0 to 100 }\n',
    _FILES,
)

FEATURE: Final = Rule(
    "LF563",
    "model-reads-what-is-not",
    "error",
    "a feature of a model that the flow does not have, or has with another type",
    "Every feature of a model names a value as a condition would: a field of the lead, a part of one, what a look-up "
    "sets. A model that reads something else was trained on another flow, and its scores would mean nothing.",
    'score quality { model "models/pets.json" }\n',
    'score quality { model "models/quality.json" }\n',
    _FILES,
)

SHADOW: Final = Rule(
    "LF564",
    "shadow-is-used",
    "error",
    "a score that runs as `shadow` and is read",
    "A `shadow` score is computed and kept beside the others, so that it can be compared with them "
    "(`leadflow scores`). It decides nothing: no condition, order, request or model reads it.",
    'score quality { model "models/quality.json"  shadow }\nfilter good { accept when quality > 40 }\n',
    'score quality { model "models/quality.json" }\nfilter good { accept when quality > 40 }\n'
    "score next { start 5  add 5 when homeowner  shadow }\n",
    _FILES,
)

RULES: Final = (MODEL, FEATURE, SHADOW)
