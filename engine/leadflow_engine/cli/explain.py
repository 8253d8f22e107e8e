"""``leadflow explain``: the page of a rule."""

from __future__ import annotations

import click


@click.command("explain", short_help="Tell what a finding's code means.")
@click.argument("rule")
def command(rule: str) -> None:
    """Tell what a finding means, with an example of each side. RULE is its code or its name."""
    from leadflow_dsl import explain

    page = explain(rule)
    if page is None:
        raise click.UsageError(_unknown(rule))
    click.echo(page, nl=False)


def _unknown(word: str) -> str:
    from leadflow_dsl.rules import nearest_rules

    near = nearest_rules(word)
    return (
        f"no rule `{word}`"
        + (f"; did you mean {near}?" if near else ".")
        + " `leadflow rules` lists them all."
    )
