"""The page about answers tells the truth: its example runs, and it names every word of the schema."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

from leadflow_engine.answers import Simulator, parse_answers
from leadflow_engine.answers.problems import schema
from leadflow_engine.effects import HttpRequest

NOW = datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC)
PAGE = (Path(__file__).parents[3] / "docs" / "answers.md").read_text(encoding="utf-8")


def test_the_example_is_a_file_of_answers() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    spec = parse_answers(example)
    assert (spec.buyers, spec.services, spec.seed) == (2, 1, 7)
    request = HttpRequest("POST", "https://x.example/", (), '{"number": "+12125550100"}')
    assert "landline" in Simulator(spec, lambda: NOW).answer("phone_check", "enhance", request).body


def test_every_word_of_the_schema_is_explained() -> None:
    parts = schema()["$defs"]
    words = {*parts["leg"]["oneOf"][1]["properties"], *parts["answer"]["properties"]}
    words |= {*parts["condition"]["oneOf"][2]["properties"]}
    assert [
        word
        for word in sorted(words)
        if f"`{word}`" not in PAGE and f"{{{word}:" not in PAGE and f" {word}:" not in PAGE
    ] == []
