"""The smallest set of conditions that tells outcomes apart, found as a person would look for it.

First the one value that tells all: a name like ``status`` or ``code`` with one outcome for each of its values. Where no
value does, the surest single conditions are taken one by one, those on other values first.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from leadflow_engine.learning.features import Feature, fits_a_line, text_literal, value_literal
from leadflow_engine.learning.samples import OUTCOMES, Sample

TELLING: Final = frozenset(
    "status result success outcome code response accepted responsetype response_code errcode f9errcode state valid "
    "isvalidpost authentic matched decision verdict".split()
)
"""Names that receivers give to what they decided."""

DUPLICATES: Final = ("duplicate", "dupe", "already", "exists")
"""What answers say of a lead that they have: no other word holds one of these."""

_REFUSALS: Final = frozenset(
    "failure failed fail error rejected reject declined denied invalid false no".split()
)
_NEVER: Final = re.compile(
    r"(^|_)(id|uuid|guid|token|price|bid|payout|cost|commission|amount|time|timestamp|date|email|phone|url|uri|redirect"
    r"|zip|name|city|country|(country|network|area|zip|postal|currency)_?code|carrier|type|number|seconds|expires?(_at)?)$|id$|(^|_)(lead|ping|trans\w*)id$"
)
_TOLD_APART: Final = re.compile(r"\d{4}|[0-9a-f]{8}-|@|://")
_SENTENCE: Final = re.compile(r"\S+\s+\S+")


@dataclass(frozen=True, slots=True)
class Seen:
    """A sample with what can be asked of its answer, by expression."""

    sample: Sample
    features: Mapping[str, Feature]


@dataclass(frozen=True, slots=True)
class Rule:
    """``OUTCOME when CONDITION``. ``rests_on`` are the names of the samples that it was made from; ``instead`` a
    condition that would have done as well, "" where there is none."""

    outcome: str
    condition: str
    rests_on: tuple[str, ...]
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in order, ``otherwise``, and the names of the samples that nothing tells apart from others.
    ``unsafe`` are rules left out because they would accept what was not accepted."""

    rules: tuple[Rule, ...]
    otherwise: str
    alike: tuple[str, ...] = ()
    unsafe: tuple[Rule, ...] = ()

    def without(self, rule: Rule) -> Rules:
        """The rules without one that accepts too much."""
        kept = tuple(one for one in self.rules if one != rule)
        return replace(self, rules=kept, unsafe=(*self.unsafe, rule))


def find_rules(seen: Sequence[Seen]) -> Rules:
    """Rules that give each sample its outcome, as far as anything in the answers tells them apart."""
    rules, left = _by_server_errors(seen)
    while len({one.sample.outcome for one in left}) > 1 or any(_needs_a_rule(one) for one in left):
        found = (
            _by_one_value(left, telling=True)
            or _by_word_of_duplicates(left)
            or _by_one_value(left)
            or _by_one_condition(left)
        )
        if not found:
            break
        rules += found
        told = {name for rule in found for name in rule.rests_on}
        left = [one for one in left if one.sample.name not in told]
    return _with_otherwise(rules, seen, tuple(one.sample.name for one in left))


def _needs_a_rule(one: Seen) -> bool:
    """``otherwise`` speaks of a 2xx alone, and never accepts."""
    return one.sample.outcome not in {"rejected", "error"} or not 200 <= one.sample.status < 300


def _by_server_errors(seen: Sequence[Seen]) -> tuple[list[Rule], list[Seen]]:
    """A 5xx is read by rules that name the status, and by no others."""
    failed = [one for one in seen if one.sample.status >= 500]
    outcomes = {one.sample.outcome for one in failed}
    codes = sorted({one.sample.status for one in failed})
    if not failed:
        return [], list(seen)
    if len(outcomes) == 1:
        rules = [Rule(outcomes.pop(), "status 5xx", _names(failed))]
    else:
        rules = [_of_status(code, [one for one in failed if one.sample.status == code]) for code in codes]
    return rules, [one for one in seen if one.sample.status < 500]


def _of_status(code: int, those: Sequence[Seen]) -> Rule:
    most = Counter(one.sample.outcome for one in those).most_common(1)[0][0]
    return Rule(most, f"status == {code}", _names(those))


def _names(those: Iterable[Seen]) -> tuple[str, ...]:
    return tuple(one.sample.name for one in those)


# ------------------------------------------------------------------ one value that tells all


def _by_one_value(left: Sequence[Seen], telling: bool = False) -> list[Rule]:
    """Rules on the one expression whose values have one outcome each, where most answers have it; ``telling``: only
    one whose name says that it tells what was decided, in single words."""
    ranked = sorted((rank, asked) for asked in _asked(left) if (rank := _rank(asked, left)) is not None)
    if not ranked or (telling and ranked[0][0][0] != 0):
        return []
    equal = [asked for rank, asked in ranked[1:] if rank[:-1] == ranked[0][0][:-1]]
    return _rules_on(ranked[0][1], left, equal[0] if equal else "")


def _asked(left: Sequence[Seen]) -> list[str]:
    return list(dict.fromkeys(asked for one in left for asked in one.features))


def _rank(asked: str, left: Sequence[Seen]) -> tuple[object, ...] | None:
    """The smaller the better; None where it does not tell outcomes apart."""
    having = [one for one in left if asked in one.features]
    values = _by_value(asked, having)
    outcomes = {one.sample.outcome for one in having}
    if any(len({one.sample.outcome for one in those}) > 1 for those in values.values()) or len(outcomes) < 2:
        return None
    feature = having[0].features[asked]
    if 2 * len(having) < len(left) or not _may_tell(feature, values):
        return None
    return _tier(feature, values), len(left) - len(having), len(values), asked.count("."), len(asked)


def _by_value(asked: str, having: Iterable[Seen]) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = defaultdict(list)
    for one in having:
        found[one.features[asked].text].append(one)
    return found


def _may_tell(feature: Feature, values: Iterable[str]) -> bool:
    """Whether its values are words for what was decided, and no ids, amounts or moments."""
    return not _NEVER.search(feature.name) and not any(
        _TOLD_APART.search(value) or not fits_a_line(value) for value in values
    )


def _tier(feature: Feature, values: Iterable[str]) -> int:
    words = all(not _SENTENCE.search(value) for value in values)
    return 2 * (feature.name not in TELLING) + (not words)


def _rules_on(asked: str, left: Sequence[Seen], instead: str) -> list[Rule]:
    having = [one for one in left if asked in one.features]
    rules: list[Rule] = []
    for outcome in OUTCOMES:
        those = [one for one in having if one.sample.outcome == outcome]
        if outcome == "duplicate" and those and (rule := _by_words_of_duplicates(asked, those, left)):
            rules.insert(0, rule)
        elif those:
            others = [one.features[asked].text for one in having if one.sample.outcome != outcome]
            rules.append(Rule(outcome, _condition(asked, those, others), _names(those), instead))
    return rules


def _by_words_of_duplicates(asked: str, those: Sequence[Seen], left: Sequence[Seen]) -> Rule | None:
    """Where a duplicate is told by a word for any refusal, what else says that it was one: a lasting rule."""
    if not all(one.features[asked].text in _REFUSALS for one in those):
        return None
    if all(one.sample.status == 409 for one in those):
        return Rule("duplicate", "status == 409", _names(those))
    for other in _asked(those):
        for word in DUPLICATES:
            having = [one for one in left if other in one.features and word in one.features[other].text]
            if _names(having) == _names(those):
                return Rule("duplicate", f"{other} contains {text_literal(word)}", _names(those))
    return None


def _condition(asked: str, those: Sequence[Seen], others: Sequence[str]) -> str:
    """The whole value, the list of them, or the beginning that several have and no other."""
    values = _by_value(asked, those)
    if len(values) > 1 and (start := _beginning(list(values), others)):
        written = those[0].features[asked].raw
        return f"{asked} starts with {text_literal(str(written).strip()[: len(start)])}"
    if "" in values and (path := those[0].features[asked].path):
        return f"{text_literal(f'length({path})')} == 0"
    literals = [value_literal([one.features[asked] for one in each]) for each in values.values()]
    return f"{asked} == {literals[0]}" if len(literals) == 1 else f"{asked} in [{', '.join(literals)}]"


def _beginning(values: Sequence[str], others: Sequence[str]) -> str:
    """What all values begin with, up to the end of a word: at least four letters, and no other value begins so."""
    start = values[0]
    for value in values[1:]:
        start = start[
            : next(
                (i for i, pair in enumerate(zip(start, value, strict=False)) if pair[0] != pair[1]),
                len(value),
            )
        ]
    words = re.findall(r"[^\W_]+", start)
    fits = len(start) >= 4 and words and not any(other.startswith(start) for other in others)
    return start if fits else ""


# ------------------------------------------------------------------ one condition at a time


def _by_one_condition(left: Sequence[Seen]) -> list[Rule]:
    """The surest condition that holds for answers of one outcome alone."""
    found = sorted(_conditions(left), key=lambda one: one[0])
    if not found:
        return []
    rank, rule = found[0]
    equal = [other.condition for other_rank, other in found[1:] if other_rank[:-1] == rank[:-1]]
    return [Rule(rule.outcome, rule.condition, rule.rests_on, equal[0] if equal else "")]


def _by_word_of_duplicates(left: Sequence[Seen]) -> list[Rule]:
    """What says that it is one, where it says so in words, and nothing else holds the word."""
    found: list[tuple[tuple[object, ...], Rule]] = []
    for asked in _asked(left):
        for word in DUPLICATES:
            those = [one for one in left if asked in one.features and word in one.features[asked].text]
            if {one.sample.outcome for one in those} == {"duplicate"} and not _NEVER.search(
                those[0].features[asked].name
            ):
                rule = Rule("duplicate", f"{asked} contains {text_literal(word)}", _names(those))
                found.append(((-len(those), asked.count("."), len(asked)), rule))
    return [min(found, key=lambda one: one[0])[1]] if found else []


def _conditions(left: Sequence[Seen]) -> Iterator[tuple[tuple[object, ...], Rule]]:
    """Each condition of one outcome with its rank: what is said in a telling name, holds for most, and is short."""
    for asked in _asked(left):
        having = [one for one in left if asked in one.features]
        for those in _by_value(asked, having).values():
            feature = those[0].features[asked]
            vague = those[0].sample.outcome == "duplicate" and feature.text in _REFUSALS
            if _of_one_outcome(those) and not vague and _may_tell(feature, [feature.text]):
                tier = _tier(feature, [feature.text])
                rule = Rule(those[0].sample.outcome, _condition(asked, those, ()), _names(those))
                yield (tier, -len(those), asked.count("."), len(asked)), rule
        if _of_one_outcome(having) and len(having) < len(left) and _is_there(having, asked):
            rule = Rule(having[0].sample.outcome, f"{asked} is present", _names(having))
            whole = all(asked in one.features for one in left if one.sample.outcome == rule.outcome)
            yield (3 if whole else 5, -len(having), asked.count("."), len(asked)), rule
    yield from _on_statuses(left)


def _on_statuses(left: Sequence[Seen]) -> Iterator[tuple[tuple[object, ...], Rule]]:
    """``status 2xx`` where all of these have one outcome, else the number of each; what accepts goes first."""
    polite = [one for one in left if 200 <= one.sample.status < 300]
    alone = left
    if polite and _of_one_outcome(polite):
        alone = [one for one in left if one not in polite]
        yield (4, -len(polite), 0, 0), Rule(polite[0].sample.outcome, "status 2xx", _names(polite))
    for status in sorted({one.sample.status for one in alone}):
        those = [one for one in alone if one.sample.status == status]
        if _of_one_outcome(those):
            later = those[0].sample.outcome != "accepted"
            yield (1 if status >= 400 else 4, -len(those), 0, int(later)), _of_status(status, those)


def _is_there(having: Sequence[Seen], asked: str) -> bool:
    """Whether each of them has more than an empty text there."""
    return all(one.features[asked].text for one in having)


def _of_one_outcome(those: Sequence[Seen]) -> bool:
    return len({one.sample.outcome for one in those}) == 1


# ------------------------------------------------------------------ otherwise


def _with_otherwise(rules: Sequence[Rule], seen: Sequence[Seen], alike: tuple[str, ...]) -> Rules:
    """What no rule knows: a refusal where refusals come in words of every kind, else an error."""
    by_name = {one.sample.name: one for one in seen}
    left = [by_name[name].sample for name in alike]
    if left and all(one.outcome == "rejected" for one in left):
        return Rules(tuple(rules), "rejected")
    wordy = [rule for rule in rules if rule.outcome == "rejected" and _in_many_words(rule)]
    kept = tuple(rule for rule in rules if rule not in wordy)
    if wordy and all(200 <= by_name[name].sample.status < 300 for rule in wordy for name in rule.rests_on):
        return Rules(kept, "rejected", alike)
    unsolved = () if left and all(one.outcome == "error" for one in left) else alike
    return Rules(tuple(rules), "error", unsolved)


def _in_many_words(rule: Rule) -> bool:
    """A list of values, or a whole sentence: the next refusal will say something else."""
    value = rule.condition.partition(" == ")[2]
    return " in [" in rule.condition or bool(_SENTENCE.search(value))
