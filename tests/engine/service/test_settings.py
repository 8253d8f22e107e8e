"""`[serve]` of `leadflow.toml`: read whole, or refused with what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from leadflow_engine.service.bounds import Bucket
from leadflow_engine.service.settings import USUAL, BadSettings, Rate, SourceSettings, settings_at


def read(folder: Path, text: str) -> Mapping[str, SourceSettings]:
    (folder / "leadflow.toml").write_text(text)
    return settings_at(folder, ["web", "form"])


def test_a_source_says_it_itself_or_all_of_them_do(tmp_path: Path) -> None:
    assert settings_at(tmp_path, ["web"]) == {"web": USUAL}
    text = '[serve]\nrate = "60 per minute"\n[serve.sources.web]\nconcurrency = 3\n'
    found = read(tmp_path, text)
    assert (found["web"].rate, found["web"].concurrency) == (Rate(60, 60.0), 3)
    assert (found["form"].rate, found["form"].concurrency) == (Rate(60, 60.0), USUAL.concurrency)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[serve]\nrate = "fast"', "rate"),
        ('[serve]\nrate = "0 per second"', "rate"),
        ("[serve]\nconcurrency = 0", "concurrency"),
        ("[serve]\nconcurrency = true", "concurrency"),
        ('[serve]\norigins = "https://a.example"', "list of texts"),
        ('[serve]\norigins = ["https://a.example/path"]', "no origin"),
        ('[serve]\naddresses = ["here"]', "here"),
        ("[serve]\nhoneypot = 7", "names of fields"),
        ("[serve]\nspeed = 1", "has no setting `speed`"),
        ("[serve]\nsources = 1", "[serve.sources.NAME]"),
        ("serve = 1", "[serve] is a table"),
        ("[serve", "no TOML"),
    ],
)
def test_what_is_no_setting_is_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadSettings) as refused:
        read(tmp_path, text)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("rate", "at_once", "wait"),
    [
        (Rate(5, 1.0), 5, 1),
        (Rate(600, 60.0), 100, 1),
        (Rate(60, 3600.0), 10, 60),
        (Rate(2, 86400.0), 2, 43200),
    ],
)
def test_a_bucket_gives_what_the_rate_says(rate: Rate, at_once: int, wait: int) -> None:
    bucket = Bucket(rate, at=100.0)
    assert [bucket.wait(100.0) for _ in range(at_once)] == [0] * at_once
    assert bucket.wait(100.0) == wait
    assert bucket.wait(100.0 + wait) == 0


def test_over_a_day_no_more_than_the_rate_and_its_first_burst() -> None:
    bucket = Bucket(Rate(100, 3600.0))
    taken = sum(bucket.wait(second * 10.0) == 0 for second in range(8640))
    assert 2400 - 10 <= taken <= 2400 + 10
