"""Files into a directory of this machine: written beside under a hidden name, then renamed, so that whoever looks
finds the whole file or none. Only below what the environment names: a flow file alone writes nowhere."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from leadflow_engine.effects import HttpRequest
from leadflow_engine.outbound.guard import Refused, SettingsError
from leadflow_engine.outbound.results import Failed
from leadflow_engine.secrets import Secrets

SETTING = "LEADFLOW_FILES"


def folders_from(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The directories below which files may be written, parted by commas. Raises ``SettingsError``."""
    named = tuple(each.strip() for each in environ.get(SETTING, "").split(",") if each.strip())
    for each in named:
        if not os.path.isabs(each):
            raise SettingsError(f"{SETTING}: `{each}` is no whole path; write for example /srv/leads.")
    return named


async def send(request: HttpRequest, folders: tuple[str, ...], secrets: Secrets) -> tuple[int, str]:
    """PUT writes the file of the url, MOVE gives it the name in ``Destination``: 201; 404 where it is not there.

    Raises ``Refused`` and ``Failed``; what failed may be done again."""
    path = Path(unquote(urlsplit(request.url).path))
    _check(path, folders)
    body = secrets.fill(request.body or "", str)
    work = _move if request.method == "MOVE" else _put
    said = dict(request.headers).get("Destination", "")
    try:
        return await asyncio.to_thread(work, path, said, body)
    except OSError as error:
        raise Failed("not_sent", "connect", f"{path}: {error.strerror}") from None


def _check(path: Path, folders: tuple[str, ...]) -> None:
    whole = Path(os.path.realpath(path.parent))
    if not any(whole.is_relative_to(os.path.realpath(folder)) for folder in folders):
        raise Refused(
            f"files may not be written into {path.parent}; the environment may allow it: {SETTING}={path.parent}"
        )


def _put(path: Path, _: str, body: str) -> tuple[int, str]:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o640)
    with os.fdopen(number, "wb") as file:
        file.write(body.encode())
        file.flush()
        os.fsync(file.fileno())
    return 201, ""


def _move(path: Path, name: str, _: str) -> tuple[int, str]:
    if not path.exists():
        return 404, ""
    path.replace(path.with_name(name))
    number = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
    return 201, ""
