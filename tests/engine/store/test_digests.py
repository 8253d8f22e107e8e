"""Digests are HMAC-SHA-256 under the journal's key, as anybody can make them again who has it."""

from __future__ import annotations

import hmac

import pytest

from leadflow_engine.store.digests import Digests


@pytest.mark.parametrize("value", ["", "+15125550147", "Ünï", "x" * 5000, "half a pair: \ud800"])
def test_a_digest_is_an_hmac(value: str) -> None:
    key = bytes(range(32))
    material = f"dedupe phone\x1f{value}".encode("utf-8", "surrogatepass")
    wanted = hmac.new(key, material, "sha256").hexdigest()[:32]
    digests = Digests(key)
    assert [digests.dedupe("phone", value) for _ in range(2)] == [wanted, wanted]
    digests.forget()
    assert digests.dedupe("phone", value) == wanted
