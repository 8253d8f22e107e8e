"""Writes ``flows/mortgage.leads.jsonl``: invented leads as the affiliates of ``flows/mortgage.flow`` send them.

The same seed gives the same file, byte for byte; a test compares it with what is committed. The people do not exist:
phones lie in 555-0100 to 555-0199, which are set aside for fiction, and mail domains are those set aside for examples.

Use: ``python tools/mortgage_leads.py > flows/mortgage.leads.jsonl``
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Iterator
from typing import Any

COUNT = 400
SEED = 20261121

FIRST = "Ana Luis Keisha Robert Wei Priya Omar Grace Hector Sofia Ruth Tanya Nadia Carl José Aisha Noah Emily".split()
LAST = "Ruiz Smith O'Brien García Nguyen Patel Müller Washington Kim Rossi Cohen Diaz Okafor Jensen Khan Price".split()
STREETS = "Oak St|Maple Ave|2nd St|Sunset Blvd|Palm Way|Cedar Ln|Lakeview Ter".split("|")
PLACES = (
    "CA 94103 415|CA 90012 213|OR 97204 503|WA 98101 206|AZ 85004 602|NV 89501 775|CO 80202 303|IL 60601 312|"
    "OH 43215 614|MI 48226 313|VA 23219 804|NC 27601 919|GA 30303 404|FL 33130 305|TX 75201 214|TX 78701 512|"
    "OK 73102 405|PA 19103 215|NJ 07102 973|NY 10001 212|MA 02108 617|MT 59601 406|TN 37203 615|MO 64106 816"
).split("|")
PRODUCTS = ("refinance", "purchase", "cash_out", "heloc", "reverse")
SHARES = (34, 28, 14, 16, 8)


def leads(seed: int = SEED, count: int = COUNT) -> Iterator[dict[str, Any]]:
    """The leads, in order. About one in fifteen repeats an earlier one's e-mail, one in twenty lacks something."""
    rng = random.Random(seed)
    earlier: list[dict[str, Any]] = []
    for number in range(1, count + 1):
        lead = _lead(rng, number)
        if earlier and rng.random() < 0.07:
            lead["email"] = rng.choice(earlier)["email"]
        if rng.random() < 0.05:
            lead[rng.choice(["last_name", "home_value", "credit_score", "state"])] = ""
        earlier.append(lead)
        yield lead


def _lead(rng: random.Random, number: int) -> dict[str, Any]:
    state, code, area = rng.choice(PLACES).split()
    product = rng.choices(PRODUCTS, SHARES)[0]
    value = rng.randrange(180, 1_500 if rng.random() < 0.15 else 800) * 1_000
    first, last = rng.choice(FIRST), rng.choice(LAST)
    domain = rng.choice(["example.com", "example.net"])
    born = rng.randrange(1940, 1964) if product == "reverse" else rng.randrange(1955, 2006)
    mark = hashlib.sha256(f"{SEED} {number}".encode()).hexdigest()[:40]
    return {
        "external_lead_id": f"M-{number:04}",
        "affiliate": rng.choice(["north", "north", "south", "compare4u"]),
        "campaign": rng.choice(["search", "social", "native"]),
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}.{number:03}@{domain}".lower().replace("'", ""),
        "phone": f"({area}) 555-{rng.randrange(100, 200):04}",
        "address": f"{rng.randrange(10, 9_000)} {rng.choice(STREETS)}",
        "state": state,
        "zip": code,
        "product": product,
        "property_type": rng.choices(
            ["single_family", "condo", "multi_family", "manufactured"], [70, 18, 8, 4]
        )[0],
        "occupancy": rng.choices(["primary", "second_home", "investment"], [84, 6, 10])[0],
        "home_value": value,
        "loan_amount": _amount(rng, product, value),
        "first_lien": round(value * rng.uniform(0, 0.7), -3) if product in ("heloc", "reverse") else 0,
        "credit_score": min(850, max(480, round(rng.gauss(706, 62)))),
        "va_eligible": rng.random() < 0.08,
        "bankruptcy": rng.random() < 0.04,
        "birth_date": f"{born}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}",
        "trustedform_cert_url": f"https://cert.trustedform.com/{mark}" if rng.random() < 0.88 else "",
    }


def _amount(rng: random.Random, product: str, value: int) -> int:
    """What is asked for: little on a line of credit, up to the whole price of a house that is bought."""
    low, high = {"heloc": (0.05, 0.25), "reverse": (0.2, 0.5), "purchase": (0.6, 0.99)}.get(
        product, (0.4, 0.96)
    )
    return int(round(value * rng.uniform(low, high), -3)) or 5_000


def main() -> None:
    """Write the file to standard output."""
    for lead in leads():
        sys.stdout.write(json.dumps(lead, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
