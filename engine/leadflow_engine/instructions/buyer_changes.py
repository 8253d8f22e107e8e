"""What changed between two versions of a flow for one buyer, by how much it asks of its system."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from leadflow_engine.instructions.bodies import paths_of_body
from leadflow_engine.instructions.phrases import Name, Phrase, joined, lasting, plain, say
from leadflow_engine.instructions.records import ACT, KNOW, BuyerInstructions, Change, Leg


def buyer_changes(old: BuyerInstructions, new: BuyerInstructions) -> Iterator[Change]:
    """What changed for a buyer: its requests first, then everything else."""
    yield from _legs(old, new)
    lists: tuple[tuple[str, Callable[[BuyerInstructions], tuple[Phrase, ...]]], ...] = (
        ("Which leads", lambda told: tuple(each.when for each in told.criteria)),
        ("What you pay", lambda told: told.prices),
        ("How many", lambda told: told.limits),
        ("When", lambda told: told.hours),
        ("Duplicates", lambda told: told.duplicates),
        ("Returns", lambda told: told.returns),
        ("Test leads", lambda told: told.test),
        ("Also", lambda told: tuple(note.text for note in told.notes)),
        ("When an answer does not tell", lambda told: (told.doubt,)),
    )
    for title, of in lists:
        yield from _listed(title, of(old), of(new))
    if old.timezone != new.timezone:
        yield Change(KNOW, say("Times are those of ", Name(new.timezone), " now."))


def _listed(title: str, old: tuple[Phrase, ...], new: tuple[Phrase, ...]) -> Iterator[Change]:
    if old == new:
        return
    gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
    for phrase in come:
        yield Change(KNOW, say(f"{title}, new: ", phrase, "" if plain(phrase).endswith(".") else "."))
    for phrase in gone:
        yield Change(KNOW, say(f"{title}, no longer: ", phrase, "" if plain(phrase).endswith(".") else "."))
    if not gone and not come:
        yield Change(KNOW, (f"{title}: the order in which the rules are tried changed.",))


def _legs(old: BuyerInstructions, new: BuyerInstructions) -> Iterator[Change]:
    before, after = {leg.kind: leg for leg in old.legs}, {leg.kind: leg for leg in new.legs}
    for kind in after.keys() - before.keys():
        yield Change(ACT, (f"You are sent a {kind} now.",))
    for kind in before.keys() - after.keys():
        yield Change(ACT, (f"You are sent no {kind} any more.",))
    for kind, leg in after.items():
        if kind in before:
            yield from _leg(before[kind], leg)


def _leg(old: Leg, new: Leg) -> Iterator[Change]:
    the = f"the {new.kind}"
    if (old.method, old.url) != (new.method, new.url):
        yield Change(ACT, say(f"Of {the}: it goes to ", Name(f"{new.method} {new.url}"), " now."))
    if old.content_type != new.content_type:
        yield Change(ACT, say(f"Of {the}: its content type is ", Name(new.content_type or "none"), " now."))
    if old.auth != new.auth:
        how = joined(list(new.auth), ", ", " and ") or ("nothing",)
        yield Change(ACT, say(f"Of {the}: it is authenticated by ", how, " now."))
    yield from _bodies(the, old, new)
    for header in sorted(set(new.headers) ^ set(old.headers)):
        word = "has" if header in new.headers else "has no more"
        yield Change(KNOW, say(f"Of {the}: it {word} the header ", Name(header), "."))
    if old.reading != new.reading:
        come = [phrase for phrase in new.reading if phrase not in old.reading] or list(new.reading)
        yield Change(ACT, say(f"Of {the}: your answer is read otherwise. ", joined(come, " ")))
    for phrase in [one for one in new.taken if one not in old.taken]:
        yield Change(KNOW, say(f"Of {the}: taken from your answer now, ", phrase, "."))
    if old.timeout != new.timeout:
        yield Change(
            KNOW,
            (f"Of {the}: you have {lasting(new.timeout)} to answer now; it was {lasting(old.timeout)}.",),
        )
    if old.retry != new.retry:
        yield Change(KNOW, say(f"Of {the}: if it fails it is ", new.retry, " now."))


def _bodies(the: str, old: Leg, new: Leg) -> Iterator[Change]:
    before, after = paths_of_body(old.body), paths_of_body(new.body)
    for path in sorted(before - after):
        yield Change(ACT, say(f"Of {the}: it has no more ", Name(path), "."))
    for path in sorted(after - before):
        yield Change(KNOW, say(f"Of {the}: it has ", Name(path), ", too."))
    if before == after and old.body != new.body:
        yield Change(KNOW, (f"Of {the}: values in the body are written otherwise; see the example.",))
