"""``leadflow rules``: all rules in a table."""

from __future__ import annotations

import click

from leadflow_engine.cli.options import form


@click.command("rules")
@form("text", "json")
def command(form: str) -> None:
    """List the rules by which flows are checked."""
    from leadflow_dsl.rules import RULES
    from leadflow_engine.reports.layout import table

    rules = [RULES[code] for code in sorted(RULES)]
    if form == "json":
        from leadflow_engine.texts.json_text import dumps

        names = ("code", "name", "severity", "summary")
        click.echo(dumps([{name: getattr(rule, name) for name in names} for rule in rules]))
        return
    for line in table([(rule.code, rule.severity, rule.name, rule.summary) for rule in rules]):
        click.echo(line)
