"""Cut-over: another system's export becomes what keeps its leads from being sold again.

A line is read by the flow's own types, and claims what a sale (or an accepted lead) of that moment would have claimed:
dedupe keys of its source and its buyer, and slots of the caps whose windows are still open. No lead is made of it.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from leadflow_dsl import model as m
from leadflow_dsl.terms import Type
from leadflow_engine.effects import Json, KeyClaim, LimitClaim
from leadflow_engine.evaluation.comparing import folded
from leadflow_engine.intake import door
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.lead import Lead
from leadflow_engine.operations.loading import LoadProblem
from leadflow_engine.plan import Plan, make_plan
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.codec import iso
from leadflow_engine.store.imports import Brought, History, Line, bring, undo
from leadflow_engine.values import parse

AT_ONCE: Final = 2_000
"""Lines of one order: a long file is several, each of which holds or does not."""
_MOMENT: Final = Type("datetime")
_MONEY: Final = Type("money")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a file says what. ``fields`` maps fields of the lead to columns; those that are not named are found by
    their name or an alias. ``buyers`` maps the other system's names to the flow's; ``id`` names a line,
    where all that it says does not."""

    at: str
    buyer: str = ""
    price: str = ""
    id: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    buyers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that claims nothing, and why, without its values."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """A file as it was read. ``digest`` is its SHA-256, ``bare`` how many lines have no dedupe key at all."""

    digest: str
    lines: tuple[Line, ...]
    unread: tuple[Unread, ...]
    bare: int


class _Unreadable(Exception):
    """Why one line cannot be read."""


def read_history(
    plan: Plan, path: Path, kind: str, source: str, columns: Columns, now: datetime.datetime
) -> ReadHistory:
    """A CSV file as history. ``kind`` is sold or accepted. Raises ``LoadProblem`` for a file or a column that there is
    not, or a field that the flow does not have."""
    data = path.read_bytes()
    try:
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        header = [name.strip() for name in next(rows, [])]
    except UnicodeDecodeError:
        raise LoadProblem(f"{path}: is not in UTF-8") from None
    _check(plan, path, header, columns, kind)
    reading = _Reading(_by_name(plan), kind, source, columns, now)
    lines: list[Line] = []
    unread: list[Unread] = []
    try:
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            row = dict(zip(header, cells, strict=False))
            try:
                lines.append(reading.line(row))
            except _Unreadable as problem:
                unread.append(Unread(rows.line_num, str(problem)))
    except csv.Error as error:
        raise LoadProblem(f"{path}:{rows.line_num}: {error}") from None
    bare = sum(not line.keys for line in lines)
    told = tuple(lines) if columns.id else _told_apart(lines)
    return ReadHistory(hashlib.sha256(data).hexdigest(), told, tuple(unread), bare)


def _check(plan: Plan, path: Path, header: list[str], columns: Columns, kind: str) -> None:
    named = {"--at-column": columns.at, "--price-column": columns.price, "--buyer-column": columns.buyer}
    named |= {"--id-column": columns.id}
    named |= {f"--map {name}": column for name, column in columns.fields.items()}
    for option, column in named.items():
        if column and column not in header:
            raise LoadProblem(
                f"{path} has no column `{column}` ({option}); it has {', '.join(header) or 'none'}"
            )
    for name in columns.fields:
        if name not in plan.fields or plan.fields[name].computed is not None:
            raise LoadProblem(f"flow {plan.flow.name} has no field `{name}` that comes with a lead")
    for name in columns.buyers.values():
        if name not in plan.buyers:
            raise LoadProblem(f"flow {plan.flow.name} has no buyer `{name}`; it has {', '.join(plan.buyers)}")
    if kind == "sold" and not columns.buyer and len(plan.buyers) > 1:
        raise LoadProblem(f"which buyer bought each lead of {path}? Say --buyer-column")


def _by_name(plan: Plan) -> Plan:
    """The plan with sources that take every field by its name: an export's columns are no source's payload."""
    sources = tuple(replace(source, map=(), test_when=None) for source in plan.flow.sources)
    return make_plan(replace(plan.flow, sources=sources))


def _told_apart(lines: list[Line]) -> tuple[Line, ...]:
    """Lines that say the same are as many leads: each has its number among them."""
    seen: dict[str, int] = {}
    told = []
    for line in lines:
        seen[line.said] = seen.get(line.said, 0) + 1
        told.append(replace(line, said=f"{line.said}\x1f{seen[line.said]}"))
    return tuple(told)


@dataclass(frozen=True, slots=True)
class _Reading:
    plan: Plan
    kind: str
    source: str
    columns: Columns
    now: datetime.datetime

    def line(self, row: Mapping[str, str]) -> Line:
        """A line as it counts. Raises ``_Unreadable``."""
        at = self._moment(row)
        lead = door.read_lead(self.plan, Arrival("", "", self.source, self._payload(row)), at, at)
        broken = [name for name in self.columns.fields if _broken(lead, name)]
        if broken:
            raise _Unreadable(door.not_valid(broken[0], self.plan.fields[broken[0]].type))
        accepted = door.claims(self.plan, lead)
        said = self._named(row)
        if self.kind == "accepted":
            return Line(said, iso(at), accepted.keys, accepted.limits)
        buyer = self._buyer(row)
        limits, keys = self._sale(lead, buyer, row)
        stages = tuple(stage.id for stage in self.plan.stages.values() if buyer in stage.buyers)
        return Line(said, iso(at), (*accepted.keys, *keys), (*accepted.limits, *limits), buyer, stages)

    def _named(self, row: Mapping[str, str]) -> str:
        """What names a line: its own id, else all that it says."""
        if not self.columns.id:
            return json.dumps(sorted(row.items()), ensure_ascii=False)
        own = row.get(self.columns.id, "").strip()
        if not own:
            raise _Unreadable(f"{self.columns.id} is blank")
        return json.dumps(own, ensure_ascii=False)

    def _payload(self, row: Mapping[str, str]) -> dict[str, str]:
        used = {self.columns.at, self.columns.buyer, self.columns.price}
        own = {name: value for name, value in row.items() if name not in used}
        return own | {name: row.get(column, "") for name, column in self.columns.fields.items()}

    def _moment(self, row: Mapping[str, str]) -> datetime.datetime:
        value = parse(_MOMENT, row.get(self.columns.at), self.plan.flow.country, self.plan.flow.timezone)
        if not value.valid or not isinstance(value.normal, datetime.datetime):
            raise _Unreadable(f"{self.columns.at} is not a date and a time")
        if value.normal > self.now:
            raise _Unreadable(f"{self.columns.at} is still to come")
        return value.normal.astimezone(datetime.UTC)

    def _buyer(self, row: Mapping[str, str]) -> str:
        if not self.columns.buyer:
            return next(iter(self.plan.buyers))
        said = row.get(self.columns.buyer, "").strip()
        by_name = {folded(theirs): ours for theirs, ours in self.columns.buyers.items()}
        for buyer in self.plan.flow.buyers:
            for name in (buyer.name, buyer.title, buyer.legal_name):
                by_name.setdefault(folded(name or buyer.name), buyer.name)
        found = by_name.get(folded(said))
        if found is None:
            raise _Unreadable(f"{self.columns.buyer} names no buyer of the flow; say --buyer THEIRS=OURS")
        return found

    def _sale(
        self, lead: Lead, buyer: str, row: Mapping[str, str]
    ) -> tuple[tuple[LimitClaim, ...], tuple[KeyClaim, ...]]:
        planned = self.plan.buyers[buyer]
        price = Decimal(0)
        if self.columns.price:
            value = parse(
                _MONEY, row.get(self.columns.price), self.plan.flow.country, self.plan.flow.timezone
            )
            if not value.valid:
                raise _Unreadable(f"{self.columns.price} is not an amount")
            price = value.normal
        caps = [cap for cap in planned.sale_caps if price or not cap.money]
        keys = door.key_claims((*planned.dedupes, *self.plan.sold_dedupes[self.source]), lead)
        return door.limit_claims(caps, lead, price), keys


def _broken(lead: Lead, name: str) -> bool:
    value = lead.given.get(name)
    return value is not None and not value.blank and not value.valid


def budgets_without_price(plan: Plan, columns: Columns) -> tuple[str, ...]:
    """Buyers whose budgets stay empty because no column tells the prices."""
    if columns.price:
        return ()
    return tuple(name for name, planned in plan.buyers.items() if any(cap.money for cap in planned.caps))


# ------------------------------------------------------------------ orders


def orders_of(
    read: ReadHistory, flow: m.Flow, kind: str, file: str, by: str, because: str
) -> Iterator[Mapping[str, Json]]:
    """The orders that bring a file, each of some of its lines."""
    said = {
        "flow": flow.name,
        "kind": kind,
        "file": file,
        "digest": read.digest,
        "by": by,
        "because": because,
    }
    for start in range(0, len(read.lines), AT_ONCE):
        yield {**said, "lines": [asdict(line) for line in read.lines[start : start + AT_ONCE]]}


def carry_out(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``import``."""
    lines = tuple(_line(each) for each in said["lines"])
    names = ("flow", "kind", "file", "digest", "by", "because")
    history = History(**{name: str(said[name]) for name in names}, lines=lines)
    done: Brought = store.transact(lambda core: bring(core, history))
    return {"new": done.new, "keys": done.keys, "counts": done.counts}


def _line(said: Mapping[str, Json]) -> Line:
    return Line(
        said["said"],
        said["at"],
        tuple(KeyClaim(**key) for key in said["keys"]),
        tuple(LimitClaim(**claim) for claim in said["limits"]),
        said["buyer"],
        tuple(said["stages"]),
    )


def carry_out_undo(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``import_undo``."""
    return {"lines": store.transact(lambda core: undo(core, said["digest"], said["by"], said["because"]))}
