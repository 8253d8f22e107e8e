"""What holds in every test: nobody's environment leaks in, and no property fails for a slow machine or by chance."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("searching", deadline=None, print_blob=True)
# The same examples every time find nothing new by being many: so that `make test` is short.
settings.register_profile("steady", settings.get_profile("searching"), derandomize=True, max_examples=50)


def pytest_configure(config: pytest.Config) -> None:
    """`make test` judges a change by the same examples every time; `make test-long` looks for new ones, in the
    properties of the short suite too."""
    settings.load_profile("searching" if config.option.markexpr.startswith("long") else "steady")


@pytest.fixture(autouse=True)
def _no_leadflow_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("LEADFLOW_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a ``leadflow`` that starts in 40 ms, for tests that run it often: see ``warm.py``."""
    from warm import warmed

    with warmed(tmp_path_factory.mktemp("loaded")) as folder:
        yield folder
