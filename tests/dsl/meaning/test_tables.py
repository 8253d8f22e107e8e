"""The language's tables agree with one another and with what reads them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import leadflow_dsl
from leadflow_dsl import check
from leadflow_dsl.functions import FUNCTIONS, Function, signature
from leadflow_dsl.operators import ARITHMETIC, arithmetic
from leadflow_dsl.states import STATES, state_code
from leadflow_dsl.terms import Type
from leadflow_dsl.types import EVERY_PART, KINDS, comparable, parts

HEAD = """flow x
lead {
  email          email
  birth_date     dob
  born           date
  electric_bill  money
  bid            money
  balance        number
  rooms          text
  name           text
  city           text
  last_name      last_name
  first_name     first_name
  phone_1        phone
  phone_2        phone
  ssn            ssn
  comments       text
  bill           number
  postal_code    postal_code
  project        enum(purchase, lease)
  children       list of text
}
table zip_facts from csv "zips.csv" key zip { income number }
"""


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_a_functions_example_is_an_expression_of_the_language(function: Function, tmp_path: Path) -> None:
    if function.only_in == "response":
        text = (
            f'{HEAD}enhance e {{ post "https://x.example/"  response {{ set a text {function.example} }} }}\n'
        )
    else:
        example = function.example[: function.example.rindex(")") + 1]
        text = f'{HEAD}filter f {{ accept when text({example}) == "x" }}\n'
    found = check(tmp_path / "x.flow", text, {"zips.csv": "zip,income\n"}).errors
    assert [finding.message for finding in found] == []


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_a_functions_signature_names_its_parameters(function: Function) -> None:
    assert signature(function).startswith(f"{function.name}(")
    assert all(parameter.name in signature(function) for parameter in function.parameters)


def test_every_part_has_a_type_of_the_table() -> None:
    for name in KINDS:
        for part in parts(Type(name)).values():
            assert part.name in KINDS


def test_every_type_has_raw_and_valid() -> None:
    assert all(EVERY_PART.items() <= parts(Type(name)).items() for name in KINDS if name != "record")


def test_comparing_is_mutual() -> None:
    for left in map(Type, KINDS):
        for right in map(Type, KINDS):
            assert comparable(left, right) == comparable(right, left)


def test_rows_of_arithmetic_give_types() -> None:
    by_group = {kind.group: Type(name) for name, kind in reversed(list(KINDS.items()))}
    for row in ARITHMETIC:
        assert arithmetic(row.operator, by_group[row.left], by_group[row.right]) is not None
    assert arithmetic("+", Type("text"), Type("number")) is None


def test_states() -> None:
    assert len(STATES) == 50 + 1 + 5 + 3 + 3 + 13  # territories, associated states, military posts, Canada
    assert state_code("new york") == "NY" and state_code(" or ") == "OR" and state_code("XX") is None


def test_importing_the_package_loads_nothing() -> None:
    script = "import sys, leadflow_dsl; print([n for n in ('lark', 'jinja2', 'jmespath', 're2') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", leadflow_dsl.__all__)
def test_what_the_package_offers_is_there(name: str) -> None:
    offered = getattr(leadflow_dsl, name)
    assert callable(offered)


def test_what_it_does_not_offer_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        leadflow_dsl.nothing  # noqa: B018
