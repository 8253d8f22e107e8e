"""What a lead costs the service in processor time, by part: processor time and not seconds, so that the figures mean
the same on a busy machine. Five buyers in a waterfall; two refuse, the third takes the lead; a hundred under way.

    python bench/cost.py [LEADS]            milliseconds a lead: loop, journal's thread, all
    python bench/cost.py LEADS loop         and where the event loop spends it, by function
    python bench/cost.py LEADS journal      and where the journal's thread does

The small sibling of `whole.py`: what does not grow with the buyers is easier to see here.
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import time
from pathlib import Path

import load
from whole import port_of, served

AT_ONCE = 100
WARM = 200
BUYER = """buyer {name} {{
  accept when budget >= {least}  else "too little"
  price {price}.00
  cap 1000000 per day
  dedupe on mail within 30d  else "bought before"
  deliver {{
    post "https://{name}.example/leads"
    idempotency header "Idempotency-Key"
    body json {{ ref = mail  zip = zip  budget = budget }}
    response json {{
      accepted when "ok"
      otherwise rejected
      reason "why"
      reference "id"
    }}
  }}
}}
"""
NAMES = ("ace", "bee", "cat", "dog", "elk")
FLOW = """flow bench
lead {
  first_name first_name required
  phone phone
  mail email required
  zip postal_code
  budget money
}
source web {
  dedupe on mail within 30d
  cost 1.00
}
filter small { reject when budget < 10 because "too small" }
score quality {
  start 50
  add 20 when budget >= 1000
  subtract 10 when mail.is_free
}
"""


def flow() -> str:
    """The flow: whoever is asked first and second refuses, see ``load.Buyers``."""
    buyers = "".join(BUYER.format(name=name, least=20 + at, price=30 - at) for at, name in enumerate(NAMES))
    return f"{FLOW}{buyers}route {{ waterfall {', '.join(NAMES)} }}\n"


def calls(count: int) -> list[bytes]:
    """So many calls, each of its own lead."""
    leads = (
        {
            "first_name": "Ida",
            "phone": f"602555{number % 10000:04}",
            "mail": f"lead{number}@example.com",
            "zip": "85001",
            "budget": "1200",
        }
        for number in range(count)
    )
    path = "/flows/bench/sources/web/submit"
    return [load.post_of(path, json.dumps(lead).encode()) for lead in leads]


def check(came: load.Came) -> None:
    """Every lead was sold. Raises ``AssertionError``."""
    said = {json.loads(body)["outcome"] for body in came.bodies}
    assert said == {"sold"}, (said, came.statuses)


def main(leads: int, report: str = "") -> None:
    """Start buyers and a service, send leads, tell what they cost."""
    todo = calls(WARM + leads)
    with tempfile.TemporaryDirectory() as folder:
        out = load.Buyers(refusals=2)
        (Path(folder) / "bench.flow").write_text(flow())
        with served(Path(folder), "bench.flow", out, report) as service:
            port = port_of(service)
            check(load.called(port, todo[:WARM], AT_ONCE))
            service.send_signal(signal.SIGUSR1)
            time.sleep(0.2)
            came = load.called(port, todo[WARM:], AT_ONCE)
            check(came)
            service.send_signal(signal.SIGTERM)
            said, _ = service.communicate(timeout=120)
        out.end()
    print(f"{leads} leads in {came.seconds:.1f} s, {AT_ONCE} at once")
    figures, _, rest = said.partition("\n")
    words = figures.split()
    for name, took in zip(words[::2], words[1::2], strict=True):
        print(f"{name:10} {float(took) * 1000 / leads:.3f} ms a lead")
    print(rest)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, *sys.argv[2:])
