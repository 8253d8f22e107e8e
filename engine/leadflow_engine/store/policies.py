"""What policies decided: events that are only ever added, and the overrides through which they act."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leadflow_engine.store import overrides
from leadflow_engine.store.codec import iso, text

if TYPE_CHECKING:
    from leadflow_engine.store.core import Core


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a policy does, as an override: its kind, its subject, its value, and what it is in words."""

    kind: str
    subject: str
    value: int
    said: str


@dataclass(frozen=True, slots=True)
class Event:
    """What a policy decided: began (its condition holds, and is to last), passed (it did not last), acted or ended.
    ``at`` is ISO 8601 in UTC; ``measured`` and ``done`` are words."""

    flow: str
    policy: str
    at: str
    what: str
    measured: str
    done: str


def act(core: Core, flow: str, policy: str, plan: str, measured: str, actions: Iterable[Action]) -> Event:
    """Set what a policy does, and note it."""
    actions = tuple(actions)
    for action in actions:
        who = f'policy "{policy}"'
        overrides.put(
            core, action.kind, action.subject, action.value, action.said, None, who, measured, policy
        )
    return note(core, flow, policy, plan, "acted", measured, "; ".join(_told(flow, each) for each in actions))


def end(core: Core, flow: str, policy: str, plan: str, measured: str) -> Event:
    """Undo all that a policy has set, and note it."""
    found = overrides.set_by(core.connection, flow, policy)
    for one in found:
        who = f'policy "{policy}"'
        overrides.put(core, one.kind, one.subject, None, "as the flow says", None, who, measured, policy)
    undone = "; ".join(f"{one.subject.removeprefix(f'{flow}/')}: no longer {one.said}" for one in found)
    return note(core, flow, policy, plan, "ended", measured, undone)


def _told(flow: str, action: Action) -> str:
    return f"{action.subject.removeprefix(f'{flow}/')}: {action.said}"


def note(core: Core, flow: str, policy: str, plan: str, what: str, measured: str, done: str = "") -> Event:
    """Keep what a policy decided."""
    at = iso(core.clock.now())
    core.connection.execute(
        "INSERT INTO policy_event (flow, policy, at, what, measured, done, plan) VALUES (?,?,?,?,?,?,?)",
        (flow, policy, at, what, text(measured), text(done), plan),
    )
    return Event(flow, policy, at, what, measured, done)


def last(connection: sqlite3.Connection, flow: str) -> dict[str, Event]:
    """The last event of each policy of a flow, by its title."""
    rows = connection.execute(
        "SELECT flow, policy, at, what, measured, done FROM policy_event WHERE id IN "
        "(SELECT max(id) FROM policy_event WHERE flow = ? GROUP BY policy)",
        (flow,),
    )
    return {row[1]: Event(*row) for row in rows}


RECENT: Final = 1_000
"""Among so many last leads each flow's plan is looked for: the one by which it routes now."""


def flows_due(
    connection: sqlite3.Connection, now: datetime.datetime, every: datetime.timedelta
) -> list[tuple[str, str]]:
    """The flows whose policies were not looked at of late, each with the plan by which its last lead was routed; ""
    where it can have none."""
    due = connection.execute(
        "SELECT DISTINCT f.flow FROM plan f LEFT JOIN policy_look p ON p.flow = f.flow "
        "WHERE p.at IS NULL OR p.at <= ? ORDER BY f.flow",
        (iso(now - every),),
    ).fetchall()
    plans = _plans(connection) if due else {}
    return [
        (flow, plans[flow] if _may_have_policies(connection, flow, plans[flow]) else "") for (flow,) in due
    ]


def _plans(connection: sqlite3.Connection) -> dict[str, str]:
    """Each flow's plan: of its last lead, else the newest."""
    newest = connection.execute("SELECT flow, name FROM plan ORDER BY added_at, rowid")
    last = connection.execute(
        "SELECT flow, plan, max(number) FROM "
        "(SELECT flow, plan, rowid AS number FROM lead ORDER BY rowid DESC LIMIT ?) GROUP BY flow",
        (RECENT,),
    )
    return dict(newest.fetchall()) | {flow: plan for flow, plan, _ in last}


def _may_have_policies(connection: sqlite3.Connection, flow: str, plan: str) -> bool:
    """A look at the text, which costs less than a plan."""
    said = connection.execute(
        "SELECT 1 FROM flow_source WHERE plan = ? AND text LIKE '%policy%' LIMIT 1", (plan,)
    ).fetchone()
    return said is not None or any(event.what == "acted" for event in last(connection, flow).values())


def looked(core: Core, flow: str) -> None:
    """Note that a flow's policies were looked at now."""
    core.connection.execute(
        "INSERT INTO policy_look (flow, at) VALUES (?,?) ON CONFLICT DO UPDATE SET at = excluded.at",
        (flow, iso(core.clock.now())),
    )
