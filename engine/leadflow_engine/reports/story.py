"""The story of one lead: what became of it, then why, then what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from rich.text import Text

from leadflow_engine.reports.afterwards import afterwards_lines
from leadflow_engine.reports.amounts import COST, REVENUE, local, money, plain_amount
from leadflow_engine.reports.attempts import attempt_lines
from leadflow_engine.reports.between import Pause, pause_lines
from leadflow_engine.reports.chapters import Chapter, Row, chapters
from leadflow_engine.reports.layout import LONGEST, Lines, command_line, hang, joined, padded, painted, safe
from leadflow_engine.reports.setting import Setting
from leadflow_engine.reports.turns import route_lines, spent
from leadflow_engine.reports.words import STYLES, word

ONLY_SOURCE = "default"
"""The name of the source of a flow that declares none: it tells nothing."""

LONGEST_VALUE = 40
"""Characters of a field's value that are shown; values as they came are shown whole."""

KINDS = (*REVENUE, *COST, "look_up")
"""The kinds of entries of the ledger, in the order in which a margin is written."""


def story(
    summary: Mapping[str, Any],
    setting: Setting,
    width: int,
    journal: str = "",
    between: Mapping[int, Pause] | None = None,
    revealed: Mapping[str, Any] | None = None,
) -> Lines:
    """The story as lines of at most ``width`` columns, commands to copy apart.

    ``journal`` is the file's name, for what to do next; ``between`` what happened before each later segment;
    ``revealed`` are the values as they came, where somebody may see them.
    """
    left = dict(between or {})
    lines = [*_headline(summary, setting, width), Text("")]
    for segment, parts in chapters(summary, setting):
        label = max(10, min(16, max((len(_name(part)) for part in parts), default=8)))
        if segment > 1:
            pause = left.pop(segment, Pause())
            lines += [Text(""), *pause_lines(pause, setting.zone, label, width)]
        for part in parts:
            lines += _chapter(part, summary, setting, label, width, revealed)
    for pause in left.values():
        lines += pause_lines(pause, setting.zone, 10, width)
    lines += [*_open_deliveries(summary, setting, width), *afterwards_lines(summary, setting, width)]
    lines += _margin(summary, setting, width)
    lines += attempt_lines(summary, width)
    return [*lines, *(command_line("  next        ", step) for step in next_steps(summary, journal))]


# ------------------------------------------------------------------ the answer


def _headline(summary: Mapping[str, Any], setting: Setting, width: int) -> Lines:
    lead = summary["lead"]
    left = joined(
        [
            painted(lead["id"], "bold"),
            painted(lead["flow"]),
            painted("" if lead["source"] == ONLY_SOURCE else lead["source"]),
            painted(local(lead["received_at"], setting.zone)),
            painted("test", "reverse") if lead["test"] else "",
        ],
        "   ",
    )
    outcome = painted(answer(summary, setting), STYLES.get(summary["outcome"] or "", "bold"))
    fill = width - left.cell_len - outcome.cell_len
    if fill >= 2:
        return [left + Text(" " * fill) + outcome]
    return [*hang(Text(""), left, "", width), *hang(Text("  "), outcome, "", width)]


def answer(summary: Mapping[str, Any], setting: Setting) -> str:
    """What became of the lead in one sentence: ``sold to sunpath for $50.00``, ``unsold: caps full``."""
    outcome, sales = summary["outcome"], summary["sales"]
    if sales:
        parts = [f"{sale['buyer']} for {money(sale['price'], setting.currency)}" for sale in sales]
        sold = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
        return (
            f"{word(outcome)} to {sold}"
            if outcome in {"sold", "fallback"}
            else f"{word(outcome)}; sold to {sold}"
        )
    reason = f": {summary['reason']}" if summary["reason"] else ""
    return f"{word(outcome)}{reason}"


# ------------------------------------------------------------------ steps


def _name(chapter: Chapter) -> str:
    return str(chapter.step["name"]) if chapter.step else "route"


def _chapter(
    chapter: Chapter,
    summary: Mapping[str, Any],
    setting: Setting,
    label: int,
    width: int,
    revealed: Mapping[str, Any] | None,
) -> Lines:
    head = Text("  ") + padded(_name(chapter), label, style="bold") + Text("  ")
    if chapter.stages or (chapter.step and chapter.step["kind"] == "route"):
        return list(route_lines(chapter, head, setting, width))
    assert chapter.step is not None
    step = chapter.step
    lines = hang(head, _step_words(step), spent(step, setting), width)
    if step["kind"] == "intake":
        lines += _values(summary["lead"]["fields"], len(head), width)
        lines += _values(revealed, len(head), width, "as it came: ", LONGEST) if revealed else []
    return lines


def _step_words(step: Row) -> Text:
    """What a step came to; a score's sum and a success say themselves."""
    outcome, note, reason = step["outcome"], step["note"], step["reason"]
    told = ", ".join(f"{name} {value}" for name, value in step["was_set"].items())
    if step["kind"] == "score":
        return painted(note)
    if step["kind"] == "enhance":
        note = f"asked for {note}" if note else ""
    shown = "" if outcome == "success" and note and step["kind"] == "intake" else word(outcome)
    return joined(
        [
            painted(shown, STYLES.get(outcome, "yellow")),
            painted(reason),
            painted(told if step["kind"] == "enhance" else ""),
            painted(note),
        ]
    )


def _values(
    values: Mapping[str, Any], indent: int, width: int, before: str = "", longest: int = LONGEST_VALUE
) -> Lines:
    shown = ", ".join(f"{safe(name, 60)} {safe(_value(value), longest)}" for name, value in values.items())
    return hang(Text(" " * indent), Text(before + shown, style="dim"), "", width) if shown else []


def _value(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else "(blank)" if value is None else value


# ------------------------------------------------------------------ what is open, what it came to, what is next


def _open_deliveries(summary: Mapping[str, Any], setting: Setting, width: int) -> Iterator[Text]:
    for row in summary["deliveries"]:
        if row["state"] not in {"in_doubt", "pending"} and not row["conflict"]:
            continue
        since = f"since {local(row['answered_at'] or row['intent_at'], setting.zone)}"
        due = f", until {local(row['due'], setting.zone)}" if row["due"] else ""
        said = f"{row['buyer']} {money(row['price'], setting.currency)} {since}{due}"
        said += f": {row['conflict'] or row['reason']}" if row["conflict"] or row["reason"] else ""
        name = "conflict" if row["conflict"] else word(row["state"])
        yield from hang(
            Text("  ") + padded(name, 10, style="bold magenta") + Text("  "), painted(said), "", width
        )


def _margin(summary: Mapping[str, Any], setting: Setting, width: int) -> Iterator[Text]:
    """The sum, and what it is made of; nothing where no money moved."""
    rows = [row for row in summary["ledger"] if row["amount"] or row["kind"] == "sale"]
    if not rows:
        return
    rows.sort(key=lambda row: KINDS.index(row["kind"]))
    total = money(sum((row["amount"] for row in rows), Decimal(0)), setting.currency)
    parts = [
        f"{'-' if row['amount'] < 0 else '+'} {plain_amount(abs(row['amount']))} {row['party']}"
        for row in rows
    ]
    head = Text("  ") + padded("margin", 10, style="bold") + Text("  ")
    made_of = " ".join(parts).removeprefix("+ ").replace("- ", "-", not parts[0].startswith("+"))
    yield from hang(head, painted(f"{total} = {made_of}"), "", width)


def next_steps(summary: Mapping[str, Any], journal: str) -> list[str]:
    """What somebody can do about the lead now, as commands."""
    if not journal:
        return []
    lead, db = summary["lead"]["id"], f"--db {journal}"
    doubted = [row["buyer"] for row in summary["deliveries"] if row["state"] == "in_doubt"]
    steps = [f'leadflow doubt settle {lead} {buyer} sold|declined --because "..." {db}' for buyer in doubted]
    if summary["outcome"] in {"held", "pending"} or summary["outcome"] is None:
        steps.append(f"leadflow work {db}")
    return steps
