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


@pytest.mark.parametrize(
    ("price", "alone"),
    [
        ("price from bid", True),
        ("price from bid when roof == flat  price 20.00", False),
        ("price 20.00", False),
    ],
)
def test_a_price_that_only_a_bid_tells(price, alone, tmp_path):
    ping = 'ping { post "https://one.example/p"  body json { r = roof }  response json { ANSWER } }'
    ping = ping.replace("ANSWER", 'accepted when "ok"  bid "b"')
    plan = plan_of(FLOW.replace("PRICE", f"{price}  {ping}"), tmp_path)
    assert plan.buyers["one"].bids_alone is alone


@pytest.mark.parametrize(
    ("limit", "asked_anew"),
    [
        ("", False),
        ("cap 5 per day", True),
        ('dedupe on roof within 30d else "had it"', True),
        ("balance prepaid", True),
    ],
)
def test_who_has_no_limits_is_asked_one_question_for_all_leads(limit, asked_anew, tmp_path):
    planned = plan_of(FLOW.replace("PRICE", f"price 20.00  {limit}"), tmp_path).buyers["one"]
    assert (planned.unlimited is None) is asked_anew
    if planned.unlimited is not None:
        assert planned.unlimited.down_after == planned.buyer.down_after
        assert not planned.caps and not planned.dedupes
