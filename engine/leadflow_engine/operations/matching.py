"""Which lead somebody means who calls it by its id, a buyer's reference, a phone or an e-mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from leadflow_dsl.terms import Type
from leadflow_engine.store import SqliteStore, finding
from leadflow_engine.values import parse
from leadflow_engine.values.contacts import contact_of


@dataclass(frozen=True, slots=True)
class Called:
    """What a lead is called. What is not said is ""; phones and e-mails are as they came (personal)."""

    lead: str = ""
    reference: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """The lead that is meant and by what it was found; or, ``lead`` being "", why there is none."""

    lead: str
    by: str = ""
    problem: str = ""


def match(store: SqliteStore, called: Called, buyer: str = "", country: str = "US") -> Match:
    """The one lead that is meant, by the surest name that any lead has. Of several with one phone or e-mail it is the
    one that ``buyer`` has. ``country`` is where phones are that do not say theirs."""
    found = _candidates(store, called, buyer, country)
    if found is None:
        return Match("", "", "nothing names the lead" if called == Called() else "no lead is called so")
    by, leads = found
    if len(leads) > 1 and buyer:
        leads = store.ask(lambda connection: finding.nearest_to_sale(connection, leads, buyer)) or leads
    if len(leads) > 1:
        return Match("", by, f"{len(leads)} leads have this {by}: {', '.join(leads[:5])}")
    return Match(leads[0], by)


def leads_called(store: SqliteStore, called: Called, country: str = "US") -> list[str]:
    """Every lead that is called so, in the order in which they came."""
    found = _candidates(store, called, "", country)
    return found[1] if found else []


def _candidates(store: SqliteStore, called: Called, buyer: str, country: str) -> tuple[str, list[str]] | None:
    for name, find in FIND.items():
        said = str(getattr(called, name)).strip()
        leads = find(store, said, buyer, country) if said else []
        if leads:
            return name, leads
    return None


def _by_id(store: SqliteStore, said: str, buyer: str, country: str) -> list[str]:
    spellings = dict.fromkeys((said, said.upper()))
    return store.ask(lambda connection: [each for each in spellings if finding.is_lead(connection, each)])


def _by_reference(store: SqliteStore, said: str, buyer: str, country: str) -> list[str]:
    return store.ask(lambda connection: finding.by_reference(connection, said, buyer))


def _by_contact(kind: str) -> Find:
    def find(store: SqliteStore, said: str, buyer: str, country: str) -> list[str]:
        known = contact_of(parse(Type(kind), said, country, "UTC"))
        return store.ask(lambda connection: finding.by_contact(connection, *known)) if known else []

    return find


Find = Callable[[SqliteStore, str, str, str], list[str]]
FIND: Final[dict[str, Find]] = {
    "lead": _by_id,
    "reference": _by_reference,
    "phone": _by_contact("phone"),
    "email": _by_contact("email"),
}
"""How a lead is found by each of its names, the surest first."""
