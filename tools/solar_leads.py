"""Writes ``flows/solar.leads.jsonl``: invented leads as the Facebook source of ``flows/solar.flow`` sends them.

The same seed gives the same file, byte for byte; a test compares it with what is committed. The people do not exist:
phones lie in 555-0100 to 555-0199, which are set aside for fiction, and mail domains are those set aside for examples,
but for the free ones that a rule of the flow looks at. About one lead in seven is bad in some way.

Use: ``python tools/solar_leads.py > flows/solar.leads.jsonl``
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

Lead: TypeAlias = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
COUNT = 640
SEED = 20261120
OPENED = datetime.datetime(2026, 11, 20, 9, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=-5)))

FIRST = (
    "Ana Luis Maria James Keisha Robert Linda Wei Priya Omar Grace Hector Sofia Daniel Ruth Miguel Tanya Samuel "
    "Nadia Carl Jo Chloé José Aisha Peter Yolanda Noah Emily Dmitri Fatima"
).split()
LAST = (
    "Ruiz Smith O'Brien García Nguyen Johnson Patel Müller Washington Lee Kim Rossi Núñez Baker Ivanov Cohen Diaz "
    "Freeman Okafor Hall Jensen Khan Lopez Moreau Nowak Price Quinn Reyes Sato Turner"
).split()
STREETS = (
    "Oak St|Maple Ave|2nd St|Sunset Blvd|County Road 12|Mission Dr|Palm Way|Cedar Ln|Lakeview Ter|Main St"
).split("|")
DOMAINS = ("example.com", "example.net", "example.org", "gmail.com", "yahoo.com")
DOMAIN_SHARES = (30, 20, 15, 25, 10)
AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
)
PHONE_SPELLINGS = ("({0}) {1}-{2}", "{0}-{1}-{2}", "+1{0}{1}{2}", "1 {0} {1} {2}", "{0}.{1}.{2}", "{0}{1}{2}")


def places() -> list[dict[str, str]]:
    """ZIP codes with their city, state and area code, as ``lists/zip_facts.csv`` has them."""
    with (ROOT / "lists" / "zip_facts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def leads(seed: int = SEED, count: int = COUNT) -> Iterator[Lead]:
    """The leads, in order. Some repeat an earlier one's phone or e-mail."""
    rng = random.Random(seed)
    where = places()
    earlier: list[Lead] = []
    for number in range(1, count + 1):
        lead = _good(rng, number, rng.choice(where))
        if rng.random() < 0.15:
            _spoil(rng, lead, earlier)
        earlier.append(lead)
        yield lead


def _good(rng: random.Random, number: int, place: dict[str, str]) -> Lead:
    first, last = rng.choice(FIRST), rng.choice(LAST)
    sent = OPENED + datetime.timedelta(seconds=number * 37 + rng.randrange(20))
    return {
        "leadgen_id": str(7_400_000_000_000_000 + number * 7919),
        "created_time": sent.isoformat(),
        "form_id": rng.choice(("1093001", "1093002", "1093007")),
        "user": {"first": first},
        "last_name": last,
        "email": _email(rng, first, last, number),
        "contact": {"phones": [_phone(rng, place["area_code"], number)]},
        "address_1": f"{rng.randrange(10, 9900)} {rng.choice(STREETS)}",
        "city": place["city"],
        "state": rng.choice((place["state"], place["state"], place["state"].lower())),
        "postal_code": place["zip"],
        "homeowner": rng.choices((True, "yes", "Y", False), (50, 25, 12, 3))[0],
        "answers": {"monthly_bill": _bill(rng), "roof_shade": rng.choice(("none", "some", "full"))},
        "credit_score": rng.choices((rng.randrange(580, 830), None), (88, 12))[0],
        "project": rng.choices(("purchase", "lease", "unsure", ""), (40, 25, 25, 10))[0],
        "birth_date": _birth_date(rng),
        "trustedform_cert_url": _certificate(rng, number),
        "ip_address": f"203.0.113.{rng.randrange(1, 255)}",
        "user_agent": rng.choice(AGENTS),
        "opt_in": True,
    }


def _email(rng: random.Random, first: str, last: str, number: int) -> str:
    user = f"{first}.{last}".lower().replace("'", "")
    plain = user.encode("ascii", "ignore").decode()
    return f"{plain}.{number:03}@{rng.choices(DOMAINS, DOMAIN_SHARES)[0]}"


def _phone(rng: random.Random, area: str, number: int) -> str:
    # Counting through the hundred fictional lines keeps people of one area apart.
    return rng.choice(PHONE_SPELLINGS).format(area, "555", f"01{number % 100:02}")


def _bill(rng: random.Random) -> str | int | float:
    bill = rng.choices(
        (rng.randrange(60, 100), rng.randrange(100, 250), rng.randrange(250, 620)), (4, 60, 36)
    )[0]
    return rng.choice((bill, f"${bill}", f"${bill}.50", bill + 0.25))


def _birth_date(rng: random.Random) -> str:
    age = rng.choices((rng.randrange(18, 25), rng.randrange(25, 65), rng.randrange(65, 88)), (6, 80, 14))[0]
    born = OPENED.date() - datetime.timedelta(days=age * 365 + age // 4 + rng.randrange(1, 364))
    return rng.choice((born.isoformat(), born.strftime("%m/%d/%Y")))


def _certificate(rng: random.Random, number: int) -> str:
    token = hashlib.sha1(f"certificate {number}".encode(), usedforsecurity=False).hexdigest()
    good, elsewhere = f"https://cert.trustedform.com/{token}", f"https://certificates.example/{token}"
    return rng.choices((good, "", elsewhere), (86, 11, 3))[0]


def _no_homeowner(rng: random.Random, lead: Lead, earlier: list[Lead]) -> None:
    del lead["homeowner"]


def _no_bill(rng: random.Random, lead: Lead, earlier: list[Lead]) -> None:
    lead["answers"]["monthly_bill"] = rng.choice(("", None, "  "))


def _bill_of_wrong_kind(rng: random.Random, lead: Lead, earlier: list[Lead]) -> None:
    lead["answers"]["monthly_bill"] = rng.choice(("about two hundred", [250], {"amount": 250}, True))


def _homeowner_of_wrong_kind(rng: random.Random, lead: Lead, earlier: list[Lead]) -> None:
    lead["homeowner"] = rng.choice(("maybe", {"own": True}, ["yes", "no"], 7))


def _bad_phone(rng: random.Random, lead: Lead, earlier: list[Lead]) -> None:
    lead["contact"] = rng.choice(
        ({"phones": ["call me"]}, {"phones": []}, {"phones": ["555-0147"]}, {}, "none")
    )


def _bad_email(rng: random.Random, lead: Lead, earlier: list[Lead]) -> None:
    lead["email"] = rng.choice(("nobody at example", "", "a@@example.com", "x@" + "y" * 300))


def _bad_score(rng: random.Random, lead: Lead, earlier: list[Lead]) -> None:
    lead["credit_score"] = rng.choice((8500, "good", -1, "70O"))


def _bad_birth_date(rng: random.Random, lead: Lead, earlier: list[Lead]) -> None:
    lead["birth_date"] = rng.choice(("1984-02-31", "soon", "2091-01-01", "00/00/0000"))


def _odd_place(rng: random.Random, lead: Lead, earlier: list[Lead]) -> None:
    lead["state"], lead["postal_code"] = rng.choice(
        (("Ontario", "M5V 2T6"), ("ZZ", "00000"), ("California", "9021"))
    )


def _hostile_text(rng: random.Random, lead: Lead, earlier: list[Lead]) -> None:
    lead["last_name"] = rng.choice(
        ('"}],"x":"', "<b>Bobby</b> & Sons", "{{ 7 * 7 }}", "=SUM(1)", "Zoë\r\nX-A: 1")
    )


def _same_phone(rng: random.Random, lead: Lead, earlier: list[Lead]) -> None:
    lead["contact"] = rng.choice(earlier or [lead])["contact"]


def _same_email(rng: random.Random, lead: Lead, earlier: list[Lead]) -> None:
    email = rng.choice(earlier or [lead])["email"]
    lead["email"] = rng.choice((email, email.upper(), f" {email} "))


SPOILERS: tuple[Callable[[random.Random, Lead, list[Lead]], None], ...] = (
    _no_homeowner,
    _no_bill,
    _bill_of_wrong_kind,
    _homeowner_of_wrong_kind,
    _bad_phone,
    _bad_email,
    _bad_score,
    _bad_birth_date,
    _odd_place,
    _hostile_text,
    _same_phone,
    _same_email,
)


def _spoil(rng: random.Random, lead: Lead, earlier: list[Lead]) -> None:
    rng.choice(SPOILERS)(rng, lead, earlier)


def text() -> str:
    """The whole file."""
    return "".join(json.dumps(lead, ensure_ascii=False) + "\n" for lead in leads())


if __name__ == "__main__":
    sys.stdout.write(text())
