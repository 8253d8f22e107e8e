"""A batch as what is sent: one request over HTTP or by mail; into a directory two, so that a file is there whole or not
at all, and whoever comes back after a crash sees how far it had come."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_engine.batches.files import CONTENT_TYPE
from leadflow_engine.effects import HttpRequest
from leadflow_engine.evaluation.scope import NothingThere
from leadflow_engine.mapping import RequestProblem, compile_request
from leadflow_engine.mapping.urls import staged
from leadflow_engine.plan import Plan

MOST: Final = 64 * 1024 * 1024
"""Characters of a file."""
DIRECTORIES: Final = ("sftp", "file")


@dataclass(frozen=True, slots=True)
class BatchScope(NothingThere):
    """What the request of a batch may read: the moment, lists and tables, and its own key; no lead."""

    plan: Plan
    key: str
    moment: datetime.datetime

    def read(self, read: t.Read) -> object:
        """The moment, or the key by which a repeat is recognised."""
        return {"now": self.now(), "delivery": self.key}.get(read.kind)

    def named_list(self, name: str) -> frozenset[str]:
        """A declared list."""
        return self.plan.lists.get(name, frozenset())

    def lookup(self, table: str, key: str) -> Mapping[str, object] | None:
        """A row of a declared table."""
        return self.plan.tables.get(table, {}).get(key)

    def now(self) -> datetime.datetime:
        """The moment in the flow's time zone."""
        return self.moment.astimezone(ZoneInfo(self.plan.flow.timezone))


@dataclass(frozen=True, slots=True)
class File:
    """What is sent: ``key`` is the id of the batch, ``name`` the file's. ``test``: it holds test leads."""

    key: str
    name: str
    kind: str
    content: str
    test: bool = False


def is_directory(batch: m.Batch) -> bool:
    """Is the file put into a directory, so that it can be tried again without being there twice?"""
    first = batch.leg.request.url.pieces[0] if batch.leg.request.url.pieces else ""
    return str(first).partition(":")[0].lower() in DIRECTORIES


def parts_of(
    plan: Plan, buyer: m.Buyer, file: File, at: datetime.datetime
) -> tuple[HttpRequest, ...] | RequestProblem:
    """The requests that bring a file to its buyer, in their order, or why there are none."""
    assert buyer.batch is not None
    request = buyer.batch.leg.request
    if file.test and buyer.test_url is not None:
        request = replace(request, url=staged(request.url, buyer.test_url))
    builder = compile_request(request, plan.templates)
    kind = CONTENT_TYPE[file.kind]
    builder = replace(builder, body=lambda scope: file.content, content_type=kind, most=MOST)
    built = builder.build(BatchScope(plan, file.key, at))
    if isinstance(built, RequestProblem):
        return built
    if built.method == "MAIL":
        return (_mailed(built, file),)
    return _named(built, file) if built.url.partition(":")[0].lower() in DIRECTORIES else (built,)


def _mailed(request: HttpRequest, file: File) -> HttpRequest:
    said = {name for name, _ in request.headers}
    subject = () if "Subject" in said else (("Subject", f"Leads: {file.name}"),)
    return replace(request, headers=(*request.headers, *subject, ("File", file.name)))


def _named(request: HttpRequest, file: File) -> tuple[HttpRequest, HttpRequest]:
    """First the file under a hidden name, then its own name."""
    hidden = f"{request.url.rstrip('/')}/.{file.name}.part"
    put = replace(request, method="PUT", url=hidden)
    return put, replace(put, method="MOVE", headers=(("Destination", file.name),), body=None)
