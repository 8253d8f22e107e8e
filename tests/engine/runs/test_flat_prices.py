"""A price that is one amount for every lead is known with the plan; any other is looked at lead by lead."""

from decimal import Decimal

import pytest

from .harness import plan_of

FLOW = """
flow prices
lead {
  roof enum(flat, pitched)
  budget money
}
buyer one { PRICE  deliver { post "https://one.example/"  body json { r = roof }
  response json { accepted when "ok"  price "pays"  otherwise rejected } } }
route { waterfall one }
"""


@pytest.mark.parametrize(
    ("price", "flat"),
    [
        ("price 20.00", "20.00"),
        ("price 20.00  price 8.00 when roof == flat", "20.00"),
        ("price 8.00 when roof == flat  price 20.00", None),
        ("price budget", None),
        ("price from response up to 50", None),
        ("offer 80, 50", None),
    ],
)
def test_one_amount_for_every_lead(price, flat, tmp_path):
    plan = plan_of(FLOW.replace("PRICE", price), tmp_path)
    assert plan.buyers["one"].flat == (Decimal(flat) if flat else None)
