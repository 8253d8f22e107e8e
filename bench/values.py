"""What reading a value costs: phones beside the library alone, every other type beside a phone, on one core.

    python bench/values.py [VALUES]

No phone comes twice, so that none is taken from what was kept. Of 100,000 phones the time is told; compare the ratios.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence

import phonenumbers

from leadflow_dsl.terms import Type
from leadflow_engine.values import parse

AREAS = ("202", "206", "212", "305", "415", "512", "617", "702", "808", "907")
ASKED = 100_000
LONGEST = 4.0
"""Seconds that so many phones may take."""


def phones(count: int) -> list[str]:
    """Phones in the spellings of forms, each once."""
    chance = random.Random(20)
    numbers = chance.sample(range(len(AREAS) * 8_000_000), count)
    shapes = ("({0}) {1}-{2}", "{0}-{1}-{2}", "{0}{1}{2}", "+1{0}{1}{2}", "1 {0} {1} {2}", "{0}.{1}.{2}")
    split = ((AREAS[n // 8_000_000], str(n % 8_000_000 + 2_000_000)) for n in numbers)
    return [chance.choice(shapes).format(area, rest[:3], rest[3:]) for area, rest in split]


def others(count: int) -> dict[Type, list[str]]:
    """Values of the other types."""
    return {
        Type("email"): [f"Jane.Doe{n}@Example{n % 97}.com" for n in range(count)],
        Type("postal_code"): [f"{n % 99_000 + 501:05}-{n % 9000 + 1000}" for n in range(count)],
        Type("state"): [
            ("Texas", "CA", "N.Y.", "Penna.", "Québec")[n % 5] + " " * (n % 7) for n in range(count)
        ],
        Type("date"): [f"{n % 12 + 1}/{n % 28 + 1}/{1940 + n % 80}" for n in range(count)],
        Type("datetime"): [
            f"2026-{n % 12 + 1:02}-{n % 28 + 1:02} {n % 24:02}:{n % 60:02}:{n % 59:02}" for n in range(count)
        ],
        Type("money"): [f"${n % 900 + 1},{n % 1000:03}.{n % 100:02}" for n in range(count)],
        Type("range"): [f"${n}-${n + 500}" for n in range(count)],
        Type("boolean"): [("yes", "No", "1", "off")[n % 4] for n in range(count)],
        Type("url"): [f"https://www.example.com/solar/{n}?c={n}" for n in range(count)],
        Type("ip"): [f"203.{n % 250}.{n // 250 % 250}.{n % 199}" for n in range(count)],
        Type("first_name"): [f"  Mary  Ann{n} " for n in range(count)],
        Type("text"): [f"A remark about a roof, number {n}." for n in range(count)],
        Type("ssn"): [f"{n % 600 + 1:03}-{n % 99 + 1:02}-{n % 9999 + 1:04}" for n in range(count)],
    }


def seconds(work: Callable[[str], object], values: Iterable[str]) -> float:
    """CPU seconds for all of them."""
    before = time.process_time()
    for value in values:
        work(value)
    return time.process_time() - before


def alone(text: str) -> str | None:
    """A phone by the library alone: parsed, looked up, written."""
    number = phonenumbers.parse(text, "US")
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None


def reading(type_: Type) -> Callable[[str], object]:
    """How a lead's field of that type is read."""
    return lambda text: parse(type_, text)


def main(arguments: Sequence[str]) -> int:
    """Measure and tell; 1 where the phones took too long."""
    count = int(arguments[0]) if arguments else 20_000
    texts = phones(2 * count)
    phone = reading(Type("phone"))
    seconds(phone, texts[:200]), seconds(alone, texts[:200])
    ours, theirs = seconds(phone, texts[:count]), seconds(alone, texts[count:])
    many = ours / count * ASKED
    print(f"{count:,} values of each type, one core")
    print(
        f"phone         {ours / count * 1e6:7.1f} us   {theirs / ours:5.2f} times as fast as the library alone"
    )
    print(f"{ASKED:,} phones in {many:.2f} s (at most {LONGEST:.0f} s)")
    for type_, values in others(count).items():
        work = reading(type_)
        seconds(work, values[:200])
        spent = seconds(work, values[200:]) / (count - 200)
        print(f"{type_.name:<13} {spent * 1e6:7.1f} us   {spent / (ours / count):5.2f} of a phone")
    return 0 if many <= LONGEST else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
