"""A model as its file holds it: JSON of the schema ``score_model.schema.json`` of the language."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from leadflow_dsl.model import Feature, Leaf, Split, Trained

Json = Any

FORMAT: Final = "leadflow score model 1"


def versioned(model: Trained, target: str, day: str) -> Trained:
    """The model with a version: what it tells, the day, and the beginning of a hash over what decides."""
    content = json.dumps({**_document(model, {}), "version": ""}, sort_keys=True)
    return replace(model, version=f"{target}-{day}-{hashlib.sha256(content.encode()).hexdigest()[:8]}")


def written_model(model: Trained, trained: Mapping[str, Json]) -> str:
    """The text of a model's file; ``trained`` is what people should know of how it was made."""
    document = _document(model, trained)
    lines = []
    for key, value in document.items():
        if isinstance(value, list) and key in ("features", "trees"):
            inner = ",\n    ".join(json.dumps(each, ensure_ascii=False) for each in value)
            lines.append(f"  {json.dumps(key)}: [\n    {inner}\n  ]")
        else:
            shown = json.dumps(value, ensure_ascii=False, indent=2 if key == "trained" else None)
            lines.append(f"  {json.dumps(key)}: {shown}".replace("\n", "\n  "))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _document(model: Trained, trained: Mapping[str, Json]) -> dict[str, Json]:
    kind = (
        {"weights": [float(weight) for weight in model.weights]}
        if model.kind == "logistic"
        else {"trees": [[_node(node) for node in tree] for tree in model.trees]}
    )
    return {
        "format": FORMAT,
        "kind": model.kind,
        "version": model.version,
        "trained": dict(trained),
        "base": float(model.base),
        "features": [_feature(feature) for feature in model.features],
        **kind,
    }


def _feature(feature: Feature) -> Json:
    said: dict[str, Json] = {"field": field_of(feature), "as": feature.way}
    if feature.way == "is":
        said["value"] = feature.value
    if feature.typical:
        said["typical"] = float(feature.typical)
    return said


def field_of(feature: Feature) -> str:
    """What a feature reads, as a condition writes it."""
    read = feature.read
    first = {"lead": f"lead.{read.name}", "source": "source.name"}.get(read.kind, read.name)
    return f"{first}.{read.part}" if read.part else first


def _node(node: Leaf | Split) -> Json:
    if isinstance(node, Leaf):
        return {"value": float(node.value)}
    return {
        "value": float(node.value),
        "feature": node.feature,
        "at_most": node.at_most,
        "yes": node.yes,
        "no": node.no,
    }
