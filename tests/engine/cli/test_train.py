"""``leadflow train`` and ``leadflow scores``: what they say where nothing can be made."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from leadflow_engine.scores.fitting import NoLibrary, fit

Leadflow = Callable[..., Result]


def test_a_journal_with_few_leads_makes_no_model(market: Path, leadflow: Leadflow) -> None:
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.store import SqliteStore

    SqliteStore.open(market / "empty.db", RealClock()).close_now()
    result = leadflow("train", "flow.flow", "--target", "sold", "--out", "m.json", "--db", "empty.db", code=1)
    assert "too few leads to train on: 0 sold and 0 not, where 200 of each are needed" in result.output
    assert not (market / "m.json").exists()
    said = leadflow("scores", "market", "--db", "empty.db", code=2)
    assert "no lead of flow `market` has a score in this journal" in said.output


def test_without_scikit_learn_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name.split(".")[0] in ("sklearn", "numpy"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(NoLibrary, match=r"pip install 'leadflow\[train\]'"):
        fit("logistic", [], [], [])
