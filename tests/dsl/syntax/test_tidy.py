"""What reading and checking make goes by itself: they run while no search for garbage does."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from leadflow_dsl.checking import check_files
from leadflow_dsl.collecting import no_collecting

RIGHT = """flow shop
lead { mail email required  age number }
source web { dedupe on mail within 30d }
buyer ace {
  accept when age between 20 and 60  else "age"
  price 20.00
  deliver { post "https://ace.example/leads"  response json { accepted when "ok"  otherwise rejected } }
}
route { waterfall ace }
"""


@pytest.fixture
def searched() -> Iterator[None]:
    """What tests before it left is gone."""
    gc.collect()
    yield


@pytest.mark.parametrize(
    "text",
    [
        RIGHT,
        RIGHT.replace("price 20.00", "price twenty\n  prise 20.00"),
        RIGHT[:200],
        'flow shop\nlead { a "',
    ],
    ids=["right", "a mistake", "cut off", "an open text"],
)
@pytest.mark.usefixtures("searched")
def test_nothing_has_to_be_searched_for(text: str) -> None:
    with no_collecting():
        check_files({"shop.flow": text}, "shop.flow")
        assert gc.collect() == 0
