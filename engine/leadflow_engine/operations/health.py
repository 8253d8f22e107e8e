"""What keeps a machine, its flows and its journal from working well: each thing found, and what to do about it.

Every check is a function from what was measured to findings; ``drivers/`` measures."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urlsplit

from leadflow_dsl.checking import Checked, not_built
from leadflow_dsl.model import Flow
from leadflow_engine.drivers import public
from leadflow_engine.drivers.certificates import Seen
from leadflow_engine.drivers.machine import Machine
from leadflow_engine.operations.loading import legs_of, secrets_in
from leadflow_engine.texts.counted import counted

Level = Literal["ok", "warning", "problem"]

MEGABYTE: Final = 2**20
LOW, VERY_LOW = 1024 * MEGABYTE, 200 * MEGABYTE
"""Free bytes of the disk at which somebody should look, and at which new leads will soon be refused."""

SLOW_SYNC: Final = 0.02
FEW_FILES: Final = 1024
LARGE_LOG: Final = 256 * MEGABYTE
SOON: Final = datetime.timedelta(days=30)
CLOCK_OFF: Final = 60.0
LATE: Final = datetime.timedelta(minutes=10)
FIXED_SQLITE: Final = (3, 51, 3)
FIRST_BROKEN_SQLITE: Final = (3, 7, 0)
OLDEST_CLOCK: Final = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Finding:
    """``about`` names what was looked at, ``said`` how it is, ``do`` what to do; "" where it is well."""

    about: str
    level: Level
    said: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class JournalHealth:
    """How a journal is: its file, the log beside it in bytes, the process that holds it ("" for none), leads that are
    overdue since ``late``, deliveries in doubt, leads that a crash left; ``problem`` where it cannot be read."""

    path: str
    log: int = 0
    holder: str = ""
    overdue: int = 0
    doubts: int = 0
    unfinished: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """All that was measured. ``environ`` is what the environment sets, ``env_mode`` who may read ``.env`` (None: there
    is none)."""

    machine: Machine
    flows: Mapping[str, Checked] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    env_mode: int | None = None
    journal: JournalHealth | None = None
    hosts: Sequence[Seen] = ()


def findings(looked: Looked) -> list[Finding]:
    """Everything that was looked at, in order; what is well is told too."""
    return [
        *_versions(looked.machine),
        *_disk(looked.machine),
        *_clock(looked.machine),
        *_limits(looked.machine),
        *(each for name, flow in looked.flows.items() for each in _flow(name, flow, looked.environ)),
        *_secret_file(looked.env_mode),
        *(_journal(looked.journal) if looked.journal else ()),
        *(each for seen in looked.hosts for each in _host(seen, looked.machine)),
    ]


def hosts_of(flow: Flow) -> list[tuple[str, int]]:
    """The hosts and ports that a flow's https requests go to, each once."""
    urls = (leg.request.url.pieces[0] for leg in legs_of(flow) if leg.request.url.pieces)
    parts = [urlsplit(url) for url in urls if isinstance(url, str) and url.startswith("https://")]
    return list(dict.fromkeys((part.hostname or "", part.port or 443) for part in parts if part.hostname))


def _versions(machine: Machine) -> Iterator[Finding]:
    yield Finding("python", "ok", machine.python)
    said = ".".join(map(str, machine.sqlite))
    if FIRST_BROKEN_SQLITE <= machine.sqlite < FIXED_SQLITE:
        yield Finding(
            "sqlite",
            "warning",
            f"{said}: two programs that write and check-point at once can damage a file (fixed in 3.51.3)",
            "leadflow itself never writes from two at once; let nothing else write to the journal, and upgrade "
            "SQLite when the system offers it",
        )
    else:
        yield Finding("sqlite", "ok", said)
    if machine.zones:
        yield Finding("time zones", "ok", f"tzdata {machine.zones}")
    else:
        yield Finding(
            "time zones",
            "warning",
            "the package tzdata is not there: hours depend on this machine's own tables",
            "pip install tzdata",
        )


def _disk(machine: Machine) -> Iterator[Finding]:
    free = f"{machine.free / MEGABYTE:,.0f} MB free of {machine.size / MEGABYTE:,.0f} MB"
    if machine.free < LOW:
        level: Level = "problem" if machine.free < VERY_LOW else "warning"
        do = "free some space, or move the journal: with a full disk new leads are refused (none is lost)"
        yield Finding("disk", level, free, do)
    else:
        yield Finding("disk", "ok", free)
    if machine.sync is None:
        yield Finding(
            "durable writes", "problem", "nothing can be written there", "check its owner and permissions"
        )
        return
    took = f"{machine.sync * 1000:.2f} ms each"
    if machine.sync > SLOW_SYNC:
        do = "a local SSD carries many more leads a second; network disks are slow and may not lock"
        yield Finding("durable writes", "warning", took, do)
    else:
        yield Finding("durable writes", "ok", took)


def _clock(machine: Machine) -> Iterator[Finding]:
    now = _now(machine)
    said = f"{now:%Y-%m-%d %H:%M} UTC"
    if now < OLDEST_CLOCK:
        yield Finding("clock", "problem", said, "set it: hours, caps and certificates depend on it")
    elif machine.synchronized is False:
        yield Finding("clock", "warning", f"{said}, and not kept right", "turn on time synchronisation (NTP)")
    else:
        yield Finding("clock", "ok", said)


def _now(machine: Machine) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(machine.clock, datetime.UTC)


def _limits(machine: Machine) -> Iterator[Finding]:
    if machine.files < FEW_FILES:
        do = f"raise it to {FEW_FILES} or more (ulimit -n, LimitNOFILE=): each lead under way needs some"
        yield Finding("open files", "warning", f"at most {machine.files}", do)
    else:
        yield Finding("open files", "ok", f"at most {machine.files:,}")


def _flow(name: str, checked: Checked, environ: Mapping[str, str]) -> Iterator[Finding]:
    errors = [one for one in checked.diagnostics if one.severity == "error"]
    if errors or checked.flow is None:
        yield Finding(name, "problem", counted(len(errors) or 1, "error"), f"leadflow lint {name}")
        return
    forms = not_built(checked.flow)
    if forms:
        yield Finding(
            name,
            "problem",
            counted(len(forms), "form") + " that this version cannot run",
            f"leadflow run {name}",
        )
    missing = sorted({one.name for one in secrets_in(_owners(checked.flow)) if not environ.get(one.name)})
    if missing:
        do = "set them in the environment or in .env at the project's root"
        yield Finding(name, "problem", f"not set: {', '.join(missing)}", do)
    unknown = public.unknown_to(checked.flow, environ)
    if unknown:
        do = f"set {public.SETTING} to the address at which buyers reach this service"
        yield Finding(name, "problem", f"no address for callback.url of {', '.join(unknown)}", do)
    if not forms and not missing and not unknown:
        warnings = sum(one.severity == "warning" for one in checked.diagnostics)
        level: Level = "warning" if warnings else "ok"
        said = counted(warnings, "warning") if warnings else "checks, and its secrets are set"
        yield Finding(name, level, said, f"leadflow lint {name}" if warnings else "")


def _owners(flow: Flow) -> tuple[object, ...]:
    return (*flow.buyers, *flow.steps, *flow.named_delivers, *flow.sources)


def _secret_file(mode: int | None) -> Iterator[Finding]:
    if mode is None:
        return
    if mode & 0o077:
        yield Finding(".env", "warning", f"others may read it (mode {mode:o})", "chmod 600 .env")
    else:
        yield Finding(".env", "ok", "only its owner may read it")


def _journal(journal: JournalHealth) -> Iterator[Finding]:
    path = journal.path
    if journal.problem:
        yield Finding(path, "problem", journal.problem, "see docs/operations.md: restoring a copy")
        return
    held = f"held by process {journal.holder}" if journal.holder else "nobody holds it"
    yield Finding(path, "ok", f"readable, {held}")
    if journal.log > LARGE_LOG:
        do = "something reads for very long (a report, a copy): end it, and the log shrinks"
        yield Finding(path, "warning", f"{journal.log / MEGABYTE:,.0f} MB of log beside it", do)
    if journal.overdue:
        said = f"{counted(journal.overdue, 'lead')} should have gone on {LATE.seconds // 60} minutes ago or earlier"
        yield Finding(path, "problem", said, f"leadflow work --db {path}   (or leadflow serve) must run")
    if journal.unfinished and not journal.holder:
        said = f"{counted(journal.unfinished, 'lead')} cut off in the middle"
        yield Finding(path, "warning", said, f"leadflow work --drain --db {path}")
    if journal.doubts:
        said = f"in doubt or contradicted: {journal.doubts}"
        yield Finding(path, "warning", said, f"leadflow doubt list --db {path}")


def _host(seen: Seen, machine: Machine) -> Iterator[Finding]:
    name = seen.host if seen.port == 443 else f"{seen.host}:{seen.port}"
    if seen.problem or seen.until is None:
        yield Finding(name, "problem", seen.problem or "it shows no certificate", "ask whoever runs it")
        return
    left = seen.until - _now(machine)
    said = f"certificate until {seen.until:%Y-%m-%d}"
    if left < SOON:
        yield Finding(name, "warning", f"{said}: {left.days} days", "ask whoever runs it to renew it in time")
    else:
        yield Finding(name, "ok", said)
    if seen.ahead is not None and abs(seen.ahead) > CLOCK_OFF:
        said = f"our clock is {abs(seen.ahead):,.0f} s {'ahead of' if seen.ahead > 0 else 'behind'} its"
        yield Finding(
            name, "warning", said, "turn on time synchronisation (NTP), unless it is theirs that is wrong"
        )
