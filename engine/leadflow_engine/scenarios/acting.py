"""What people and buyers do after a lead's Run, as a scenario says it: the same functions as behind the commands."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Final

from leadflow_engine.drivers.public import NOWHERE, called_at
from leadflow_engine.effects import Effect, ReadCallback
from leadflow_engine.intake.call import Call
from leadflow_engine.intake.door import millionths
from leadflow_engine.intake.strict_json import IntakeError, read_json
from leadflow_engine.operations import billing, feedback, orders, suppressing
from leadflow_engine.operations.calling_back import received
from leadflow_engine.operations.contracts import Contract, contracts
from leadflow_engine.operations.overriding import OverrideProblem, cap_meant, number_of
from leadflow_engine.operations.resume import Plans, at_once
from leadflow_engine.operations.returning import Return, return_lead
from leadflow_engine.plan import Plan
from leadflow_engine.scenarios.load import length
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.feedback import Told
from leadflow_engine.store.payments import Payment, pay
from leadflow_engine.texts.json_text import dumps

BY: Final = "scenario"
BECAUSE: Final = "the scenario says so"
JSON: Final = ("Content-Type", "application/json")
A_MOMENT: Final = datetime.timedelta(milliseconds=1)
REFUSED: Final = 400
"""From this status on a call was not taken."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: ``outcome`` is a word (of a call its status), ``said`` why; ``body`` is what a call was
    answered. ``is_bad``: unless a scenario expects it, it fails."""

    outcome: str | int
    said: str = ""
    is_bad: bool = False
    body: Any = None

    def shown(self) -> dict[str, Any]:
        """As an ``expect`` speaks of it."""
        return {"outcome": self.outcome, "said": self.said, "body": self.body}


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and when something is done: the lead that is meant has several ``attempts`` where it was offered again, the
    last one last."""

    store: SqliteStore
    plan: Plan
    attempts: tuple[str, ...]
    now: datetime.datetime

    @property
    def plans(self) -> Plans:
        """The plans of this journal."""
        return Plans(self.store, {self.plan.name: self.plan})

    def attempt_of(self, buyer: str) -> str:
        """The last attempt in which this buyer was sent the lead; the very last where it never was."""
        rows = self.store.query("SELECT DISTINCT lead FROM delivery WHERE buyer = ?", (buyer,))
        sent = {row[0] for row in rows}
        return next((lead for lead in reversed(self.attempts) if lead in sent), self.attempts[-1])

    def number_of(self, lead: str, buyer: str) -> int:
        """The last delivery of a lead to a buyer; 1 where there is none."""
        row = self.store.query(
            "SELECT max(number) FROM delivery WHERE lead = ? AND buyer = ?", (lead, buyer)
        )[0]
        return int(row[0] or 1)


def attempts_of(store: SqliteStore, lead: str) -> tuple[str, ...]:
    """A lead in all its attempts that have begun, from this one on."""
    found = [lead]
    query = "SELECT next FROM resubmission WHERE lead = ? AND next IN (SELECT id FROM lead)"
    while rows := store.query(query, (found[-1],)):
        found.append(rows[0][0])
    return tuple(found)


def act(scene: Scene, word: str, said: Any) -> Result:
    """Do what an entry says. Raises ``StoreError`` and the problems of ``operations`` where it cannot be done."""
    return WORDS[word](scene, said)


# ------------------------------------------------------------------ what buyers say


def _return(scene: Scene, said: Mapping[str, Any]) -> Result:
    buyer = said["buyer"]
    given = Return(
        scene.attempt_of(buyer),
        buyer,
        said.get("reason", ""),
        BY,
        said.get("because", ""),
        force=said.get("force", False),
    )
    came = return_lead(scene.store, scene.plans, given, scene.now)
    return Result(came.state, came.said, came.state != "returned")


def _feedback(scene: Scene, said: Mapping[str, Any]) -> Result:
    buyer, value = said.get("buyer", ""), said.get("value")
    lead = scene.attempt_of(buyer) if buyer else scene.attempts[-1]
    micros = None if value is None else millionths(Decimal(value))
    told = Told(lead, said["event"], BY, buyer, micros, known_as=said.get("id", ""))
    came = feedback.tell(scene.store, scene.plans, told)
    return Result(came.state, came.said, came.state == "impossible")


def _callback(scene: Scene, said: Mapping[str, Any]) -> Result:
    buyer = said["buyer"]
    call = Call(
        said.get("method", "POST"),
        _called_at(scene, buyer) + (f"?{said['query']}" if "query" in said else ""),
        tuple((name, str(value)) for name, value in _headers(said)),
        _body(said.get("body", "")),
        scene.now,
    )
    reply = at_once(received(scene.store, scene.plans, scene.plan, buyer, call, None, patience=0))
    return Result(reply.status, reply.problem, reply.status >= REFUSED, _tree(reply.body))


def _called_at(scene: Scene, buyer: str) -> str:
    """The delivery's own address where its buyer was told that one; the buyer's else."""
    callback = scene.plan.buyers[buyer].buyer.callback
    lead = scene.attempt_of(buyer)
    what = ReadCallback(scene.plan.flow.name, buyer, scene.number_of(lead, buyer))
    token = str(scene.store.read(lead, Effect("callback", what))["token"])
    address = str(called_at(what, token, NOWHERE)["url"])
    return address if callback is not None and callback.by_url else address.removesuffix(f"/{token}")


def _headers(said: Mapping[str, Any]) -> list[tuple[str, Any]]:
    given = list(said.get("headers", {}).items())
    if isinstance(said.get("body"), str) or any(name.lower() == "content-type" for name, _ in given):
        return given
    return [JSON, *given]


def _body(said: Any) -> bytes:
    return (said if isinstance(said, str) else dumps(said)).encode()


def _tree(body: str) -> Any:
    try:
        return read_json(body)
    except IntakeError:
        return body


# ------------------------------------------------------------------ money


def _pay(kind: str, scene: Scene, said: Mapping[str, Any]) -> Result:
    for name, amount in said.items():
        payment = Payment(f"{kind}/{name}", Decimal(amount), scene.now, BY, BECAUSE)
        scene.store.transact(partial(pay, payment=payment))
    return Result("paid")


def _invoice(scene: Scene, buyer: str) -> Result:
    """What has come together until now, with what was sold this very moment."""
    now = scene.now + A_MOMENT
    contract = contracts(scene.store).get(buyer, Contract(buyer, buyer))
    draft = billing.draft(scene.store, contract, billing.month_meant("this", now, contract.zone), now)
    done = billing.carry_out(scene.store, billing.said(draft, now, BY))
    return Result("issued", done["number"]) if done["number"] else Result("nothing", "nothing to bill", True)


# ------------------------------------------------------------------ what operators set beside the flow


def _pause(scene: Scene, said: str | Mapping[str, Any]) -> Result:
    buyer, lasts = (said, "") if isinstance(said, str) else (said["buyer"], said.get("for", ""))
    subject = f"{scene.plan.flow.name}/buyer/{buyer}"
    scene.store.override("pause", subject, 1, "paused", BY, BECAUSE, length(lasts) if lasts else None)
    return Result("paused")


def _resume(scene: Scene, buyer: str) -> Result:
    subject = f"{scene.plan.flow.name}/buyer/{buyer}"
    scene.store.override("pause", subject, 0, "resumed", BY, BECAUSE)
    return Result("resumed")


def _cap(scene: Scene, said: Mapping[str, Any]) -> Result:
    lasts = length(said["for"]) if "for" in said else None
    try:
        cap = cap_meant(scene.plan, said["buyer"], said["cap"])
        value, words = number_of(cap, str(said["to"]))
    except OverrideProblem as problem:
        return Result("impossible", str(problem), True)
    scene.store.override("cap", cap.limit, value, words, BY, BECAUSE, lasts)
    return Result("set", words)


def _suppress(is_new: bool, scene: Scene, said: Mapping[str, Any]) -> Result:
    """Values put on lists, or taken off."""
    for name, values in said.items():
        flow = scene.plan.flow
        kept = suppressing.list_of(flow, name)
        read = suppressing.read_values(flow, kept, enumerate(map(str, values), 1))
        if read.unread:
            return Result("impossible", f"value {read.unread[0].line} {read.unread[0].reason}", True)
        if is_new:
            scene.store.suppress(name, read.entries, BY, BECAUSE, "", kept.expires)
        else:
            scene.store.unsuppress(name, read.entries, BY, BECAUSE)
    return Result("added" if is_new else "removed")


def _resubmit(scene: Scene, said: Mapping[str, Any]) -> Result:
    values = {name: "" if value is None else str(value) for name, value in said.get("set", {}).items()}
    order = {
        "leads": [scene.attempts[-1]],
        "because": said.get("because", BECAUSE),
        "by": BY,
        "without": said.get("without", []),
        "set": values,
    }
    [came] = orders.carry_out(scene.store, "resubmit", order)
    return Result("impossible", came["problem"], True) if "problem" in came else Result("resubmitted")


WORDS: Final[Mapping[str, Callable[[Scene, Any], Result]]] = {
    "return": _return,
    "callback": _callback,
    "feedback": _feedback,
    "payment": partial(_pay, "buyer"),
    "payout": partial(_pay, "source"),
    "invoice": _invoice,
    "pause": _pause,
    "resume": _resume,
    "cap": _cap,
    "suppress": partial(_suppress, True),
    "unsuppress": partial(_suppress, False),
    "resubmit": _resubmit,
}
"""What an entry of ``then`` can say that somebody does, beside ``settle``."""
