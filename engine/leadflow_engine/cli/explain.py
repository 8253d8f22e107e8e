"""``leadflow explain``: the page of a rule."""

from __future__ import annotations

import click


@click.command("explain", short_help="Tell what a finding's code means.")
@click.argument("code")
def command(code: str) -> None:
    """Tell what a finding's CODE means, with an example of each side."""
    from leadflow_dsl import explain

    page = explain(code)
    if page is None:
        raise click.UsageError(_unknown(code))
    click.echo(page, nl=False)


def _unknown(code: str) -> str:
    from difflib import get_close_matches

    from leadflow_dsl.rules import RULES

    names = {rule.name: rule.code for rule in RULES.values()}
    near = get_close_matches(code.upper(), RULES, 1) or [
        names[n] for n in get_close_matches(code.lower(), names, 1)
    ]
    return (
        f"no rule `{code}`"
        + (f"; did you mean {near[0]}?" if near else "")
        + " `leadflow rules` lists them all."
    )
