"""How many leads a second the service takes and answers: offered at a steady rate to a buyer that answers in 5 to 40 ms
and fails for 5 of 100, all on this machine (callers, service and buyer share its processors).

    python bench/serve.py [LEADS-A-SECOND] [SECONDS]

What cannot be served is refused with 503. Afterwards every lead that was acknowledged is looked for in the journal.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import load
from whole import SETTINGS, port_of

LEADFLOW = str(Path(sys.executable).with_name("leadflow"))
FLOW = """flow bench
lead {
  mail email required
  zip postal_code
  budget money
}
source web { dedupe on mail within 30d }
buyer ace {
  price 20.00
  cap 1000000 per day
  down after 100000 failures in 1m for 1m
  deliver {
    post "https://ace.example/leads"
    idempotency header "Idempotency-Key"
    body json { mail = mail  zip = zip  budget = budget }
    response json { accepted when "ok"  otherwise rejected }
  }
}
route { waterfall ace }
"""
ANSWERS = """seed: 1
buyers:
  ace:
    deliver:
      url: https://ace.example/leads
      latency: 5ms-40ms
      answers:
        - {chance: 5%, status: 500, takes: true}
        - {takes: true, body: {ok: true}}
"""


def calls(count: int) -> list[bytes]:
    """So many calls, each of its own lead."""
    path = "/flows/bench/sources/web/submit"
    bodies = ({"mail": f"lead{at}@example.com", "zip": "85001", "budget": "1200"} for at in range(count))
    return [load.post_of(path, json.dumps(body).encode()) for body in bodies]


def report(came: load.Came, db: Path) -> None:
    """Print what came of it."""
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as journal:
        stored = {row[0] for row in journal.execute("SELECT id FROM lead")}
        outcomes = dict(journal.execute("SELECT coalesce(outcome, 'running'), count(*) FROM lead GROUP BY 1"))
    told = [json.loads(body) for body in came.bodies]
    kept = {body["lead"]["id"] for body in told if "lead" in body}
    print(f"answered   {dict(sorted(came.statuses.items()))}  (0: no answer)")
    print(f"served     {len(kept) / came.seconds:,.0f} leads a second")
    print(
        "latency    " + "   ".join(f"p{share:.1%} {came.at(share):,.0f} ms" for share in (0.5, 0.99, 0.999))
    )
    print(f"lost       {len(kept - stored)} of {len(kept):,} acknowledged")
    print(f"journal    {outcomes}")


def main(rate: int, seconds: int) -> None:
    """Start a buyer and a service, offer leads, tell what came of them."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        for name, text in (("bench.flow", FLOW), ("answers.yaml", ANSWERS), ("leadflow.toml", SETTINGS)):
            (here / name).write_text(text, encoding="utf-8")
        sandbox = [LEADFLOW, "sandbox", "answers.yaml", "--port", "0"]
        buyer = subprocess.Popen(sandbox, cwd=here, stdout=subprocess.PIPE, text=True)
        assert buyer.stdout is not None
        address = buyer.stdout.readline().split(" on ")[1].split(",")[0]
        environ = {**os.environ, "LEADFLOW_SANDBOX": address, "LEADFLOW_ALLOW_HOSTS": address}
        command = [LEADFLOW, "serve", "bench.flow", "--db", "bench.db", "--port", "0", "--open"]
        service = subprocess.Popen(command, env=environ, cwd=here, stdout=subprocess.PIPE, text=True)
        try:
            came = load.called(port_of(service), calls(rate * seconds), rate=rate)
            service.send_signal(signal.SIGTERM)
            service.wait(60)
            report(came, here / "bench.db")
        finally:
            for process in (service, buyer):
                process.kill()
                process.communicate()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400, int(sys.argv[2]) if len(sys.argv) > 2 else 10)
