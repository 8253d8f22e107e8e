"""What holds in every test: nobody's environment leaks in, and no property fails for a slow machine or by chance."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("searching", deadline=None, print_blob=True)
# The same examples every time find nothing new by being many: so that `make test` is short.
settings.register_profile("steady", settings.get_profile("searching"), derandomize=True, max_examples=50)


def pytest_configure(config: pytest.Config) -> None:
    """`make test` judges a change by the same examples every time; the long tests look for new ones."""
    settings.load_profile("searching" if config.option.markexpr == "long" else "steady")


@pytest.fixture(autouse=True)
def _no_leadflow_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("LEADFLOW_")]:
        monkeypatch.delenv(name)
