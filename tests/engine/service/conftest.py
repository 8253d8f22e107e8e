"""One service for all tests that only call it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .served import DESK, SECRETS, Service, service


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that is up."""
    with service(tmp_path_factory.mktemp("desk"), "--public-url", "https://leads.example.com") as here:
        yield here


@pytest.fixture(scope="session")
def web(desk: Service) -> str:
    """The key of the source `web`."""
    return desk.key("web")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the desk's flow, and its secrets; nobody is to be contacted."""
    for name, value in {
        **SECRETS,
        "LEADFLOW_SANDBOX": "127.0.0.1:1",
        "LEADFLOW_PUBLIC_URL": "https://leads.example",
        "LEADFLOW_ALLOW_HOSTS": "127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    shutil.copytree(DESK, tmp_path, dirs_exist_ok=True)
    return tmp_path
