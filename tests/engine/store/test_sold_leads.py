"""A cap that counts sold leads against a model: a lead counts once while anybody has it, or may have it."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from leadflow_engine.store import SqliteStore, returns

CAP = 3
LEADS = [f"L{number}" for number in range(6)]
HAS_IT = ("intent", "pending", "confirmed")

places = st.integers(0, 4)


class SoldLeads(RuleBasedStateMachine):
    """Leads that are offered to several buyers at once, by a source that sells at most so many of them a day."""

    kit: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.hands = type(self.kit)(type(self.kit.clock)())
        self.store = SqliteStore.memory(self.hands.clock)
        self.store.add_plan("4f1c09a", self.hands.plan)
        self.stories: dict[str, Any] = {}
        self.states: dict[str, list[str]] = {lead: [] for lead in LEADS}
        self.ended: set[str] = set()

    def teardown(self) -> None:
        self.store.close_now()

    @property
    def counted(self) -> int:
        return sum(any(state in HAS_IT for state in states) for states in self.states.values())

    @rule(lead=st.sampled_from(LEADS))
    def is_offered(self, lead: str) -> None:
        """To the next buyer; granted where the lead counts already, or there is room."""
        if lead in self.ended:
            return
        if lead not in self.stories:
            self.stories[lead] = self.hands.story(lead)
            self.store.write_now(self.stories[lead].accept())
        states = self.states[lead]
        claim = self.hands.cap(CAP, limit="facebook/cap/day/sold", period="day", zone="UTC", once=True)
        room = any(state in HAS_IT for state in states) or self.counted < CAP
        buyer = f"b{len(states) + 1}"
        write = self.stories[lead].intent(buyer, exclusive=False, limits=[claim], shares=())
        assert self.store.write_now(write)["granted"] == room
        states.append("intent" if room else "refused")

    @rule(lead=st.sampled_from(LEADS), place=places, to=st.sampled_from(["confirmed", "declined", "pending"]))
    def is_answered(self, lead: str, place: int, to: str) -> None:
        number = self._one(lead, "intent", place)
        if number and lead not in self.ended:
            self.store.write_now(self.stories[lead].settle(to, f"b{number}", n=number))
            self.states[lead][number - 1] = to

    @rule(lead=st.sampled_from(LEADS))
    def ends(self, lead: str) -> None:
        if lead in self.stories and lead not in self.ended and not self._one(lead, "intent", 0):
            self.store.write_now(self.stories[lead].end())
            self.ended.add(lead)

    @rule(lead=st.sampled_from(LEADS), place=places, word=st.sampled_from(["sold", "declined"]))
    def is_settled(self, lead: str, place: int, word: str) -> None:
        number = self._one(lead, "pending", place)
        if number and lead in self.ended:
            self.store.settle_delivery(lead, f"b{number}", 1, word, "ann", "asked them")
            self.states[lead][number - 1] = {"sold": "confirmed"}.get(word, word)

    @rule(lead=st.sampled_from(LEADS), place=places)
    def comes_back(self, lead: str, place: int) -> None:
        number = self._one(lead, "confirmed", place)
        if number and lead in self.ended:
            [sale] = self.store.ask(lambda read: returns.deliveries_to(read, lead, f"b{number}"))
            asked = returns.Asked(sale, "2026-11-20T15:00:00.000000Z", "bad phone", "ann")
            assert self.store.transact(lambda core: returns.take_back(core, asked)).state == "returned"
            self.states[lead][number - 1] = "returned"

    def _one(self, lead: str, state: str, place: int) -> int:
        """The number of one of a lead's deliveries in this state; 0 where there is none."""
        found = [number for number, each in enumerate(self.states[lead], 1) if each == state]
        return found[place % len(found)] if found else 0

    @invariant()
    def the_journal_counts_as_many(self) -> None:
        rows = self.store.query("SELECT coalesce(sum(held + counted), 0) FROM cap")
        assert rows == [(self.counted,)]
        assert self.counted <= CAP


def test_sold_leads_are_counted_once_each(kit: Any) -> None:
    machine = type("SoldLeads", (SoldLeads,), {"kit": kit})
    calm = settings(max_examples=40, stateful_step_count=30, deadline=None)
    run_state_machine_as_test(machine, settings=calm)
