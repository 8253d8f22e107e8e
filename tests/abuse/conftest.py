"""The service of `tests/engine/service`, as its enemies meet it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.service.served import DESK, SECRETS, Service, service


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the desk's flow, and its secrets; nobody is to be contacted."""
    nowhere = dict.fromkeys(("LEADFLOW_SANDBOX", "LEADFLOW_ALLOW_HOSTS"), "127.0.0.1:1")
    public = {"LEADFLOW_PUBLIC_URL": "https://leads.example.com"}
    for name, value in {**SECRETS, **nowhere, **public}.items():
        monkeypatch.setenv(name, value)
    shutil.copytree(DESK, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service in a process of its own."""
    with service(tmp_path_factory.mktemp("besieged"), "--public-url", "https://leads.example.com") as found:
        yield found
