"""``leadflow rules``: all rules by which flows are checked."""

from __future__ import annotations

import click

from leadflow_engine.cli.options import form


@click.command("rules", short_help="List all rules.")
@form("text", "json", "markdown")
def command(form: str) -> None:
    """List the rules by which flows are checked, with `fix` where lint --fix can mend what is found."""
    from leadflow_dsl.pages import all_rules
    from leadflow_dsl.rules import RULES
    from leadflow_dsl.rules.repaired import REPAIRED
    from leadflow_engine.reports.layout import table

    if form == "markdown":
        click.echo(all_rules(), nl=False)
        return
    if form == "json":
        from leadflow_engine.texts.json_text import dumps

        names = ("code", "name", "severity", "summary")
        known = RULES.values()
        click.echo(
            dumps(
                [
                    {name: getattr(rule, name) for name in names} | {"fixable": rule.code in REPAIRED}
                    for rule in known
                ]
            )
        )
        return
    rows = [
        (rule.code, rule.severity, rule.name, "fix" if rule.code in REPAIRED else "", rule.summary)
        for rule in RULES.values()
    ]
    for line in table(rows):
        click.echo(line)
