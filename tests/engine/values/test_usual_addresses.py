"""An address or a number that is read in the short way comes out as in the long one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl.terms import Type
from leadflow_engine.values import numbers, parse
from leadflow_engine.values.emails import _checked

LOCAL = st.text("aZ9.+-_%&é", min_size=1, max_size=70)
HOST = st.sampled_from(
    ["example.com", "Mail.Example.co.uk", "x-.com", "a..b", "localhost", "xn--bcher-kva.de", "1.2.3.4"]
)
HOSTS = (
    HOST
    | st.text("ab-.9", min_size=1, max_size=12)
    | st.builds("{}.{}".format, st.text("ab", max_size=70), HOST)
)


@given(LOCAL, HOSTS)
def test_addresses(local: str, host: str) -> None:
    address = f"{local}@{host}"
    value = parse(Type("email"), address)
    assert value.normal == (_checked(address) if len(address) <= 320 else None)


@given(st.from_regex(r"0{0,3}\d{1,13}(\.\d{1,9})?", fullmatch=True, alphabet="0123456789."))
def test_numbers(text: str) -> None:
    short, long = numbers.number_of(text), numbers.number_of(f"+{text}")
    assert short == long and str(short) == str(long)
