"""All buyers of a stage asked about at once hear what each would hear alone; what is remembered of caps is what is kept
of them."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow_dsl.model import DownAfter
from leadflow_engine import effects as fx
from leadflow_engine.store import SqliteStore

BUYERS = ("ace", "bee", "cat", "dog")
WINDOWS = ("calendar", "paced", "rolling")


@st.composite
def claims(draw: Any, kit: Any) -> tuple[list[Any], list[Any]]:
    caps = [
        kit.cap(
            draw(st.integers(1, 3)),
            limit=f"solar/cap/{draw(st.sampled_from('ab'))}",
            by=draw(st.sampled_from(("", "AZ", "CA"))),
            window=draw(st.sampled_from(WINDOWS)),
            timeout=draw(st.sampled_from((0.0, 4000.0))),
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    keys = [
        kit.key(
            value, scope=f"buyer/{draw(st.sampled_from(BUYERS))}", within=draw(st.sampled_from((60, 9000)))
        )
        for value in draw(st.lists(st.sampled_from(("1", "2", "3")), max_size=2, unique=True))
    ]
    return caps, keys


def asked(store: SqliteStore, lead: str, buyers: list[fx.BuyerLimits]) -> dict[str, Any]:
    return dict(store.read(lead, fx.Effect("limits/route.1/1", fx.ReadLimits(tuple(buyers))))["out"])


def remembered(store: SqliteStore) -> dict[Any, int]:
    """What is remembered of caps."""
    assert store._core is not None
    return dict(store._core.rows.remembered.uses)


def kept(store: SqliteStore) -> dict[Any, int]:
    """The same, as the journal has it."""
    rows = store.query('SELECT "limit", "by", window_start, held + counted FROM cap')
    found = {(limit, by, start): used for limit, by, start, used in rows}
    return {place: found.get(place, 0) for place in remembered(store)}


def test_together_as_alone(kit: Any) -> None:
    @settings(max_examples=40)
    @given(
        sold=st.lists(
            st.tuples(claims(kit), st.sampled_from(("confirmed", "declined", "in_doubt"))), max_size=5
        ),
        asking=st.lists(claims(kit), min_size=len(BUYERS), max_size=len(BUYERS)),
        paused=st.sampled_from(("", "ace", "dog")),
        set_to=st.sampled_from((None, 0, 9)),
    )
    def property(sold: Any, asking: Any, paused: str, set_to: int | None) -> None:
        store = SqliteStore.memory(kit.clock)
        store.add_plan("4f1c09a", kit.plan)
        for number, ((limits, keys), state) in enumerate(sold):
            kit.sell(
                store, f"L{number}", state, limits={one.limit: one for one in limits}.values(), keys=keys
            )
            kit.clock.pass_(minutes=7)
            assert remembered(store) == kept(store)
        if paused:
            store.override("pause", f"solar/buyer/{paused}", 1, "paused", "ann", "too many")
        if set_to is not None:
            store.override("cap", "solar/cap/a", set_to, f"cap {set_to} per hour", "ann", "as agreed")
        buyers = [
            fx.BuyerLimits(buyer, tuple(limits), tuple(keys), DownAfter())
            for buyer, (limits, keys) in zip(BUYERS, asking, strict=True)
        ]
        for lead in ("L0", "L9"):
            alone = [asked(store, lead, [each]) for each in buyers]
            assert asked(store, lead, buyers) == {name: why for each in alone for name, why in each.items()}
        store.close_now()

    property()
