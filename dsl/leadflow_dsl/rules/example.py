"""Making a rule's example a whole flow: what it does not declare itself is added."""

from __future__ import annotations

import re
from typing import Final

_HEAD: Final = 'flow example\ntimezone "America/New_York"\ncurrency USD\n\n'

_BESIDE: Final = (
    (
        "lead",
        """
lead {
  email         email    required
  phone_1       phone
  state         state
  postal_code   postal_code
  birth_date    dob
  homeowner     boolean
  credit_score  number
  project       enum(purchase, lease, unsure)
}
""",
    ),
    (
        "buyer",
        """
buyer acme "Acme" {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    ),
    ("route", "\nroute {\n  waterfall acme\n}\n"),
)


def complete(example: str) -> str:
    """A whole flow that holds ``example`` (declarations) and, where it has none of its own, a lead of a few
    fields, a buyer ``acme`` and a route to it. An example that opens with ``flow`` is whole already."""
    if re.match(r"\s*(flow|library)\b", example):
        return example
    missing = [text for word, text in _BESIDE if not re.search(rf"^{word}\b", example, re.MULTILINE)]
    return _HEAD + example.strip("\n") + "\n" + "".join(missing)
