"""The index of a group of buyers: those of a stage, or any others, in the order of their rank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from leadflow_dsl.terms import Term, reads
from leadflow_engine.criteria.blocks import MOST_BUYERS, Block
from leadflow_engine.criteria.keys import Key, Subject
from leadflow_engine.criteria.layout import Items, Known
from leadflow_engine.criteria.literals import Literal, arms_of
from leadflow_engine.criteria.subjects import test_of

if TYPE_CHECKING:
    from leadflow_engine.lead import Lead
    from leadflow_engine.plan import Plan, PlannedBuyer


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What buyers came to, as sets of bits; the first of ``count`` buyers is the highest bit. Each is in one of three.

    ``failing`` has for each item (from the first) the buyers whose first failing item it is; ``passing`` are those that
    pass with all, ``open`` those of which a look-up would tell that was not asked."""

    count: int
    failing: list[int]
    passing: int
    open: int


class Index:
    """Buyers ready to be judged by their criteria. Hours, caps and what else changes beside a flow is not in it: it is
    taken from what the index gives, so that nothing is built anew when it changes."""

    __slots__ = ("_blocks", "_known", "_may_be_open", "names")

    def __init__(self, plan: Plan, names: Sequence[str]) -> None:
        self.names = tuple(names)
        items = [items_of(plan.buyers[name]) for name in self.names]
        self._known = known_of(plan, items, Known())
        self._may_be_open = bool(plan.may_open)
        self._blocks = tuple(
            Block(items[begin : begin + MOST_BUYERS], self._known)
            for begin in range(0, len(items), MOST_BUYERS)
        )

    def judge(self, lead: Lead) -> Verdicts:
        """Judge all buyers for this lead, each with its first failing item."""
        keys = [subject.look(lead) for subject in self._known.subjects]
        judged = [self._judge(block, keys, lead) for block in self._blocks]
        return judged[0] if len(judged) == 1 else _joined(judged)

    def _judge(self, block: Block, keys: Sequence[Key], lead: Lead) -> Verdicts:
        slots = block.passing(keys, lead)
        failing, left = block.failing(slots, lead)
        sure = left
        if left and self._may_be_open:
            sure = block.left(block.surely(slots, keys), lead, False)
        return Verdicts(block.count, failing, sure, left ^ sure)

    def best(self, lead: Lead, count: int) -> list[str]:
        """The first ``count`` buyers (by rank) that are not out, no more being judged than it takes."""
        keys = [subject.look(lead) for subject in self._known.subjects]
        found: list[str] = []
        for at, block in enumerate(self._blocks):
            left = block.left(block.passing(keys, lead), lead, True)
            names = self.names[at * MOST_BUYERS : at * MOST_BUYERS + block.count]
            found += map(names.__getitem__, islice(first_places(left, block.count), count - len(found)))
            if len(found) == count:
                break
        return found

    def patched(self, plan: Plan, changed: Iterable[str]) -> Index:
        """The same for a plan of which only these buyers are others; leads that are judged meanwhile notice nothing.
        The plan's predicates begin with those of the plan of this index."""
        patched = object.__new__(Index)
        patched.names = self.names
        places = {
            self.names.index(name): items_of(plan.buyers[name]) for name in changed if name in self.names
        }
        patched._known = known_of(plan, places.values(), self._known)
        patched._may_be_open = bool(plan.may_open)
        patched._blocks = tuple(
            block.patched(_inside(places, at * MOST_BUYERS, block), patched._known)
            for at, block in enumerate(self._blocks)
        )
        return patched


def _inside(places: Mapping[int, Items], begin: int, block: Block) -> dict[int, Items]:
    return {place - begin: items for place, items in places.items() if begin <= place < begin + block.count}


def _joined(judged: Sequence[Verdicts]) -> Verdicts:
    count = passing = still_open = 0
    failing = [0] * max((len(one.failing) for one in judged), default=0)
    for one in judged:
        count += one.count
        passing = passing << one.count | one.passing
        still_open = still_open << one.count | one.open
        for item in range(len(failing)):
            out = one.failing[item] if item < len(one.failing) else 0
            failing[item] = failing[item] << one.count | out
    return Verdicts(count, failing, passing, still_open)


def first_places(bits: int, count: int) -> Iterator[int]:
    """The places, from 0, of the buyers in a set of ``count`` buyers, in order."""
    while bits:
        length = bits.bit_length()
        yield count - length
        bits ^= 1 << length - 1


def items_of(planned: PlannedBuyer) -> Items:
    """A buyer's items as arms. Its hours are none: the clock moves."""
    return tuple(
        arms_of(item.condition, item.kind == "reject") for item in planned.items if item.kind != "closed"
    )


def known_of(plan: Plan, items: Iterable[Items], before: Known) -> Known:
    """The tests and subjects of these buyers' predicates, after those that were known before."""
    changing = {one.name for one in plan.flow.suppressions}
    lists = {name: words for name, words in plan.lists.items() if name not in changing}
    tests, subjects = dict(before.tests), list(before.subjects)
    places = {subject.term: place for place, subject in enumerate(subjects)}
    for number in _numbers(items):
        test = None if number in tests else test_of(plan.predicates[number], lists)
        if test is None:
            continue
        place = places.setdefault(test.subject, len(subjects))
        if place == len(subjects):
            subjects.append(Subject(test.subject, test.sees_spelling, _is_personal(test.subject, plan)))
        elif test.sees_spelling and not subjects[place].spelt:
            subjects[place] = Subject(test.subject, True, subjects[place].personal)
        tests[number] = place, test
    return Known(tests, subjects, lists, before.numbers)


def _is_personal(term: Term, plan: Plan) -> bool:
    """Does a term read a field that is masked, or what came beside the fields?"""
    return any(
        read.kind in _UNDECLARED or (read.kind == "field" and read.name in plan.hidden_fields)
        for read in reads(term)
    )


_UNDECLARED: Final = frozenset({"extra", "payload"})


def _numbers(items: Iterable[Items]) -> Iterator[int]:
    """The predicates in these buyers' arms, each once."""
    parts = (part for buyer in items for arms in buyer for arm in arms for part in arm)
    return iter(dict.fromkeys(part.number for part in parts if isinstance(part, Literal)))
