"""What holds in every test: nobody's environment leaks in, and a slow machine fails no property."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("leadflow", deadline=None, print_blob=True)
settings.load_profile("leadflow")


@pytest.fixture(autouse=True)
def _no_leadflow_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("LEADFLOW_")]:
        monkeypatch.delenv(name)
