"""``[serve]`` of a project's ``leadflow.toml``: what the service asks of callers beside what the flow says."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

UNITS: Final[Mapping[str, float]] = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}

_RATE = re.compile(r"(\d{1,7}) per (second|minute|hour|day)")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?")
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


class BadSettings(ValueError):
    """``[serve]`` says something that is none of its settings; its text names it."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls per so many seconds."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """Of one source. ``concurrency`` is how many of its leads may be under way at once; ``origins`` are the pages whose
    browsers may post here; ``honeypot`` a field that no person fills in; ``addresses`` from where it may call at all
    (none said: from anywhere); ``client`` is a field that gets the caller's address, whatever the call says."""

    rate: Rate = Rate(200, 1.0)
    concurrency: int = 64
    origins: frozenset[str] = frozenset()
    honeypot: str = ""
    addresses: tuple[Network, ...] = ()
    client: str = ""


USUAL: Final = SourceSettings()
_NAMES: Final = tuple(each.name for each in fields(SourceSettings))


def settings_at(root: str | Path, sources: Iterable[str]) -> Mapping[str, SourceSettings]:
    """The settings of these sources: ``[serve.sources.NAME]``, else ``[serve]``, else the usual.

    Raises ``BadSettings``.
    """
    table = _table(Path(root) / "leadflow.toml")
    own = table.pop("sources", {})
    if not isinstance(own, dict) or not all(isinstance(each, dict) for each in own.values()):
        raise BadSettings("leadflow.toml: [serve.sources.NAME] says what is a source's")
    everybody = _read(USUAL, table, "[serve]")
    known = list(sources)
    return {name: _read(everybody, own.get(name, {}), f"[serve.sources.{name}]") for name in known}


def _table(file: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(file.read_text("utf-8")).get("serve", {})
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadSettings(f"leadflow.toml is no TOML: {problem}") from None
    if not isinstance(found, dict):
        raise BadSettings("leadflow.toml: [serve] is a table")
    return dict(found)


def _read(before: SourceSettings, table: Mapping[str, Any], place: str) -> SourceSettings:
    for name in table:
        if name not in _NAMES:
            raise BadSettings(
                f"leadflow.toml: {place} has no setting `{name}`; there are {', '.join(_NAMES)}"
            )
    try:
        return replace(before, **{name: _READERS[name](value) for name, value in table.items()})
    except (TypeError, ValueError) as problem:
        raise BadSettings(f"leadflow.toml: {place}: {problem}") from None


def _rate(value: object) -> Rate:
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if found is None or not int(found[1]):
        raise ValueError('`rate` is written as "50 per second" (or minute, hour, day)')
    return Rate(int(found[1]), UNITS[found[2]])


def _concurrency(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 10_000:
        raise ValueError("`concurrency` is a number from 1 to 10000")
    return value


def _origins(value: object) -> frozenset[str]:
    for each in _texts("origins", value):
        if not _ORIGIN.fullmatch(each):
            raise ValueError(f"`{each[:100]}` is no origin; write https://www.example.com, without a path")
    return frozenset(each.lower() for each in _texts("origins", value))


def _field(value: object) -> str:
    if not isinstance(value, str) or not _FIELD.fullmatch(value):
        raise ValueError("`honeypot` and `client` are names of fields")
    return value


def _addresses(value: object) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(each, strict=False) for each in _texts("addresses", value))


def _texts(name: str, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"`{name}` is a list of texts")
    return value


_READERS: Final[Mapping[str, Any]] = {
    "rate": _rate,
    "concurrency": _concurrency,
    "origins": _origins,
    "honeypot": _field,
    "client": _field,
    "addresses": _addresses,
}
