"""A route in a lead's story: each stage with every buyer's turn, and those that were out before theirs came."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from leadflow_engine.reports.amounts import duration, money
from leadflow_engine.reports.chapters import Chapter, Row, Stage, Turn
from leadflow_engine.reports.layout import hang, joined, padded, painted, widest
from leadflow_engine.reports.setting import Setting
from leadflow_engine.reports.words import STYLES, word


def route_lines(chapter: Chapter, head: Text, setting: Setting, width: int) -> Iterator[Text]:
    """The route of a chapter; ``head`` is what its first line begins with."""
    if not chapter.stages:
        reason = chapter.step["reason"] if chapter.step else ""
        yield from hang(head, painted(reason or "nobody was asked"), "", width)
    for number, stage in enumerate(chapter.stages):
        where = setting.stages.get(stage.id, stage.id)
        branch = f"{stage.branch}: " if stage.branch else ""
        start = head if number == 0 else Text(" " * len(head))
        yield from hang(start, painted(branch + where), "", width)
        yield from _stage(stage, setting, width)


def _stage(stage: Stage, setting: Setting, width: int) -> Iterator[Text]:
    names = widest(turn.buyer for turn in stage.turns)
    amounts = widest((_amount(turn, setting) for turn in stage.turns), 14)
    for turn in stage.turns:
        position = str(turn.row["position"] or "-") if turn.contacted else "-"
        head = (
            Text("    ")
            + padded(position, 2, right=True)
            + Text("  ")
            + padded(turn.buyer, names, style="bold" * turn.contacted)
        )
        if amounts:
            head += Text("  ") + padded(_amount(turn, setting), amounts, right=True)
        yield from _turn(turn, head + Text("  "), setting, width)


def _amount(turn: Turn, setting: Setting) -> str:
    """What the buyer paid, offered or would have paid, where that is known."""
    amounts = (turn.row["price"], turn.row["bid"], turn.offered)
    known = next((amount for amount in amounts if amount is not None), None)
    return money(known, setting.currency) if known is not None else ""


def _turn(turn: Turn, head: Text, setting: Setting, width: int) -> Iterator[Text]:
    if not turn.contacted:
        outcome = turn.row["outcome"]
        word_ = "" if outcome == "filtered" else f"{word(outcome)}: "
        values = setting.came_to(turn.buyer, turn.row["reason"] or "")
        told = (turn.row["reason"] or "") + (f" ({values})" if values else "")
        yield from hang(head, painted(word_ + told, "dim"), "", width)
        return
    yield from hang(head, _verdict(turn), duration(turn.row["ms"]) if turn.row["ms"] else "", width)
    indent = Text(" " * min(head.cell_len, width // 4))
    for look_up in turn.look_ups:
        yield from hang(indent, _asked_here(look_up), spent(look_up, setting), width)
    for posting in turn.postings:
        yield from hang(indent, _request(posting), spent(posting, setting, with_cost=False), width)
        yield from hang(indent, _read_as(posting, turn), "", width)


def _verdict(turn: Turn) -> Text:
    outcome = turn.row["outcome"]
    told = turn.row["reason"] if turn.row["reason"] != word(outcome) else ""
    note = painted(turn.row["note"], "dim")
    return joined([painted(word(outcome), STYLES.get(outcome, "yellow")), painted(told), note])


def _asked_here(step: Row) -> Text:
    kept = "; kept from earlier" if "kept from earlier" in step["note"] else ""
    told = (
        ", ".join(f"{name} {value}" for name, value in step["was_set"].items())
        or step["reason"]
        or word(step["outcome"])
    )
    return painted(f"{step['name']} asked here{kept}: {told}")


def _request(posting: Row) -> Text:
    url = str(posting["url"]).removeprefix("https://")
    failed = posting["failure"] or "no answer"
    came = str(posting["status"]) if posting["status"] is not None else failed
    return joined([painted(f"{posting['method']} {url}"), painted(came), painted(posting["answer"], "dim")])


def _read_as(posting: Row, turn: Turn) -> Text:
    """How the answer was read: the verdict, the rule that gave it, its reason where that is new, its reference."""
    verdict, rule = posting["verdict"], posting["rule"]
    if not verdict:
        return painted(
            "no rule matched this answer" if posting["status"] is not None else "nothing came back", "yellow"
        )
    by = "" if rule is None else f" ({f'rule {rule}' if rule else 'otherwise'})"
    said = f"{verdict}{by}" + (
        f": {posting['reason']}" if posting["reason"] not in {"", turn.row["reason"]} else ""
    )
    reference = f", reference {posting['reference']}" if posting["reference"] else ""
    return painted(said + reference, STYLES.get(verdict, ""))


def spent(row: Row, setting: Setting, with_cost: bool = True) -> str:
    """What something cost and how long it took, for the right edge."""
    cost = money(row["cost"], setting.currency) if row["cost"] and with_cost else ""
    return "   ".join(filter(None, [cost, duration(row["ms"]) if row["ms"] else ""]))
