"""Expected beside found: what is not said is not compared, what differs is told with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import re2

from leadflow_engine.answers.document import Path
from leadflow_engine.texts.counted import counted

ABSENT: Final = "~absent"
"""What is found where nothing is."""

LEGS: Final = frozenset({"ping", "deliver", "inquire"})

TEXTS: Final = frozenset({"set", "read"})
"""What of a step is kept as text."""

_PATTERN = re.compile(r"/(.*)/([ims]*)\Z", re.S)


@dataclass(frozen=True, slots=True)
class Difference:
    """``path`` leads into the ``expect``; ``found`` is what would have to stand there, where it is ``fixable``."""

    path: Path
    expected: Any
    found: Any
    fixable: bool = True


def differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Difference]:
    """Where what came out is not what was said. Both are of the shape of an ``expect``."""
    for key, value in expected.items():
        compare = WAYS.get(key, partly)
        yield from compare(value, found.get(key), (key,))


# ------------------------------------------------------------------ matchers


def _matches(argument: str, found: Any) -> bool:
    form = _PATTERN.match(argument.strip())
    source, flags = (form[1], form[2]) if form else (argument.strip(), "")
    options = re2.Options()
    options.log_errors = False
    pattern = f"(?{flags}){source}" if flags else source
    return re2.compile(pattern.replace(r"\/", "/"), options).search(text_of(found)) is not None


MATCHERS: Final[Mapping[str, Callable[[str, Any], bool]]] = {
    "present": lambda argument, found: found is not None and found != "",
    "matches": _matches,
    "contains": lambda argument, found: argument.strip().casefold() in text_of(found).casefold(),
    "exactly": lambda argument, found: text_of(found) == argument,
}
"""What may stand behind ``~`` in place of a value, beside ``~absent``."""


def matcher_problem(text: str) -> str:
    """What is wrong with a text that begins with ``~``; "" where it is a matcher."""
    name, _, argument = text.removeprefix("~").partition(" ")
    if text == ABSENT:
        return ""
    if name not in MATCHERS:
        return f"`~{name}` is no matcher: there are ~absent, {', '.join(f'~{each}' for each in MATCHERS)}"
    try:
        MATCHERS[name](argument, "")
    except re2.error:
        return f"{argument.strip()} is not a regular expression (RE2)"
    return ""


def text_of(value: Any) -> str:
    """A value as a text, for comparisons with texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else str(value)


# ------------------------------------------------------------------ comparing


def partly(expected: Any, found: Any, path: Path) -> Iterator[Difference]:
    """A mapping is compared where it says something, a list element by element, all else whole."""
    if isinstance(expected, Mapping):
        if not isinstance(found, Mapping):
            yield Difference(path, expected, ABSENT if found is None else found)
            return
        for key, value in expected.items():
            inner = (*path, key)
            if key in found:
                yield from partly(value, found[key], inner)
            elif value != ABSENT:
                yield Difference(inner, value, ABSENT)
    elif isinstance(expected, list):
        yield from _listed(expected, found, path)
    elif not same(expected, found):
        yield Difference(path, expected, found)


def _listed(expected: list[Any], found: Any, path: Path) -> Iterator[Difference]:
    if not isinstance(found, list) or len(found) != len(expected):
        yield Difference(path, expected, found)
        return
    for index, (want, got) in enumerate(zip(expected, found, strict=True)):
        yield from partly(want, got, (*path, index))


def same(expected: Any, found: Any) -> bool:
    """Is this the value? A text that begins with ``~`` is a matcher; numbers are equal whatever their places."""
    if isinstance(expected, str) and expected.startswith("~"):
        name, _, argument = expected[1:].partition(" ")
        return name in MATCHERS and MATCHERS[name](argument, found)
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    if isinstance(expected, int | Decimal) and isinstance(found, int | Decimal | float):
        return Decimal(expected) == Decimal(str(found))
    return bool(expected == found)


def in_words(expected: Any, found: Any, path: Path) -> Iterator[Difference]:
    """Where everything found is a text (a form, a query, XML), a number that is expected is its text."""
    yield from partly(_texts(expected), found, path)


def _texts(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    return value if value is None or isinstance(value, str) else text_of(value)


def _exactly(expected: Any, found: Any, path: Path) -> Iterator[Difference]:
    """All of it: what is found beside it is a difference, too."""
    inner = list(partly(expected, found, path))
    if isinstance(expected, Mapping) and expected.keys() != found.keys():
        yield Difference(path, expected, found)
    else:
        yield from inner


def _amount(expected: Any, found: Any, path: Path) -> Iterator[Difference]:
    """An amount may be written as text (``$50.00`` is not): ``"50.00"`` is 50."""
    if isinstance(expected, str) and not expected.startswith("~"):
        try:
            expected = Decimal(expected)
        except InvalidOperation:
            pass
    yield from partly(expected, found, path)


def _buyer(expected: Any, found: Any, path: Path) -> Iterator[Difference]:
    """One buyer, several in any order, or nobody."""
    names = expected if isinstance(expected, list) else [expected] if expected else []
    holders = found if isinstance(found, list) else [found] if found else []
    matcher = isinstance(expected, str) and expected.startswith("~")
    if not (same(expected, found) if matcher else sorted(names) == sorted(holders)):
        yield Difference(path, expected, found)


def _rows(expected: Mapping[str, Any], found: Mapping[str, Any], path: Path) -> Iterator[Difference]:
    """Rows by name, each a word (its outcome) or a mapping."""
    for name, want in expected.items():
        got = found.get(name)
        if isinstance(want, str) and want != ABSENT:
            yield from partly(want, got["outcome"] if got else ABSENT, (*path, name))
        elif got is None and want != ABSENT:
            yield Difference((*path, name), want, ABSENT)
        elif want == ABSENT and got is not None:
            yield Difference((*path, name), want, got["outcome"])
        elif got is not None:
            for word, value in want.items():
                way = in_words if word in TEXTS else partly
                yield from way(value, got[word], (*path, name, word))


def _look_ups(expected: Any, found: list[str], path: Path) -> Iterator[Difference]:
    if isinstance(expected, int):
        yield from partly(expected, len(found), path)
    else:
        yield from partly(expected, found, path)


def _called(expected: Mapping[str, Any], found: Mapping[str, Any], path: Path) -> Iterator[Difference]:
    """``true``: at least once, ``false``: never, or a number of times; of a buyer by leg, or all together."""
    for name, want in expected.items():
        got = found.get(name, 0)
        if isinstance(want, Mapping):
            legs = got if isinstance(got, Mapping) else {}
            yield from _called(want, legs, (*path, name))
            continue
        times = sum(got.values()) if isinstance(got, Mapping) else got
        result = times > 0 if isinstance(want, bool) else times
        if want != result:
            yield Difference((*path, name), want, result)


def _amounts(expected: Mapping[str, Any], found: Any, path: Path) -> Iterator[Difference]:
    for name, want in expected.items():
        yield from _amount(want, (found or {}).get(name), (*path, name))


def _result(expected: Any, found: Any, path: Path) -> Iterator[Difference]:
    """A word, or a mapping of more."""
    word = not isinstance(expected, Mapping)
    yield from partly(expected, found["outcome"] if word and found else found, path)


def _files(expected: Mapping[str, Any], found: Mapping[str, Any], path: Path) -> Iterator[Difference]:
    """Of each buyer its last file, or a list of all of them."""
    for name, want in expected.items():
        files = found.get(name, [])
        if want == ABSENT or not files:
            if (want == ABSENT) is bool(files):
                yield Difference((*path, name), want, counted(len(files), "file"), fixable=False)
        elif not isinstance(want, list):
            yield from _result(want, files[-1], (*path, name))
        elif len(want) != len(files):
            said = counted(len(want), "file"), counted(len(files), "file")
            yield Difference((*path, name), *said, fixable=False)
        else:
            for index, one in enumerate(want):
                yield from _result(one, files[index], (*path, name, index))


def _further(expected: Mapping[str, Any], found: Any, path: Path) -> Iterator[Difference]:
    """What came of the next attempt: another ``expect``."""
    if not isinstance(found, Mapping):
        yield Difference(path, expected, "it was not offered again", fixable=False)
        return
    for each in differences(expected, found):
        yield Difference((*path, *each.path), each.expected, each.found, each.fixable)


# ------------------------------------------------------------------ requests and postings


def _requests(expected: Mapping[str, Any], found: Mapping[str, Any], path: Path) -> Iterator[Difference]:
    yield from _calls(expected, found, path, _request)


def _postings(expected: Mapping[str, Any], found: Mapping[str, Any], path: Path) -> Iterator[Difference]:
    yield from _calls(expected, found, path, partly)


def _calls(
    expected: Mapping[str, Any], found: Mapping[str, Any], path: Path, one: Any
) -> Iterator[Difference]:
    """Calls by name; those of a buyer by leg, too."""
    for name, want in expected.items():
        got = found.get(name)
        if isinstance(got, Mapping) and want == ABSENT:
            yield from _call(want, [call for calls in got.values() for call in calls], (*path, name), one)
        elif isinstance(got, Mapping) or (isinstance(want, Mapping) and want and want.keys() <= LEGS):
            for leg, inner in want.items():
                yield from _call(inner, (got or {}).get(leg), (*path, name, leg), one)
        else:
            yield from _call(want, got, (*path, name), one)


def _call(expected: Any, found: list[Any] | None, path: Path, one: Any) -> Iterator[Difference]:
    """A mapping speaks of the last call, a list of all of them in order."""
    if expected == ABSENT or found is None:
        if (expected == ABSENT) is not (found is None):
            yield Difference(
                path, expected, ABSENT if found is None else f"{len(found)} calls", found is None
            )
    elif not isinstance(expected, list):
        yield from one(expected, found[-1], path)
    elif len(expected) != len(found):
        yield Difference(path, counted(len(expected), "call"), counted(len(found), "call"), fixable=False)
    else:
        for index, (want, got) in enumerate(zip(expected, found, strict=True)):
            yield from one(want, got, (*path, index))


def _request(expected: Any, found: Mapping[str, Any], path: Path) -> Iterator[Difference]:
    if not isinstance(expected, Mapping):
        yield Difference(path, expected, found)
        return
    for part, want in expected.items():
        yield from PARTS.get(part, _unknown)(want, found, (*path, part))


def _body(expected: Any, found: Mapping[str, Any], path: Path) -> Iterator[Difference]:
    if isinstance(expected, str):
        got = found["text"]
        if not same(expected, got) and (expected.startswith("~") or expected.strip() != got.strip()):
            yield Difference(path, expected, got)
        return
    json = "json" in found["headers"].get("content-type", "") or found["text"].lstrip()[:1] in {"{", "["}
    yield from (partly if json else in_words)(expected, found["body"], path)


def _headers(expected: Any, found: Mapping[str, Any], path: Path) -> Iterator[Difference]:
    for name, want in expected.items():
        got = found["headers"].get(str(name).lower())
        if want == ABSENT and got is None:
            continue
        yield from in_words(want, ABSENT if got is None else got, (*path, name))


def _unknown(expected: Any, found: Mapping[str, Any], path: Path) -> Iterator[Difference]:
    yield Difference(path, expected, ABSENT)


PARTS: Final[Mapping[str, Callable[[Any, Mapping[str, Any], Path], Iterator[Difference]]]] = {
    "method": lambda want, found, path: partly(want, found["method"], path),
    "url": lambda want, found, path: partly(want, found["url"], path),
    "headers": _headers,
    "query": lambda want, found, path: in_words(want, found["query"], path),
    "body": _body,
}

WAYS: Final[Mapping[str, Callable[[Any, Any, Path], Iterator[Difference]]]] = {
    "buyer": _buyer,
    "price": _amount,
    "revenue": _amount,
    "cost": _amount,
    "margin": _amount,
    "sold": _exactly,
    "distribution": _rows,
    "steps": _rows,
    "look_ups": _look_ups,
    "called": _called,
    "requests": _requests,
    "postings": _postings,
    "result": _result,
    "returns": _rows,
    "balance": _amounts,
    "owed": _amounts,
    "batches": _files,
    "policies": _rows,
    "next": _further,
}
"""How each part of an ``expect`` is compared; those that are not here ``partly``."""
