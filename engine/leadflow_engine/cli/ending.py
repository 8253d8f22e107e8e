"""How commands print many leads: one object a lead as it ends, one document at the end, or a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from leadflow_engine.cli.screen import note

if TYPE_CHECKING:
    from leadflow_engine.operations.batch import Done
    from leadflow_engine.plan import Plan
    from leadflow_engine.reports.tally import Tally
    from leadflow_engine.store import SqliteStore

Tell = Callable[["Done"], None]


class Printer:
    """Hears of each record that ends (``tell``), and closes with the summary (``close``).

    ``form`` is text, json or jsonl. With ``plan`` each object has the reply to the lead's source.
    """

    def __init__(self, store: SqliteStore, form: str, plan: Plan | None = None) -> None:
        from leadflow_engine.reports.tally import Tally

        self._store = store
        self._form = form
        self._plan = plan
        self._replies: dict[str, dict[str, Any]] = {}
        self.tally: Tally = Tally()

    def tell(self, done: Done) -> None:
        """Count a record; print its object where they are printed one by one."""
        if done.how == "unread":
            self.tally.add_unread(done.record.number, done.record.line, done.problem)
        else:
            self.tally.add(done.how, done.lead, done.ms)
        if self._plan is not None and self._form in {"json", "jsonl"}:
            self._keep_reply(self._plan, done)
        if self._form == "jsonl":
            click.echo(self._line(done))
            self._replies.clear()

    def _keep_reply(self, plan: Plan, done: Done) -> None:
        from leadflow_engine.intake.replies import reply_of
        from leadflow_engine.reports.replied import reply_object

        scope = done.ending.scope if done.ending else None
        summary = self._store.lead_summary(done.lead) if scope else None
        if scope is not None and summary is not None:
            reply = reply_of(plan, summary, scope, self._store.facts(done.lead))
            self._replies[done.lead] = reply_object(reply)

    def _line(self, done: Done) -> str:
        from leadflow_engine.reports.lead_object import json_line

        if done.how != "unread":
            return self._object(done.lead)
        return json_line({"record": done.record.number, "line": done.record.line, "problem": done.problem})

    def _object(self, lead: str) -> str:
        from leadflow_engine.reports.lead_object import json_line, lead_object

        summary = self._store.lead_summary(lead)
        if summary is None:
            return json_line({"lead": {"id": lead}})
        replied = {"reply": self._replies[lead]} if lead in self._replies else {}
        return json_line({**lead_object(summary), **replied})

    def counted(self) -> Tally:
        """The tally with what the journal says of its leads now."""
        from leadflow_engine.reports.tally import count_up

        return count_up(self.tally, self._store)

    def ends(self, tally: Tally, leads: str) -> int:
        """The exit code; a file that holds nothing at all is worth a word."""
        if not tally.how:
            note(f"leadflow: {leads} holds no records")
            return 1
        return 0 if tally.clean else 1

    def document(self, tally: Tally, **more: Any) -> None:
        """The one JSON document: all leads, then the summary."""
        from leadflow_engine.reports.lead_object import json_line
        from leadflow_engine.reports.tally import as_object

        click.echo('{"leads": [')
        count = len(tally.leads)
        for number, lead in enumerate(tally.leads, start=1):
            click.echo(self._object(lead) + ("," if number < count else ""))
        click.echo(f'], "summary": {json_line({**as_object(tally), **more})}}}')
