"""What came after a lead's sale, in its story: returns, other prices, feedback, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from leadflow_engine.reports.amounts import local, money
from leadflow_engine.reports.layout import Lines, hang, padded, painted
from leadflow_engine.reports.setting import Setting


def afterwards_lines(summary: Mapping[str, Any], setting: Setting, width: int) -> Lines:
    """A line for each; none where nothing came after the sale."""
    rows = [*_returns(summary, setting), *_adjustments(summary, setting), *_feedback(summary, setting)]
    lines: Lines = []
    for at, word, said in sorted(rows, key=lambda row: row[0]):
        head = Text("  ") + padded(word, 10, style="bold") + Text("  ")
        lines += hang(head, painted(f"{local(at, setting.zone)}  {said}"), "", width)
    return lines


def _returns(summary: Mapping[str, Any], setting: Setting) -> Iterator[tuple[str, str, str]]:
    for row in summary.get("returns", ()):
        name = _name(row)
        if not row["accepted"]:
            yield row["at"], "no return", f"{name} asked to return it for `{row['reason']}`: {row['said']}"
            continue
        said = [f"{name}: {row['reason']}"]
        said += [f"credited {money(row['credited'], setting.currency)}"] if row["credited"] else []
        said += [f"the source gave back {money(row['back'], setting.currency)}"] if row["back"] else []
        said += [f"by {row['by']} although {row['said']}"] if row["said"] else []
        said += [row["because"]] if row["because"] else []
        yield row["at"], "returned", "; ".join(said)


def _adjustments(summary: Mapping[str, Any], setting: Setting) -> Iterator[tuple[str, str, str]]:
    for row in summary.get("adjustments", ()):
        before, price = (money(row[name], setting.currency) for name in ("before", "price"))
        yield (
            row["at"],
            "adjusted",
            f"{_name(row)} pays {price} instead of {before}: {row['by']}, {row['because']}",
        )


def _feedback(summary: Mapping[str, Any], setting: Setting) -> Iterator[tuple[str, str, str]]:
    for row in summary.get("feedback", ()):
        value = f" {money(row['value'], setting.currency)}" if row["value"] is not None else ""
        yield (
            row["at"],
            "feedback",
            f"{row['event'].replace('_', ' ')}{value}" + (f", says {row['buyer']}" if row["buyer"] else ""),
        )


def _name(row: Mapping[str, Any]) -> str:
    return str(row["buyer"]) if row["number"] == 1 else f"{row['buyer']}/{row['number']}"
