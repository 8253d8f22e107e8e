"""Flows made from the grammar itself: every production, in any order and layout, with remarks anywhere.

A text is made in two steps. ``derive`` chooses productions, from ``file`` down, until only terminals are left; it can
be led to one production, so that a new form is met without being remembered here. ``spell`` writes the terminals: it
lets the language's own machine read along, so that it knows where a line end would change what is meant.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Protocol

from leadflow_dsl.machine import Entry, Machine
from leadflow_dsl.table import GRAMMAR, load

NAMES: Final = ("age", "state", "CA", "phone_1", "x", "buyer_of_them_all")
SPELLINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "NAME": NAMES,
    "FIELD_NAME": (*NAMES, "price", "lead", "source", "when"),
    "STRING": ('"x"', '""', r'"a \" # { b\n"', '"{{ age }}"', '"é – 家"'),
    "LONG_STRING": ('"""{"a": {{ age }}}"""', '"""\n  two # no remark\n\n    lines  \n"""', '""""""'),
    "REGEX": (r"/a\/b#/i", "/^[{}]+$/"),
    "NUMBER": ("0", "12", "0.004"),
    "PERCENT": ("20%", "0.5%"),
    "DURATION": ("5s", "1.5h", "750ms"),
    "CLOCK": ("08:00",),
    "CLOCK_RANGE": ("08:00-20:00",),
    "DATE": ("2026-12-24",),
    "DAYS": ("mon-fri", "sat"),
    "STATUS_CLASS": ("2xx",),
    "STATUS_OF": ("status",),
    "ANSWER_PART": ("header", "cookie", "css"),
    "MINUS": ("-",),
    "NEG": ("-",),
    "_ROOT": ("[",),
}
STATEMENT_WORDS: Final = ("price", "reason", "tag", "window", "hours", "cost", "body", "error", "set", "ping")
"""Words of statements that are names where no such statement can stand."""
NOT_BEHIND_A_SIGN: Final = frozenset("NEG negative STRING LONG_STRING REGEX list_literal".split())
"""A sign touches a word, a number or a parenthesis: what the words cannot say to the grammar."""
TIGHT: Final = frozenset("(),[]{}")
SAME_LINE: Final = (" ", "   ", "\t")
ANY: Final = (
    *SAME_LINE,
    "\n",
    "\n\n\n",
    "\r\n  ",
    "  # a remark\n",
    "\n# alone\n",
    "\n\n  # two\n  # lines\n",
)


class Chance(Protocol):
    """What makes the choices: ``random.Random``, or something that hypothesis can shrink."""

    def below(self, end: int) -> int:
        """A whole number from 0, less than ``end``."""


@dataclass(frozen=True, slots=True)
class Dice:
    """Choices of a seed."""

    random: random.Random

    def below(self, end: int) -> int:
        """A whole number from 0, less than ``end``."""
        return self.random.randrange(end)


def pick(chance: Chance, choices: Sequence[Any]) -> Any:
    """One of several."""
    return choices[chance.below(len(choices))]


@dataclass(frozen=True, slots=True)
class Production:
    """One way to write a symbol. ``number`` is its place in ``Grammar.productions``."""

    number: int
    origin: str
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grammar:
    """All productions, by number and by the symbol that they write; the shortest of each symbol; and for each
    production the chain that leads from ``file`` to it."""

    productions: tuple[Production, ...]
    of: Mapping[str, tuple[Production, ...]]
    shortest: Mapping[str, Production]
    chains: Mapping[int, tuple[Production, ...]]


@cache
def grammar() -> Grammar:
    """The productions of ``grammar.lark`` as Lark understands them."""
    from lark import Lark

    parser = Lark(GRAMMAR.read_text(encoding="utf-8"), start="file", parser="lalr", lexer="basic")
    written = dict.fromkeys(
        (rule.origin.name, tuple(symbol.name for symbol in rule.expansion)) for rule in parser.rules
    )
    productions = tuple(
        Production(number, origin, symbols) for number, (origin, symbols) in enumerate(written)
    )
    of: dict[str, tuple[Production, ...]] = {}
    for each in productions:
        of[each.origin] = (*of.get(each.origin, ()), each)
    return Grammar(productions, of, _shortest(productions, of), _chains(productions))


def _shortest(
    productions: Sequence[Production], of: Mapping[str, Sequence[Production]]
) -> dict[str, Production]:
    """For each symbol the production that needs the fewest terminals."""
    cost: dict[str, int] = {}
    shortest: dict[str, Production] = {}
    changed = True
    while changed:
        changed = False
        for each in productions:
            parts = [cost.get(symbol) if symbol in of else 1 for symbol in each.symbols]
            known = [part for part in parts if part is not None]
            if len(known) == len(parts) and sum(known) < cost.get(each.origin, 10**9):
                cost[each.origin], shortest[each.origin], changed = sum(known), each, True
    return shortest


def _chains(productions: Sequence[Production]) -> dict[int, tuple[Production, ...]]:
    """The shortest way from ``file`` to each production. A file with a head is preferred."""
    to: dict[str, tuple[Production, ...]] = {"file": ()}
    waiting = ["file"]
    for symbol in waiting:
        for each in (one for one in productions if one.origin == symbol):
            for part in each.symbols:
                if part not in to and not part.isupper():
                    to[part] = (*to[symbol], each)
                    waiting.append(part)
    return {each.number: (*to[each.origin], each) for each in productions}


# ------------------------------------------------------------------ terminals


@dataclass(slots=True)
class _Derivation:
    """The choices of one text: which production is still to be met, how many terminals may still be made freely."""

    chance: Chance
    chain: list[Production]
    free: int
    used: set[int]
    signed: bool = False

    def terminals(self, symbol: str = "file") -> Iterator[str]:
        """The terminals that a symbol becomes."""
        rules = grammar()
        waiting = [symbol]
        while waiting:
            current = waiting.pop()
            if current not in rules.of:
                self.free -= 1
                self.signed = current == "NEG"
                yield current
                continue
            chosen = self._production(current)
            self.used.add(chosen.number)
            waiting.extend(reversed(chosen.symbols))

    def _production(self, symbol: str) -> Production:
        rules = grammar()
        if self.chain and self.chain[0].origin == symbol:
            return self.chain.pop(0)
        if symbol == "file":
            return max(rules.of["file"], key=lambda each: len(each.symbols))
        if self.free <= 0:
            return rules.shortest[symbol]
        choices = [
            each
            for each in rules.of[symbol]
            if not (self.signed and each.symbols and each.symbols[0] in NOT_BEHIND_A_SIGN)
        ]
        found: Production = pick(self.chance, choices)
        return found


def derive(chance: Chance, target: int | None = None, size: int = 60) -> tuple[list[str], set[int]]:
    """The terminals of a file, and the numbers of the productions in it. ``target`` is met; about ``size`` terminals
    are made before the shortest way to the end is taken."""
    chain = list(grammar().chains[target]) if target is not None else []
    derivation = _Derivation(chance, chain, size, set())
    return list(derivation.terminals()), derivation.used


# ------------------------------------------------------------------ texts


def spell(chance: Chance, terminals: Sequence[str], plain: bool = False) -> str:
    """The terminals as a text. ``plain``: a blank wherever there may be one, and no remark."""
    table = load()
    machine = Machine(table, lambda *_: None)
    keywords = {terminal: text for text, terminal in table.keywords.items()}
    text, last, sign = "", "", ""
    for terminal in terminals:
        word = keywords.get(terminal) or _word(chance, machine, terminal)
        text += _between(chance, machine, (last, sign), (word, terminal), plain) + word
        machine.feed(Entry(terminal, None, -1, -1, 0))
        last, sign = word, terminal
    return text + ("\n" if plain else pick(chance, ("\n", "", "  # the end", "\n\n# the end\n")))


def _word(chance: Chance, machine: Machine, terminal: str) -> str:
    words = SPELLINGS[terminal]
    if terminal == "NAME" and not chance.below(4):
        free = [word for word in STATEMENT_WORDS if not machine.fits(machine.table.keywords[word])]
        words = tuple(free) or words
    found: str = pick(chance, words)
    return found


def _between(
    chance: Chance, machine: Machine, before: tuple[str, str], after: tuple[str, str], plain: bool
) -> str:
    """What stands between two words: nothing after a sign; a declaration begins a line, and ends on it."""
    if not before[0]:
        return ""
    if before[1] == "NEG":
        return ""
    if after[1] == "FIELD_NAME" and before[1] != "LBRACE":
        return "\n" if plain else pick(chance, [gap for gap in ANY if "\n" in gap])
    declaring = machine.fits("FIELD_NAME") and after[1] not in {"FIELD_NAME", "USE", "REQUIRE", "RBRACE"}
    choices = SAME_LINE if declaring else ANY
    if after[1] == "LSQB" and (before[0][-1].isalnum() or before[0][-1] in "_)]"):
        return ""  # behind white space it might begin a left side
    if after[1] == "_ROOT":
        return " "
    if plain:
        return " "
    if before[1] != "MINUS" and (before[0] in TIGHT or after[0] in TIGHT) and not chance.below(2):
        return ""
    found: str = pick(chance, choices)
    return found


PRODUCTIONS: Final = range(len(grammar().productions))


def made(production: int, seed: int, size: int) -> str:
    """A flow that holds a production: the same for the same seed."""
    chance = Dice(random.Random(f"{production} {seed}"))
    terminals, _ = derive(chance, production, size)
    return spell(chance, terminals)
