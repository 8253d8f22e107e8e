"""What changed between two versions of a flow for one source, by how much it asks of its supplier."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

from leadflow_engine.instructions.bodies import paths_of_body
from leadflow_engine.instructions.intake import CONTENT_TYPES
from leadflow_engine.instructions.phrases import Name, any_of, joined, lasting, plain, say
from leadflow_engine.instructions.records import (
    ACT,
    KNOW,
    NOTHING,
    Change,
    FieldNote,
    Refusal,
    SourceInstructions,
)
from leadflow_engine.instructions.types_in_words import called


def source_changes(old: SourceInstructions, new: SourceInstructions) -> Iterator[Change]:
    """What changed for a source, in the order in which a supplier meets it."""
    yield from _calling(old, new)
    yield from _fields(old, new)
    yield from _together(old, new)
    yield from _refusals(old, new)
    yield from _terms(old, new)


def _calling(old: SourceInstructions, new: SourceInstructions) -> Iterator[Change]:
    if old.submit_url != new.submit_url:
        yield Change(ACT, say("Post to ", Name(new.submit_url), " instead of ", Name(old.submit_url), "."))
    if old.needs_key is not new.needs_key:
        text = "Every call needs your key now." if new.needs_key else "A key is not needed any more."
        yield Change(ACT if new.needs_key else NOTHING, (text,))
    gone, come = _received(old) - _received(new), _received(new) - _received(old)
    for kind in sorted(gone):
        yield Change(ACT, (f"{kind.upper()} is not taken any more.",))
    for kind in sorted(come):
        yield Change(NOTHING, (f"{kind.upper()} is taken, too.",))
    if new.pings is not old.pings:
        yield Change(
            KNOW, ("You can ask with a ping first." if new.pings else "Pings are not taken any more.",)
        )
    for note in new.notes:
        if note not in old.notes:
            urgency = ACT if note.about in {"verify", "each", "fetch"} else KNOW
            yield Change(urgency, say("New: ", note.text))
    for note in old.notes:
        if note not in new.notes:
            yield Change(KNOW, say("Holds no longer: ", note.text))


def _received(told: SourceInstructions) -> set[str]:
    return set(told.receive or CONTENT_TYPES)


def _fields(old: SourceInstructions, new: SourceInstructions) -> Iterator[Change]:
    before = {note.name: note for note in old.fields}
    after = {note.name: note for note in new.fields}
    gone = [note for name, note in before.items() if name not in after]
    come = [note for name, note in after.items() if name not in before]
    renamed = dict(_renamed(gone, come))
    for note in come:
        if note.name in renamed:
            yield from _renaming(before[renamed[note.name]], note)
        else:
            yield _added(note)
    for note in gone:
        if note.name not in renamed.values():
            text = say(Name(note.path), " is not a field any more; what you send there is kept and not used.")
            yield Change(KNOW, text)
    for name, note in after.items():
        if name in before:
            yield from _field(before[name], note)


def _renamed(gone: list[FieldNote], come: list[FieldNote]) -> Iterator[tuple[str, str]]:
    """New names with the old ones that they probably are: the same place of the payload says so, an alias, or that
    it is the only other one of the type."""
    left = list(gone)
    for note in come:
        aliases = {alias.casefold() for alias in note.aliases}
        same = (
            [old for old in left if old.path == note.path and not old.by_name]
            or [old for old in left if old.name.casefold() in aliases]
            or [
                old
                for old in left
                if old.type == note.type
                and sum(one.type == note.type for one in come)
                == sum(one.type == note.type for one in left)
                == 1
            ]
        )
        if same:
            left.remove(same[0])
            yield note.name, same[0].name


def _renaming(old: FieldNote, new: FieldNote) -> Iterator[Change]:
    if old.path == new.path:
        yield from _field(old, new, same_place=True)  # our own name is no matter to a supplier
        return
    if old.name.casefold() in {alias.casefold() for alias in new.aliases}:
        yield Change(
            NOTHING, say(Name(old.path), " is called ", Name(new.path), " now; the old name is taken, too.")
        )
    else:
        yield Change(
            ACT,
            say(Name(old.path), " seems to be ", Name(new.path), " now; the old name is not taken any more."),
        )
    yield from _field(old, new, same_place=True)


def _added(note: FieldNote) -> Change:
    what = say(Name(note.path), f" ({called(note.type)})")
    if note.required:
        return Change(ACT, say("Send the new field ", what, "; it is required."))
    return Change(NOTHING, say("There is a new field ", what, "; it is optional."))


_HARDER: Final = {"": 0, "post": 1, "ping": 1, "always": 2}


def _field(old: FieldNote, new: FieldNote, same_place: bool = False) -> Iterator[Change]:
    name = (Name(new.path),)
    if not same_place and old.path != new.path and not _still_found(old, new):
        yield Change(ACT, say("Send ", Name(old.path), " as ", name, " from now on."))
    if old.required != new.required:
        yield _required(old, new)
    if old.type != new.type:
        yield from _typed(old, new)
    for alias in set(old.aliases) - set(new.aliases):
        if alias.casefold() != new.path.casefold():
            yield Change(ACT, say(name, " is not taken under the name ", Name(alias), " any more."))
    if set(new.aliases) - set(old.aliases) and not same_place:
        more = joined(
            [(Name(alias),) for alias in sorted(set(new.aliases) - set(old.aliases))], ", ", " and "
        )
        yield Change(NOTHING, say(name, " is taken under ", more, ", too."))
    yield from _ranges(old, new)
    if (old.pattern, old.flags) != (new.pattern, new.flags):
        yield _patterned(new)
    if old.default != new.default:
        default = say("counts as ", new.default) if new.default else ("is blank",)
        yield Change(KNOW, say("Where ", name, " is left out, it ", default, " now."))


def _still_found(old: FieldNote, new: FieldNote) -> bool:
    return new.by_name and old.path.casefold() in {new.name.casefold(), *(a.casefold() for a in new.aliases)}


def _required(old: FieldNote, new: FieldNote) -> Change:
    name = Name(new.path)
    when = {"ping": " in the ping", "post": " in the post"}.get(new.required, "")
    if _HARDER[new.required] >= _HARDER[old.required] and new.required:
        return Change(ACT, say(name, f" is required{when} now."))
    return Change(
        NOTHING, say(name, f" is only required{when} now." if new.required else " is optional now.")
    )


def _typed(old: FieldNote, new: FieldNote) -> Iterator[Change]:
    name = Name(new.path)
    if old.type.name != new.type.name or old.type.name != "enum":
        yield Change(
            ACT, say(name, f" is a {called(new.type)} now ({new.takes}); it was a {called(old.type)}.")
        )
        return
    gone = [member for member in old.type.members if member not in new.type.members]
    come = [member for member in new.type.members if member not in old.type.members]
    if gone:
        yield Change(
            ACT, say(name, " does not take ", joined([(Name(m),) for m in gone], ", ", " and "), " any more.")
        )
    if come:
        yield Change(
            NOTHING, say(name, " takes ", joined([(Name(m),) for m in come], ", ", " and "), ", too.")
        )


def _ranges(old: FieldNote, new: FieldNote) -> Iterator[Change]:
    if (old.low, old.high) == (new.low, new.high):
        return
    if not new.low and not new.high:
        yield Change(NOTHING, say(Name(new.path), " may be any value now."))
        return
    wider = bool(old.low or old.high) and _at_most(new.low, old.low) and _at_most(old.high, new.high)
    was = f"; it was {old.low} to {old.high}" if old.low or old.high else ""
    text = say(Name(new.path), f" must be from {new.low} to {new.high} now{was}.")
    yield Change(NOTHING if wider else ACT, text)


def _at_most(one: str, other: str) -> bool:
    try:
        return Decimal(one) <= Decimal(other)
    except InvalidOperation:
        return one <= other


def _patterned(new: FieldNote) -> Change:
    if not new.pattern:
        return Change(NOTHING, say(Name(new.path), " need not fit a pattern any more."))
    return Change(
        ACT, say(Name(new.path), " must fit the pattern ", Name(f"/{new.pattern}/{new.flags}"), " now.")
    )


def _together(old: SourceInstructions, new: SourceInstructions) -> Iterator[Change]:
    still = _still_taken(old, new)
    before = {frozenset(still.get(path, path) for path in one.paths) for one in old.together}
    after = {frozenset(one.paths) for one in new.together}
    for each in new.together:
        if frozenset(each.paths) not in before:
            named = joined([(Name(path),) for path in each.paths], ", ", " or ")
            yield Change(ACT, say("At least one of ", named, " must come now."))
    for each in old.together:
        if frozenset(still.get(path, path) for path in each.paths) not in after:
            named = joined([(Name(path),) for path in each.paths], ", ", " or ")
            yield Change(NOTHING, say("None of ", named, " has to come any more."))


def _still_taken(old: SourceInstructions, new: SourceInstructions) -> dict[str, str]:
    """Where what was sent to an old place is read now, of fields that have another name and take the old one, too."""
    return {
        before.path: after.path
        for before in old.fields
        for after in new.fields
        if before.name != after.name and _still_found(before, after)
    }


def _refusals(old: SourceInstructions, new: SourceInstructions) -> Iterator[Change]:
    before = {_rule(each): each for each in old.refusals}
    after = {_rule(each): each for each in new.refusals}
    for rule, each in after.items():
        if rule not in before:
            yield Change(KNOW, say("Refused from now on: leads ", each.when, _because(each)))
        else:
            yield from _altered(before[rule], each)
    for rule, each in before.items():
        if rule not in after:
            yield Change(NOTHING, say("Not refused any more: leads ", each.when, _because(each)))


def _altered(old: Refusal, new: Refusal) -> Iterator[Change]:
    """The same rule with another number, or another reason."""
    if old.limit != new.limit:
        urgency = KNOW if new.limit < old.limit else NOTHING
        yield Change(urgency, say("Leads are refused ", new.when, f" now; it was after {old.limit:,}."))
    if old.reason != new.reason and old.limit == new.limit:
        yield Change(KNOW, (f"The reason “{old.reason}” reads “{new.reason}” now.",))


def _rule(refusal: Refusal) -> tuple[str, str]:
    """What makes a rule the same: all but its number and its reason."""
    words = plain(refusal.when)
    if refusal.limit:
        words = words.replace(f"{refusal.limit:,} ", "", 1).replace("leads", "lead").replace("calls", "call")
    return refusal.kind, words


def _because(refusal: Refusal) -> str:
    return f" (“{refusal.reason}”)." if refusal.reason else "."


def _terms(old: SourceInstructions, new: SourceInstructions) -> Iterator[Change]:
    if old.answer_within != new.answer_within:
        limit = f"within {lasting(new.answer_within)}" if new.answer_within else "without a promised time"
        yield Change(KNOW, (f"You are answered {limit} now.",))
    if old.payment != new.payment:
        yield Change(KNOW, say("You are paid now: ", joined(list(new.payment), "; ") or ("nothing",), "."))
    if old.test != new.test:
        how = say("where ", new.test) if new.test else ("never",)
        yield Change(ACT if old.test else NOTHING, say("A lead is a test ", how, "."))
    yield from _answers(old, new)
    if old.postbacks != new.postbacks:
        events = [event for each in new.postbacks for event in each.events]
        yield Change(
            KNOW,
            (f"We call you when a lead is {any_of(events)}." if events else "We do not call you any more.",),
        )


def _answers(old: SourceInstructions, new: SourceInstructions) -> Iterator[Change]:
    """Other names in an answer must be acted upon. Other values follow from another price or reason, told already."""
    if _shape(old) != _shape(new):
        yield Change(ACT, ("The answers read otherwise now; see the examples.",))
    elif (old.payment, old.refusals, old.fields) == (new.payment, new.refusals, new.fields):
        bodies = [[each.body for each in told.answers] for told in (old, new)]
        if bodies[0] != bodies[1]:
            yield Change(KNOW, ("The answers hold other values now; see the examples.",))


def _shape(told: SourceInstructions) -> list[object]:
    return [(each.status, each.content_type, sorted(paths_of_body(each.body))) for each in told.answers]
