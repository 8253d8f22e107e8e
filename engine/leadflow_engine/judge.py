"""Judging buyers: all buyers of a stage at once, from what is known of the lead at that moment.

Each buyer passes, is out for exactly one reason, or is open: a look-up that has not been asked would decide it.
``judge`` judges all by the index (``criteria``); ``judge_buyer`` walks the items of one, and comes to the same.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from leadflow_dsl.terms import Term
from leadflow_engine.criteria.groups import BESIDE, Group
from leadflow_engine.criteria.index import Verdicts
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.evaluation.conditions import Truth, decide
from leadflow_engine.evaluation.evaluate import holds
from leadflow_engine.lead import Lead
from leadflow_engine.limits.hours import closed_until
from leadflow_engine.plan import Item, Plan, PlannedBuyer


@dataclass(frozen=True, slots=True)
class Out:
    """Why a buyer is out. ``item`` is the number of its first failing item from 1, 0 for one that only this
    stage has. ``until`` is when that ends (UTC), where the clock knows."""

    code: str
    reason: str
    item: int = 0
    until: datetime.datetime | None = None


class Judgement:
    """The buyers of a stage, each in exactly one of three places, as sets of bits (``Group``): ``passing``,
    ``still_open``, and out for the rest of ``among``. Why a buyer is out is made when it is asked."""

    __slots__ = ("_early", "_failing", "_group", "_late", "_names", "_plan", "among", "passing", "still_open")

    def __init__(self, plan: Plan, group: Group, names: Sequence[str], among: int) -> None:
        self._plan = plan
        self._group = group
        self._names = names
        self._failing: Sequence[int] = ()
        self._early: dict[str, Out] = {}
        self._late: dict[str, Out] = {}
        self.among = among
        self.passing = self.still_open = 0

    @property
    def passed(self) -> list[str]:
        """Those that pass, in order."""
        return self._listed(self.passing)

    @property
    def open(self) -> list[str]:
        """Those of which something that was not asked would tell, in order."""
        return self._listed(self.still_open)

    @property
    def survivors(self) -> list[str]:
        """Those that are not out, in order."""
        return self._listed(self.passing | self.still_open)

    @property
    def out(self) -> Mapping[str, Out]:
        """Why each of the others is out: what its criteria and hours say in order, then those put out after."""
        numbers = {
            name: number
            for number, out in enumerate(self._failing, start=1)
            for name in self._group.among(out & self.among)
        }
        early = self._listed(self.among & ~(self.passing | self.still_open))
        outs = {
            name: self._early.get(name) or self._by_item(name, numbers[name])
            for name in early
            if name not in self._late
        }
        return outs | self._late

    def is_out(self, name: str) -> bool:
        """Is this buyer out?"""
        left = self.passing | self.still_open
        return bool(self._group.bits.get(name, 0) & self.among & ~left)

    def is_open(self, name: str) -> bool:
        """Would something that was not asked tell whether this buyer is out?"""
        return bool(self._group.bits.get(name, 0) & self.still_open)

    def put_out(self, name: str, out: Out) -> None:
        """This one is out, too."""
        self._leave(self._group.bits[name])
        self._late[name] = out

    def refuse(self, some: int, why: Callable[[str], Out | None]) -> None:
        """Put those of a set out that are not, but for whom there is no reason: first those that pass."""
        if some & (self.passing | self.still_open):
            for name in (*self._listed(some & self.passing), *self._listed(some & self.still_open)):
                out = why(name)
                if out is not None:
                    self.put_out(name, out)

    def beside(self) -> Iterator[tuple[str, Out]]:
        """Those that are out for what no digit tells, in the order of ``out``."""
        many = [out & self.among for out in self._failing[BESIDE - 1 :]]
        some = self._group.set_of(self._early) | sum(many)  # nobody is in two
        for name in self._listed(some) if some else ():
            out = self._early.get(name)
            yield name, out or self._by_item(name, next(self._numbers(name)))
        yield from self._late.items()

    def digits(self) -> str:
        """A hex digit for each buyer of the plan (``records.Judged``)."""
        failing = [out & self.among for out in self._failing]
        return self._group.digits(failing, self._group.set_of((*self._early, *self._late)))

    def _numbers(self, name: str) -> Iterator[int]:
        bit = self._group.bits[name]
        return (number for number, out in enumerate(self._failing, start=1) if out & bit)

    def _by_item(self, name: str, number: int) -> Out:
        item = self._plan.buyers[name].items[number - 1]
        return Out(item.code, item.text, number)

    def _listed(self, bits: int) -> list[str]:
        if self._names is self._group.names:
            return self._group.among(bits)
        of = self._group.bits
        return [name for name in self._names if of[name] & bits]

    def _leave(self, bits: int) -> None:
        self.passing &= ~bits
        self.still_open &= ~bits

    # -------------------------------------------------------------- what is not criteria

    def _close(self, lead: Lead) -> None:
        for buyers, reason, until in self._group.hours.closed(lead.clock):
            closed = buyers & (self.passing | self.still_open)
            for name in self._group.among(closed):
                self._early[name] = Out("closed", reason, len(self._plan.buyers[name].items), until)
            self._leave(closed)

    def _choose(self, where: Term, lead: Lead) -> None:
        chosen = holds(where, lead)
        if isinstance(chosen, Open):
            self.still_open |= self.passing
            self.passing = 0
        elif not chosen:
            for name in self.survivors:
                self._early[name] = NOT_CHOSEN
            self.passing = self.still_open = 0

    def _need(self, lead: Lead) -> None:
        for look_up, buyers in self._group.needs.items():
            if buyers & self.passing and lead.wants(look_up):
                self.still_open |= buyers & self.passing
                self.passing &= ~buyers


NOT_CHOSEN = Out("filtered", "not among those that `where` chooses")


def judge(
    plan: Plan, lead: Lead, group: Group, names: Sequence[str], among: int, where: Term | None = None
) -> Judgement:
    """Judge the buyers ``among`` these of a group for this lead at ``lead.clock``. ``names`` is their order."""
    judgement = Judgement(plan, group, names, among)
    if plan.counts_fields:
        verdicts = walk_all(plan, lead, group, [name for name in names if group.bits[name] & among])
    else:
        verdicts = group.index.judge(lead)
    judgement._failing = verdicts.failing
    judgement.passing, judgement.still_open = verdicts.passing & among, verdicts.open & among
    judgement._close(lead)
    if where is not None:
        judgement._choose(where, lead)
    if group.needs:
        judgement._need(lead)
    return judgement


def walk_all(plan: Plan, lead: Lead, group: Group, names: Sequence[str]) -> Verdicts:
    """What the index gives for these of its buyers, by walking the items of one after the other."""
    failing: dict[int, int] = {}
    passing = still_open = 0
    for name in names:
        bit = group.bits[name]
        number, is_open = _walk(plan.buyers[name], lead)
        if number:
            failing[number] = failing.get(number, 0) | bit
        elif is_open:
            still_open |= bit
        else:
            passing |= bit
    last = max(failing, default=0)
    return Verdicts(
        group.count, [failing.get(number, 0) for number in range(1, last + 1)], passing, still_open
    )


def _walk(planned: PlannedBuyer, lead: Lead) -> tuple[int, bool]:
    """The number of a buyer's first failing item (0: none), its hours left out, and whether something is open."""
    is_open = False
    for number, item in enumerate(planned.items, start=1):
        verdict = None if item.kind == "closed" else _judge_item(item, number, planned, lead, lead.truth)
        if isinstance(verdict, Out):
            return number, False
        is_open = is_open or verdict is not None
    return 0, is_open


def judge_buyer(
    planned: PlannedBuyer, lead: Lead, truth: Callable[[int], Truth], where: Term | None
) -> Out | Open | None:
    """The first failing item among those that are decided; else what is still open; else ``None``."""
    needs: tuple[str, ...] = ()
    for number, item in enumerate(planned.items, start=1):
        verdict = _judge_item(item, number, planned, lead, truth)
        if isinstance(verdict, Out):
            return verdict
        if verdict is not None:
            needs += tuple(name for name in verdict.needs if name not in needs)
    chosen = holds(where, lead) if where else True
    if not isinstance(chosen, Open) and not chosen:
        return NOT_CHOSEN
    if isinstance(chosen, Open):
        needs += tuple(name for name in chosen.needs if name not in needs)
    needs += tuple(name for name in planned.buyer.needs if lead.wants(name) and name not in needs)
    return Open(needs) if needs else None


def _judge_item(
    item: Item, number: int, planned: PlannedBuyer, lead: Lead, truth: Callable[[int], Truth]
) -> Out | Open | None:
    if item.kind == "closed":
        return _closed(planned, number, lead.now())
    decided = decide(item.condition, truth)
    if isinstance(decided, Open):
        return decided
    out = decided is (item.kind == "reject")
    return Out(item.code, item.text, number) if out else None


def _closed(planned: PlannedBuyer, number: int, now: datetime.datetime) -> Out | None:
    buyer = planned.buyer
    until = closed_until(buyer.openings, planned.closed_on, buyer.timezone, now)
    if until is None:
        return None
    local = until.astimezone(ZoneInfo(buyer.timezone))
    return Out("closed", f"closed until {local:%a %H:%M}", number, until)
