"""One service for all tests that only call it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .served import Service, service


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that is up."""
    with service(tmp_path_factory.mktemp("desk"), "--public-url", "https://leads.example.com") as here:
        yield here


@pytest.fixture(scope="session")
def web(desk: Service) -> str:
    """The key of the source `web`."""
    return desk.key("web")
