"""One sandbox and one source of processes for all that are killed here: both are slow to begin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .world import FLOWS, Children, Sandbox, sandbox


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    begun = Children()
    yield begun
    begun.close()


@pytest.fixture(scope="module")
def buyers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The simulated buyers of ``shapes.flow``."""
    books = tmp_path_factory.mktemp("books") / "received.jsonl"
    with sandbox(FLOWS / "shapes.answers.yaml", books) as here:
        yield here
